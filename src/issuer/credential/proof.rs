//! Steps 12 to 16 and 18 to 25: the key proof (OpenID4VCI draft 11 §7.2.1).

use serde_json::{Map, Value};

use super::{Candidate, Step};
use crate::issuer::defect::Defect;
use crate::issuer::did::Did;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::lies;
use crate::issuer::public_key::PublicKey;
use crate::issuer::reading::{self, Reading};
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

fn payload_decodes(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    lies::proof::stumble_over_text(issuer, &candidate.body.proof)?;
    candidate.proof = Jws::new(std::mem::take(&mut candidate.body.proof));
    let is_lenient = issuer.reads(Reading::Base64urlLenient);
    candidate.proof.read_leniently(is_lenient);
    candidate
        .proof
        .decode_payload()
        .ok_or_else(|| Refusal::invalid_proof("Invalid Proof JWT. Parsing failed."))
}

fn payload_has_its_members(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    reading::request::open_audience(issuer, &mut candidate.proof.payload);
    reading::request::lean(issuer, &mut candidate.proof.payload, candidate.now);
    let claims = &candidate.proof.payload;
    lies::proof::stumble_over_claims(issuer, claims)?;
    let mut issues = Issues::default();
    let payload = Object::root(claims);
    let is_checked = |name: &str| !lies::proof::claim_passes(issuer, claims, name);
    if is_checked("iss") {
        payload.url(&mut issues, "iss");
    }
    if is_checked("aud") {
        payload.url(&mut issues, "aud");
    }
    if is_checked("iat") {
        payload.number(&mut issues, "iat");
    }
    if is_checked("nonce") {
        payload.string(&mut issues, "nonce");
    }
    issues
        .into_result("Invalid Proof JWT")
        .map_err(Refusal::invalid_proof)
}

fn nonce_is_the_token_s(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let claims = &candidate.proof.payload;
    let expected = lies::proof::expected_nonce(issuer, &candidate.claims.c_nonce);
    if text(claims, "nonce") == expected || lies::proof::nonce_passes(issuer, claims, &expected) {
        return Ok(());
    }
    Err(Refusal::invalid_proof(
        "Invalid Proof JWT: nonce doesn't match the expected c_nonce",
    ))
}

fn audience_is_this_issuer(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let (claims, expected) = (&candidate.proof.payload, issuer.issuer_url());
    if text(claims, "aud") == expected || lies::proof::audience_passes(issuer, claims, expected) {
        return Ok(());
    }
    Err(Refusal::invalid_proof(format!(
        "Invalid Proof JWT: aud doesn't match the expected audience {expected}"
    )))
}

fn issuer_is_the_client(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let claims = &candidate.proof.payload;
    if text(claims, "iss") == candidate.claims.client_id
        || lies::proof::issuer_passes(issuer, claims)
    {
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
    lies::proof::stumble_over_header(issuer, &candidate.proof.header)?;
    lies::proof::mend(issuer, &mut candidate.proof, &candidate.claims.sub);
    let is_typ_folded = issuer.reads(Reading::ProofTypInAnyCase);
    reading::request::fold_typ(
        is_typ_folded,
        &mut candidate.proof.header,
        "openid4vci-proof+jwt",
    );
    reading::request::proof(issuer, &candidate.proof, candidate.now)?;
    let mut issues = Issues::default();
    let header = Object::root(&candidate.proof.header);
    if !lies::proof::typ_passes(issuer, &candidate.proof.header) {
        header.literal(&mut issues, "typ", "openid4vci-proof+jwt");
    }
    header.string(&mut issues, "alg");
    header.string(&mut issues, "kid");
    issues
        .into_result("Invalid Proof JWT header")
        .map_err(Refusal::invalid_proof)
}

fn key_is_the_subject_s(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if kid(candidate).starts_with(&candidate.claims.sub) || issuer.lies(Defect::KidOfAnybody) {
        return Ok(());
    }
    Err(Refusal::invalid_proof(
        "Invalid Proof JWT header: kid must correspond to the DID used during the authentication",
    ))
}

fn did_is_valid(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match Did::parse(&lies::proof::resolved(issuer, did(candidate))) {
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
    let kid = kid(candidate);
    let matches = |id: &str| id == kid || lies::proof::key_matches(issuer, id, kid);
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
    let (proof, body) = (&candidate.proof, &candidate.body);
    if lies::signature::is_skipped(issuer, proof, &body.types, body.format) {
        return Ok(());
    }
    let own_key = lies::signature::own_key(issuer, proof);
    let verified = match own_key.or_else(|| jwk(candidate).and_then(PublicKey::from_jwk)) {
        Some(key) => lies::signature::verdict(issuer, proof, &key, candidate.now)
            .unwrap_or_else(|| proof.verify(&key, issuer.signatures(), candidate.now)),
        None => Err("the publicKeyJwk is not a key that is supported".to_owned()),
    };
    verified.map_err(|message| match issuer.lies(Defect::BadSignature500) {
        true => Refusal::Internal,
        false => Refusal::invalid_proof(format!("Invalid Proof JWT signature: {message}")),
    })
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
