//! The rules for service wallets, whose identifier is a URL and who sign their request (RFC 9101).
//!
//! What counts is the request object; the query repeats it. The keys with which it is verified are remembered for the token endpoint.

use std::sync::Arc;

use serde_json::Value;

use super::holder::{DEFAULT_ENDPOINT, client_endpoint};
use super::{Generic, Request, SCOPES};
use crate::issuer::authorisation::{ClientProof, Details, Wanted};
use crate::issuer::client_keys::Jwks;
use crate::issuer::clients::ClientKeys;
use crate::issuer::defect::Defect;
use crate::issuer::fetch;
use crate::issuer::form::Form;
use crate::issuer::issues::Issues;
use crate::issuer::json::{self, Duplicates};
use crate::issuer::jws::Jws;
use crate::issuer::public_key::{KeyKind, PublicKey};
use crate::issuer::reading;
use crate::issuer::redirect::Denial;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

pub(super) fn judge(
    issuer: &Issuer,
    query: &Form,
    generic: &Generic<'_>,
) -> Result<Request, Denial> {
    let mut object = load(issuer, query)?;
    reading::request::open_audience(issuer, &mut object.payload);
    let claims = claims(issuer, &object, generic.client_id)?;
    check_equality(issuer, query, &object)?;
    let kid = object.header.get("kid").and_then(Value::as_str);
    let kid = kid.ok_or_else(|| denied(KEY, "request.header must contain kid"))?;
    let keys = keys(issuer, generic.client_id, claims.jwks_uri)?;
    verify(issuer, &object, kid, &keys)?;
    Ok(Request {
        authorization_endpoint: claims.authorization_endpoint,
        wanted: Wanted {
            client_id: generic.client_id.to_owned(),
            nonce: generic.nonce.map(str::to_owned),
            details: claims.details,
            proof: ClientProof::Assertion(keys),
        },
        by_reference: generic.by_reference,
    })
}

/// The request object, decoded.
fn load(issuer: &Issuer, query: &Form) -> Result<Jws, Denial> {
    let mut object = Jws::new(text(issuer, query)?);
    if object.decode_header().is_none() || object.decode_payload().is_none() {
        return Err(denied(OBJECT, "can't decode request JWT"));
    }
    Ok(object)
}

/// The text of the request object, by value or by reference: exactly one of both.
fn text(issuer: &Issuer, query: &Form) -> Result<String, Denial> {
    let given = |name: &str| {
        query
            .optional(name)
            .map(|value| value.filter(|value| !value.is_empty()))
            .map_err(|fault| denied(OBJECT, fault))
    };
    match (given("request")?, given("request_uri")?) {
        (Some(_), Some(_)) => Err(denied(
            OBJECT,
            "only one of `request` or `request_uri` must be present",
        )),
        (None, None) => Err(denied(
            OBJECT,
            "one of `request` or `request_uri` must be present",
        )),
        (Some(object), None) => Ok(object.to_owned()),
        (None, Some(url)) => {
            let body = issuer
                .fetcher()
                .get(url)
                .map_err(|error| denied(OBJECT, format!("unable to load request_uri: {error}")))?;
            // A JSON document is something else than a string to the library that fetches for the recorded server.
            let is_json = json::read(&body, Duplicates::LastWins).is_ok();
            match std::str::from_utf8(&body) {
                Ok(text) if !is_json => Ok(text.trim_ascii().to_owned()),
                _ => Err(denied(
                    OBJECT,
                    "invalid response from request_uri, expected a string",
                )),
            }
        }
    }
}

/// What the request object says beyond the query.
struct Claims<'o> {
    details: Details,
    /// Absent only for clients that were registered beforehand.
    jwks_uri: Option<&'o str>,
    authorization_endpoint: String,
}

fn claims<'o>(issuer: &Issuer, object: &'o Jws, client_id: &str) -> Result<Claims<'o>, Denial> {
    let mut issues = Issues::default();
    let payload = Object::named(&object.payload, "request.");
    payload.string(&mut issues, "iss");
    payload.string(&mut issues, "aud");
    payload.one_of(&mut issues, "scope", SCOPES);
    payload.literal(&mut issues, "response_type", "code");
    payload.url(&mut issues, "client_id");
    payload.url(&mut issues, "redirect_uri");
    payload.optional_string(&mut issues, "state");
    payload.optional_string(&mut issues, "nonce");
    let details = Details::read(
        &mut issues,
        object.payload.get("authorization_details"),
        "request.authorization_details",
    );
    let is_registered = issuer.clients().keys(client_id).is_some();
    let mut jwks_uri = None;
    let mut endpoint = None;
    if !is_registered || object.payload.contains_key("client_metadata") {
        let place = "request.client_metadata.";
        if let Some(metadata) = payload.object(&mut issues, "client_metadata", place) {
            jwks_uri = match is_registered {
                true => metadata.optional_url(&mut issues, "jwks_uri"),
                false => Some(metadata.url(&mut issues, "jwks_uri")),
            };
            endpoint = client_endpoint(metadata, &mut issues);
        }
    }
    details.check_formats(issuer, &mut issues);
    issues
        .into_coded_result("")
        .map_err(|faults| denied("authorize-request-claims", faults))?;
    Ok(Claims {
        details,
        jwks_uri,
        authorization_endpoint: endpoint.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()),
    })
}

/// The object says the same as the query, and is meant for this server.
fn check_equality(issuer: &Issuer, query: &Form, object: &Jws) -> Result<(), Denial> {
    let differs = |name: &str, other: &str| {
        Err(denied(
            "authorize-request-equality",
            format!("request.{name} must be equal to {other}"),
        ))
    };
    for (name, parameter) in [
        ("iss", "client_id"),
        ("client_id", "client_id"),
        ("response_type", "response_type"),
        ("scope", "scope"),
        ("redirect_uri", "redirect_uri"),
        ("state", "state"),
        ("nonce", "nonce"),
    ] {
        let is_free =
            name == "redirect_uri" && issuer.lies(Defect::RedirectUriNotThatOfTheRequestObject);
        if claim(object, name) != query.get(parameter) && !is_free {
            return differs(name, parameter);
        }
    }
    if claim(object, "aud") != Some(issuer.auth_url())
        && !issuer.lies(Defect::RequestObjectAudienceUnchecked)
    {
        return differs("aud", issuer.auth_url());
    }
    Ok(())
}

/// The client's keys: those of its registration, or those that the request object points to.
fn keys(issuer: &Issuer, client_id: &str, jwks_uri: Option<&str>) -> Result<Arc<Jwks>, Denial> {
    let url = match (issuer.clients().keys(client_id), jwks_uri) {
        (Some(ClientKeys::Given(keys)), _) => return Ok(Arc::clone(keys)),
        (Some(ClientKeys::At(url)), _) => url,
        (None, Some(url)) => url,
        // The schema has seen to it that an unknown client says where its keys are.
        (None, None) => "",
    };
    let body = fetch::jwks(issuer, url)
        .map_err(|error| denied(KEY, format!("Can't get client's JWKS: {error}")))?;
    let invalid = |fault: String| denied(KEY, format!("invalid client jwks: {fault}"));
    let document =
        json::read(&body, Duplicates::Refused).map_err(|error| invalid(error.to_string()))?;
    Jwks::from_json(&document).map(Arc::new).map_err(invalid)
}

fn verify(issuer: &Issuer, object: &Jws, kid: &str, keys: &Jwks) -> Result<(), Denial> {
    let jwk = keys
        .find(kid)
        .ok_or_else(|| denied(KEY, "no public key found matching request.header.kid"))?;
    let key = PublicKey::from_jwk(jwk)
        .filter(|key| key.kind() == KeyKind::P256 && object.header_text("alg") == "ES256")
        .ok_or_else(|| denied(KEY, "invalid request signature: only ES256 is supported"))?;
    if issuer.lies(Defect::RequestObjectUnsigned) {
        return Ok(());
    }
    object
        .verify(&key, issuer.signatures(), issuer.now())
        .map_err(|message| {
            denied(
                "authorize-request-signature",
                format!("invalid request signature: {message}"),
            )
        })
}

fn claim<'o>(object: &'o Jws, name: &str) -> Option<&'o str> {
    object.payload.get(name).and_then(Value::as_str)
}

fn denied(step: &'static str, description: impl Into<String>) -> Denial {
    Denial::new(step, description)
}

const OBJECT: &str = "authorize-request-object";
const KEY: &str = "authorize-request-key";
