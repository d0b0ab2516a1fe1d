//! What is told beside the substance of an answer: statuses of success, additional members, media types.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Request, StatusCode};
use serde_json::{Value, json};

use super::Reading;
use crate::issuer::reply::Reply;
use crate::issuer::route::Route;
use crate::issuer::service::Issuer;

/// Words an answer that refuses nothing.
pub(super) fn word(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    let route = Route::find(&issuer.prefix, None, request.uri().path());
    let is_ok = reply.status() == StatusCode::OK;
    match route {
        Some(Route::Offer(_) | Route::InitiateOffer) if is_ok => {
            if issuer.reads(Reading::Offers201) {
                *reply.status_mut() = StatusCode::CREATED;
            }
            let is_text = |reply: &Reply| {
                let kind = reply.headers().get(CONTENT_TYPE);
                kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/"))
            };
            if is_text(reply) && issuer.reads(Reading::OfferUriAsUriList) {
                let kind = HeaderValue::from_static("text/uri-list");
                reply.headers_mut().insert(CONTENT_TYPE, kind);
            }
        }
        Some(Route::Token) if is_ok && issuer.reads(Reading::TokenTypeLowerCase) => {
            edit(reply, |body| body["token_type"] = json!("bearer"));
        }
        _ => {}
    }
    if is_ok && issuer.reads(Reading::MoreResponseMembers) {
        more(route.as_ref(), reply);
    }
}

fn more(route: Option<&Route>, reply: &mut Reply) {
    let members: &[(&str, Value)] = &match route {
        Some(Route::Credential | Route::CredentialDeferred) => [
            ("c_nonce", json!("8fXnV0cO3xkN")),
            ("c_nonce_expires_in", json!(300)),
            ("notification_id", json!("3fwe98js")),
        ],
        Some(Route::Token) => [
            ("scope", json!("openid")),
            ("authorization_pending", json!(false)),
            ("interval", json!(5)),
        ],
        Some(Route::IssuerMetadata | Route::AuthMetadata) => [
            ("batch_credential_endpoint", json!(null)),
            ("display", json!([])),
            ("x_operator", json!("somebody")),
        ],
        _ => return,
    };
    edit(reply, |body| {
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            if body.get(*name).is_none() {
                body[*name] = value.clone();
            }
        }
    });
}

/// What holds for answers of every endpoint.
pub(super) fn dress(issuer: &Issuer, reply: &mut Reply) {
    if issuer.reads(Reading::Redirects303) && reply.status() == StatusCode::FOUND {
        *reply.status_mut() = StatusCode::SEE_OTHER;
    }
    let kind = reply.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let is_problem = kind
        .as_deref()
        .is_some_and(|kind| kind.starts_with("application/problem+json"));
    let is_refusal = reply.status().as_u16() >= 400;
    if is_problem && issuer.reads(Reading::ProblemWithoutType) {
        edit(reply, |body| drop_member(body, "type"));
    }
    if is_problem && issuer.reads(Reading::ProblemTypeUri) {
        let uri = format!("{}/problems/refused", issuer.origin());
        edit(reply, |body| body["type"] = uri.into());
    }
    if issuer.reads(Reading::NoErrorDescription) {
        if is_refusal && !is_problem {
            edit(reply, |body| drop_member(body, "error_description"));
        }
        drop_description(reply);
    }
    let bare = kind.as_deref().and_then(|kind| kind.split(';').next());
    let bare = bare.and_then(|bare| HeaderValue::from_str(bare).ok());
    if let Some(bare) = bare.filter(|_| issuer.reads(Reading::NoCharset)) {
        reply.headers_mut().insert(CONTENT_TYPE, bare);
    }
}

/// Takes the description out of a redirection.
fn drop_description(reply: &mut Reply) {
    let location = reply.headers().get(LOCATION);
    let Some((uri, query)) = location.and_then(|value| value.to_str().ok()?.rsplit_once('?'))
    else {
        return;
    };
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.starts_with("error_description="))
        .collect();
    if let Ok(location) = HeaderValue::try_from(format!("{uri}?{}", kept.join("&"))) {
        reply.headers_mut().insert(LOCATION, location);
    }
}

fn drop_member(body: &mut Value, name: &str) {
    if let Some(members) = body.as_object_mut() {
        members.remove(name);
    }
}

/// Changes a body that is an object.
fn edit(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    let Ok(mut body) = serde_json::from_slice::<Value>(reply.body()) else {
        return;
    };
    if body.is_object() {
        change(&mut body);
        *reply.body_mut() = body.to_string().into();
    }
}
