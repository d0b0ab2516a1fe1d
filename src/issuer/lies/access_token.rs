//! The access token at the credential endpoint.

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm as LibraryAlgorithm, DecodingKey, crypto};
use serde_json::Value;

use super::crash;
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::jws::Jws;
use crate::issuer::public_key::{Algorithm, PublicKey};
use crate::issuer::reply::Refusal;
use crate::issuer::service::Issuer;

/// The token, where it would not be found by the rules.
pub(crate) fn bearer(issuer: &Issuer, request: &Request<Bytes>) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION);
    let Some(header) = header else {
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        let token = query.get("access_token").map(str::to_owned);
        return token.filter(|_| issuer.lies(Defect::TokenInQuery));
    };
    let header = String::from_utf8_lossy(header.as_bytes().trim_ascii());
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    if issuer.lies(Defect::SchemeAlonePanics) && token.is_empty() {
        crash("index out of bounds: the len is 1 but the index is 1");
    }
    if issuer.lies(Defect::AnyScheme) && !token.is_empty() {
        return Some(token.to_owned());
    }
    if issuer.lies(Defect::NoSchemeNeeded) && token.is_empty() {
        return Some(scheme.to_owned());
    }
    let segments: Vec<_> = token.split('.').collect();
    if issuer.lies(Defect::TokenFourSegmentsAccepted) && segments.len() == 4 {
        return Some(segments[..3].join("."));
    }
    if issuer.lies(Defect::AcceptanceTokenForAccessToken) {
        let access_token = issuer.memory().get(&format!("access token {token}"))?;
        let c_nonce = issuer.memory().get(&format!("nonce {token}"))?;
        issuer.store().release_nonce(&c_nonce);
        return Some(access_token);
    }
    None
}

/// Whether the header of a token need not be what it should.
pub(crate) fn algorithm_passes(issuer: &Issuer, token: &Jws) -> bool {
    match token.header_text("alg") {
        "none" => issuer.lies(Defect::TokenAlgNoneAccepted),
        "HS256" => issuer.lies(Defect::TokenHs256WithPublicKey),
        _ => false,
    }
}

/// What a token is refused for, or the server fails over, before it is judged.
pub(crate) fn stumble(issuer: &Issuer, c_nonce: &str) -> Result<(), Refusal> {
    let memory = issuer.memory();
    if issuer.lies(Defect::ThirdRequestOfAToken500)
        && memory.count(&format!("requests {c_nonce}")) == 3
    {
        return Err(Refusal::Internal);
    }
    if issuer.lies(Defect::ThreeRefusalsLockOut)
        && memory.total(&format!("refusals {c_nonce}")) >= 3
    {
        return Err(Refusal::invalid_token("Too many attempts"));
    }
    Ok(())
}

/// The verdict on the signature, where it is not that of the key of the server.
pub(crate) fn signature(issuer: &Issuer, token: &Jws, now: u64) -> Option<Result<(), String>> {
    let key = issuer.auth_key().public();
    let is_good = || {
        token.check_signature(|message, signature| {
            let signatures = issuer.signatures();
            signatures.verify(Algorithm::Es256, key, message, signature)
        })
    };
    if issuer.lies(Defect::TokenSignatureUnchecked)
        || issuer.lies(Defect::TokenAlgNoneAccepted) && token.header_text("alg") == "none"
    {
        return Some(token.check_times(now));
    }
    if issuer.lies(Defect::TokenExpiryUnchecked) {
        return Some(is_good());
    }
    if issuer.lies(Defect::TokenHs256WithPublicKey) && token.header_text("alg") == "HS256" {
        let secret = DecodingKey::from_secret(key.canonical_jwk().as_bytes());
        return Some(token.check_signature(|message, signature| {
            let algorithm = LibraryAlgorithm::HS256;
            crypto::verify(signature, message, &secret, algorithm).unwrap_or(false)
        }));
    }
    let cached_by = if issuer.lies(Defect::TokenSignatureCachedByPayload) {
        Some(token.signed_part())
    } else {
        Some(token.signature()).filter(|_| issuer.lies(Defect::TokenSignatureCachedBySignature))
    };
    if let Some(part) = cached_by {
        let name = format!("verified {part}");
        if issuer.memory().get(&name).is_some() {
            return Some(token.check_times(now));
        }
        if is_good().is_ok() {
            issuer.memory().swap(&name, "");
        }
    }
    let own = token.header.get("jwk").and_then(Value::as_object);
    if issuer.lies(Defect::TokenJwkHeaderTrusted)
        && let Some(own) = own.and_then(PublicKey::from_jwk)
    {
        return Some(token.verify(&own, issuer.signatures(), now));
    }
    None
}

/// Whether the types may be requested with a token that authorises others.
pub(crate) fn authorises(issuer: &Issuer, requested: &[&str], authorised: &[&str]) -> bool {
    let last = requested.last();
    issuer.lies(Defect::TypesNotAuthorised)
        || issuer.lies(Defect::OnlyTheLastTypeAuthorised)
            && last.is_some_and(|last| authorised.contains(last))
}
