//! The validation stages of draft 11 and how a refusal at each looks. The draft says nothing about their order.

use crate::case::{Endpoint, Stage};
use crate::clauses::{Clause, oauth, openid4vci_draft11 as d};
use crate::profile::{Answer, StageRule};

/// The body, its format or its types. Which of the codes fits is for the issuer to say: a type is supported in some formats.
/// `invalid_credential_request` is draft 13's.
const UNSUPPORTED: Answer = Answer::OAuth(&[
    "unsupported_credential_format",
    "unsupported_credential_type",
    "invalid_request",
    "invalid_credential_request",
]);

/// The proof. `invalid_proof` is draft 13's, `invalid_nonce` draft 14's.
const PROOF: Answer = Answer::OAuth(&[
    "invalid_or_missing_proof",
    "invalid_proof",
    "invalid_nonce",
    "invalid_request",
    "invalid_credential_request",
]);

const TOKEN: Answer = Answer::OAuth(&[
    "invalid_request",
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
]);

/// What refuses an access token: RFC 6750, 3 asks for a header and says nothing about the body.
const BEARER: &[u16] = &[400, 401, 403];

const fn rule(
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

const fn bearer(stage: Stage) -> StageRule {
    rule(
        Endpoint::Credential,
        stage,
        "access token",
        d::ACCESS_TOKEN,
        BEARER,
        Answer::Http,
    )
}

const fn body(stage: Stage, clause: &'static Clause, answer: Answer) -> StageRule {
    rule(
        Endpoint::Credential,
        stage,
        "request",
        clause,
        &[400],
        answer,
    )
}

const fn proof(stage: Stage, clause: &'static Clause) -> StageRule {
    rule(Endpoint::Credential, stage, "proof", clause, &[400], PROOF)
}

pub(super) const fn token(stage: Stage, clause: &'static Clause) -> StageRule {
    rule(
        Endpoint::Token,
        stage,
        "token request",
        clause,
        &[400, 401],
        TOKEN,
    )
}

pub(super) const STAGES: &[StageRule] = &[
    rule(
        Endpoint::Credential,
        Stage::Http,
        "http",
        d::REQUEST_BY_POST,
        &[400, 401, 403, 404, 405, 501],
        Answer::Http,
    ),
    bearer(Stage::AuthorizationPresent),
    bearer(Stage::BearerScheme),
    bearer(Stage::TokenHeaderDecodes),
    bearer(Stage::TokenHeader),
    bearer(Stage::TokenPayloadDecodes),
    bearer(Stage::TokenPayload),
    bearer(Stage::TokenAudience),
    bearer(Stage::TokenKid),
    bearer(Stage::TokenSignature),
    // What is no object has no format either.
    body(Stage::BodyJson, d::REQUEST_FORM, UNSUPPORTED),
    body(Stage::BodyFormat, d::FORMAT, UNSUPPORTED),
    body(Stage::BodyTypes, d::TYPES, UNSUPPORTED),
    body(Stage::BodyProof, d::PROOF_OBJECT, PROOF),
    rule(
        Endpoint::Credential,
        Stage::TypesAuthorised,
        "types authorised",
        d::ISSUES_AS_APPROVED,
        BEARER,
        Answer::Http,
    ),
    proof(Stage::ProofDecodes, d::PROOF_OBJECT),
    proof(Stage::ProofClaims, d::PROOF_CLAIMS),
    proof(Stage::ProofNonce, d::PROOF_NONCE),
    proof(Stage::ProofAudience, d::PROOF_AUDIENCE),
    proof(Stage::ProofHeaderDecodes, d::PROOF_HEADER),
    proof(Stage::ProofHeader, d::PROOF_HEADER),
    proof(Stage::ProofKidSubject, d::PROOF_SIGNATURE),
    proof(Stage::ProofSignature, d::PROOF_SIGNATURE),
    rule(
        Endpoint::Token,
        Stage::TokenRequestGrant,
        "token request",
        oauth::TOKEN_REQUEST,
        &[400, 401],
        Answer::OAuth(&[
            "unsupported_grant_type",
            "invalid_request",
            "invalid_grant",
            "unauthorized_client",
            "invalid_client",
        ]),
    ),
    token(Stage::TokenRequestParameters, oauth::TOKEN_REQUEST),
    // A wrong code cites its own clause; what is left is one that was redeemed before.
    token(Stage::TokenRequestCode, d::CODE_SINGLE_USE),
    token(Stage::TokenRequestPin, d::PIN),
    rule(
        Endpoint::Deferred,
        Stage::DeferredAuthorization,
        "acceptance token",
        d::DEFERRED,
        &[400, 401, 403, 404],
        Answer::Http,
    ),
    rule(
        Endpoint::Deferred,
        Stage::DeferredToken,
        "acceptance token",
        d::DEFERRED,
        &[400, 401, 403, 404],
        Answer::Http,
    ),
    rule(
        Endpoint::Deferred,
        Stage::DeferredReady,
        "deferred",
        d::DEFERRED,
        &[400, 401, 403, 404],
        Answer::Http,
    ),
];
