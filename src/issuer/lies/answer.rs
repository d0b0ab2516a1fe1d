//! The shapes of answers: what is served once an endpoint has done its work.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderValue, Request, StatusCode};
use serde_json::{Value, json};

use super::leak;
use crate::issuer::catalogue::REQUIRED;
use crate::issuer::defect::Defect;
use crate::issuer::randomness::uuid;
use crate::issuer::reply::{RefusedAt, Reply};
use crate::issuer::route::Route;
use crate::issuer::service::Issuer;
use crate::issuer::verifiable_credential;

/// Changes an answer as the defects of the issuer want it.
pub(crate) fn change(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    if !issuer.is_buggy() {
        return;
    }
    let route = Route::find(&issuer.prefix, None, request.uri().path());
    if reply.status().as_u16() >= 400 {
        if issuer.lies(Defect::ConnectionsRunOut) {
            issuer.memory().count("connections");
        }
        change_problem(issuer, reply);
    }
    let is_success = reply.status() == StatusCode::OK;
    match route {
        Some(Route::Credential) if is_success => credential(issuer, request, reply),
        Some(Route::CredentialDeferred) if is_success => deferred(issuer, reply),
        Some(Route::Token) if is_success => token(issuer, reply),
        Some(Route::Credential | Route::CredentialDeferred | Route::Token) => {
            leak::tell(issuer, request, reply);
            refusal(issuer, route == Some(Route::Token), reply);
        }
        Some(Route::Offer(_)) if is_success => offer(issuer, reply),
        Some(Route::RequestUri(_)) if is_success && issuer.lies(Defect::RequestServedAsText) => {
            set_type(reply, "text/plain; charset=utf-8");
        }
        Some(Route::IssuerMetadata | Route::AuthMetadata | Route::IssuerJwks) if is_success => {
            metadata(issuer, reply);
        }
        _ => {}
    }
}

fn credential(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    edit(reply, |body| {
        if body.get("credential").is_none() {
            return;
        }
        if issuer.lies(Defect::CredentialInQuotes) {
            body["credential"] = json!(body["credential"].to_string());
        }
        if issuer.lies(Defect::CredentialNull) && body["format"] == "jwt_vc_json" {
            body["credential"] = Value::Null;
        }
        if issuer.lies(Defect::CredentialAndAcceptanceToken) {
            body["acceptance_token"] = json!(uuid(issuer.randomness()));
        }
        if issuer.lies(Defect::FormatNotEchoed) {
            body["format"] = json!("jwt_vc");
        }
        if issuer.lies(Defect::FormatMissing) {
            remove(body, "format");
        }
        if issuer.lies(Defect::AnswerCachedByTypes) {
            let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let key = format!("answer to {} {}", asked["format"], asked["types"]);
            let first = issuer.memory().first(&key, &body.to_string());
            *body = serde_json::from_str(&first).unwrap_or_default();
        }
    });
    if issuer.lies(Defect::SuccessIs201) {
        *reply.status_mut() = StatusCode::CREATED;
    }
    if issuer.lies(Defect::CredentialAsText) {
        set_type(reply, "text/plain; charset=utf-8");
    }
    if issuer.lies(Defect::JsonWithBraceMore) {
        let body = [reply.body(), &b"}"[..]].concat();
        *reply.body_mut() = body.into();
    }
}

fn deferred(issuer: &Issuer, reply: &mut Reply) {
    if issuer.lies(Defect::DeferredWithoutFormat) {
        edit(reply, |body| remove(body, "format"));
    }
}

fn token(issuer: &Issuer, reply: &mut Reply) {
    edit(reply, |body| {
        if issuer.lies(Defect::CNonceMissing) {
            remove(body, "c_nonce");
        }
        if issuer.lies(Defect::CNonceDiffers) {
            body["c_nonce"] = json!(uuid(issuer.randomness()));
        }
        if issuer.lies(Defect::ExpiresInAsText) {
            body["expires_in"] = json!(body["expires_in"].to_string());
        }
        if issuer.lies(Defect::ExpiresInMilliseconds) {
            body["expires_in"] = json!(86_400_000);
        }
        if issuer.lies(Defect::TokenTypeMissing) {
            remove(body, "token_type");
        }
    });
    if issuer.lies(Defect::TokenResponseStored) {
        reply.headers_mut().remove(CACHE_CONTROL);
        reply.headers_mut().remove(PRAGMA);
    }
}

fn offer(issuer: &Issuer, reply: &mut Reply) {
    const PRE_AUTHORISED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    edit(reply, |offer| {
        if issuer.lies(Defect::OfferNamesTheServer) {
            offer["credential_issuer"] = json!(issuer.auth_url());
        }
        if issuer.lies(Defect::OfferWithTwoGrants) {
            let code = offer["grants"][PRE_AUTHORISED]["pre-authorized_code"].clone();
            offer["grants"]["authorization_code"] = json!({ "issuer_state": code });
        }
        if issuer.lies(Defect::OfferedTypeNotInMetadata)
            && let Some(types) = offer["credentials"][0]["types"].as_array_mut()
        {
            types.push(json!("CTWalletPilot"));
        }
    });
}

fn metadata(issuer: &Issuer, reply: &mut Reply) {
    edit(reply, |document| {
        let with_slash = |url: &Value| json!(format!("{}/", url.as_str().unwrap_or_default()));
        if document.get("credential_issuer").is_some() {
            if issuer.lies(Defect::MetadataIssuerWithSlash) {
                document["credential_issuer"] = with_slash(&document["credential_issuer"]);
            }
            if issuer.lies(Defect::DeferredEndpointElsewhere) {
                let elsewhere = format!("{}/credential_deferred", issuer.auth_url());
                document["deferred_credential_endpoint"] = json!(elsewhere);
            }
            if issuer.lies(Defect::MetadataTypesIncomplete)
                && let Some(types) = document["credentials_supported"][0]["types"].as_array_mut()
            {
                types.retain(|name| name != REQUIRED[1]);
            }
        }
        if document.get("issuer").is_some() && issuer.lies(Defect::ServerMetadataIssuerWithSlash) {
            document["issuer"] = with_slash(&document["issuer"]);
        }
        if document.get("keys").is_some() && issuer.lies(Defect::PrivateKeyPublished) {
            document["keys"][0]["d"] = issuer.issuer_key().private_jwk()["d"].clone();
        }
        if document.get("keys").is_some() && issuer.lies(Defect::KeyIdIsNoThumbprint) {
            document["keys"][0]["kid"] = json!("key-1");
        }
    });
}

fn refusal(issuer: &Issuer, is_token: bool, reply: &mut Reply) {
    let step = reply.extensions().get::<RefusedAt>().map_or("", |at| at.0);
    let number: u32 = step.parse().unwrap_or_default();
    let is_of_proof = number >= 12;
    edit(reply, |body| {
        if body.get("error").is_none() {
            return;
        }
        if issuer.lies(Defect::CodesInUpperCase) {
            let code = body["error"].as_str().unwrap_or_default();
            body["error"] = json!(code.to_ascii_uppercase());
        }
        if issuer.lies(Defect::BadNonceIsInvalidNonce) && step == "14" {
            body["error"] = json!("invalid_nonce");
        }
        if issuer.lies(Defect::BadProofIsInvalidRequest) && is_of_proof {
            body["error"] = json!("invalid_request");
        }
        if issuer.lies(Defect::EmptyErrorDescription) {
            body["error_description"] = json!("");
        }
        if issuer.lies(Defect::ErrorDescriptionUnescaped) {
            body["error_description"] = json!("Unexpected value for \"kid\"");
        }
        if issuer.lies(Defect::ErrorInAList) {
            body["error"] = json!([body["error"]]);
        }
        if issuer.lies(Defect::RefusalWithCredential) && is_of_proof {
            let signed = verifiable_credential::sign(issuer, &REQUIRED, &issuer.issuer_did);
            body["credential"] = json!(signed.unwrap_or_default());
        }
        if issuer.lies(Defect::RefusalIsAString) && is_token {
            *body = body["error_description"].take();
        }
    });
    if issuer.lies(Defect::RefusalIsHtml) && !is_token {
        set_type(reply, "text/html; charset=utf-8");
        *reply.body_mut() = "<html><body><h1>Bad Request</h1></body></html>".into();
    }
    if issuer.lies(Defect::EveryRefusalIs401) && (number == 10 || is_of_proof) {
        *reply.status_mut() = StatusCode::UNAUTHORIZED;
    }
    if issuer.lies(Defect::RefusalIs200) && !is_token {
        *reply.status_mut() = StatusCode::OK;
    }
}

fn change_problem(issuer: &Issuer, reply: &mut Reply) {
    let declared = reply.headers().get(CONTENT_TYPE);
    let is_problem =
        declared.is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"));
    if is_problem {
        edit(reply, |problem| {
            if issuer.lies(Defect::ProblemStatusDiffers) {
                problem["status"] = json!(500);
            }
            if issuer.lies(Defect::ProblemWithoutTitle) {
                remove(problem, "title");
            }
        });
    }
    if issuer.lies(Defect::MethodNotAllowedWithoutAllow)
        && reply.status() == StatusCode::METHOD_NOT_ALLOWED
    {
        reply.headers_mut().remove(ALLOW);
    }
}

/// Changes a body of JSON; others stay as they are, and so does one that is not changed.
pub(super) fn edit(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    let Ok(before) = serde_json::from_slice::<Value>(reply.body()) else {
        return;
    };
    let mut after = before.clone();
    change(&mut after);
    if after != before {
        *reply.body_mut() = after.to_string().into();
    }
}

fn remove(body: &mut Value, name: &str) {
    if let Some(members) = body.as_object_mut() {
        members.remove(name);
    }
}

fn set_type(reply: &mut Reply, name: &'static str) {
    let value = HeaderValue::from_static(name);
    reply.headers_mut().insert(CONTENT_TYPE, value);
}
