//! The token request of each grant.

use super::jwts::{self, edits};
use super::pairs::{self, Pairs, Stands};
use super::{Parts, Scene, form};
use crate::case::{Grant, Jws, Live as _, Op, Raw};
use crate::wallet::jws::Void;
use crate::wallet::session::PRE_AUTHORIZED;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The token request.
pub(super) fn token(scene: &mut Scene<'_>, ops: &[&Op]) -> Result<Parts, Void> {
    let mut parameters = match scene.session.grant() {
        Grant::PreAuthorized => pre_authorized(scene, ops)?,
        Grant::IdToken | Grant::VpToken => authorization_code(scene)?,
        Grant::Login => of_login(scene)?,
        Grant::Service | Grant::ServiceVp => service(scene, ops)?,
        Grant::Given | Grant::Shared => return Err(Void("the access token is given")),
    };
    parameters.extend(scene.token_parameters.iter().cloned());
    pairs::change(&mut parameters, Stands::Form, ops, &scene.values)?;
    Ok(form(scene.context.token_endpoint.clone(), parameters))
}

fn pre_authorized(scene: &Scene<'_>, ops: &[&Op]) -> Result<Pairs, Void> {
    let code = scene
        .session
        .pre_authorized_code()
        .ok_or(Void("the offer has no pre-authorised code"))?;
    let received = jwts::Received {
        text: code,
        key: None,
        jwks: &scene.context.issuer_jwks,
        signature_of_other: None,
    };
    let code = received.with(scene, &edits(ops, Jws::Code))?;
    let mut parameters = pairs::pairs([
        ("grant_type", PRE_AUTHORIZED.to_owned()),
        ("pre-authorized_code", code),
    ]);
    let pin = scene.session.pin();
    parameters.extend(pin.map(|pin| (scene.session.pin_parameter().to_owned(), pin)));
    Ok(parameters)
}

fn authorization_code(scene: &Scene<'_>) -> Result<Pairs, Void> {
    Ok(pairs::pairs([
        ("grant_type", "authorization_code".to_owned()),
        ("code", code(scene)?),
        ("client_id", scene.values.fill("{client}")),
        ("code_verifier", scene.values.fill("{verifier}")),
    ]))
}

/// The code is bound to the redirect URI of the authorization request (RFC 6749, 4.1.3).
fn of_login(scene: &Scene<'_>) -> Result<Pairs, Void> {
    let mut parameters = authorization_code(scene)?;
    let redirect_uri = super::authorize::redirect_uri(scene);
    parameters.push(("redirect_uri".to_owned(), redirect_uri));
    Ok(parameters)
}

/// A service wallet authenticates with private_key_jwt (RFC 7523, 2.2).
fn service(scene: &mut Scene<'_>, ops: &[&Op]) -> Result<Pairs, Void> {
    let assertion = jwts::signed(
        scene,
        ops,
        Jws::Assertion,
        vec![
            ("iss", Raw::template("{client}")),
            ("sub", Raw::template("{client}")),
            ("aud", Raw::template("{as}")),
            ("jti", Raw::template("{auth_code}")),
            ("iat", Raw::time(0)),
            ("exp", Raw::time(300)),
        ],
    )?;
    scene.values.set("assertion", &assertion);
    Ok(pairs::pairs([
        ("grant_type", "authorization_code".to_owned()),
        ("code", code(scene)?),
        ("client_id", scene.values.fill("{client}")),
        ("client_assertion_type", ASSERTION_TYPE.to_owned()),
        ("client_assertion", assertion),
    ]))
}

fn code(scene: &Scene<'_>) -> Result<String, Void> {
    let code = scene.session.code.clone();
    code.ok_or(Void("there is no authorization code"))
}
