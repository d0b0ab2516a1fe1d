//! How a refusal is told: its status, its code and its shape, by the step that refuses.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{Reading, success};
use crate::issuer::redirect;
use crate::issuer::reply::{self, RefusedAt, Reply};
use crate::issuer::route::Route;
use crate::issuer::service::Issuer;

/// Gives an answer the words that the readings of the issuer have for it.
pub(crate) fn word(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    if issuer.readings.is_empty() {
        return;
    }
    let step = reply.extensions().get::<RefusedAt>().copied();
    let is_lost = reply.status() == StatusCode::NOT_FOUND;
    match step {
        Some(RefusedAt("http")) => http(issuer, request, reply),
        Some(RefusedAt(step)) => refusal(issuer, step, request, reply),
        None if is_lost => http(issuer, request, reply),
        None => success::word(issuer, request, reply),
    }
    success::dress(issuer, reply);
}

fn refusal(issuer: &Issuer, step: &'static str, request: &Request<Bytes>, reply: &mut Reply) {
    match step {
        "1" => media_type(issuer, reply),
        "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "9a" | "9b" | "9c" | "9d" => {
            access_token(issuer, step, reply);
        }
        "11" => types(issuer, reply),
        "deferred-ready" => early(issuer, request, reply),
        "deferred-authorization" | "deferred-token" => acceptance_token(issuer, reply),
        "authorize-redirect-uri" if issuer.reads(Reading::NoRedirectUriPage) => {
            page(reply, StatusCode::FORBIDDEN);
        }
        "authorize-redirect-uri" => {}
        _ if step.starts_with("token-") => token_endpoint(issuer, step, reply),
        _ if step.starts_with("authorize-") => authorize(issuer, step, reply),
        _ if is_direct_post(step) => direct_post(issuer, step, reply),
        _ => {}
    }
}

fn access_token(issuer: &Issuer, step: &str, reply: &mut Reply) {
    let is_401 = issuer.reads(Reading::TokenRefusal401);
    if is_401 || issuer.reads(Reading::TokenRefusal401Bare) {
        *reply.status_mut() = StatusCode::UNAUTHORIZED;
    }
    if is_401 || issuer.reads(Reading::TokenRefusalChallenge) {
        // Who sent no token has made no mistake yet (RFC 6750 §3.1).
        let challenge = match step {
            "2" => "Bearer",
            _ => "Bearer error=\"invalid_token\"",
        };
        let challenge = HeaderValue::from_static(challenge);
        reply.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
}

fn media_type(issuer: &Issuer, reply: &mut Reply) {
    if issuer.reads(Reading::MediaType415) {
        *reply.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    }
    if issuer.reads(Reading::MediaType415Problem) {
        problem(reply, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if issuer.reads(Reading::MediaType400Problem) {
        problem(reply, StatusCode::BAD_REQUEST);
    }
}

fn types(issuer: &Issuer, reply: &mut Reply) {
    if issuer.reads(Reading::UnauthorisedTypes403) {
        *reply.status_mut() = StatusCode::FORBIDDEN;
    }
    if issuer.reads(Reading::UnauthorisedTypes400) {
        *reply.status_mut() = StatusCode::BAD_REQUEST;
    }
    if issuer.reads(Reading::UnauthorisedTypesUnsupported) {
        code(
            reply,
            StatusCode::BAD_REQUEST,
            "unsupported_credential_type",
        );
    }
}

fn early(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    if issuer.reads(Reading::DeferredPending) {
        code(reply, StatusCode::BAD_REQUEST, "issuance_pending");
    }
    if issuer.reads(Reading::DeferredPending202) {
        *reply = reply::empty(StatusCode::ACCEPTED);
    }
    let token = crate::issuer::credential::bearer(issuer, request).unwrap_or_default();
    let promise = reply::json(&json!({ "acceptance_token": token }));
    let status = match () {
        () if issuer.reads(Reading::DeferredPromise202) => StatusCode::ACCEPTED,
        () if issuer.reads(Reading::DeferredPromise400) => StatusCode::BAD_REQUEST,
        () => return,
    };
    *reply = promise;
    *reply.status_mut() = status;
    reply::forbid_storing(reply);
}

fn acceptance_token(issuer: &Issuer, reply: &mut Reply) {
    if issuer.reads(Reading::UnknownAcceptance401) {
        *reply.status_mut() = StatusCode::UNAUTHORIZED;
    }
    if issuer.reads(Reading::UnknownAcceptance404) {
        code(reply, StatusCode::NOT_FOUND, "invalid_request");
    }
    if issuer.reads(Reading::UnknownTransaction) {
        code(reply, StatusCode::BAD_REQUEST, "invalid_transaction_id");
    }
}

fn token_endpoint(issuer: &Issuer, step: &str, reply: &mut Reply) {
    let bad = StatusCode::BAD_REQUEST;
    let is_of_client = matches!(step, "token-client" | "token-assertion");
    if step == "token-media-type" {
        if issuer.reads(Reading::TokenMediaType415) {
            *reply.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        }
        if issuer.reads(Reading::TokenMediaTypeProblem) {
            problem(reply, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        return;
    }
    if issuer.reads(Reading::TokenEndpointInvalidRequest) {
        code(reply, bad, "invalid_request");
    }
    let is_of_grant = matches!(step, "token-code" | "token-verifier" | "token-pin");
    if is_of_grant && issuer.reads(Reading::TokenEndpointInvalidGrant) {
        code(reply, bad, "invalid_grant");
    }
    if is_of_client && issuer.reads(Reading::ClientRefusal401) {
        code(reply, StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if is_of_client && issuer.reads(Reading::ClientUnauthorized) {
        code(reply, bad, "unauthorized_client");
    }
    if step == "token-grant" && issuer.reads(Reading::UnsupportedGrantType) {
        code(reply, bad, "unsupported_grant_type");
    }
}

fn authorize(issuer: &Issuer, step: &str, reply: &mut Reply) {
    if issuer.reads(Reading::AuthorizeRefusal400) {
        return page(reply, StatusCode::BAD_REQUEST);
    }
    if issuer.reads(Reading::AuthorizeRefusal403) {
        return page(reply, StatusCode::FORBIDDEN);
    }
    if issuer.reads(Reading::AuthorizeFineCodes) {
        match step {
            "authorize-details" => redirect_code(reply, "invalid_authorization_details"),
            "authorize-issuer-state" | "authorize-issuer-state-signature" => {
                redirect_code(reply, "access_denied");
            }
            "authorize-client-metadata" => redirect_code(reply, "unauthorized_client"),
            "authorize-request" | "authorize-scope" | "authorize-pkce" => {}
            _ => redirect_code(reply, "invalid_request_object"),
        }
    }
}

fn is_direct_post(step: &str) -> bool {
    let beginnings = ["direct-post-", "id-token-", "vp-token-", "presentation-"];
    beginnings
        .iter()
        .any(|beginning| step.starts_with(beginning))
}

fn direct_post(issuer: &Issuer, step: &str, reply: &mut Reply) {
    if issuer.reads(Reading::DirectPostAccessDenied) {
        redirect_code(reply, "access_denied");
    }
    if issuer.reads(Reading::DirectPostPage) {
        page(reply, StatusCode::BAD_REQUEST);
    }
    if issuer.reads(Reading::DirectPostRefusesWallet) {
        let status = match step {
            "direct-post-media-type" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "direct-post-state" => StatusCode::NOT_FOUND,
            "id-token-signature" | "vp-token-signature" => StatusCode::UNAUTHORIZED,
            "id-token-subject" | "vp-token-holder" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": "invalid_request", "error_description": "refused" });
        *reply = reply::json(&body);
        *reply.status_mut() = status;
    }
}

/// What the layer below the endpoints refuses.
fn http(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    let is_method = reply.status() == StatusCode::METHOD_NOT_ALLOWED;
    if is_method && issuer.reads(Reading::MethodNotFound) {
        problem(reply, StatusCode::NOT_FOUND);
        reply.headers_mut().remove(ALLOW);
    }
    if is_method && issuer.reads(Reading::MethodNotImplemented) && *request.method() != Method::GET
    {
        problem(reply, StatusCode::NOT_IMPLEMENTED);
        reply.headers_mut().remove(ALLOW);
    }
    let is_too_large = reply.status() == StatusCode::PAYLOAD_TOO_LARGE;
    if is_too_large && issuer.reads(Reading::BodyLimit400) {
        problem(reply, StatusCode::BAD_REQUEST);
    }
    if issuer.reads(Reading::EmptyHttpRefusals) {
        *reply.body_mut() = Bytes::new();
        reply.headers_mut().remove(CONTENT_TYPE);
    }
    if issuer.reads(Reading::JsonHttpRefusals) {
        let body = json!({ "error": "invalid_request", "error_description": "refused" });
        let status = reply.status();
        set_body(reply, &body, reply::JSON);
        *reply.status_mut() = status;
    }
}

/// The answer to OPTIONS.
pub(crate) fn options(issuer: &Issuer, route: &Route, reply: &mut Reply) {
    if issuer.reads(Reading::Options200) {
        *reply.status_mut() = StatusCode::OK;
    }
    if issuer.reads(Reading::OptionsRefused) {
        *reply = reply::problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "OPTIONS is not allowed here",
        );
        let allow = HeaderValue::from_static(route.allow());
        reply.headers_mut().insert(ALLOW, allow);
    }
}

/// Puts another code and status on an error object, or makes one of a problem document.
fn code(reply: &mut Reply, status: StatusCode, error: &str) {
    let old: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    let text = old.get("error_description").cloned();
    let text = text.unwrap_or_else(|| "the request was refused".into());
    set_body(
        reply,
        &json!({ "error": error, "error_description": text }),
        reply::JSON,
    );
    *reply.status_mut() = status;
}

/// Makes a problem document of a refusal, with the headers that it has.
fn problem(reply: &mut Reply, status: StatusCode) {
    let made = reply::problem(status, "the request was refused");
    *reply.status_mut() = status;
    if let Some(kind) = made.headers().get(CONTENT_TYPE) {
        reply.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    *reply.body_mut() = made.into_body();
}

/// A page for people in place of a redirection or a document.
fn page(reply: &mut Reply, status: StatusCode) {
    *reply = reply::with_type(
        status,
        "text/html; charset=utf-8",
        "<!doctype html><title>Refused</title><p>This request cannot be granted.",
    );
}

/// Another code in a redirection; what is no redirection stays as it is.
fn redirect_code(reply: &mut Reply, error: &str) {
    let location = reply.headers().get(LOCATION);
    let Some((uri, query)) = location
        .and_then(|location| location.to_str().ok()?.rsplit_once('?'))
        .map(|(uri, query)| (uri.to_owned(), query.to_owned()))
    else {
        return;
    };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| match &*name {
            "error" => (name.into_owned(), error.to_owned()),
            _ => (name.into_owned(), value.into_owned()),
        })
        .collect();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if let Ok(location) = HeaderValue::try_from(redirect::location(&uri, &pairs)) {
        reply.headers_mut().insert(LOCATION, location);
    }
}

fn set_body(reply: &mut Reply, body: &Value, kind: &'static str) {
    *reply.body_mut() = body.to_string().into();
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
}
