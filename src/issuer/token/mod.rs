//! `POST /auth-mock/token` (RFC 6749 §3.2; EBSI conformance v3, token endpoint).
//!
//! Both grants end in the same answer. A request that is refused uses nothing up: neither a code nor an assertion. Members that
//! a grant does not name are ignored, because wallets send `client_assertion` beside PKCE, `resource`, and more.

mod authorisation_code;
mod client_assertion;
mod pre_authorised;

pub(super) use pre_authorised::redeemed;

use bytes::Bytes;
use http::{HeaderValue, Request, header::PRAGMA};
use serde::Serialize;

use super::defect::Defect;
use super::form::Form;
use super::reading::Reading;
use super::reply::{self, Refusal, Refused, Reply};
use super::service::Issuer;
use super::{lies, media_type};

/// The answer to a successful token request (RFC 6749 §5.1, OpenID4VCI draft 11 §6.2).
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: String,
    pub(crate) token_type: &'static str,
    /// Seconds.
    pub(crate) expires_in: u64,
    pub(crate) id_token: String,
    pub(crate) c_nonce: String,
    /// Seconds.
    pub(crate) c_nonce_expires_in: u64,
}

pub(crate) fn answer(issuer: &Issuer, request: &Request<Bytes>) -> Reply {
    let mut reply = match respond(issuer, request) {
        Ok(response) => reply::json(&response),
        Err(refused) => refused.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
        .headers_mut()
        .insert(PRAGMA, HeaderValue::from_static("no-cache"));
    reply
}

fn respond(issuer: &Issuer, request: &Request<Bytes>) -> Result<TokenResponse, Refused> {
    let is_form =
        media_type::is_form(request.headers()) || issuer.lies(Defect::TokenMediaTypeUnchecked);
    let is_too_much =
        issuer.lies(Defect::TokenCharsetRefused) && lies::http::has_parameter(request);
    if !is_form || is_too_much {
        let description = "Content-type must be application/x-www-form-urlencoded";
        return Err(Refusal::invalid_request(description).at("token-media-type"));
    }
    let form = Form::parse(request.body())
        .first_of_repeated(issuer.reads(Reading::RepeatedParametersFirst));
    match form
        .get("grant_type")
        .or_else(|| lies::token::grant_type(issuer, &form))
    {
        Some(PRE_AUTHORISED_CODE) => pre_authorised::redeem(issuer, &form),
        Some(AUTHORISATION_CODE) => authorisation_code::redeem(issuer, &form),
        _ => {
            let description = format!(
                "grant_type must be one of the following values: {AUTHORISATION_CODE}, {PRE_AUTHORISED_CODE}"
            );
            Err(Refusal::invalid_request(description).at("token-grant"))
        }
    }
}

const AUTHORISATION_CODE: &str = "authorization_code";
const PRE_AUTHORISED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
