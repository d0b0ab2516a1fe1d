//! The credential itself (VCDM 1.1 §6.3.1, EBSI verifiable attestation).

use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

use super::jws;
use super::randomness::uuid;
use super::reply::Refusal;
use super::service::Issuer;

/// Signs a credential of `types` about `subject` that is valid for a day from now.
///
/// # Errors
/// The key could not sign, or the clock stands beyond the year 9999.
pub(crate) fn sign(issuer: &Issuer, types: &[&str], subject: &str) -> Result<String, Refusal> {
    let now = issuer.now();
    let expires = now.saturating_add(VALIDITY);
    let (issued, expiration) = (timestamp(now)?, timestamp(expires)?);
    let id = format!("vc:ebsi:conformance#{}", uuid(issuer.randomness()));
    let did = &issuer.issuer_did;
    let registries = &issuer.registries;
    let claims = Claims {
        jti: &id,
        sub: subject,
        iss: did,
        nbf: now,
        exp: expires,
        iat: now,
        vc: Credential {
            context: ["https://www.w3.org/2018/credentials/v1"],
            id: &id,
            r#type: types,
            issuer: did,
            issuance_date: &issued,
            issued: &issued,
            valid_from: &issued,
            expiration_date: &expiration,
            credential_subject: Subject { id: subject },
            credential_schema: Link {
                id: format!(
                    "{registries}/trusted-schemas-registry/v3/schemas/{ATTESTATION_SCHEMA}"
                ),
                r#type: "FullJsonSchemaValidator2021",
            },
            terms_of_use: Link {
                id: format!(
                    "{registries}/trusted-issuers-registry/v5/issuers/{did}/attributes/{}",
                    issuer.attribute_id
                ),
                r#type: "IssuanceCertificate",
            },
        },
    };
    let key = issuer.issuer_key();
    jws::sign(
        &claims,
        &format!("{did}#{}", key.kid()),
        key,
        issuer.signatures(),
    )
    .map_err(|_| Refusal::Internal)
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: &'a str,
    sub: &'a str,
    iss: &'a str,
    nbf: u64,
    exp: u64,
    iat: u64,
    vc: Credential<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    id: &'a str,
    r#type: &'a [&'a str],
    issuer: &'a str,
    issuance_date: &'a str,
    issued: &'a str,
    valid_from: &'a str,
    expiration_date: &'a str,
    credential_subject: Subject<'a>,
    credential_schema: Link,
    terms_of_use: Link,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Link {
    id: String,
    r#type: &'static str,
}

/// Seconds since the Unix epoch as `YYYY-MM-DDTHH:MM:SSZ`.
fn timestamp(seconds: u64) -> Result<String, Refusal> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let seconds = i64::try_from(seconds).map_err(|_| Refusal::Internal)?;
    let time = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Refusal::Internal)?;
    time.format(format).map_err(|_| Refusal::Internal)
}

/// The attribute of the trusted issuers registry that holds the issuer's accreditation: 32 bytes in hexadecimal.
pub(crate) fn attribute_id(did: &str) -> String {
    Sha256::digest(did)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How long a credential is valid, in seconds.
const VALIDITY: u64 = 86_400;

/// The schema of verifiable attestations that EBSI's issuer has linked to since 2024.
const ATTESTATION_SCHEMA: &str = "z3MgUFUkb722uq4x3dv5yAJmnNmzDFeK5UC8x83QoeLJM";
