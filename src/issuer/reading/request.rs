//! What readings take from a request, or refuse in it, where one word beside the rule would not say it.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use k256::ecdsa::Signature as Secp256k1Signature;
use serde_json::{Map, Value};

use super::Reading;
use crate::issuer::base64url;
use crate::issuer::form::Form;
use crate::issuer::issues::{Issues, Kind};
use crate::issuer::jws::Jws;
use crate::issuer::reply::{Refusal, Refused};
use crate::issuer::route::Route;
use crate::issuer::service::Issuer;

/// What the HTTP layer refuses beyond what every server does.
pub(crate) fn refuse_as_http(
    issuer: &Issuer,
    route: &Route,
    request: &Request<Bytes>,
) -> Option<Refusal> {
    let headers = request.headers();
    let problem = |status, detail: &'static str| Some(Refusal::problem(status, detail));
    let has_coding = headers.contains_key(CONTENT_ENCODING);
    if has_coding && issuer.reads(Reading::CodingsRefused) {
        return problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content codings are not supported",
        );
    }
    let tokens = headers.get_all(AUTHORIZATION).iter().count();
    let in_query = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("access_token="));
    let is_twice = tokens > 1 || tokens == 1 && in_query;
    if is_twice && issuer.reads(Reading::SecondAuthorizationRefused) {
        return problem(
            StatusCode::BAD_REQUEST,
            "the token must be given in one way, and once",
        );
    }
    let has_body = !request.body().is_empty() || headers.contains_key(CONTENT_TYPE);
    if *route == Route::CredentialDeferred && has_body && issuer.reads(Reading::DeferredBodyRefused)
    {
        return problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a deferred request has no body",
        );
    }
    None
}

/// The path that is looked up.
pub(crate) fn path(issuer: &Issuer, path: &str) -> Option<String> {
    if issuer.reads(Reading::PathsLiteral) && path.contains('%') {
        return None;
    }
    if !issuer.reads(Reading::PathsNormalised) {
        return Some(path.to_owned());
    }
    let mut segments: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Ids keep their case.
    let is_id = matches!(
        segments.iter().rev().nth(1),
        Some(&"offers" | &"request_uri")
    );
    let id = if is_id { segments.pop() } else { None };
    let folder = segments.join("/").to_ascii_lowercase();
    Some(id.map_or_else(|| format!("/{folder}"), |id| format!("/{folder}/{id}")))
}

/// Whether another media type than JSON's will do, or not even JSON's; `None` where the rule decides.
pub(crate) fn media_type(issuer: &Issuer, headers: &HeaderMap) -> Option<bool> {
    let declared = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let declared = declared.to_ascii_lowercase();
    if issuer.reads(Reading::MediaTypeWithoutParameters) && declared.contains(';') {
        return Some(false);
    }
    let essence = declared.split(';').next().unwrap_or_default().trim();
    let resembles = declared.contains("application/json") || essence.ends_with("+json");
    (issuer.reads(Reading::MediaTypesLikeJson) && resembles).then_some(true)
}

/// The code and the text of draft 11 for a body that names an unknown type or format, or lacks its proof.
pub(crate) fn body(issuer: &Issuer, document: &Value) -> Result<(), Refusal> {
    let format = document.get("format");
    let names_format = format.and_then(Value::as_str);
    if issuer.reads(Reading::FormatRequired) && document.is_object() && format.is_none() {
        return Err(Refusal::invalid_request("format is required"));
    }
    let is_unknown = names_format.is_some_and(|name| !matches!(name, "jwt_vc" | "jwt_vc_json"));
    if issuer.reads(Reading::OneFormat) && names_format == Some("jwt_vc_json")
        || issuer.reads(Reading::Draft11Codes) && is_unknown
    {
        return Err(bad_request("unsupported_credential_format"));
    }
    let mut types = document.get("types").and_then(Value::as_array).into_iter();
    let names_unknown = types.any(|types| {
        let mut types = types.iter().filter_map(Value::as_str);
        types.any(|name| crate::issuer::catalogue::known_name(name).is_none())
    });
    if issuer.reads(Reading::Draft11Codes) && names_unknown {
        return Err(bad_request("unsupported_credential_type"));
    }
    let lacks_proof = document.is_object() && document.get("proof").is_none();
    if issuer.reads(Reading::MissingProofCode) && lacks_proof {
        return Err(Refusal::invalid_proof("the proof is missing"));
    }
    Ok(())
}

fn bad_request(error: &'static str) -> Refusal {
    Refusal::OAuth {
        status: StatusCode::BAD_REQUEST,
        error,
        description: "the types or the format are not supported".into(),
    }
}

/// Refuses JSON that a strict parser does not take.
pub(crate) fn json(issuer: &Issuer, bytes: &[u8]) -> Result<(), Refusal> {
    if !issuer.reads(Reading::JsonStrict) {
        return Ok(());
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let is_fine = serde_json::from_str::<Value>(text).is_ok_and(|value| depth(&value) <= 64);
    if is_fine && !text.ends_with(|end: char| end.is_ascii_whitespace()) {
        return Ok(());
    }
    Err(Refusal::invalid_request(
        "Invalid request payload: it is no strict JSON",
    ))
}

fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// What the claims and the header of a proof must be beyond the rules.
pub(crate) fn proof(issuer: &Issuer, proof: &Jws, now: u64) -> Result<(), Refusal> {
    if issuer.reads(Reading::ProofJwkRefused) && proof.header.contains_key("jwk") {
        return Err(Refusal::invalid_proof(
            "Invalid Proof JWT header: jwk is not allowed",
        ));
    }
    if !is_issued_now(issuer, &proof.payload, now) {
        return Err(Refusal::invalid_proof(
            "Invalid Proof JWT: iat is too far from now",
        ));
    }
    let is_high = proof.header_text("alg") == "ES256K" && has_high_s(proof.signature());
    if is_high && issuer.reads(Reading::HighSRefused) {
        return Err(Refusal::invalid_proof(
            "Invalid Proof JWT signature: S is high",
        ));
    }
    Ok(())
}

fn has_high_s(signature: &str) -> bool {
    let bytes = base64url::decode_strict(signature);
    bytes
        .and_then(|bytes| Secp256k1Signature::from_slice(&bytes).ok())
        .is_some_and(|signature| signature.normalize_s() != signature)
}

/// Whether a token of a wallet was issued in the window, if there is one.
pub(crate) fn is_issued_now(issuer: &Issuer, claims: &Map<String, Value>, now: u64) -> bool {
    let issued = claims.get("iat").and_then(Value::as_u64);
    !issuer.reads(Reading::ProofIatWindow)
        || issued.is_some_and(|issued| issued.abs_diff(now) <= WINDOW)
}

/// Whether the `aud` of a token has the form that is wanted.
pub(crate) fn is_audience_allowed(issuer: &Issuer, claims: &Map<String, Value>) -> bool {
    !issuer.reads(Reading::AudienceStringOnly) || claims.get("aud").is_some_and(Value::is_string)
}

/// The only value of an array of one, where arrays are read.
pub(crate) fn open_audience(issuer: &Issuer, claims: &mut Map<String, Value>) {
    if !issuer.reads(Reading::ProofAudienceArray) {
        return;
    }
    let only = match claims
        .get("aud")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => only.clone(),
        _ => return,
    };
    claims.insert("aud".to_owned(), only);
}

/// Writes `typ` as the rule has it, where its letter case does not matter.
pub(crate) fn fold_typ(is_read: bool, header: &mut Map<String, Value>, expected: &str) {
    let Some(typ) = header.get("typ").and_then(Value::as_str) else {
        return;
    };
    let typ = typ.to_ascii_lowercase();
    let bare = typ.strip_prefix("application/").unwrap_or(&typ);
    if is_read && bare.eq_ignore_ascii_case(expected) {
        header.insert("typ".to_owned(), expected.into());
    }
}

/// The types of every authorization detail of an access token, where all count.
pub(crate) fn every_detail(issuer: &Issuer, claims: &Map<String, Value>) -> Vec<&'static str> {
    if !issuer.reads(Reading::EveryDetailCounts) {
        return Vec::new();
    }
    let details = claims
        .get("claims")
        .and_then(|claims| claims.get("authorization_details"));
    let details = details.and_then(Value::as_array).into_iter().flatten();
    let types = details.filter_map(|detail| detail.get("types")?.as_array());
    let names = types.flatten().filter_map(Value::as_str);
    names
        .filter_map(crate::issuer::catalogue::known_name)
        .collect()
}

/// Refuses a token request with a pre-authorised code that names another client, or types of its own.
pub(crate) fn token_request(issuer: &Issuer, form: &Form, client_id: &str) -> Result<(), Refused> {
    if !issuer.reads(Reading::TokenRequestCompared) {
        return Ok(());
    }
    let is_other = form
        .get("client_id")
        .is_some_and(|named| named != client_id);
    if is_other || form.get("authorization_details").is_some() {
        let refusal = Refusal::invalid_request("the request is for another client or other types");
        return Err(refusal.at("token-client"));
    }
    Ok(())
}

/// Puts the times of a token right that are off by no more than the leeway.
pub(crate) fn lean(issuer: &Issuer, claims: &mut Map<String, Value>, now: u64) {
    if !issuer.reads(Reading::ClockLeeway) {
        return;
    }
    let soon = now.saturating_add(1);
    for (name, time) in [("exp", soon), ("iat", now), ("nbf", now)] {
        let given = claims.get(name).and_then(Value::as_u64);
        let is_off = match name {
            "exp" => given.is_some_and(|given| given < soon),
            _ => given.is_some_and(|given| given > now),
        };
        if is_off && given.is_some_and(|given| given.abs_diff(now) <= LEEWAY) {
            claims.insert(name.to_owned(), time.into());
        }
    }
}

/// Refuses authorization details that are not for the issuer.
pub(crate) fn locations(issuer: &Issuer, details: &[Value], issues: &mut Issues) {
    let expected = Value::from(issuer.issuer_url());
    let is_here = |detail: &Value| {
        let locations = detail.get("locations").and_then(Value::as_array);
        locations.is_some_and(|locations| locations.contains(&expected))
    };
    if issuer.reads(Reading::LocationsCompared) && !details.iter().all(is_here) {
        issues.add(Kind::Enumeration, "locations".to_owned(), "Another issuer");
    }
}

/// A minute, as libraries have it.
const LEEWAY: u64 = 60;

/// How far from now a proof or ID token may have been issued, in seconds.
const WINDOW: u64 = 300;
