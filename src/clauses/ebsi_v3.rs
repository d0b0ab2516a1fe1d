//! EBSI Conformance API v3. The facts, with their sources, stand in `docs/ebsi-v3.md`.
use super::clauses;

clauses! { "EBSI Conformance v3", "ebsi-v3";
    HTTP_METHOD = "http-method", "Endpoints", Must, "docs/ebsi-v3.md#http-method",
        "The credential endpoint answers POST; any other method is refused with 404 or 405.";
    HTTP_PATH = "http-path", "Endpoints", Must, "docs/ebsi-v3.md#http-path",
        "A path that is not an endpoint is answered 404 problem+json.";
    MEDIA_TYPE = "media-type", "Validation 1", Must, "docs/ebsi-v3.md#media-type",
        "The request's Content-Type is application/json.";
    AUTHORIZATION_PRESENT = "authorization-present", "Validation 2", Must, "docs/ebsi-v3.md#authorization-present",
        "The access token travels in the Authorization header.";
    BEARER_SCHEME = "bearer-scheme", "Validation 3", Must, "docs/ebsi-v3.md#bearer-scheme",
        "The Authorization header uses the Bearer scheme.";
    TOKEN_HEADER_DECODES = "token-header-decodes", "Validation 4", Must, "docs/ebsi-v3.md#token-header-decodes",
        "The access token is a compact JWS whose header decodes.";
    TOKEN_HEADER = "token-header", "Validation 5", Must, "docs/ebsi-v3.md#token-header",
        "The access token's header has typ JWT, alg ES256 and a string kid.";
    TOKEN_PAYLOAD_DECODES = "token-payload-decodes", "Validation 6", Must, "docs/ebsi-v3.md#token-payload-decodes",
        "The access token's payload decodes to a JSON object.";
    TOKEN_PAYLOAD = "token-payload", "Validation 7", Must, "docs/ebsi-v3.md#token-payload",
        "The access token's payload has iss, aud, sub, iat, exp, nonce and the claims the authorization server puts there, each of its type.";
    TOKEN_AUDIENCE = "token-audience", "Validation 8", Must, "docs/ebsi-v3.md#token-audience",
        "The access token's aud includes the credential issuer.";
    TOKEN_UNUSED = "token-unused", "Validation 9", Must, "docs/ebsi-v3.md#token-unused",
        "An access token yields one credential: once used it is refused.";
    TOKEN_UNEXPIRED = "token-unexpired", "Validation 9a", Must, "docs/ebsi-v3.md#token-unexpired",
        "An expired access token is refused.";
    TOKEN_ISSUED = "token-issued", "Validation 9b", Must, "docs/ebsi-v3.md#token-issued",
        "An access token issued in the future is refused.";
    TOKEN_KID = "token-kid", "Validation 9c", Must, "docs/ebsi-v3.md#token-kid",
        "The access token's kid names the authorization server's key.";
    TOKEN_SIGNATURE = "token-signature", "Validation 9d", Must, "docs/ebsi-v3.md#token-signature",
        "The access token's signature verifies with the authorization server's key.";
    BODY_JSON = "body-json", "Validation 10", Must, "docs/ebsi-v3.md#body-json",
        "The request body is a JSON object.";
    BODY_FORMAT = "body-format", "Validation 10", Must, "docs/ebsi-v3.md#body-format",
        "format is jwt_vc or jwt_vc_json.";
    BODY_TYPES = "body-types", "Validation 10", Must, "docs/ebsi-v3.md#body-types",
        "types is an array of known types that contains VerifiableCredential and VerifiableAttestation.";
    BODY_PROOF = "body-proof", "Validation 10", Must, "docs/ebsi-v3.md#body-proof",
        "proof is an object with proof_type jwt and a string jwt.";
    TYPES_AUTHORISED = "types-authorised", "Validation 11", Must, "docs/ebsi-v3.md#types-authorised",
        "Every requested type is among the types the access token authorises.";
    PROOF_DECODES = "proof-decodes", "Validation 12", Must, "docs/ebsi-v3.md#proof-decodes",
        "The proof is a compact JWS whose payload decodes to a JSON object.";
    PROOF_CLAIMS = "proof-claims", "Validation 13", Must, "docs/ebsi-v3.md#proof-claims",
        "The proof has iss, aud, iat and nonce, each of its type.";
    PROOF_NONCE = "proof-nonce", "Validation 14", Must, "docs/ebsi-v3.md#proof-nonce",
        "The proof's nonce is the c_nonce of the presented access token.";
    PROOF_AUDIENCE = "proof-audience", "Validation 15", Must, "docs/ebsi-v3.md#proof-audience",
        "The proof's aud is exactly the credential issuer identifier.";
    PROOF_ISSUER = "proof-issuer", "Validation 16", Must, "docs/ebsi-v3.md#proof-issuer",
        "The proof's iss is the client_id of the access token.";
    PROOF_HEADER_DECODES = "proof-header-decodes", "Validation 18", Must, "docs/ebsi-v3.md#proof-header-decodes",
        "The proof's header decodes to a JSON object.";
    PROOF_HEADER = "proof-header", "Validation 19", Must, "docs/ebsi-v3.md#proof-header",
        "The proof's header has typ openid4vci-proof+jwt, a string alg and a string kid.";
    PROOF_KID_SUBJECT = "proof-kid-subject", "Validation 20", Must, "docs/ebsi-v3.md#proof-kid-subject",
        "The proof's kid belongs to the DID that authenticated.";
    PROOF_DID_VALID = "proof-did-valid", "Validation 21", Must, "docs/ebsi-v3.md#proof-did-valid",
        "The proof's kid refers to a valid DID.";
    PROOF_DID_EXISTS = "proof-did-exists", "Validation 22", Must, "docs/ebsi-v3.md#proof-did-exists",
        "The DID document of the proof's kid exists.";
    PROOF_VERIFICATION_METHOD = "proof-verification-method", "Validation 23", Must, "docs/ebsi-v3.md#proof-verification-method",
        "The proof's kid is a verification method of the DID document.";
    PROOF_PUBLIC_KEY_JWK = "proof-public-key-jwk", "Validation 24", Must, "docs/ebsi-v3.md#proof-public-key-jwk",
        "The proof's verification method has a publicKeyJwk.";
    PROOF_SIGNATURE = "proof-signature", "Validation 25", Must, "docs/ebsi-v3.md#proof-signature",
        "The proof's signature verifies with the key and algorithm of its verification method; exp and nbf are honoured.";
    PRECEDENCE = "precedence", "Validation", Must, "docs/ebsi-v3.md#precedence",
        "Token errors take precedence over body errors, body errors over type authorisation, type authorisation over proof errors.";
    REFUSED_CONSUMES_NOTHING = "refused-consumes-nothing", "Validation", Must, "docs/ebsi-v3.md#refused-consumes-nothing",
        "A refused request does not consume the access token.";
    UNKNOWN_MEMBERS = "unknown-members", "Request", Must, "docs/ebsi-v3.md#unknown-members",
        "Unknown members of the request are ignored.";
    TYPES_ORDER = "types-order", "Validation 11", Must, "docs/ebsi-v3.md#types-order",
        "The order of types and the omission of authorised types do not change the outcome.";
    RESPONSE_JSON = "response-json", "Responses", Must, "docs/ebsi-v3.md#response-json",
        "A success, 400 or 401 is application/json; a 500 is application/problem+json.";
    RESPONSE_ONE_OF = "response-one-of", "Responses", Must, "docs/ebsi-v3.md#response-one-of",
        "A success has exactly one of credential and acceptance_token.";
    RESPONSE_FORMAT = "response-format", "Responses", Must, "docs/ebsi-v3.md#response-format",
        "format is present with credential and equals the requested format.";
    RESPONSE_CREDENTIAL = "response-credential", "Responses", Must, "docs/ebsi-v3.md#response-credential",
        "credential is a JSON string holding a compact JWS.";
    ERROR_OBJECT = "error-object", "Errors", Must, "docs/ebsi-v3.md#error-object",
        "A 400 or 401 has a string error and, if any, a non-empty string error_description.";
    ERROR_CODES = "error-codes", "Errors", Must, "docs/ebsi-v3.md#error-codes",
        "The error code is one the specification names for the fault.";
    PROBLEM_DETAILS = "problem-details", "Errors", Must, "docs/ebsi-v3.md#problem-details",
        "A problem document has a title, and a status that equals the HTTP status.";
    NO_SERVER_ERROR = "no-server-error", "Errors", Must, "docs/ebsi-v3.md#no-server-error",
        "A fault of the client is answered with a client error, never with a server error.";
    NO_LEAK = "no-leak", "Errors", Must, "docs/ebsi-v3.md#no-leak",
        "An answer reveals no internal text: no stack frame, path, key or submitted secret.";
    VC_HEADER = "vc-header", "Credential", Must, "docs/ebsi-v3.md#vc-header",
        "The credential's header has typ JWT, alg ES256 and a kid made of the issuer's DID and the key.";
    VC_SIGNATURE = "vc-signature", "Credential", Must, "docs/ebsi-v3.md#vc-signature",
        "The credential's signature verifies with the issuer's published key.";
    VC_IDENTIFIERS = "vc-identifiers", "Credential", Must, "docs/ebsi-v3.md#vc-identifiers",
        "jti equals vc.id, iss equals vc.issuer.";
    VC_SUBJECT = "vc-subject", "Credential", Must, "docs/ebsi-v3.md#vc-subject",
        "sub equals credentialSubject.id and is the holder that authenticated.";
    VC_DATES = "vc-dates", "Credential", Must, "docs/ebsi-v3.md#vc-dates",
        "nbf equals validFrom, exp equals expirationDate, iat equals issued, issuanceDate equals validFrom.";
    VC_VALIDITY = "vc-validity", "Credential", Must, "docs/ebsi-v3.md#vc-validity",
        "The period a credential claims begins before it ends and holds now.";
    VC_TYPES = "vc-types", "Credential", Must, "docs/ebsi-v3.md#vc-types",
        "vc.type as a set equals the requested types, VerifiableCredential first.";
    VC_CONTEXT = "vc-context", "Credential", Must, "docs/ebsi-v3.md#vc-context",
        "The first item of @context is the VC Data Model 1.1 context.";
    VC_SCHEMA = "vc-schema", "Credential", Must, "docs/ebsi-v3.md#vc-schema",
        "The credential names its schema and terms of use.";
    VC_UNIQUE = "vc-unique", "Credential", Must, "docs/ebsi-v3.md#vc-unique",
        "No two credentials share a jti.";
    DEFERRED_TYPES = "deferred-types", "Deferred", Must, "docs/ebsi-v3.md#deferred-types",
        "Deferred types are always answered with an acceptance token, other types never.";
    DEFERRED_READY = "deferred-ready", "Deferred", Must, "docs/ebsi-v3.md#deferred-ready",
        "Before the delay there is no credential; after it there is, and it does not go away again.";
    DEFERRED_TOKEN = "deferred-token", "Deferred", Must, "docs/ebsi-v3.md#deferred-token",
        "Only the acceptance token that was handed out yields the deferred credential.";
    ACCEPTANCE_NOT_ACCESS = "acceptance-not-access", "Deferred", Must, "docs/ebsi-v3.md#acceptance-not-access",
        "An acceptance token is no access token, and an access token is no acceptance token.";
    METADATA = "metadata", "Discovery", Must, "docs/ebsi-v3.md#metadata",
        "Issuer metadata names the issuer, its endpoints and its credentials.";
    METADATA_ISSUABLE = "metadata-issuable", "Discovery", Must, "docs/ebsi-v3.md#metadata-issuable",
        "What is offered stands in the metadata and can be issued.";
    AS_METADATA = "as-metadata", "Discovery", Must, "docs/ebsi-v3.md#as-metadata",
        "Authorization server metadata names the issuer and its endpoints.";
    JWKS = "jwks", "Discovery", Must, "docs/ebsi-v3.md#jwks",
        "A JWKS holds public keys only, each with the thumbprint as kid.";
    OFFER = "offer", "Credential offer", Must, "docs/ebsi-v3.md#offer",
        "An offer names the issuer and one grant, whose JWT verifies under the issuer's JWKS.";
    OFFER_UNKNOWN = "offer-unknown", "Credential offer", Must, "docs/ebsi-v3.md#offer-unknown",
        "An unknown offer is answered 404, an id that is no UUID 400, both problem+json.";
    PIN = "pin", "Token", Must, "docs/ebsi-v3.md#pin",
        "The PIN is derived from the holder's DID; another PIN is refused.";
    TOKEN_RESPONSE = "token-response", "Token", Must, "docs/ebsi-v3.md#token-response",
        "A token response has access_token, token_type, expires_in, c_nonce and c_nonce_expires_in, fresh on each call.";
    TOKEN_RESPONSE_NO_STORE = "token-response-no-store", "Token", Must, "docs/ebsi-v3.md#token-response-no-store",
        "A token response is sent with Cache-Control no-store and Pragma no-cache.";
    TOKEN_REQUEST = "token-request", "Token", Must, "docs/ebsi-v3.md#token-request",
        "A token request with a missing, unknown or wrong parameter is refused with 400.";
    TOKEN_REQUEST_UNKNOWN = "token-request-unknown", "Token", Must, "docs/ebsi-v3.md#token-request-unknown",
        "Unknown parameters of a token request are ignored.";
    AUTHORIZE_REDIRECT_URI = "authorize-redirect-uri", "Authorization", Must, "docs/ebsi-v3.md#authorize-redirect-uri",
        "An authorization request without a redirect_uri is answered with a problem document, never with a redirection.";
    AUTHORIZE_SCOPE = "authorize-scope", "Authorization", Must, "docs/ebsi-v3.md#authorize-scope",
        "scope is openid; another is refused with invalid_scope.";
    AUTHORIZE_REQUEST = "authorize-request", "Authorization", Must, "docs/ebsi-v3.md#authorize-request",
        "An authorization request has response_type code and a client_id that is a did:key or a URL.";
    AUTHORIZE_CLIENT_METADATA = "authorize-client-metadata", "Authorization", Must, "docs/ebsi-v3.md#authorize-client-metadata",
        "client_metadata, if present, is a JSON object of the documented shape.";
    AUTHORIZE_DETAILS = "authorize-details", "Authorization", Must, "docs/ebsi-v3.md#authorize-details",
        "authorization_details is a JSON array whose first item asks for known types in a known format.";
    ISSUER_STATE = "issuer-state", "Authorization", Must, "docs/ebsi-v3.md#issuer-state",
        "A type that is offered needs the issuer_state of the offer: signed by the issuer, not expired, for this client and these types.";
    PKCE = "pkce", "Authorization", Must, "docs/ebsi-v3.md#pkce",
        "A holder wallet sends a code_challenge with code_challenge_method S256.";
    REQUEST_OBJECT = "request-object", "Authorization", Must, "docs/ebsi-v3.md#request-object",
        "A service wallet sends one request object, which says what the query says.";
    REQUEST_OBJECT_KEY = "request-object-key", "Authorization", Must, "docs/ebsi-v3.md#request-object-key",
        "The request object verifies with an ES256 key that the client has published.";
    AUTHORIZE_RESPONSE = "authorize-response", "Authorization", Must, "docs/ebsi-v3.md#authorize-response",
        "A good authorization request is answered with a request of the server for an ID token or a presentation, with a state and a nonce of its own.";
    REDIRECT_ERROR = "redirect-error", "Authorization", Must, "docs/ebsi-v3.md#redirect-error",
        "An error goes to the client's redirect_uri with error and the client's state.";
    REQUEST_URI = "request-uri", "Authorization", Must, "docs/ebsi-v3.md#request-uri",
        "request_uri serves the request object; an unknown id is answered 404, an id that is no UUID 400, both problem+json.";
    DIRECT_POST = "direct-post", "Direct post", Must, "docs/ebsi-v3.md#direct-post",
        "The wallet's answer is a form.";
    DIRECT_POST_STATE = "direct-post-state", "Direct post", Must, "docs/ebsi-v3.md#direct-post-state",
        "The state of a direct post is one that the server handed out; it is used once and expires.";
    ID_TOKEN = "id-token", "Direct post", Must, "docs/ebsi-v3.md#id-token",
        "An ID token has typ JWT, alg and kid, and iss, sub, aud, exp, iat and nonce, each of its type.";
    ID_TOKEN_NONCE = "id-token-nonce", "Direct post", Must, "docs/ebsi-v3.md#id-token-nonce",
        "The ID token's nonce is that of the server's request.";
    ID_TOKEN_AUDIENCE = "id-token-audience", "Direct post", Must, "docs/ebsi-v3.md#id-token-audience",
        "The ID token is meant for the authorization server.";
    ID_TOKEN_HOLDER = "id-token-holder", "Direct post", Must, "docs/ebsi-v3.md#id-token-holder",
        "The ID token's iss and sub are the DID of its kid, which names an authentication method of that DID.";
    ID_TOKEN_SIGNATURE = "id-token-signature", "Direct post", Must, "docs/ebsi-v3.md#id-token-signature",
        "The ID token's signature verifies with the key of its kid; exp is honoured.";
    VP_TOKEN = "vp-token", "Direct post", Must, "docs/ebsi-v3.md#vp-token",
        "A presentation is a JWT for the authorization server with the nonce of its request.";
    VP_TOKEN_HOLDER = "vp-token-holder", "Direct post", Must, "docs/ebsi-v3.md#vp-token-holder",
        "A presentation is made and signed by the holder that asked.";
    PRESENTATION_SUBMISSION = "presentation-submission", "Direct post", Must, "docs/ebsi-v3.md#presentation-submission",
        "The presentation submission answers every descriptor of the definition that was asked for.";
    VP_TOKEN_CREDENTIALS = "vp-token-credentials", "Direct post", Must, "docs/ebsi-v3.md#vp-token-credentials",
        "Every presented credential verifies and is about the holder.";
    DIRECT_POST_RESPONSE = "direct-post-response", "Direct post", Must, "docs/ebsi-v3.md#direct-post-response",
        "A good direct post is answered with a redirection to the client that carries a code and the client's state.";
    CODE_SINGLE_USE = "code-single-use", "Token", Must, "docs/ebsi-v3.md#code-single-use",
        "An authorization code is redeemed once, and expires.";
    CODE_CLIENT = "code-client", "Token", Must, "docs/ebsi-v3.md#code-client",
        "An authorization code is redeemed by the client that it was handed to.";
    PKCE_VERIFIER = "pkce-verifier", "Token", Must, "docs/ebsi-v3.md#pkce-verifier",
        "The code_verifier hashes to the code_challenge of the authorization request.";
    CLIENT_ASSERTION = "client-assertion", "Token", Must, "docs/ebsi-v3.md#client-assertion",
        "A service wallet authenticates with a client assertion that verifies with a key of its JWKS.";
}
