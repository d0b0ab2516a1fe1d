//! `GET /issuer-mock/credentials/status/1`: the status list of the revocable credentials (StatusList2021 §3.2, §4.1).
//!
//! The issuer revokes nothing, so every bit of the list is zero; it is there for verifiers to look at.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;
use serde_json::{Value, json};

use super::reply::{self, Refusal, Reply};
use super::service::Issuer;
use super::verifiable_credential;
use super::{randomness::Randomness, registry};

pub(crate) fn answer(issuer: &Issuer) -> Reply {
    match list().and_then(|list| verifiable_credential::status_list(issuer, &list)) {
        Ok(jwt) => reply::with_type(StatusCode::OK, reply::JWT, jwt),
        Err(refusal) => refusal.into_reply(),
    }
}

/// The entry of a new credential: a place in the list that nothing else tells apart, so that looking it up betrays little.
pub(crate) fn entry(issuer: &Issuer) -> Value {
    let url = registry::status_list_url(issuer);
    let index = place(issuer.randomness());
    json!({
        "id": format!("{url}#{index}"),
        "type": "StatusList2021Entry",
        "statusPurpose": PURPOSE,
        "statusListIndex": index.to_string(),
        "statusListCredential": url,
    })
}

/// What the list's purpose is called in an entry and in the list.
pub(crate) const PURPOSE: &str = "revocation";

fn place(randomness: &dyn Randomness) -> usize {
    let mut bytes = [0; 4];
    randomness.fill(&mut bytes);
    u32::from_be_bytes(bytes) as usize % (BYTES * 8)
}

/// The list, compressed and in base64.
fn list() -> Result<String, Refusal> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(&[0; BYTES])
        .and_then(|()| encoder.finish())
        .map(|bytes| STANDARD.encode(bytes))
        .map_err(|_| Refusal::Internal)
}

/// The smallest size that the specification allows (§3.2): 131,072 bits.
const BYTES: usize = 16 << 10;
