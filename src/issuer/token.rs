//! `POST /auth-mock/token` with a pre-authorised code (EBSI conformance v3, token endpoint).

use bytes::Bytes;
use http::{HeaderValue, Request, header::PRAGMA};
use serde::Serialize;
use serde_json::Value;

use super::access_token;
use super::jws::Jws;
use super::media_type;
use super::pin::user_pin;
use super::reply::{self, Refusal, Reply};
use super::schema::{Issues, Object};
use super::service::Issuer;

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
        Err(refusal) => refusal.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
        .headers_mut()
        .insert(PRAGMA, HeaderValue::from_static("no-cache"));
    reply
}

fn respond(issuer: &Issuer, request: &Request<Bytes>) -> Result<TokenResponse, Refusal> {
    if !media_type::is_form(request.headers()) {
        return Err(Refusal::invalid_request(
            "Content-type must be application/x-www-form-urlencoded",
        ));
    }
    let form = Form::parse(request.body());
    match form.get("grant_type") {
        Some(PRE_AUTHORISED_CODE) => redeem(issuer, &form),
        Some(AUTHORISATION_CODE) => Err(Refusal::invalid_request(
            "the authorization_code grant is not offered by this server",
        )),
        _ => Err(Refusal::invalid_request(format!(
            "grant_type must be one of the following values: {AUTHORISATION_CODE}, {PRE_AUTHORISED_CODE}"
        ))),
    }
}

/// Redeems a pre-authorised code. Nothing is remembered of a code that is refused.
fn redeem(issuer: &Issuer, form: &Form) -> Result<TokenResponse, Refusal> {
    let text = form.string("pre-authorized_code")?;
    let pin = form.string("user_pin")?;
    let mut code = Jws::new(text);
    let is_decodable = code.decode_header().is_some() && code.decode_payload().is_some();
    if !is_decodable {
        return Err(invalid_code("can't decode JWT"));
    }
    let claim = |name: &str| code.payload.get(name).and_then(Value::as_str);
    let client_id = claim("client_id").ok_or_else(|| invalid_code("client_id is missing"))?;
    let details = authorization_details(&code)?;
    let code_issuer = claim("iss").ok_or_else(|| invalid_code("iss is missing"))?;
    verify_signature(issuer, &code, code_issuer)?;
    if pin != user_pin(client_id) {
        return Err(Refusal::invalid_request("Invalid PIN"));
    }
    // The code of one offer is its `jti`; the signature would not do, because anybody can turn an ECDSA signature into a second one.
    let identity = claim("jti").unwrap_or(code.encoded_payload());
    let expires = code
        .payload
        .get("exp")
        .and_then(Value::as_u64)
        .unwrap_or(u64::MAX);
    if !issuer.store().redeem(identity, expires, issuer.now()) {
        return Err(Refusal::invalid_request(
            "the pre-authorised code has already been used",
        ));
    }
    access_token::mint(issuer, client_id, details).map_err(|_| Refusal::Internal)
}

fn authorization_details(code: &Jws) -> Result<&[Value], Refusal> {
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

fn verify_signature(issuer: &Issuer, code: &Jws, code_issuer: &str) -> Result<(), Refusal> {
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
        Refusal::invalid_request(format!(
            "error while verifying the signature of pre-authorized_code: {message}"
        ))
    })
}

fn invalid_code(reason: &str) -> Refusal {
    Refusal::invalid_request(format!("invalid pre-authorised code: {reason}"))
}

/// A form body; members that are not asked for are ignored.
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The value of a member that stands exactly once.
    fn get(&self, name: &str) -> Option<&str> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    fn string(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::invalid_request(format!("{name} must be a string")))
    }
}

const AUTHORISATION_CODE: &str = "authorization_code";
const PRE_AUTHORISED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
