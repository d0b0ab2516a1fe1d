//! The RFCs that the EBSI API stands on.
use super::clauses;

clauses! { "IETF", "rfc";
    JSON_GRAMMAR = "8259-grammar", "RFC 8259, 2", Must, "https://www.rfc-editor.org/rfc/rfc8259#section-2",
        "A JSON text conforms to the grammar.";
    JSON_UNIQUE_NAMES = "8259-unique-names", "RFC 8259, 4", Should, "https://www.rfc-editor.org/rfc/rfc8259#section-4",
        "The names within an object should be unique.";
    JSON_UTF8 = "8259-utf8", "RFC 8259, 8.1", Must, "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
        "JSON text exchanged between systems is encoded in UTF-8, without a byte order mark.";
    HTTP_FIELDS = "9110-fields", "RFC 9110, 5", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-5",
        "Field names are case-insensitive and surrounding white space is no part of a value.";
    HTTP_ALLOW = "9110-allow", "RFC 9110, 15.5.6", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
        "A 405 response carries an Allow header field.";
    HTTP_CODING = "9110-content-coding", "RFC 9110, 8.4", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-8.4",
        "Content-Encoding says how to decode the content; an unacceptable coding is refused.";
    HTTP_SCHEME_CASE = "9110-scheme-case", "RFC 9110, 11.1", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-11.1",
        "An authentication scheme is matched without regard to case.";
    HTTP_ANSWERS = "9110-answers", "RFC 9110, 3.4", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-3.4",
        "A server answers each request with a response.";
    BEARER_QUERY = "6750-query", "RFC 6750, 2.3", Should, "https://www.rfc-editor.org/rfc/rfc6750#section-2.3",
        "An access token should not be passed in the query.";
    BEARER_CHALLENGE = "6750-challenge", "RFC 6750, 3", Must, "https://www.rfc-editor.org/rfc/rfc6750#section-3",
        "A request whose access token does not do is answered with WWW-Authenticate Bearer.";
    OAUTH_ERROR_CHARS = "6749-error-chars", "RFC 6749, 5.2", Should, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
        "error and error_description hold only the characters of the grammar.";
    OAUTH_NO_STORE = "6749-no-store", "RFC 6749, 5.1", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-5.1",
        "A response with a token carries Cache-Control no-store.";
    JWS_COMPACT = "7515-compact", "RFC 7515, 7.1", Must, "https://www.rfc-editor.org/rfc/rfc7515#section-7.1",
        "A compact JWS is three base64url segments separated by periods.";
    JWS_CRIT = "7515-crit", "RFC 7515, 4.1.11", Must, "https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11",
        "A JWS with an extension in crit that is not understood is invalid.";
    JWS_BASE64URL = "7515-base64url", "RFC 7515, 2", Must, "https://www.rfc-editor.org/rfc/rfc7515#section-2",
        "Segments are base64url without padding.";
    JWA_ECDSA = "7518-ecdsa", "RFC 7518, 3.4", Must, "https://www.rfc-editor.org/rfc/rfc7518#section-3.4",
        "An ECDSA signature is R and S as fixed-length big-endian integers.";
    JWT_EXP = "7519-exp", "RFC 7519, 4.1.4", Must, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
        "A JWT must not be accepted on or after its exp.";
    JWT_NBF = "7519-nbf", "RFC 7519, 4.1.5", Must, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5",
        "A JWT must not be accepted before its nbf.";
    JWT_ALG = "8725-alg", "RFC 8725, 3.1", Must, "https://www.rfc-editor.org/rfc/rfc8725#section-3.1",
        "Only algorithms that fit the key are used; none is refused.";
    JWT_TYP = "8725-typ", "RFC 8725, 3.11", Must, "https://www.rfc-editor.org/rfc/rfc8725#section-3.11",
        "Kinds of JWT are told apart by typ.";
}
