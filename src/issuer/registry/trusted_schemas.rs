//! `GET /trusted-schemas-registry/v3/schemas/{id}`: the two schemas of verifiable attestations that EBSI's issuer has linked to.
//!
//! The identifiers are EBSI's; the schemas say the same in our own words.

use http::StatusCode;

use super::Absent;
use crate::issuer::reply::{self, Reply};
use crate::issuer::service::Issuer;

pub(super) fn schema(id: &str) -> Result<Reply, Absent> {
    let (_, _, text) = SCHEMAS
        .iter()
        .find(|(base58, hexadecimal, _)| id == *base58 || id.eq_ignore_ascii_case(hexadecimal))
        .ok_or_else(|| Absent::Unknown(format!("Schema {id} Not Found")))?;
    Ok(reply::with_type(StatusCode::OK, SCHEMA, *text))
}

/// Where the schema stands to which credentials link.
pub(crate) fn schema_url(issuer: &Issuer) -> String {
    format!(
        "{}/trusted-schemas-registry/v3/schemas/{ATTESTATION}",
        issuer.registries
    )
}

/// The schema of verifiable attestations (2022-11) that EBSI's issuer has linked to since 2024.
const ATTESTATION: &str = "z3MgUFUkb722uq4x3dv5yAJmnNmzDFeK5UC8x83QoeLJM";

/// The identifier in base58btc and in hexadecimal, and the schema.
const SCHEMAS: &[(&str, &str, &str)] = &[
    (
        ATTESTATION,
        "0x23039e6356ea6b703ce672e7cfac0b42765b150f63df78e2bd18ae785787f6a2",
        include_str!("attestation-2022-11.schema.json"),
    ),
    (
        "zDpWGUBenmqXzurskry9Nsk6vq2R8thh9VSeoRqguoyMD",
        "0xbe77a21356835dc09d3d8149ea832ae0a4bae0ae9c869d18219ef8f4a74b4644",
        include_str!("attestation-2024-01.schema.json"),
    ),
];

const SCHEMA: &str = "application/schema+json; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::SCHEMAS;

    #[test]
    fn both_forms_of_an_identifier_stand_for_the_same_bytes() {
        for (base58, hexadecimal, _) in SCHEMAS {
            let encoded = base58.strip_prefix('z').expect("it is multibase base58");
            let bytes = bs58::decode(encoded).into_vec().expect("it is base58");
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(format!("0x{text}"), *hexadecimal);
        }
    }
}
