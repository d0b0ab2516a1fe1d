//! `GET /issuer-mock/initiate-credential-offer`: a holder wallet asks for an offer (EBSI conformance v3, credential offer).

use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::catalogue::{CredentialType, offered};
use super::defect::Defect;
use super::did::is_jwk_did_key;
use super::form::{Form, Member};
use super::offer;
use super::reading::Reading;
use super::reply::{self, Refusal, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer, query: &str) -> Reply {
    let asked = match Asked::parse(issuer, query) {
        Ok(asked) => asked,
        Err(faults) => {
            let refusal = Refusal::problem(StatusCode::BAD_REQUEST, json!(faults).to_string());
            return refusal.at("initiate-query").into_reply();
        }
    };
    let mut reply = match offer::create(issuer, asked.credential_type, &asked.client_id) {
        Ok(url) if issuer.lies(Defect::OfferGoesToTheDefault) => {
            deliver(&asked, DEFAULT_ENDPOINT, &url)
        }
        Ok(url) => deliver(&asked, &asked.endpoint, &url),
        Err(_) => Refusal::Internal.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}

/// The wallet on the same device is called by a redirect; for one on another device somebody shows the URI, as a QR code.
fn deliver(asked: &Asked, endpoint: &str, offer_url: &str) -> Reply {
    let uri = format!(
        "{endpoint}?credential_offer_uri={}",
        utf8_percent_encode(offer_url, URI_COMPONENT)
    );
    if !asked.credential_type.is_same_device() {
        return reply::with_type(StatusCode::OK, reply::TEXT, uri);
    }
    reply::found(uri)
}

/// A well-formed query.
struct Asked {
    credential_type: &'static CredentialType,
    client_id: String,
    endpoint: String,
}

impl Asked {
    /// Reads the query; other parameters, `redirect` among them, change nothing.
    ///
    /// # Errors
    /// What is wrong, one sentence a parameter.
    fn parse(issuer: &Issuer, query: &str) -> Result<Self, Vec<String>> {
        let query = Form::parse(query.as_bytes())
            .first_of_repeated(issuer.reads(Reading::RepeatedParametersFirst));
        let mut faults = Vec::new();
        let credential_type = match query.get("credential_type") {
            Some(name) => offered().find(|known| known.name == name),
            None => None,
        };
        if credential_type.is_none() {
            let names = offered()
                .map(|known| known.name)
                .collect::<Vec<_>>()
                .join(", ");
            faults.push(format!(
                "credential_type must be one of the following values: {names}"
            ));
        }
        let endpoint = match query.member("credential_offer_endpoint") {
            Member::Absent => Some(DEFAULT_ENDPOINT),
            Member::Once(endpoint) => Some(endpoint).filter(|endpoint| is_endpoint(endpoint)),
            Member::Repeated => None,
        };
        if endpoint.is_none() {
            faults.push("credential_offer_endpoint must be a valid endpoint".to_owned());
        }
        let client_id = query
            .get("client_id")
            .filter(|did| is_jwk_did_key(did) || issuer.lies(Defect::OfferClientUnchecked));
        if client_id.is_none() {
            faults.push("client_id must be a valid DID using the key DID method".to_owned());
        }
        match (credential_type, client_id, endpoint) {
            (Some(credential_type), Some(client_id), Some(endpoint)) => Ok(Self {
                credential_type,
                client_id: client_id.to_owned(),
                endpoint: endpoint.to_owned(),
            }),
            _ => Err(faults),
        }
    }
}

/// A scheme and perhaps more: `^[a-z][a-z0-9+\-.]*:[a-z0-9+\-./@:_]*$`.
fn is_endpoint(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(plain)
        && rest
            .bytes()
            .all(|byte| plain(byte) || b"/@:_".contains(&byte))
}

const DEFAULT_ENDPOINT: &str = "openid-credential-offer://";

/// The characters that `encodeURIComponent` leaves alone.
const URI_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
