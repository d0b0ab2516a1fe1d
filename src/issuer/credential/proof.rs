//! Steps 12 to 16 and 18 to 25: the key proof (OpenID4VCI draft 11 §7.2.1).

use jsonwebtoken::{Algorithm as LibraryAlgorithm, DecodingKey, crypto};
use serde_json::{Map, Value};

use super::{Candidate, Step};
use crate::issuer::defect::Defect;
use crate::issuer::did::Did;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::public_key::PublicKey;
use crate::issuer::reply::Refusal;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// Steps 12 to 16 in their order.
pub(super) const CLAIMS: &[Step] = &[
    ("12", payload_decodes),
    ("13", payload_has_its_members),
    ("14", nonce_is_the_token_s),
    ("15", audience_is_this_issuer),
    ("16", issuer_is_the_client),
];

/// Steps 18 to 25 in their order.
pub(super) const KEY: &[Step] = &[
    ("18", header_decodes),
    ("19", header_has_its_members),
    ("20", key_is_the_subject_s),
    ("21", did_is_valid),
    ("22", did_resolves),
    ("23", key_is_in_the_document),
    ("24", key_is_a_jwk),
    ("25", signature_verifies),
];

fn payload_decodes(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    candidate.proof = Jws::new(std::mem::take(&mut candidate.body.proof));
    candidate
        .proof
        .decode_payload()
        .ok_or_else(|| Refusal::invalid_proof("Invalid Proof JWT. Parsing failed."))
}

fn payload_has_its_members(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let mut issues = Issues::default();
    let payload = Object::root(&candidate.proof.payload);
    payload.url(&mut issues, "iss");
    payload.url(&mut issues, "aud");
    payload.number(&mut issues, "iat");
    payload.string(&mut issues, "nonce");
    issues
        .into_result("Invalid Proof JWT")
        .map_err(Refusal::invalid_proof)
}

fn nonce_is_the_token_s(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if issuer.lies(Defect::NonceUnchecked)
        || text(&candidate.proof.payload, "nonce") == candidate.claims.c_nonce
    {
        return Ok(());
    }
    Err(Refusal::invalid_proof(
        "Invalid Proof JWT: nonce doesn't match the expected c_nonce",
    ))
}

fn audience_is_this_issuer(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let (audience, expected) = (text(&candidate.proof.payload, "aud"), issuer.issuer_url());
    if audience == expected
        || issuer.lies(Defect::ProofAudByPrefix) && audience.starts_with(expected)
    {
        return Ok(());
    }
    Err(Refusal::invalid_proof(format!(
        "Invalid Proof JWT: aud doesn't match the expected audience {expected}"
    )))
}

fn issuer_is_the_client(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if text(&candidate.proof.payload, "iss") == candidate.claims.client_id {
        return Ok(());
    }
    Err(Refusal::invalid_proof(
        "Invalid Proof JWT: iss doesn't match the expected client_id",
    ))
}

fn header_decodes(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    candidate
        .proof
        .decode_header()
        .ok_or_else(|| Refusal::invalid_proof("Invalid Proof JWT header. Parsing failed."))
}

fn header_has_its_members(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let mut issues = Issues::default();
    let header = Object::root(&candidate.proof.header);
    if !issuer.lies(Defect::ProofTypIgnored) {
        header.literal(&mut issues, "typ", "openid4vci-proof+jwt");
    }
    header.string(&mut issues, "alg");
    header.string(&mut issues, "kid");
    issues
        .into_result("Invalid Proof JWT header")
        .map_err(Refusal::invalid_proof)
}

fn key_is_the_subject_s(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if kid(candidate).starts_with(&candidate.claims.sub) {
        return Ok(());
    }
    Err(Refusal::invalid_proof(
        "Invalid Proof JWT header: kid must correspond to the DID used during the authentication",
    ))
}

fn did_is_valid(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match Did::parse(did(candidate)) {
        Some(Did::Key(document)) => candidate.document = document,
        Some(Did::Registered) => {}
        None => {
            return Err(Refusal::invalid_proof(
                "Invalid Proof JWT: kid doesn't refer to a valid DID",
            ));
        }
    }
    Ok(())
}

/// A did:key carries its document; another DID is looked up.
fn did_resolves(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let did = did(candidate);
    if did.starts_with("did:key:") {
        return Ok(());
    }
    let unknown = || {
        Refusal::invalid_proof(format!(
            "Invalid Proof JWT: DID {did} not found in the DID Registry"
        ))
    };
    candidate.document = issuer.did_resolver().resolve(did).ok_or_else(unknown)?;
    Ok(())
}

fn key_is_in_the_document(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let (kid, did) = (kid(candidate), did(candidate));
    let matches =
        |id: &str| id == kid || issuer.lies(Defect::KidByDidPrefix) && id.starts_with(did);
    let Some(found) = candidate
        .document
        .verification_methods
        .iter()
        .position(|method| matches(&method.id))
    else {
        return Err(Refusal::invalid_proof(format!(
            "Invalid Proof JWT: no verification method matching {kid} found in the DID Document"
        )));
    };
    // From here on the document holds the method that counts, and no other.
    candidate.document.verification_methods.swap(0, found);
    candidate.document.verification_methods.truncate(1);
    Ok(())
}

fn key_is_a_jwk(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if jwk(candidate).is_some() {
        return Ok(());
    }
    let kid = kid(candidate);
    Err(Refusal::invalid_proof(format!(
        "Invalid Proof JWT: the verification method matching {kid} doesn't have a publicKeyJwk"
    )))
}

fn signature_verifies(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if issuer.lies(Defect::SignatureSkippedForOneType)
        && candidate.body.types.contains(&"CTWalletCrossPreAuthorised")
    {
        return Ok(());
    }
    let verified = match jwk(candidate).and_then(PublicKey::from_jwk) {
        Some(key) => verify(issuer, &candidate.proof, &key, candidate.now),
        None => Err("the publicKeyJwk is not a key that is supported".to_owned()),
    };
    verified.map_err(|message| {
        Refusal::invalid_proof(format!("Invalid Proof JWT signature: {message}"))
    })
}

fn verify(issuer: &Issuer, proof: &Jws, key: &PublicKey, now: u64) -> Result<(), String> {
    let algorithm = text(&proof.header, "alg");
    if issuer.lies(Defect::AlgNoneAccepted) && algorithm == "none" {
        return proof.check_times(now);
    }
    if issuer.lies(Defect::Hs256WithPublicKey) && algorithm == "HS256" {
        let secret = DecodingKey::from_secret(key.canonical_jwk().as_bytes());
        proof.check_signature(|message, signature| {
            crypto::verify(signature, message, &secret, LibraryAlgorithm::HS256).unwrap_or(false)
        })?;
        return proof.check_times(now);
    }
    proof.verify(key, issuer.signatures(), now)
}

fn jwk<'c>(candidate: &'c Candidate<'_>) -> Option<&'c Map<String, Value>> {
    candidate
        .document
        .verification_methods
        .first()
        .and_then(|method| method.public_key_jwk.as_ref())
}

fn kid<'c>(candidate: &'c Candidate<'_>) -> &'c str {
    text(&candidate.proof.header, "kid")
}

/// The DID that the key's id begins with.
fn did<'c>(candidate: &'c Candidate<'_>) -> &'c str {
    let kid = kid(candidate);
    kid.split_once('#').map_or(kid, |(did, _)| did)
}

fn text<'c>(members: &'c Map<String, Value>, name: &str) -> &'c str {
    members
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
