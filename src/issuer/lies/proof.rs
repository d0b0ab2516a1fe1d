//! The key proof: its claims, its header and its `kid`. For its signature see [`super::signature`].

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::crash;
use crate::issuer::base64url;
use crate::issuer::defect::Defect;
use crate::issuer::jws::Jws;
use crate::issuer::public_key::Algorithm;
use crate::issuer::reply::Refusal;
use crate::issuer::service::Issuer;

/// What the server fails over before it has decoded anything.
pub(crate) fn stumble_over_text(issuer: &Issuer, proof: &str) -> Result<(), Refusal> {
    if !issuer.is_buggy() {
        return Ok(());
    }
    if issuer.lies(Defect::EverySecondProofRefused)
        && issuer.memory().count("proofs").is_multiple_of(2)
    {
        return Err(Refusal::invalid_proof("Invalid Proof JWT. Parsing failed."));
    }
    let parts: Vec<_> = proof.split('.').collect();
    if issuer.lies(Defect::ProofWithoutPayloadPanics) && parts.len() < 3 {
        crash("index out of bounds");
    }
    let payload = parts.get(1).map(|part| base64url::decode(part).0);
    let payload = payload.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if issuer.lies(Defect::PayloadNoObjectPanics)
        && payload.is_some_and(|claims| !claims.is_object())
    {
        crash("entered unreachable code");
    }
    Ok(())
}

/// What the server fails over in the claims.
pub(crate) fn stumble_over_claims(
    issuer: &Issuer,
    claims: &Map<String, Value>,
) -> Result<(), Refusal> {
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "the bound may be inexact")]
    let is_beyond = |limit: u64| move |number: f64| number > limit as f64;
    if issuer.lies(Defect::ExpHugePanics) && number("exp").is_some_and(is_beyond(u64::MAX)) {
        crash("attempt to add with overflow");
    }
    let fails = issuer.lies(Defect::NullNonce500) && claims.get("nonce").is_none_or(Value::is_null)
        || issuer.lies(Defect::IatString500) && claims.get("iat").is_some_and(Value::is_string)
        || issuer.lies(Defect::IatPast31Bits500)
            && number("iat").is_some_and(is_beyond(i32::MAX as u64));
    if fails {
        return Err(Refusal::Internal);
    }
    let is_refused = issuer.lies(Defect::ExpPast31BitsRefused)
        && number("exp").is_some_and(is_beyond(i32::MAX as u64))
        || issuer.lies(Defect::ProofNbfZeroRefused) && number("nbf") == Some(0.0);
    if is_refused {
        return Err(Refusal::invalid_proof("Invalid Proof JWT: a date is wrong"));
    }
    Ok(())
}

/// Whether a claim need not be what it should.
pub(crate) fn claim_passes(issuer: &Issuer, claims: &Map<String, Value>, name: &str) -> bool {
    let claim = claims.get(name);
    match name {
        "nonce" => {
            issuer.lies(Defect::NonceCheckedOnlyIfString) && !claim.is_some_and(Value::is_string)
        }
        "iss" => issuer.lies(Defect::ProofIssOptional) && claim.is_none(),
        "iat" => issuer.lies(Defect::IatTypeUnchecked),
        "aud" => issuer.lies(Defect::ProofAudArrayUnchecked) && claim.is_some_and(Value::is_array),
        _ => false,
    }
}

/// The nonce that is expected of a proof.
pub(crate) fn expected_nonce<'n>(issuer: &Issuer, c_nonce: &'n str) -> Cow<'n, str> {
    if issuer.lies(Defect::NonceOfTheLastToken)
        && let Some(last) = issuer.memory().get("last c_nonce")
    {
        return last.into();
    }
    c_nonce.into()
}

/// Whether a nonce will do that is another one.
pub(crate) fn nonce_passes(issuer: &Issuer, claims: &Map<String, Value>, expected: &str) -> bool {
    let claim = claims.get("nonce").and_then(Value::as_str);
    let Some(given) = claim else {
        return issuer.lies(Defect::NonceCheckedOnlyIfString);
    };
    let known = || issuer.memory().get(&format!("c_nonce {given}")).is_some();
    let is_trusted = || is_trusted(issuer, text(claims, "iss"));
    issuer.lies(Defect::NonceUnchecked)
        || issuer.lies(Defect::NonceByFirst16Characters)
            && given.len() >= 16
            && given.get(..16) == expected.get(..16)
        || issuer.lies(Defect::NonceIgnoresCase) && given.eq_ignore_ascii_case(expected)
        || issuer.lies(Defect::NonceTrimmed) && given.trim() == expected
        || issuer.lies(Defect::EmptyNonceAccepted) && given.is_empty()
        || issuer.lies(Defect::NonceOfAnySession) && known()
        || issuer.lies(Defect::NonceCheckedOncePerKey) && is_trusted()
}

/// Remembers a client whose proof was good.
pub(crate) fn trust(issuer: &Issuer, client_id: &str) {
    if issuer.lies(Defect::NonceCheckedOncePerKey)
        || issuer.lies(Defect::SignatureVerifiedOncePerKey)
    {
        issuer.memory().swap(&format!("trusted {client_id}"), "");
    }
}

/// Whether a proof of the client was good before.
pub(super) fn is_trusted(issuer: &Issuer, client_id: &str) -> bool {
    issuer
        .memory()
        .get(&format!("trusted {client_id}"))
        .is_some()
}

/// Whether an audience will do that is not exactly the issuer.
pub(crate) fn audience_passes(
    issuer: &Issuer,
    claims: &Map<String, Value>,
    expected: &str,
) -> bool {
    if claims.get("aud").is_some_and(Value::is_array) {
        return issuer.lies(Defect::ProofAudArrayUnchecked);
    }
    let given = text(claims, "aud");
    let (parsed, wanted) = (Url::parse(given).ok(), Url::parse(expected).ok());
    let same_origin = || {
        let origin = |url: &Option<Url>| url.as_ref().map(Url::origin);
        origin(&parsed) == origin(&wanted)
    };
    issuer.lies(Defect::ProofAudByPrefix) && given.starts_with(expected)
        || issuer.lies(Defect::ProofAudTrailingSlash) && given.trim_end_matches('/') == expected
        || issuer.lies(Defect::ProofAudBySubstring) && given.contains(expected)
        || issuer.lies(Defect::ProofAudByOrigin) && same_origin()
        || issuer.lies(Defect::ProofAudIgnoresCase) && given.eq_ignore_ascii_case(expected)
        || issuer.lies(Defect::ProofAudNormalised) && parsed.is_some() && parsed == wanted
        || issuer.lies(Defect::ProofAudOfTheServer) && given == issuer.auth_url()
}

/// Whether an `iss` will do that is not the client.
pub(crate) fn issuer_passes(issuer: &Issuer, claims: &Map<String, Value>) -> bool {
    issuer.lies(Defect::ProofIssUnchecked)
        || issuer.lies(Defect::ProofIssOptional) && !claims.contains_key("iss")
}

/// What the server fails over in the header.
pub(crate) fn stumble_over_header(
    issuer: &Issuer,
    header: &Map<String, Value>,
) -> Result<(), Refusal> {
    let kid = header.get("kid");
    if issuer.lies(Defect::X5cPanics) && header.contains_key("x5c") && kid.is_none() {
        crash("not yet implemented: x5c");
    }
    if issuer.lies(Defect::KidNoStringPanics) && kid.is_some_and(|kid| !kid.is_string()) {
        crash("called `Option::unwrap()` on a `None` value");
    }
    if issuer.lies(Defect::LongKidTakesAMinute) && text(header, "kid").len() > LONG_KID {
        std::thread::sleep(Duration::from_secs(60));
    }
    let algorithm = text(header, "alg");
    let is_known = Algorithm::from_name(algorithm).is_some()
        || algorithm.is_empty()
        || algorithm.starts_with("HS")
        || algorithm == "none";
    if issuer.lies(Defect::UnknownAlg500) && !is_known {
        return Err(Refusal::Internal);
    }
    Ok(())
}

/// Puts right, or leaves out, what a buggy server does not care for.
pub(crate) fn mend(issuer: &Issuer, proof: &mut Jws, subject: &str) {
    if issuer.lies(Defect::KidOptional) && !proof.header.contains_key("kid") {
        let fragment = subject.strip_prefix("did:key:").unwrap_or_default();
        let kid = format!("{subject}#{fragment}");
        proof.header.insert("kid".to_owned(), kid.into());
    }
    if issuer.lies(Defect::CritIgnored) {
        proof.header.remove("crit");
    }
    let expires = proof.payload.get("exp");
    if issuer.lies(Defect::ProofExpIgnored)
        || issuer.lies(Defect::ProofExpStringIgnored) && expires.is_some_and(Value::is_string)
        || issuer.lies(Defect::ProofExpZeroIsNever) && expires.and_then(Value::as_f64) == Some(0.0)
    {
        proof.payload.remove("exp");
    }
    let expires = proof.payload.get("exp").and_then(Value::as_u64);
    let expired = expires.map(|expires| issuer.now().saturating_sub(expires));
    if issuer.lies(Defect::ProofExpHalfAnHourLeeway) && expired.is_some_and(|past| past <= 1800) {
        proof.payload.remove("exp");
    }
    if issuer.lies(Defect::ProofNbfIgnored) {
        proof.payload.remove("nbf");
    }
}

/// Whether a `typ` need not be that of a proof.
pub(crate) fn typ_passes(issuer: &Issuer, header: &Map<String, Value>) -> bool {
    let ends_in_jwt = || text(header, "typ").to_ascii_lowercase().ends_with("jwt");
    issuer.lies(Defect::ProofTypIgnored)
        || issuer.lies(Defect::ProofTypBySuffix) && ends_in_jwt()
        || issuer.lies(Defect::ProofTypOptional) && !header.contains_key("typ")
}

/// The DID whose document is taken for that of `did`.
pub(crate) fn resolved<'d>(issuer: &Issuer, did: &'d str) -> Cow<'d, str> {
    if issuer.lies(Defect::DidDocumentCachedByMethod) && did.starts_with("did:key:") {
        return issuer.memory().first("document of did:key", did).into();
    }
    did.into()
}

/// Whether the key of this id is taken for the one that `kid` names.
pub(crate) fn key_matches(issuer: &Issuer, id: &str, kid: &str) -> bool {
    let did = kid.split_once('#').map_or(kid, |(did, _)| did);
    issuer.lies(Defect::KidByDidPrefix) && id.starts_with(did)
        || issuer.lies(Defect::KidFragmentIgnoresCase) && id.eq_ignore_ascii_case(kid)
        || issuer.lies(Defect::KidWithoutFragment) && !kid.contains('#') && id.starts_with(kid)
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> &'m str {
    members
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// How long a `kid` must be, in bytes, to keep an expression busy.
const LONG_KID: usize = 1000;
