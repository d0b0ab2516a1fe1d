//! The list itself.

use super::{Added, AddedBody, Point};
use crate::case::Stage::{self, *};

const fn oauth(statuses: &'static [u16], codes: &'static [&'static str]) -> Added {
    Added {
        statuses,
        body: AddedBody::OAuth(codes),
    }
}

const fn problem(statuses: &'static [u16]) -> Added {
    Added {
        statuses,
        body: AddedBody::Problem,
    }
}

const fn bare(statuses: &'static [u16]) -> Added {
    Added {
        statuses,
        body: AddedBody::NoCredential,
    }
}

const fn point(
    id: &'static str,
    stages: &'static [Stage],
    adds: &'static [Added],
    reason: &'static str,
) -> Point {
    Point {
        id,
        stages,
        adds,
        reason,
    }
}

const TOKEN_STAGES: &[Stage] = &[
    AuthorizationPresent,
    BearerScheme,
    TokenHeaderDecodes,
    TokenHeader,
    TokenPayloadDecodes,
    TokenPayload,
    TokenAudience,
    TokenUnused,
    TokenUnexpired,
    TokenIssued,
    TokenKid,
    TokenSignature,
];

/// The stages of the authorization endpoint behind the first.
const AUTHORIZE_STAGES: &[Stage] = &[
    AuthorizeScope,
    AuthorizeRequest,
    AuthorizeClientMetadata,
    AuthorizeDetails,
    AuthorizeIssuerState,
    AuthorizeIssuerStateSignature,
    AuthorizePkce,
    AuthorizeRequestObject,
    AuthorizeRequestClaims,
    AuthorizeRequestEquality,
    AuthorizeRequestKey,
    AuthorizeRequestSignature,
];

/// The stages of the direct post.
const DIRECT_POST_STAGES: &[Stage] = &[
    DirectPostMediaType,
    DirectPostState,
    IdTokenForm,
    IdTokenNonce,
    IdTokenAudience,
    IdTokenDid,
    IdTokenIssuer,
    IdTokenSubject,
    IdTokenKey,
    IdTokenSignature,
    VpTokenForm,
    VpTokenNonce,
    VpTokenAudience,
    VpTokenHolder,
    VpTokenSignature,
    PresentationSubmission,
    VpTokenCredentials,
];

/// The codes of an authorization error (RFC 6749, 4.1.2.1; RFC 9101, 6.2; OpenID4VP; RFC 9396, 5).
const AUTHORIZE_CODES: &[&str] = &[
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_client",
    "invalid_grant",
    "invalid_token",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_authorization_details",
    "vp_formats_not_supported",
];

const HTTP_REFUSALS: &[u16] = &[
    400, 403, 404, 405, 406, 411, 413, 414, 415, 417, 431, 501, 505,
];

/// Every point.
pub const POINTS: &[Point] = &[
    point(
        "token-refused-status",
        TOKEN_STAGES,
        &[oauth(&[400, 401], &["invalid_token"])],
        "RFC 6750 answers a bad token with 401, EBSI's own service with 400; WWW-Authenticate may be present or not",
    ),
    point(
        "unauthorised-type-status",
        &[TypesAuthorised],
        &[oauth(
            &[400, 401, 403],
            &["invalid_request", "unsupported_credential_type"],
        )],
        "EBSI answers 401, OAuth's insufficient scope is 403, draft 11 has a code of its own",
    ),
    point(
        "draft-11-codes",
        &[],
        &[oauth(
            &[400],
            &[
                "unsupported_credential_type",
                "unsupported_credential_format",
            ],
        )],
        "draft 11 of OpenID4VCI has codes for unknown types and formats",
    ),
    point(
        "missing-proof-code",
        &[],
        &[oauth(&[400], &["invalid_or_missing_proof"])],
        "a missing proof is a schema error at EBSI and a proof error in the drafts",
    ),
    point(
        "several-faults",
        &[],
        &[],
        "the order of validation binds only as far as the code of one of the faults is given",
    ),
    point(
        "malformed-json",
        &[BodyJson],
        &[oauth(&[400], &["invalid_request"]), problem(&[400])],
        "EBSI's framework answers malformed JSON with a problem document, before it looks at the token",
    ),
    point(
        "media-type",
        &[MediaType],
        &[
            oauth(&[400, 415], &["invalid_request"]),
            problem(&[400, 415]),
        ],
        "frameworks answer 415; near-JSON types and parameters are accepted by some",
    ),
    point(
        "body-too-large",
        &[],
        &[bare(&[400, 413])],
        "where the limit lies is the issuer's, from 64 KiB up",
    ),
    point(
        "json-leniency",
        &[],
        &[oauth(&[400], &["invalid_request"]), problem(&[400])],
        "JSON readers differ over duplicates, byte order marks, lone surrogates, depth and encoding errors in ignored members",
    ),
    point(
        "method-and-path",
        &[Http],
        &[bare(&[400, 404, 405, 501])],
        "routers differ over unknown methods and over spellings of a path, and OpenID Connect has authorization requests by POST",
    ),
    point(
        "options-answer",
        &[],
        &[bare(&[200, 204])],
        "OPTIONS is answered by the layer that cares for cross-origin requests",
    ),
    point(
        "http-layer",
        &[],
        &[bare(HTTP_REFUSALS)],
        "servers differ over headers that have nothing to do with credentials, and over parameters that are named twice",
    ),
    point(
        "bearer-spelling",
        &[],
        &[],
        "an authentication scheme is case-insensitive and may be followed by several spaces (RFC 9110), EBSI compares literally",
    ),
    point(
        "proof-typ-case",
        &[],
        &[],
        "typ is a media type, compared without regard to case and with application/ left out (RFC 7515, 4.1.9); EBSI compares literally",
    ),
    point(
        "proof-aud-array",
        &[],
        &[],
        "aud may be an array in a JWT, EBSI asks for a string",
    ),
    point(
        "proof-iat-window",
        &[],
        &[],
        "no specification of EBSI says how old a proof may be",
    ),
    point(
        "proof-jwk-and-kid",
        &[],
        &[],
        "a jwk besides the kid is ignored or refused",
    ),
    point(
        "base64url-leniency",
        &[],
        &[],
        "decoders differ over padding, unused bits, white space and stray characters, and verifiers over the twin S of ECDSA; the signed bytes are the same",
    ),
    point(
        "format-absent",
        &[],
        &[],
        "format is required in the schema, while the text says that the default applies",
    ),
    point(
        "jwt-vc-json",
        &[],
        &[oauth(
            &[400],
            &["invalid_request", "unsupported_credential_format"],
        )],
        "older issuers know jwt_vc alone",
    ),
    point(
        "types-order",
        &[],
        &[],
        "order, repetition and omission of authorised types are free",
    ),
    point(
        "response-members",
        &[],
        &[],
        "responses may have members beyond the documented",
    ),
    point(
        "deferred-early",
        &[DeferredReady],
        &[
            oauth(&[400], &["issuance_pending", "invalid_request"]),
            bare(&[202]),
            Added {
                statuses: &[200, 202, 400],
                body: AddedBody::AcceptanceToken,
            },
        ],
        "no public source says what a deferred request gets that comes too early",
    ),
    point(
        "deferred-again",
        &[],
        &[bare(&[400, 401, 404, 410])],
        "whether a deferred credential can be fetched twice is not documented",
    ),
    point(
        "acceptance-token-unknown",
        &[DeferredAuthorization, DeferredToken],
        &[oauth(
            &[400, 401, 404],
            &["invalid_token", "invalid_request", "invalid_transaction_id"],
        )],
        "no public source names the code for an unknown acceptance token",
    ),
    point(
        "acceptance-token-case",
        &[],
        &[],
        "an acceptance token is opaque; one that is a UUID may be compared without regard to case",
    ),
    point(
        "code-twice",
        &[],
        &[
            oauth(&[400, 401], &["invalid_request", "invalid_grant"]),
            Added {
                statuses: &[200],
                body: AddedBody::Success,
            },
        ],
        "EBSI's pre-authorised code can be redeemed twice, OAuth's cannot",
    ),
    point(
        "token-endpoint-codes",
        &[
            TokenRequestGrant,
            TokenRequestParameters,
            TokenRequestCode,
            TokenRequestClient,
            TokenRequestVerifier,
            TokenRequestAssertion,
            TokenRequestPin,
        ],
        &[oauth(
            &[400, 401],
            &[
                "invalid_request",
                "invalid_grant",
                "invalid_client",
                "unauthorized_client",
            ],
        )],
        "EBSI answers invalid_request throughout, OAuth has finer codes",
    ),
    point(
        "authorize-refusal",
        AUTHORIZE_STAGES,
        &[
            Added {
                statuses: &[302, 303],
                body: AddedBody::RedirectError(AUTHORIZE_CODES),
            },
            bare(&[400, 401, 403]),
        ],
        "OAuth has finer codes than EBSI, and a server that does not trust the redirect_uri yet answers without redirecting (RFC 6749, 4.1.2.1)",
    ),
    point(
        "authorize-no-redirect-uri",
        &[AuthorizeRedirectUri],
        &[bare(&[400, 401, 403])],
        "RFC 6749 asks for an answer to the user here, and not for a shape of it",
    ),
    point(
        "direct-post-refusal",
        DIRECT_POST_STAGES,
        &[
            Added {
                statuses: &[302, 303],
                body: AddedBody::RedirectError(AUTHORIZE_CODES),
            },
            bare(&[400, 401, 403, 404, 415]),
        ],
        "EBSI redirects to the client, OpenID4VP answers the wallet itself",
    ),
    point(
        "state-after-refusal",
        &[],
        &[],
        "whether a refused answer of the wallet ends the authorization request is not documented",
    ),
    point(
        "code-after-refusal",
        &[],
        &[oauth(
            &[400, 401],
            &["invalid_request", "invalid_grant", "invalid_client"],
        )],
        "a server may end an authorization code when somebody fails to redeem it",
    ),
    point(
        "redirect-status",
        &[],
        &[],
        "302 and 303 both send the client on",
    ),
    point(
        "issuer-state-types-order",
        &[],
        &[],
        "EBSI compares the requested types with the offered ones in their order, others as a set",
    ),
    point(
        "client-assertion-audience",
        &[],
        &[],
        "EBSI's page has the authorization server as the audience of a client assertion, RFC 7523 and OpenID Connect Core the token endpoint",
    ),
    point(
        "grant-unsupported",
        &[TokenRequestGrant],
        &[oauth(&[400], &["unsupported_grant_type"])],
        "OAuth has a code for unknown grant types",
    ),
    point(
        "token-media-type",
        &[],
        &[
            oauth(&[400, 415], &["invalid_request"]),
            problem(&[400, 415]),
        ],
        "frameworks answer 415",
    ),
    point(
        "token-type-case",
        &[],
        &[],
        "token_type is case-insensitive",
    ),
    point(
        "offer-status",
        &[],
        &[Added {
            statuses: &[200, 201],
            body: AddedBody::Success,
        }],
        "EBSI's offers were seen with 200 and with 201",
    ),
    point("error-description", &[], &[], "texts are free"),
    point("media-type-parameters", &[], &[], "charset may be present"),
    point(
        "problem-type",
        &[],
        &[],
        "type may be absent, about:blank or a URI",
    ),
    point(
        "token-aud-substring",
        &[],
        &[],
        "EBSI's own service accepts an aud string that contains the issuer",
    ),
    point(
        "token-issuer",
        &[],
        &[oauth(&[400, 401], &["invalid_token"])],
        "EBSI's own service does not compare the iss of an access token that its server signed",
    ),
    point(
        "token-exp-huge",
        &[],
        &[],
        "a date beyond every calendar is accepted or refused",
    ),
    point(
        "url-validation",
        &[],
        &[oauth(
            &[400, 401],
            &["invalid_token", "invalid_or_missing_proof"],
        )],
        "validators differ over what is a URL, so that a value may fail its schema or its comparison",
    ),
    point(
        "token-typ-case",
        &[],
        &[],
        "typ is compared without regard to case (RFC 7519, 5.1); EBSI compares literally",
    ),
    point(
        "onboarding-proof",
        &[],
        &[],
        "EBSI leaves out steps 18 to 25 for VerifiableAuthorisationToOnboard; an issuer may look at what needs no registered key",
    ),
    point(
        "client-assertion-jti",
        &[],
        &[],
        "an authorization server may keep the jti of client assertions (RFC 7523, 3), and need not",
    ),
    point(
        "clock-leeway",
        &[],
        &[],
        "a small leeway for clock skew is permitted (RFC 7519, 4.1.4), EBSI has none",
    ),
    point(
        "authorization-elsewhere",
        &[],
        &[],
        "who asks for another location, or for none, gets an access token that is good there, or a refusal (RFC 9396, 2.2)",
    ),
    point(
        "token-request-of-others",
        &[],
        &[],
        "what a token request with a pre-authorised code says of client and types is ignored at EBSI, and compared by others",
    ),
    point(
        "second-authorization-detail",
        &[],
        &[],
        "EBSI looks at the first authorization detail alone",
    ),
];
