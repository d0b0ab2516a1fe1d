//! The authorization request, and what follows it at the authorization server: the request object
//! by reference and the direct post.

use serde_json::json;

use super::jwts::{self, edits};
use super::pairs::{self, Pairs, Stands};
use super::{Parts, Scene, form};
use crate::case::{Jws, Live as _, Op, Raw};
use crate::wallet::jws::Void;
use crate::wallet::login::Login;

/// The URL of the authorization request.
pub(super) fn authorize(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let endpoint = scene.context.authorization_endpoint.as_deref().ok_or(Void(
        "the authorization server has no authorization endpoint",
    ))?;
    let text = |template: &str| scene.values.fill(template);
    if let Some(login) = scene.login {
        return Ok(joined(endpoint, of_login(scene, login, ops)?));
    }
    let mut query = pairs::pairs([
        ("response_type", "code".to_owned()),
        ("scope", "openid".to_owned()),
        ("client_id", text("{client}")),
        ("redirect_uri", redirect_uri(scene)),
        ("state", text("{client_state}")),
    ]);
    if scene.session.grant().is_service() {
        query.push(("nonce".to_owned(), text("{client_nonce}")));
        query.push(("request".to_owned(), request_object(scene, ops)?));
    } else {
        query.extend(pairs::pairs([
            ("code_challenge", text("{challenge}")),
            ("code_challenge_method", "S256".to_owned()),
            ("client_metadata", client_metadata(scene)),
            ("authorization_details", details(scene)),
        ]));
        query.extend(issuer_state(scene, ops)?);
    }
    pairs::change(&mut query, Stands::Query, ops, &scene.values)?;
    Ok(joined(endpoint, query))
}

fn joined(endpoint: &str, query: Pairs) -> String {
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{separator}{}", pairs::encode(query))
}

/// The request of somebody who logs in (OpenID4VCI draft 11, 5.1; RFC 7636, 4.3). What is wanted is said once: by a scope, or in
/// detail.
fn of_login(scene: &Scene<'_>, login: &Login, ops: &[&Op]) -> Result<Pairs, Void> {
    let text = |template: &str| scene.values.fill(template);
    let mut query = pairs::pairs([
        ("response_type", "code".to_owned()),
        ("client_id", text("{client}")),
        ("redirect_uri", redirect_uri(scene)),
        ("state", text("{client_state}")),
        ("code_challenge", text("{challenge}")),
        ("code_challenge_method", "S256".to_owned()),
    ]);
    query.push(match &login.scope {
        Some(scope) => ("scope".to_owned(), scope.clone()),
        None => ("authorization_details".to_owned(), details(scene)),
    });
    query.extend(issuer_state(scene, ops)?);
    pairs::change(&mut query, Stands::Query, ops, &scene.values)?;
    Ok(query)
}

/// Where the authorization server is to send the client. A service wallet is called back under its own address.
pub(super) fn redirect_uri(scene: &Scene<'_>) -> String {
    match scene.login {
        _ if scene.session.grant().is_service() => scene.values.fill("{client}/callback"),
        Some(login) => login.redirect_uri().to_owned(),
        None => Login::REDIRECT_URI.to_owned(),
    }
}

fn client_metadata(scene: &Scene<'_>) -> String {
    let metadata = if scene.session.grant().is_service() {
        json!({
            "jwks_uri": scene.values.fill("{client}/jwks"),
            "authorization_endpoint": scene.values.fill("{client}/authorize"),
        })
    } else {
        json!({ "authorization_endpoint": "openid:" })
    };
    metadata.to_string()
}

fn details(scene: &Scene<'_>) -> String {
    let mut details = json!({
        "type": "openid_credential",
        "format": scene.format,
        "locations": [scene.context.issuer],
    });
    let members = scene.profile.members;
    match members.definition {
        Some(definition) => details[definition] = json!({ members.types: scene.types }),
        None => details["types"] = json!(scene.types),
    }
    json!([details]).to_string()
}

fn issuer_state(scene: &Scene<'_>, ops: &[&Op]) -> Result<Option<(String, String)>, Void> {
    let Some(state) = scene.session.issuer_state() else {
        return Ok(None);
    };
    let received = jwts::Received {
        text: state,
        key: None,
        jwks: &scene.context.issuer_jwks,
        signature_of_other: None,
    };
    let state = received.with(scene, &edits(ops, Jws::IssuerState))?;
    Ok(Some(("issuer_state".to_owned(), state)))
}

/// The signed request of a service wallet (RFC 9101).
fn request_object(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let mut payload = vec![
        ("iss", Raw::template("{client}")),
        ("aud", Raw::template("{as}")),
        ("scope", Raw::string("openid")),
        ("response_type", Raw::string("code")),
        ("client_id", Raw::template("{client}")),
        ("redirect_uri", Raw::string(redirect_uri(scene))),
        ("state", Raw::template("{client_state}")),
        ("nonce", Raw::template("{client_nonce}")),
        ("authorization_details", Raw::embedded(details(scene))),
        ("client_metadata", Raw::embedded(client_metadata(scene))),
    ];
    if let Some(state) = scene.session.issuer_state() {
        payload.push(("issuer_state", Raw::string(state)));
    }
    jwts::signed(scene, ops, Jws::RequestObject, payload)
}

/// The URL of the request object that the authorization server made.
pub(super) fn request_uri(scene: &Scene<'_>) -> Result<String, Void> {
    let pending = scene.session.pending.as_ref();
    pending
        .and_then(|pending| pending.request_uri.clone())
        .ok_or(Void("the server's request is not passed by reference"))
}

/// The wallet's answer to the authorization server: an ID token or a presentation.
pub(super) fn direct_post(scene: &mut Scene<'_>, ops: &[&Op]) -> Result<Parts, Void> {
    let pending = scene
        .session
        .pending
        .as_ref()
        .ok_or(Void("there is no request of the server to answer"))?;
    let url = pending
        .redirect_uri
        .clone()
        .unwrap_or_else(|| scene.context.direct_post_endpoint());
    let state = ("state".to_owned(), scene.values.fill("{request_state}"));
    let mut form_pairs: Pairs = if scene.session.grant().presents() {
        let token = presentation(scene, ops)?;
        scene.values.set("vp_token", &token);
        pairs::pairs([
            ("vp_token", token),
            ("presentation_submission", submission(scene)),
        ])
    } else {
        let token = id_token(scene, ops)?;
        scene.values.set("posted_id_token", &token);
        pairs::pairs([("id_token", token)])
    };
    form_pairs.push(state);
    pairs::change(&mut form_pairs, Stands::Form, ops, &scene.values)?;
    Ok(form(url, form_pairs))
}

fn id_token(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    jwts::signed(
        scene,
        ops,
        Jws::IdToken,
        vec![
            ("iss", Raw::template("{did}")),
            ("sub", Raw::template("{did}")),
            ("aud", Raw::template("{as}")),
            ("iat", Raw::time(0)),
            ("exp", Raw::time(300)),
            ("nonce", Raw::template("{request_nonce}")),
        ],
    )
}

fn presentation(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let credentials = scene
        .presented
        .iter()
        .map(|(_, credential)| Raw::string(credential))
        .collect();
    let presentation = Raw::Object(vec![
        (
            "@context".into(),
            Raw::Array(vec![Raw::string("https://www.w3.org/2018/credentials/v1")]),
        ),
        ("id".into(), Raw::template("urn:uuid:{client_nonce}")),
        (
            "type".into(),
            Raw::Array(vec![Raw::string("VerifiablePresentation")]),
        ),
        ("holder".into(), Raw::template("{did}")),
        ("verifiableCredential".into(), Raw::Array(credentials)),
    ]);
    jwts::signed(
        scene,
        ops,
        Jws::VpToken,
        vec![
            ("iss", Raw::template("{did}")),
            ("sub", Raw::template("{did}")),
            ("aud", Raw::template("{as}")),
            ("iat", Raw::time(0)),
            ("nbf", Raw::time(0)),
            ("exp", Raw::time(300)),
            ("nonce", Raw::template("{request_nonce}")),
            ("jti", Raw::template("urn:uuid:{client_nonce}")),
            ("vp", presentation),
        ],
    )
}

/// Says where in the presentation each credential stands (DIF Presentation Exchange 2.0, 6).
fn submission(scene: &Scene<'_>) -> String {
    let definition = scene
        .session
        .pending
        .as_ref()
        .and_then(|pending| pending.definition.as_ref()?.get("id"));
    let descriptors: Vec<_> = scene
        .presented
        .iter()
        .enumerate()
        .map(|(index, (descriptor, _))| {
            json!({
                "id": descriptor,
                "path": "$",
                "format": "jwt_vp",
                "path_nested": {
                    "id": descriptor,
                    "format": "jwt_vc",
                    "path": format!("$.vp.verifiableCredential[{index}]"),
                },
            })
        })
        .collect();
    json!({
        "id": scene.values.fill("{client_nonce}"),
        "definition_id": definition,
        "descriptor_map": descriptors,
    })
    .to_string()
}
