//! OpenID for Verifiable Credential Issuance, draft 11 (February 2023), the draft that most deployed issuers began with. What
//! draft 13 changed is said where it matters.
use super::clauses;

clauses! { "OpenID4VCI draft 11", "openid4vci-draft11";
    OFFER = "offer", "4.1.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-4.1.1",
        "A credential offer names the credential issuer and the credentials; a named credential stands in the issuer's metadata.";
    CODE_SINGLE_USE = "code-single-use", "4.1.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-4.1.1",
        "A pre-authorised code is short lived and single-use.";
    TOKEN_RESPONSE = "token-response", "6.2", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-6.2",
        "A token response is that of OAuth, and may bring a c_nonce and its lifetime.";
    TOKEN_ERROR = "token-error", "6.3", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-6.3",
        "A token request that is invalid, with a wrong code or without one among them, is answered with an OAuth error.";
    PIN = "pin", "6.3", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-6.3",
        "A PIN that is expected and is missing or wrong is answered with an OAuth error.";
    ISSUES_AS_APPROVED = "issues-as-approved", "7", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7",
        "The credential endpoint issues a credential as it was approved, to whoever presents an access token that represents the approval.";
    REQUEST_BY_POST = "request-by-post", "7.2", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2",
        "A credential request is an HTTP POST request.";
    REQUEST_FORM = "request-form", "7.3.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.3.1",
        "A credential request that is malformed is answered with an error.";
    FORMAT = "format", "7.2", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2",
        "A credential request names the format; one that is not supported is answered with an error.";
    TYPES = "types", "E.1.1.5", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#appendix-E.1.1.5",
        "A credential request names the types, and the credential has at least those; a type that is not supported is answered with an error.";
    ACCESS_TOKEN = "access-token", "7.3.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.3.1",
        "A credential request with a wrong access token or without one is answered with an error.";
    PROOF_OBJECT = "proof-object", "7.2", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2",
        "A proof is an object that names its type, and for the type jwt holds a JWT.";
    PROOF_HEADER = "proof-header", "7.2.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2.1",
        "A key proof has typ openid4vci-proof+jwt, an asymmetric alg, and names its key by kid, jwk or x5c.";
    PROOF_CLAIMS = "proof-claims", "7.2.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2.1",
        "A key proof has aud, iat and nonce, each of its type.";
    PROOF_AUDIENCE = "proof-audience", "7.2.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2.1",
        "The aud of a key proof is the credential issuer.";
    PROOF_NONCE = "proof-nonce", "7.2.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2.1",
        "The nonce of a key proof is a c_nonce that the issuer provided.";
    PROOF_SIGNATURE = "proof-signature", "7.2.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.2.1",
        "The issuer validates that the proof is signed by the key that its header names.";
    RESPONSE = "response", "7.3", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.3",
        "A credential response is JSON with a credential, or with the token for one that comes later.";
    RESPONSE_FORMAT = "response-format", "7.3", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.3",
        "A credential response names the format of the credential.";
    RESPONSE_CREDENTIAL = "response-credential", "E.1.1.6", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#appendix-E.1.1.6",
        "A credential of this format is a string that holds a JWT.";
    ERROR = "error", "7.3.1", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-7.3.1",
        "A credential request that is invalid is answered with a JSON object with an error code.";
    DEFERRED = "deferred", "9", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-9",
        "A deferred credential is handed out for the acceptance token that was given for it.";
    METADATA = "metadata", "10.2.3", Must, "https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0-11.html#section-10.2.3",
        "Issuer metadata names the issuer, the credential endpoint and the credentials that can be issued.";
}
