//! Targets whose input stands for one part of an otherwise valid request. Placeholders in an input,
//! such as `{access_token}`, stand for live values of the session.
//!
//! None may panic, draw a server error or an answer of another shape, and none may be accepted that
//! the target's own, much simpler check refuses.

use std::collections::HashMap;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{HeaderName, Method, Request, Response, Uri};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};

use super::decode::jwk_of_did_key;
use super::ready::{self, Reached, Ready};
use crate::case::Endpoint;
use crate::profile::EBSI_V3;
use crate::transcript::{Compact, Context, Exchange, Redirect};

const PRE_AUTHORISED: &str = "CTWalletCrossPreAuthorisedInTime";
const BY_ID_TOKEN: &str = "CTWalletSameAuthorisedInTime";

/// The largest header section that is read, in fields.
const MOST_HEADERS: usize = 32;

/// A whole HTTP/1.1 request, to whatever path it names.
///
/// # Panics
/// An answer breaks a rule that holds whatever was sent.
pub fn http_bytes(data: &[u8]) -> Reached {
    ready::with(Endpoint::Credential, PRE_AUTHORISED, |ready| {
        let Some(request) = parse_request(&ready.filled(data), ready.bench.context()) else {
            return Reached::Nothing;
        };
        let endpoint = endpoint_of(request.uri(), ready.bench.context());
        let response = ready.send(endpoint, request);
        match endpoint {
            Endpoint::IssuerMetadata
            | Endpoint::IssuerJwks
            | Endpoint::AuthMetadata
            | Endpoint::AuthJwks => Reached::Refusal,
            _ => reached(&response),
        }
    })
}

/// The body of a credential request, under a valid access token. `{proof}` stands for a valid proof.
///
/// # Panics
/// As [`http_bytes`]; or a body is accepted that does not ask for what the token is for, with the
/// session's proof.
pub fn credential_body(data: &[u8]) -> Reached {
    ready::with(Endpoint::Credential, PRE_AUTHORISED, |ready| {
        let proof = proof_of(ready);
        let body = String::from_utf8_lossy(data).replace("{proof}", &proof);
        let body = if std::str::from_utf8(data).is_ok() {
            ready.filled(body.as_bytes())
        } else {
            data.to_vec()
        };
        let response = ready.send(Endpoint::Credential, with_body(ready, body.clone()));
        if response.status().is_success() {
            let asked: Value = serde_json::from_slice(&without_surrogates(&body))
                .expect("what was accepted is JSON");
            let types = asked["types"]
                .as_array()
                .expect("what was accepted has types");
            assert!(types.iter().any(|name| name == PRE_AUTHORISED), "{asked}");
            assert_eq!(asked["proof"]["jwt"], Value::String(proof), "{asked}");
            assert_eq!(asked["proof"]["proof_type"], "jwt", "{asked}");
        }
        reached(&response)
    })
}

/// A JSON text with another character in place of each escaped surrogate. One by itself is allowed (RFC 8259, 8.2), but the
/// parser that reads the text after the issuer refuses it.
fn without_surrogates(json: &[u8]) -> Vec<u8> {
    let mut out = json.to_vec();
    let mut at = 0;
    while let Some(escape) = out.get_mut(at..at + 6) {
        let is_surrogate = escape.starts_with(b"\\u")
            && escape[2].eq_ignore_ascii_case(&b'd')
            && matches!(escape[3].to_ascii_lowercase(), b'8' | b'9' | b'a'..=b'f');
        if is_surrogate {
            escape[2..].copy_from_slice(b"fffd");
        }
        // Whatever an escape escapes begins none.
        at += if escape[0] == b'\\' { 2 } else { 1 };
    }
    out
}

/// The compact JWS of the proof.
///
/// # Panics
/// As [`http_bytes`]; or a proof is accepted that another verifier refuses.
pub fn proof_jwt(data: &[u8]) -> Reached {
    ready::with(Endpoint::Credential, PRE_AUTHORISED, |ready| {
        let proof = String::from_utf8_lossy(data).replace("{proof}", &proof_of(ready));
        let mut body = body_of(ready);
        body["proof"]["jwt"] = Value::String(proof.clone());
        let body = body.to_string().into_bytes();
        let response = ready.send(Endpoint::Credential, with_body(ready, body));
        if response.status().is_success() {
            assert!(is_proof(&proof, ready), "{proof} was accepted");
        }
        reached(&response)
    })
}

/// The access token of a credential request.
///
/// # Panics
/// As [`http_bytes`]; or another token than the session's is accepted.
pub fn access_token(data: &[u8]) -> Reached {
    ready::with(Endpoint::Credential, PRE_AUTHORISED, |ready| {
        // White space around it is no part of a header's value (RFC 9110, 5.5): a server does not see it.
        let scheme_and_token = [b"Bearer ", &ready.filled(data)[..]].concat();
        let scheme_and_token = scheme_and_token.trim_ascii();
        let Ok(value) = HeaderValue::from_bytes(scheme_and_token) else {
            return Reached::Nothing;
        };
        let mut request = ready.outgoing.request.clone();
        let own = request.headers_mut().insert(AUTHORIZATION, value.clone());
        let response = ready.send(Endpoint::Credential, request);
        if response.status().is_success() {
            assert_eq!(Some(value), own, "another token was accepted");
        }
        reached(&response)
    })
}

/// The form of a token request.
///
/// # Panics
/// As [`http_bytes`]; or a form is accepted without the code, the PIN or the grant type.
pub fn token_form(data: &[u8]) -> Reached {
    form(data, Endpoint::Token, PRE_AUTHORISED, |sent, own| {
        ["grant_type", "pre-authorized_code", "user_pin"]
            .iter()
            .all(|name| sent.get(*name) == own.get(*name))
    })
}

/// The form that a wallet posts with its ID token.
///
/// # Panics
/// As [`http_bytes`]; or a form is accepted without the session's ID token and state.
pub fn direct_post_form(data: &[u8]) -> Reached {
    form(data, Endpoint::DirectPost, BY_ID_TOKEN, |sent, own| {
        ["id_token", "state"]
            .iter()
            .all(|name| sent.get(*name) == own.get(*name))
    })
}

/// The query of an authorization request.
///
/// # Panics
/// As [`http_bytes`]; or a query is accepted that lacks a client or a code challenge, or that is of another
/// client than its `issuer_state`.
pub fn authorize_query(data: &[u8]) -> Reached {
    ready::with(Endpoint::Authorize, BY_ID_TOKEN, |ready| {
        let own = ready.outgoing.request.uri();
        let parameters = |query: &str| -> HashMap<String, String> {
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect()
        };
        let known = parameters(own.query().unwrap_or_default());
        let text = String::from_utf8_lossy(data);
        let query = fill_parameters(&text, &known);
        let uri = format!(
            "{}?{query}",
            own.to_string().split('?').next().unwrap_or_default()
        );
        let Ok(uri) = uri.parse::<Uri>() else {
            return Reached::Nothing;
        };
        let mut request = ready.outgoing.request.clone();
        *request.uri_mut() = uri;
        let response = ready.send(Endpoint::Authorize, request);
        let redirect = response
            .headers()
            .get("location")
            .and_then(|to| to.to_str().ok());
        let is_accepted = redirect
            .map(Redirect::parse)
            .is_some_and(|to| to.parameter("error").is_none());
        if is_accepted {
            let sent = parameters(&query);
            for name in ["client_id", "code_challenge", "response_type"] {
                assert!(sent.contains_key(name), "{query} was accepted");
            }
            let is_own = |name: &str| sent.get(name) == known.get(name);
            assert!(
                !is_own("issuer_state") || is_own("client_id"),
                "{query} was accepted"
            );
            return Reached::Acceptance;
        }
        Reached::Refusal
    })
}

/// A form to an endpoint; `is_right` is shown what was sent and what the session would send. A member
/// of the session's own form, in braces, stands for its value.
fn form(
    data: &[u8],
    endpoint: Endpoint,
    credential_type: &str,
    is_right: impl FnOnce(&HashMap<String, String>, &HashMap<String, String>) -> bool,
) -> Reached {
    ready::with(endpoint, credential_type, |ready| {
        let parse = |bytes: &[u8]| -> HashMap<String, String> {
            form_urlencoded::parse(bytes).into_owned().collect()
        };
        let own = parse(ready.outgoing.request.body());
        let text = String::from_utf8_lossy(data);
        let body = fill_parameters(&text, &own).into_bytes();
        let response = ready.send(endpoint, with_body(ready, body.clone()));
        let request = with_body(ready, body.clone());
        let exchange = Exchange::new(endpoint, request, Ok(response));
        if exchange.is_accepted() {
            assert!(is_right(&parse(&body), &own), "{text} was accepted");
            return Reached::Acceptance;
        }
        Reached::Refusal
    })
}

/// `text` with `{name}` replaced by the value of that parameter, encoded.
fn fill_parameters(text: &str, own: &HashMap<String, String>) -> String {
    own.iter().fold(text.to_owned(), |text, (name, value)| {
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        text.replace(&format!("{{{name}}}"), &encoded)
    })
}

fn reached(response: &Response<Bytes>) -> Reached {
    if response.status().is_success() {
        Reached::Acceptance
    } else {
        Reached::Refusal
    }
}

fn with_body(ready: &Ready, body: Vec<u8>) -> Request<Bytes> {
    ready.outgoing.request.clone().map(|_| Bytes::from(body))
}

fn body_of(ready: &Ready) -> Value {
    serde_json::from_slice(ready.outgoing.request.body()).unwrap_or_else(|_| json!({}))
}

fn proof_of(ready: &Ready) -> String {
    let jwt = &body_of(ready)["proof"]["jwt"];
    jwt.as_str().unwrap_or_default().to_owned()
}

/// Whether another verifier finds a proof in order: with the key inside the holder's DID, by another
/// implementation of ECDSA than the issuer's.
fn is_proof(text: &str, ready: &Ready) -> bool {
    let facts = ready.facts();
    let Some(jws) = Compact::parse(text) else {
        return false;
    };
    let fragment = facts.holder.rsplit(':').next().unwrap_or_default();
    let header = |name: &str| jws.header.get(name).and_then(Value::as_str);
    let is_header_right = header("typ") == Some(EBSI_V3.proof_typ)
        && header("alg") == Some("ES256")
        && header("kid") == Some(&format!("{}#{fragment}", facts.holder));
    let audience = jws.claim("/aud");
    let issuer = Value::from(ready.bench.context().issuer.as_str());
    let is_audience_right = audience == Some(&issuer)
        || audience
            .and_then(Value::as_array)
            .is_some_and(|all| all.contains(&issuer));
    let are_claims_right = is_audience_right
        && jws.text_claim("/iss") == Some(&facts.client_id)
        && jws.text_claim("/nonce") == facts.c_nonce.as_deref()
        && jws.claim("/iat").is_some_and(Value::is_number);
    is_header_right && are_claims_right && verifies(&jws, &facts.holder)
}

fn verifies(jws: &Compact, did: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let key = jwk_of_did_key(did).and_then(|jwk| {
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok();
        let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
        VerifyingKey::from_sec1_bytes(&point).ok()
    });
    let signature = jws
        .text
        .rsplit('.')
        .next()
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
        .and_then(|bytes| Signature::from_slice(&bytes).ok());
    key.zip(signature).is_some_and(|(key, signature)| {
        key.verify(jws.signing_input.as_bytes(), &signature).is_ok()
    })
}

/// A request in the form in which it goes over the wire; `None` if it is none that a server would
/// hand on.
fn parse_request(data: &[u8], context: &Context) -> Option<Request<Bytes>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(end) = head.parse(data).ok()? else {
        return None;
    };
    let origin = context
        .issuer
        .split('/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/");
    let mut request = Request::new(Bytes::copy_from_slice(&data[end..]));
    *request.method_mut() = head.method?.parse::<Method>().ok()?;
    *request.uri_mut() = format!("{origin}{}", head.path?).parse().ok()?;
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        request
            .headers_mut()
            .append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    Some(request)
}

/// The endpoint that a path belongs to; those that are unknown are judged as the credential endpoint.
fn endpoint_of(uri: &Uri, context: &Context) -> Endpoint {
    let is_at = |url: &str| Uri::try_from(url).is_ok_and(|known| known.path() == uri.path());
    let at = |path: &str| is_at(&format!("{}{path}", context.issuer));
    let auth = |path: &str| is_at(&format!("{}{path}", context.auth_server));
    match () {
        () if is_at(&context.token_endpoint) => Endpoint::Token,
        () if context.deferred_endpoint.as_deref().is_some_and(is_at) => Endpoint::Deferred,
        () if context.authorization_endpoint.as_deref().is_some_and(is_at) => Endpoint::Authorize,
        () if is_at(&context.direct_post_endpoint()) => Endpoint::DirectPost,
        () if at("/.well-known/openid-credential-issuer") => Endpoint::IssuerMetadata,
        () if at("/jwks") => Endpoint::IssuerJwks,
        () if auth("/jwks") => Endpoint::AuthJwks,
        () if auth("/.well-known/openid-configuration") => Endpoint::AuthMetadata,
        () if at("/initiate-credential-offer") => Endpoint::InitiateOffer,
        () if uri.path().contains("/offers/") => Endpoint::Offer,
        () if uri.path().contains("/request_uri/") => Endpoint::RequestUri,
        () => Endpoint::Credential,
    }
}
