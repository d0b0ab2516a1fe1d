//! The pre-authorised code of an offer (OpenID4VCI draft 11 §6.1), which every error calls an invalid request.

use std::borrow::Cow;

use serde_json::Value;

use super::TokenResponse;
use crate::issuer::access_token::{self, Grant};
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::lies;
use crate::issuer::pin::user_pin;
use crate::issuer::reading::{self, Reading};
use crate::issuer::reply::{Refusal, Refused};
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// Redeems a pre-authorised code. Nothing is remembered of a code that is refused.
pub(super) fn redeem(issuer: &Issuer, form: &Form) -> Result<TokenResponse, Refused> {
    let text = form.string("pre-authorized_code").map_err(absent)?;
    let pin = match form.string("user_pin") {
        Err(_) if issuer.lies(Defect::PinOptional) => None,
        pin => Some(pin.map_err(absent)?),
    };
    let mut code = Jws::new(text);
    let is_decodable = code.decode_header().is_some() && code.decode_payload().is_some();
    if !is_decodable {
        return Err(invalid_code("can't decode JWT"));
    }
    let claim = |name: &str| code.payload.get(name).and_then(Value::as_str);
    let client_id = claim("client_id").ok_or_else(|| invalid_code("client_id is missing"))?;
    let details = authorization_details(&code)?;
    let code_issuer = claim("iss").ok_or_else(|| invalid_code("iss is missing"))?;
    if !issuer.lies(Defect::PreAuthorisedCodeUnsigned) {
        verify_signature(issuer, &code, code_issuer)?;
    }
    let expected = user_pin(client_id);
    if pin != Some(expected.as_str()) && !lies::token::pin_passes(issuer, pin, &expected) {
        return Err(Refusal::invalid_request("Invalid PIN").at("token-pin"));
    }
    if issuer.lies(Defect::PinOfTheLastHolder) && pin == Some(expected.as_str()) {
        issuer.memory().swap("last good PIN", &expected);
    }
    reading::request::token_request(issuer, form, client_id)?;
    let (identity, expires) = redeemed(&code);
    let is_first = issuer.store().redeem(identity, expires, issuer.now());
    if !is_first && !issuer.reads(Reading::PreAuthorisedCodeReusable) {
        return Err(bad_code("the pre-authorised code has already been used"));
    }
    let client_id = lies::token::client_id(issuer, form).unwrap_or(client_id);
    let believed = lies::token::details(issuer, form);
    let grant = Grant {
        client_id,
        subject: client_id,
        details: believed.as_deref().unwrap_or(details),
        nonce: None,
    };
    access_token::mint(issuer, &grant).map_err(|_| Refusal::Internal.at(CODE))
}

/// What a redeemed code is remembered by, and until when, in seconds since the Unix epoch.
pub(in crate::issuer) fn redeemed(code: &Jws) -> (&str, u64) {
    // The code of one offer is its `jti`; the signature would not do, because anybody can turn an ECDSA signature into a second one.
    let jti = code.payload.get("jti").and_then(Value::as_str);
    let expires = code.payload.get("exp").and_then(Value::as_u64);
    (
        jti.unwrap_or(code.encoded_payload()),
        expires.unwrap_or(u64::MAX),
    )
}

fn authorization_details(code: &Jws) -> Result<&[Value], Refused> {
    let details = code
        .payload
        .get("authorization_details")
        .ok_or_else(|| invalid_code("authorization_details is missing"))?;
    let mut issues = Issues::default();
    Object::root(&code.payload).authorization_details(&mut issues, "authorization_details");
    issues
        .into_result("")
        .map_err(|_| invalid_code("invalid authorization_details"))?;
    Ok(details.as_array().map(Vec::as_slice).unwrap_or_default())
}

fn verify_signature(issuer: &Issuer, code: &Jws, code_issuer: &str) -> Result<(), Refused> {
    let kid = code
        .header
        .get("kid")
        .and_then(Value::as_str)
        .ok_or_else(|| invalid_code("kid is missing"))?;
    let key = issuer.issuer_key();
    let verified = if kid != key.kid() {
        Err(format!("no keys found for kid {kid}"))
    } else if code_issuer != issuer.issuer_url() {
        Err("unexpected \"iss\" claim value".to_owned())
    } else {
        code.verify(key.public(), issuer.signatures(), issuer.now())
    };
    verified.map_err(|message| {
        bad_code(format!(
            "error while verifying the signature of pre-authorized_code: {message}"
        ))
    })
}

fn absent(description: String) -> Refused {
    Refusal::invalid_request(description).at("token-parameters")
}

fn invalid_code(reason: &str) -> Refused {
    bad_code(format!("invalid pre-authorised code: {reason}"))
}

fn bad_code(description: impl Into<Cow<'static, str>>) -> Refused {
    Refusal::invalid_request(description).at(CODE)
}

const CODE: &str = "token-code";
