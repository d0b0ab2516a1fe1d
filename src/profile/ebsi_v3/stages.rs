//! The validation stages of each endpoint in their order, and how a refusal at each looks.

use crate::case::{Endpoint, Stage};
use crate::clauses::{Clause, ebsi_v3 as c};
use crate::profile::{Answer, StageRule};

const TOKEN: Answer = Answer::OAuth(&["invalid_token"]);
const REQUEST: Answer = Answer::OAuth(&["invalid_request"]);
const PROOF: Answer = Answer::OAuth(&["invalid_or_missing_proof"]);
const REDIRECT: Answer = Answer::Redirect(&["invalid_request"]);
const GRANT: Answer = Answer::OAuth(&["invalid_grant", "invalid_request"]);
const CLIENT: Answer = Answer::OAuth(&["invalid_client", "invalid_request"]);

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

/// Method and path, at any endpoint.
const fn http(endpoint: Endpoint, label: &'static str) -> StageRule {
    other(
        endpoint,
        Stage::Http,
        label,
        c::HTTP_METHOD,
        &[404, 405],
        Answer::Http,
    )
}

/// The statuses of a redirection after a GET or POST.
const REDIRECTS: &[u16] = &[302, 303];

const fn token(
    stage: Stage,
    label: &'static str,
    clause: &'static Clause,
    answer: Answer,
) -> StageRule {
    other(Endpoint::Token, stage, label, clause, &[400], answer)
}

const fn authorize(stage: Stage, label: &'static str, clause: &'static Clause) -> StageRule {
    other(
        Endpoint::Authorize,
        stage,
        label,
        clause,
        REDIRECTS,
        REDIRECT,
    )
}

const fn direct_post(stage: Stage, label: &'static str, clause: &'static Clause) -> StageRule {
    other(
        Endpoint::DirectPost,
        stage,
        label,
        clause,
        REDIRECTS,
        REDIRECT,
    )
}

pub(super) const STAGES: &[StageRule] = &[
    http(Endpoint::Credential, "http"),
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
    http(Endpoint::Token, "token-http"),
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
    token(
        Stage::TokenRequestClient,
        "token-client",
        c::CODE_CLIENT,
        GRANT,
    ),
    token(
        Stage::TokenRequestVerifier,
        "token-verifier",
        c::PKCE_VERIFIER,
        GRANT,
    ),
    token(
        Stage::TokenRequestAssertion,
        "token-assertion",
        c::CLIENT_ASSERTION,
        CLIENT,
    ),
    other(
        Endpoint::Token,
        Stage::TokenRequestPin,
        "token-pin",
        c::PIN,
        &[400],
        REQUEST,
    ),
    http(Endpoint::Authorize, "authorize-http"),
    other(
        Endpoint::Authorize,
        Stage::AuthorizeRedirectUri,
        "authorize-redirect-uri",
        c::AUTHORIZE_REDIRECT_URI,
        &[400],
        Answer::Problem,
    ),
    other(
        Endpoint::Authorize,
        Stage::AuthorizeScope,
        "authorize-scope",
        c::AUTHORIZE_SCOPE,
        REDIRECTS,
        Answer::Redirect(&["invalid_scope"]),
    ),
    authorize(
        Stage::AuthorizeRequest,
        "authorize-request",
        c::AUTHORIZE_REQUEST,
    ),
    authorize(
        Stage::AuthorizeClientMetadata,
        "authorize-client-metadata",
        c::AUTHORIZE_CLIENT_METADATA,
    ),
    authorize(
        Stage::AuthorizeDetails,
        "authorize-details",
        c::AUTHORIZE_DETAILS,
    ),
    authorize(
        Stage::AuthorizeIssuerState,
        "authorize-issuer-state",
        c::ISSUER_STATE,
    ),
    authorize(
        Stage::AuthorizeIssuerStateSignature,
        "authorize-issuer-state-signature",
        c::ISSUER_STATE,
    ),
    authorize(Stage::AuthorizePkce, "authorize-pkce", c::PKCE),
    authorize(
        Stage::AuthorizeRequestObject,
        "authorize-request-object",
        c::REQUEST_OBJECT,
    ),
    authorize(
        Stage::AuthorizeRequestClaims,
        "authorize-request-claims",
        c::REQUEST_OBJECT,
    ),
    authorize(
        Stage::AuthorizeRequestEquality,
        "authorize-request-equality",
        c::REQUEST_OBJECT,
    ),
    authorize(
        Stage::AuthorizeRequestKey,
        "authorize-request-key",
        c::REQUEST_OBJECT_KEY,
    ),
    authorize(
        Stage::AuthorizeRequestSignature,
        "authorize-request-signature",
        c::REQUEST_OBJECT_KEY,
    ),
    http(Endpoint::RequestUri, "request-uri-http"),
    other(
        Endpoint::RequestUri,
        Stage::RequestUriId,
        "request-uri-id",
        c::REQUEST_URI,
        &[400],
        Answer::Problem,
    ),
    other(
        Endpoint::RequestUri,
        Stage::RequestUriKnown,
        "request-uri-known",
        c::REQUEST_URI,
        &[404],
        Answer::Problem,
    ),
    http(Endpoint::DirectPost, "direct-post-http"),
    other(
        Endpoint::DirectPost,
        Stage::DirectPostMediaType,
        "direct-post-media-type",
        c::DIRECT_POST,
        &[400],
        Answer::Problem,
    ),
    other(
        Endpoint::DirectPost,
        Stage::DirectPostState,
        "direct-post-state",
        c::DIRECT_POST_STATE,
        &[400],
        Answer::Problem,
    ),
    direct_post(Stage::IdTokenForm, "id-token-form", c::ID_TOKEN),
    direct_post(Stage::IdTokenNonce, "id-token-nonce", c::ID_TOKEN_NONCE),
    direct_post(
        Stage::IdTokenAudience,
        "id-token-audience",
        c::ID_TOKEN_AUDIENCE,
    ),
    direct_post(Stage::IdTokenDid, "id-token-did", c::ID_TOKEN_HOLDER),
    direct_post(Stage::IdTokenIssuer, "id-token-issuer", c::ID_TOKEN_HOLDER),
    direct_post(
        Stage::IdTokenSubject,
        "id-token-subject",
        c::ID_TOKEN_HOLDER,
    ),
    direct_post(Stage::IdTokenKey, "id-token-key", c::ID_TOKEN_HOLDER),
    direct_post(
        Stage::IdTokenSignature,
        "id-token-signature",
        c::ID_TOKEN_SIGNATURE,
    ),
    direct_post(Stage::VpTokenForm, "vp-token-form", c::VP_TOKEN),
    direct_post(Stage::VpTokenNonce, "vp-token-nonce", c::VP_TOKEN),
    direct_post(Stage::VpTokenAudience, "vp-token-audience", c::VP_TOKEN),
    direct_post(Stage::VpTokenHolder, "vp-token-holder", c::VP_TOKEN_HOLDER),
    direct_post(
        Stage::VpTokenSignature,
        "vp-token-signature",
        c::VP_TOKEN_HOLDER,
    ),
    direct_post(
        Stage::PresentationSubmission,
        "presentation-submission",
        c::PRESENTATION_SUBMISSION,
    ),
    direct_post(
        Stage::VpTokenCredentials,
        "vp-token-credentials",
        c::VP_TOKEN_CREDENTIALS,
    ),
    http(Endpoint::Offer, "offer-http"),
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
    http(Endpoint::InitiateOffer, "initiate-http"),
    other(
        Endpoint::InitiateOffer,
        Stage::InitiateQuery,
        "initiate-query",
        c::OFFER,
        &[400],
        Answer::Problem,
    ),
    http(Endpoint::Deferred, "deferred-http"),
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
