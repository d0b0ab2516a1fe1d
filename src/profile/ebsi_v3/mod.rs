//! The EBSI Conformance API v3. The order of the stages is that of `docs/ebsi-v3.md`.

mod stages;
mod strict;

use super::{Conduct, CredentialType, Latitude, Members, PinRule, Profile, Reading, Schema};
use crate::case::{Grant, KeyType, Stage};
use stages::STAGES;

pub use strict::EBSI_V3_STRICT;

/// EBSI Conformance v3, with the latitude that issuers in the field have.
pub static EBSI_V3: Profile = PROFILE;

const PROFILE: Profile = Profile {
    id: "ebsi-v3",
    title: "EBSI Conformance v3",
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
    required_types: &["VerifiableCredential", "VerifiableAttestation"],
    types: TYPES,
    unauthorised_types: &["CTRevocable", TO_ONBOARD],
    formats: &["jwt_vc", "jwt_vc_json"],
    stages: STAGES,
    latitude: Latitude::Whole,
    refused: &[],
    demands: &[],
    // ES384 is listed nowhere.
    key_types: &[KeyType::Secp256k1, KeyType::Ed25519, KeyType::Rsa],
    deferred_delay: 5,
    pin: PinRule::EbsiDid,
    schemas: SCHEMAS,
    reading: Reading::OWN,
    conduct: Conduct::EBSI,
};

const TYPES: &[CredentialType] = &[
    pre_authorised("CTWalletSamePreAuthorisedInTime", false),
    pre_authorised("CTWalletCrossPreAuthorisedInTime", false),
    pre_authorised("CTWalletSamePreAuthorisedDeferred", true),
    pre_authorised("CTWalletCrossPreAuthorisedDeferred", true),
    pre_authorised("CTWalletSamePreAuthorised", false),
    pre_authorised("CTWalletCrossPreAuthorised", false),
    authorised("CTWalletSameAuthorisedInTime", false),
    authorised("CTWalletCrossAuthorisedInTime", false),
    authorised("CTWalletSameAuthorisedDeferred", true),
    authorised("CTWalletCrossAuthorisedDeferred", true),
    authorised("CTWalletSameInTime", false),
    authorised("CTWalletCrossInTime", false),
    authorised("CTWalletSameDeferred", true),
    authorised("CTWalletCrossDeferred", true),
    CredentialType::offered("CTWalletQualificationCredential", Grant::VpToken, false),
    CredentialType::unoffered("VerifiableAccreditationToAttest", Grant::Service, false),
    CredentialType::unoffered(TO_ONBOARD, Grant::Service, false)
        .of_newcomer()
        .without(LEFT_OUT),
    CredentialType::unoffered(
        "VerifiableAuthorisationForTrustChain",
        Grant::ServiceVp,
        true,
    )
    .of_newcomer(),
];

/// The type of those who are yet to be onboarded.
const TO_ONBOARD: &str = "VerifiableAuthorisationToOnboard";

/// Steps 18 to 25: there is no key to verify with before the DID is registered (step 17).
const LEFT_OUT: &[Stage] = &[
    Stage::ProofHeaderDecodes,
    Stage::ProofHeader,
    Stage::ProofKidSubject,
    Stage::ProofDidValid,
    Stage::ProofDidExists,
    Stage::ProofVerificationMethod,
    Stage::ProofPublicKeyJwk,
    Stage::ProofSignature,
];

const fn pre_authorised(name: &'static str, deferred: bool) -> CredentialType {
    CredentialType::offered(name, Grant::PreAuthorized, deferred)
}

const fn authorised(name: &'static str, deferred: bool) -> CredentialType {
    CredentialType::offered(name, Grant::IdToken, deferred)
}

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        &[$(Schema { name: $name, text: include_str!(concat!("../../../schemas/ebsi-v3/", $name, ".schema.json")) }),+]
    };
}

const SCHEMAS: &[Schema] = schemas![
    "credential-response",
    "deferred-response",
    "error-400",
    "error-401",
    "problem",
    "issuer-metadata",
    "auth-metadata",
    "jwks",
    "offer",
    "token-response",
];
