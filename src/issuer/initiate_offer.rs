//! `GET /issuer-mock/initiate-credential-offer`: a holder wallet asks for an offer (EBSI conformance v3, credential offer).

use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::catalogue::{CredentialType, offered};
use super::did::is_jwk_did_key;
use super::offer;
use super::reply::{self, Refusal, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer, query: &str) -> Reply {
    let asked = match Asked::parse(query) {
        Ok(asked) => asked,
        Err(faults) => return reply::problem(StatusCode::BAD_REQUEST, json!(faults).to_string()),
    };
    let mut reply = match offer::create(issuer, asked.credential_type, &asked.client_id) {
        Ok(url) => deliver(&asked, &url),
        Err(_) => Refusal::Internal.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}

/// The wallet on the same device is called by a redirect; for one on another device somebody shows the URI, as a QR code.
fn deliver(asked: &Asked, offer_url: &str) -> Reply {
    let uri = format!(
        "{}?credential_offer_uri={}",
        asked.endpoint,
        utf8_percent_encode(offer_url, URI_COMPONENT)
    );
    if !asked.credential_type.is_same_device() {
        return reply::with_type(StatusCode::OK, reply::TEXT, uri);
    }
    let Ok(location) = HeaderValue::try_from(uri) else {
        return Refusal::Internal.into_reply();
    };
    let mut reply = reply::empty(StatusCode::FOUND);
    reply.headers_mut().insert(LOCATION, location);
    reply
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
    fn parse(query: &str) -> Result<Self, Vec<String>> {
        let parameters: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        // A parameter that stands twice is an array to the recorded server, so it is no string.
        let single = |name: &str| {
            let mut values = parameters
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.clone());
            match (values.next(), values.next()) {
                (None, _) => Parameter::Absent,
                (Some(value), None) => Parameter::Once(value),
                (Some(_), Some(_)) => Parameter::Repeated,
            }
        };
        let mut faults = Vec::new();
        let credential_type = match single("credential_type") {
            Parameter::Once(name) => offered().find(|known| known.name == name),
            _ => None,
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
        let endpoint = match single("credential_offer_endpoint") {
            Parameter::Absent => Some(DEFAULT_ENDPOINT.to_owned()),
            Parameter::Once(endpoint) => Some(endpoint).filter(|endpoint| is_endpoint(endpoint)),
            Parameter::Repeated => None,
        };
        if endpoint.is_none() {
            faults.push("credential_offer_endpoint must be a valid endpoint".to_owned());
        }
        let client_id = match single("client_id") {
            Parameter::Once(did) => Some(did).filter(|did| is_jwk_did_key(did)),
            _ => None,
        };
        if client_id.is_none() {
            faults.push("client_id must be a valid DID using the key DID method".to_owned());
        }
        match (credential_type, client_id, endpoint) {
            (Some(credential_type), Some(client_id), Some(endpoint)) => Ok(Self {
                credential_type,
                client_id,
                endpoint,
            }),
            _ => Err(faults),
        }
    }
}

/// How often a parameter stands in a query.
enum Parameter {
    Absent,
    Once(String),
    Repeated,
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
