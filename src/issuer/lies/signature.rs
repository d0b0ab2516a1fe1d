//! The signature of the key proof.

use jsonwebtoken::{Algorithm as LibraryAlgorithm, DecodingKey, crypto};
use p256::ecdsa::Signature;
use serde_json::Value;

use super::crash;
use super::proof::is_trusted;
use crate::issuer::base64url;
use crate::issuer::catalogue::Format;
use crate::issuer::defect::Defect;
use crate::issuer::jws::Jws;
use crate::issuer::public_key::{Algorithm, KeyKind, PublicKey};
use crate::issuer::service::Issuer;

/// Whether the signature is not looked at.
pub(crate) fn is_skipped(issuer: &Issuer, proof: &Jws, types: &[&str], format: Format) -> bool {
    let skips_type = issuer.lies(Defect::SignatureSkippedForOneType);
    skips_type && types.contains(&"CTWalletCrossPreAuthorised")
        || issuer.lies(Defect::SignatureSkippedForJwtVcJson) && format == Format::JwtVcJson
        || issuer.lies(Defect::SignatureVerifiedOncePerKey)
            && is_trusted(issuer, proof.claim_text("iss"))
}

/// The key in the header of the proof, for who trusts it.
pub(crate) fn own_key(issuer: &Issuer, proof: &Jws) -> Option<PublicKey> {
    let jwk = proof.header.get("jwk").and_then(Value::as_object);
    jwk.filter(|_| issuer.lies(Defect::JwkHeaderTrusted))
        .and_then(PublicKey::from_jwk)
}

/// The verdict on the signature, where another than the rules' is reached.
pub(crate) fn verdict(
    issuer: &Issuer,
    proof: &Jws,
    key: &PublicKey,
    now: u64,
) -> Option<Result<(), String>> {
    if !issuer.is_buggy() {
        return None;
    }
    let algorithm = proof.header_text("alg");
    let is_none = algorithm == "none" && issuer.lies(Defect::AlgNoneAccepted)
        || algorithm != "none"
            && algorithm.eq_ignore_ascii_case("none")
            && issuer.lies(Defect::AlgNoneCapitalised);
    if is_none || by_its_bytes(issuer, proof) {
        return Some(proof.check_times(now));
    }
    if algorithm == "HS256"
        && let Some(secret) = secret(issuer, proof, key)
    {
        let secret = DecodingKey::from_secret(&secret);
        let verified = proof.check_signature(|message, signature| {
            let algorithm = LibraryAlgorithm::HS256;
            crypto::verify(signature, message, &secret, algorithm).unwrap_or(false)
        });
        return Some(verified.and_then(|()| proof.check_times(now)));
    }
    let fixed = in_fixed_form(proof).filter(|_| issuer.lies(Defect::DerSignatureAccepted));
    let named = natural(key.kind()).filter(|_| issuer.lies(Defect::AlgNotComparedWithKey));
    let (fixed, algorithm) = match (fixed, named) {
        (None, None) => return None,
        (fixed, named) => (fixed, named.or(Algorithm::from_name(algorithm))?),
    };
    algorithm.fits(key.kind()).ok()?;
    let verified = proof.check_signature(|message, signature| {
        let signature = fixed.as_deref().unwrap_or(signature);
        issuer
            .signatures()
            .verify(algorithm, key, message, signature)
    });
    Some(verified.and_then(|()| proof.check_times(now)))
}

/// Whether the bytes of the signature say enough, whatever was signed.
fn by_its_bytes(issuer: &Issuer, proof: &Jws) -> bool {
    let encoded = proof.signature();
    let bytes = base64url::decode_strict(encoded).unwrap_or_default();
    let is_ecdsa = proof.header_text("alg") == "ES256";
    if issuer.lies(Defect::SignatureByteMorePanics) && is_ecdsa && bytes.len() > SIGNATURE {
        crash("source slice length does not match destination slice length");
    }
    if issuer.lies(Defect::SignatureShortPanics) && is_ecdsa && bytes.len() < SIGNATURE {
        crash("range end index 64 out of range for slice");
    }
    issuer.lies(Defect::EmptySignatureAccepted) && encoded.is_empty()
        || issuer.lies(Defect::SignatureLengthOnly) && bytes.len() == SIGNATURE
        || issuer.lies(Defect::ZeroSignatureAccepted)
            && !bytes.is_empty()
            && bytes.iter().all(|byte| *byte == 0)
}

/// What the signature is verified with as an HMAC.
fn secret(issuer: &Issuer, proof: &Jws, key: &PublicKey) -> Option<Vec<u8>> {
    if issuer.lies(Defect::Hs256WithPublicKey) {
        return Some(key.canonical_jwk().as_bytes().to_vec());
    }
    if issuer.lies(Defect::Hs256WithJwkAsWritten) {
        let jwk: Value = serde_json::from_str(key.canonical_jwk()).unwrap_or_default();
        let members = ["kty", "crv", "x", "y"].map(|name| format!("\"{name}\":{}", jwk[name]));
        return Some(format!("{{{}}}", members.join(",")).into_bytes());
    }
    if issuer.lies(Defect::Hs256WithKid) {
        return Some(proof.header_text("kid").as_bytes().to_vec());
    }
    issuer.lies(Defect::Hs256WithEmptySecret).then(Vec::new)
}

/// A signature in DER in the form that JWS has.
fn in_fixed_form(proof: &Jws) -> Option<String> {
    let der = base64url::decode_strict(proof.signature())?;
    let signature = Signature::from_der(&der).ok()?;
    Some(base64url::encode(signature.to_bytes()))
}

/// The algorithm that goes with a kind of key.
fn natural(kind: KeyKind) -> Option<Algorithm> {
    Some(match kind {
        KeyKind::P256 => Algorithm::Es256,
        KeyKind::P384 => Algorithm::Es384,
        KeyKind::Secp256k1 => Algorithm::Es256K,
        KeyKind::Ed25519 => Algorithm::EdDsa,
        KeyKind::Rsa => Algorithm::Rs256,
    })
}

/// The length of an ES256 signature in bytes.
const SIGNATURE: usize = 64;
