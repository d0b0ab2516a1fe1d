//! Clauses of RFCs that EBSI has words of its own for: other dialects cite the RFC itself.
use super::clauses;

clauses! { "IETF", "rfc";
    HTTP_CLIENT_ERROR = "9110-client-error", "RFC 9110, 15.5 and 15.6", Must, "https://www.rfc-editor.org/rfc/rfc9110#section-15.5",
        "A fault of the client is answered with a status of the class 4xx; the class 5xx says that the server has erred.";
    UNKNOWN_PARAMETERS = "6749-unknown-parameters", "RFC 6749, 3.2", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-3.2",
        "The token endpoint ignores parameters that it does not know.";
    TOKEN_REQUEST = "6749-token-error", "RFC 6749, 5.2", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
        "A token request with a fault is answered with 400 and an error code.";
    CODE_SINGLE_USE = "6749-code-single-use", "RFC 6749, 4.1.2 and 5.2", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2",
        "An authorization code that was not issued, or that was used before, is refused.";
    CODE_CLIENT = "6749-code-client", "RFC 6749, 4.1.3", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3",
        "An authorization code is redeemed by the client to which it was issued.";
    CODE_REDIRECT_URI = "6749-code-redirect-uri", "RFC 6749, 4.1.3", Must, "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3",
        "A token request names the redirect_uri of the authorization request, if that has one, and no other.";
    PKCE_VERIFIER = "7636-verifier", "RFC 7636, 4.6", Must, "https://www.rfc-editor.org/rfc/rfc7636#section-4.6",
        "The code_verifier of a token request is the one whose hash was the code_challenge.";
    SERVER_METADATA = "8414-metadata", "RFC 8414, 2 and 3.3", Must, "https://www.rfc-editor.org/rfc/rfc8414#section-3.3",
        "The metadata of an authorization server names the identifier that it was found under, and its endpoints.";
}
