//! OpenID for Verifiable Credential Issuance, the drafts 11 to 13 as deployed issuers have them. Types come from the issuer's
//! metadata: see `metadata.rs`.
//!
//! A later dialect is a sibling of [`OPENID4VCI_DRAFT11`]: stages and codes of its own, a list of clauses, and a
//! metadata reader.

mod clauses;
mod login;
mod metadata;
mod stages;

use super::{
    Clauses, Conduct, DidMethod, Holder, KeyId, Latitude, Members, NonceSource, PinRule, Profile,
    Reading, Schema,
};
use crate::case::KeyType;

/// OpenID4VCI draft 11, with what draft 13 changed where the issuer's metadata says so.
pub static OPENID4VCI_DRAFT11: Profile = PROFILE;

const PROFILE: Profile = Profile {
    id: "openid4vci-draft11",
    title: "OpenID4VCI draft 11",
    members: Members {
        format: "format",
        types: "types",
        definition: None,
        proof: "proof",
        proof_type: "proof_type",
        proof_jwt: "jwt",
    },
    proof_type: "jwt",
    proof_typ: "openid4vci-proof+jwt",
    required_types: &["VerifiableCredential"],
    types: &[],
    unauthorised_types: &[],
    formats: FORMATS,
    key_types: &[],
    stages: stages::STAGES,
    // A pre-authorised code is single-use (4.1.1).
    latitude: Latitude::Except(&["code-twice"]),
    refused: &[],
    demands: &[],
    deferred_delay: 5,
    pin: PinRule::None,
    schemas: SCHEMAS,
    reading: Reading {
        clauses: Clauses::Of(clauses::CLAUSES),
        open: clauses::OPEN,
        left_out: clauses::LEFT_OUT,
        silent: clauses::SILENT,
        one_credential_a_token: false,
        more_types: true,
        json_from_every_layer: false,
    },
    conduct: Conduct {
        holder: Holder {
            key: KeyType::P256,
            key_id: KeyId::Did(DidMethod::Jwk),
            sends_iss: false,
        },
        nonce: NonceSource::Latest,
        types_of_metadata: true,
        every_key_type: false,
        keys_below_identifiers: false,
    },
};

/// The formats whose credentials are JWTs. Draft 11 calls it `jwt_vc_json`; `jwt_vc` is older.
const FORMATS: &[&str] = &["jwt_vc_json", "jwt_vc"];

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        &[$(Schema { name: $name, text: include_str!(concat!("../../../schemas/openid4vci-draft11/", $name, ".schema.json")) }),+]
    };
}

const SCHEMAS: &[Schema] = schemas![
    "credential-response",
    "deferred-response",
    "error-400",
    "error-401",
    "issuer-metadata",
    "auth-metadata",
    "offer",
    "token-response",
];
