//! The EBSI Conformance API v3. The order of the stages is that of `docs/ebsi-v3.md`.

use super::{Answer, Latitude, Members, OfferedType, PinRule, Profile, Schema, StageRule};
use crate::case::{Endpoint, Stage};
use crate::clauses::{Clause, ebsi_v3 as c};

/// EBSI Conformance v3, with the latitude that issuers in the field have.
pub static EBSI_V3: Profile = Profile {
    id: "ebsi-v3",
    title: "EBSI Conformance v3",
    members: Members {
        format: "format",
        types: "types",
        proof: "proof",
        proof_type: "proof_type",
        proof_jwt: "jwt",
    },
    proof_type: "jwt",
    proof_typ: "openid4vci-proof+jwt",
    required_types: &["VerifiableCredential", "VerifiableAttestation"],
    offered_types: &[
        OfferedType {
            name: "CTWalletSamePreAuthorisedInTime",
            deferred: false,
        },
        OfferedType {
            name: "CTWalletCrossPreAuthorisedInTime",
            deferred: false,
        },
        OfferedType {
            name: "CTWalletSamePreAuthorisedDeferred",
            deferred: true,
        },
        OfferedType {
            name: "CTWalletCrossPreAuthorisedDeferred",
            deferred: true,
        },
        OfferedType {
            name: "CTWalletSamePreAuthorised",
            deferred: false,
        },
        OfferedType {
            name: "CTWalletCrossPreAuthorised",
            deferred: false,
        },
    ],
    unauthorised_types: &["CTRevocable", "VerifiableAuthorisationToOnboard"],
    formats: &["jwt_vc", "jwt_vc_json"],
    stages: STAGES,
    latitude: Latitude::Whole,
    deferred_delay: 5,
    pin: PinRule::EbsiDid,
    schemas: SCHEMAS,
};

const TOKEN: Answer = Answer::OAuth(&["invalid_token"]);
const REQUEST: Answer = Answer::OAuth(&["invalid_request"]);
const PROOF: Answer = Answer::OAuth(&["invalid_or_missing_proof"]);

const fn credential(
    stage: Stage,
    label: &'static str,
    clause: &'static Clause,
    answer: Answer,
) -> StageRule {
    StageRule {
        endpoint: Endpoint::Credential,
        stage,
        label,
        clause,
        statuses: &[400],
        answer,
    }
}

const fn other(
    endpoint: Endpoint,
    stage: Stage,
    label: &'static str,
    clause: &'static Clause,
    statuses: &'static [u16],
    answer: Answer,
) -> StageRule {
    StageRule {
        endpoint,
        stage,
        label,
        clause,
        statuses,
        answer,
    }
}

const STAGES: &[StageRule] = &[
    other(
        Endpoint::Credential,
        Stage::Http,
        "http",
        c::HTTP_METHOD,
        &[404, 405],
        Answer::Http,
    ),
    credential(Stage::MediaType, "1", c::MEDIA_TYPE, REQUEST),
    credential(
        Stage::AuthorizationPresent,
        "2",
        c::AUTHORIZATION_PRESENT,
        TOKEN,
    ),
    credential(Stage::BearerScheme, "3", c::BEARER_SCHEME, TOKEN),
    credential(
        Stage::TokenHeaderDecodes,
        "4",
        c::TOKEN_HEADER_DECODES,
        TOKEN,
    ),
    credential(Stage::TokenHeader, "5", c::TOKEN_HEADER, TOKEN),
    credential(
        Stage::TokenPayloadDecodes,
        "6",
        c::TOKEN_PAYLOAD_DECODES,
        TOKEN,
    ),
    credential(Stage::TokenPayload, "7", c::TOKEN_PAYLOAD, TOKEN),
    credential(Stage::TokenAudience, "8", c::TOKEN_AUDIENCE, TOKEN),
    credential(Stage::TokenUnused, "9", c::TOKEN_UNUSED, TOKEN),
    credential(Stage::TokenUnexpired, "9a", c::TOKEN_UNEXPIRED, TOKEN),
    credential(Stage::TokenIssued, "9b", c::TOKEN_ISSUED, TOKEN),
    credential(Stage::TokenKid, "9c", c::TOKEN_KID, TOKEN),
    credential(Stage::TokenSignature, "9d", c::TOKEN_SIGNATURE, TOKEN),
    credential(Stage::BodyJson, "10", c::BODY_JSON, REQUEST),
    credential(Stage::BodyFormat, "10", c::BODY_FORMAT, REQUEST),
    credential(Stage::BodyTypes, "10", c::BODY_TYPES, REQUEST),
    credential(Stage::BodyProof, "10", c::BODY_PROOF, REQUEST),
    other(
        Endpoint::Credential,
        Stage::TypesAuthorised,
        "11",
        c::TYPES_AUTHORISED,
        &[401],
        REQUEST,
    ),
    credential(Stage::ProofDecodes, "12", c::PROOF_DECODES, PROOF),
    credential(Stage::ProofClaims, "13", c::PROOF_CLAIMS, PROOF),
    credential(Stage::ProofNonce, "14", c::PROOF_NONCE, PROOF),
    credential(Stage::ProofAudience, "15", c::PROOF_AUDIENCE, PROOF),
    credential(Stage::ProofIssuer, "16", c::PROOF_ISSUER, PROOF),
    credential(
        Stage::ProofHeaderDecodes,
        "18",
        c::PROOF_HEADER_DECODES,
        PROOF,
    ),
    credential(Stage::ProofHeader, "19", c::PROOF_HEADER, PROOF),
    credential(Stage::ProofKidSubject, "20", c::PROOF_KID_SUBJECT, PROOF),
    credential(Stage::ProofDidValid, "21", c::PROOF_DID_VALID, PROOF),
    credential(Stage::ProofDidExists, "22", c::PROOF_DID_EXISTS, PROOF),
    credential(
        Stage::ProofVerificationMethod,
        "23",
        c::PROOF_VERIFICATION_METHOD,
        PROOF,
    ),
    credential(
        Stage::ProofPublicKeyJwk,
        "24",
        c::PROOF_PUBLIC_KEY_JWK,
        PROOF,
    ),
    credential(Stage::ProofSignature, "25", c::PROOF_SIGNATURE, PROOF),
    other(
        Endpoint::Token,
        Stage::TokenRequestMediaType,
        "token-media-type",
        c::TOKEN_REQUEST,
        &[400],
        REQUEST,
    ),
    other(
        Endpoint::Token,
        Stage::TokenRequestGrant,
        "token-grant",
        c::TOKEN_REQUEST,
        &[400],
        REQUEST,
    ),
    other(
        Endpoint::Token,
        Stage::TokenRequestParameters,
        "token-parameters",
        c::TOKEN_REQUEST,
        &[400],
        REQUEST,
    ),
    other(
        Endpoint::Token,
        Stage::TokenRequestCode,
        "token-code",
        c::TOKEN_REQUEST,
        &[400],
        REQUEST,
    ),
    other(
        Endpoint::Token,
        Stage::TokenRequestPin,
        "token-pin",
        c::PIN,
        &[400],
        REQUEST,
    ),
    other(
        Endpoint::Offer,
        Stage::OfferIdForm,
        "offer-id",
        c::OFFER_UNKNOWN,
        &[400],
        Answer::Problem,
    ),
    other(
        Endpoint::Offer,
        Stage::OfferKnown,
        "offer-known",
        c::OFFER_UNKNOWN,
        &[404],
        Answer::Problem,
    ),
    other(
        Endpoint::InitiateOffer,
        Stage::InitiateQuery,
        "initiate-query",
        c::OFFER,
        &[400],
        Answer::Problem,
    ),
    other(
        Endpoint::Deferred,
        Stage::Http,
        "deferred-http",
        c::HTTP_METHOD,
        &[404, 405],
        Answer::Http,
    ),
    other(
        Endpoint::Deferred,
        Stage::DeferredAuthorization,
        "deferred-authorization",
        c::DEFERRED_TOKEN,
        &[400],
        TOKEN,
    ),
    other(
        Endpoint::Deferred,
        Stage::DeferredToken,
        "deferred-token",
        c::DEFERRED_TOKEN,
        &[400],
        TOKEN,
    ),
    other(
        Endpoint::Deferred,
        Stage::DeferredReady,
        "deferred-ready",
        c::DEFERRED_READY,
        &[400],
        REQUEST,
    ),
];

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        &[$(Schema { name: $name, text: include_str!(concat!("../../schemas/ebsi-v3/", $name, ".schema.json")) }),+]
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
