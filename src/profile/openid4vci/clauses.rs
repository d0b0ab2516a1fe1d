//! What of EBSI's words holds in draft 11, and under which clause.

use crate::clauses::{Clause, ebsi_v3 as e, oauth, openid4vci_draft11 as d, rfc};

/// EBSI's clause, and the one that says so much here. A clause that is not in the list is EBSI's alone.
pub(super) const CLAUSES: &[(&Clause, &Clause)] = &[
    (e::HTTP_METHOD, d::REQUEST_BY_POST),
    (e::AUTHORIZATION_PRESENT, d::ACCESS_TOKEN),
    (e::BEARER_SCHEME, d::ACCESS_TOKEN),
    (e::TOKEN_HEADER_DECODES, d::ACCESS_TOKEN),
    (e::TOKEN_HEADER, d::ACCESS_TOKEN),
    (e::TOKEN_PAYLOAD_DECODES, d::ACCESS_TOKEN),
    (e::TOKEN_PAYLOAD, d::ACCESS_TOKEN),
    (e::TOKEN_AUDIENCE, d::ACCESS_TOKEN),
    (e::TOKEN_KID, d::ACCESS_TOKEN),
    (e::TOKEN_SIGNATURE, d::ACCESS_TOKEN),
    (e::BODY_JSON, d::REQUEST_FORM),
    (e::BODY_FORMAT, d::FORMAT),
    (e::BODY_TYPES, d::TYPES),
    (e::BODY_PROOF, d::PROOF_OBJECT),
    (e::TYPES_AUTHORISED, d::ISSUES_AS_APPROVED),
    (e::PROOF_DECODES, d::PROOF_OBJECT),
    (e::PROOF_CLAIMS, d::PROOF_CLAIMS),
    (e::PROOF_NONCE, d::PROOF_NONCE),
    (e::PROOF_AUDIENCE, d::PROOF_AUDIENCE),
    (e::PROOF_HEADER_DECODES, d::PROOF_HEADER),
    (e::PROOF_HEADER, d::PROOF_HEADER),
    (e::PROOF_KID_SUBJECT, d::PROOF_SIGNATURE),
    (e::PROOF_SIGNATURE, d::PROOF_SIGNATURE),
    (e::RESPONSE_JSON, d::RESPONSE),
    (e::RESPONSE_ONE_OF, d::RESPONSE),
    (e::RESPONSE_FORMAT, d::RESPONSE_FORMAT),
    (e::RESPONSE_CREDENTIAL, d::RESPONSE_CREDENTIAL),
    (e::ERROR_OBJECT, d::ERROR),
    (e::NO_SERVER_ERROR, oauth::HTTP_CLIENT_ERROR),
    (e::VC_TYPES, d::TYPES),
    (e::DEFERRED_TOKEN, d::DEFERRED),
    (e::METADATA, d::METADATA),
    (e::METADATA_ISSUABLE, d::ISSUES_AS_APPROVED),
    (e::AS_METADATA, oauth::SERVER_METADATA),
    (e::OFFER, d::OFFER),
    (e::PIN, d::PIN),
    (e::TOKEN_RESPONSE, d::TOKEN_RESPONSE),
    (e::TOKEN_RESPONSE_NO_STORE, rfc::OAUTH_NO_STORE),
    (e::TOKEN_REQUEST, oauth::TOKEN_REQUEST),
    (e::TOKEN_REQUEST_UNKNOWN, oauth::UNKNOWN_PARAMETERS),
    (e::CODE_SINGLE_USE, d::CODE_SINGLE_USE),
];

/// What the draft leaves to the issuer.
pub(super) const OPEN: &[&str] = &[
    // The draft says what a client sends, and not that others are refused.
    "media-type/*",
    "token-request/media-type-*",
    "unknown-members/*",
    // White space and ways to send a token that RFC 6750 knows or that parsers forgive.
    "authorization/tab",
    "authorization/in-query",
    // A client that says who it is may have to be known.
    "token-request/client-id",
    "token-request/client-assertion",
    "pre-authorized-code/code-besides",
    // A proof is optional (7.2).
    "proof/absent",
    "proof/null",
    "proof/renamed-proofs",
    // A request may name fewer types than the metadata does.
    "types/without-verifiable-credential",
    "types/without-verifiable-attestation",
    "types/only-the-type",
    // Whoever knows the extension of RFC 7797 understands what is critical here.
    "proof-header/unencoded-payload",
    // A key may be named by jwk or x5c, and by a DID that has one key alone.
    "proof-header/jwk-instead-of-kid",
    "proof-header/x5c-instead-of-kid",
    "proof-kid/near-*",
    "proof-kid/other-did-and-key",
    "proof-kid/fragment-*",
    "proof-kid/without-fragment",
    "proof-kid/empty-fragment",
    "proof-kid/two-fragments",
    "proof-kid/thumbprint",
    "proof-kid/did-*",
    "proof-kid/upper-case-scheme",
    // A c_nonce is one that the issuer provided; that it belongs to the access token, no draft says.
    "proof-nonce/of-another-session",
    "token/of-another-session",
    // JWT libraries take an array of audiences as RFC 7519 means it, and compare URLs as such.
    "proof-aud/two-audiences",
    "proof-aud/other-and-issuer",
    "proof-aud/near-trailing-slash",
    "proof-aud/explicit-port",
    "proof-aud/host-upper-case",
    "proof-aud/dot-segments",
];

/// What means nothing here.
pub(super) const LEFT_OUT: &[&str] = &[
    // A code is worth as much to whoever else holds it, and PINs need not tell holders apart.
    "pre-authorized-code/of-other-holder",
    // Without an identified client a proof has no iss (7.2.1).
    "proof-iss/*",
    // There is a type in the metadata, or there is none: a list of types that exist elsewhere is EBSI's.
    "types/unauthorised*",
    "http/path-*",
];

/// Rules that are EBSI's own though they share a clause with others.
pub(super) const SILENT: &[&str] = &[
    "response/members-are-documented",
    "response/credential-is-not-stored",
    "credential/verifiable-credential-comes-first",
    "token/lasts-a-day",
    "token/values-are-fresh",
    "token/c-nonce-is-that-of-the-token",
    "token/access-token-is-signed-by-the-server",
    "token/access-token-is-for-this-holder-and-issuer",
    "offer/has-exactly-one-grant",
    "offer/grant-is-signed-by-the-issuer",
    "offer/grant-lasts-five-minutes",
    "offer/grant-is-for-this-holder-and-server",
    "offer/starting-one-yields-its-uri",
    "discovery/documents-are-served",
    "discovery/endpoints-belong-to-the-issuer",
    "discovery/credentials-have-format-and-types",
    "deferred/acceptance-token-is-fresh",
];
