//! The validation stages of a request, as logical names. A profile says in which order they come
//! and how a refusal at each looks on the wire.

/// Where a request goes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// Credential issuer metadata.
    IssuerMetadata,
    /// The credential issuer's keys.
    IssuerJwks,
    /// Authorization server metadata.
    AuthMetadata,
    /// The authorization server's keys.
    AuthJwks,
    /// The endpoint that starts an offer to a named holder.
    InitiateOffer,
    /// The endpoint that an offer URI points to.
    Offer,
    /// The authorization endpoint.
    Authorize,
    /// Where a request object that was passed by reference is fetched.
    RequestUri,
    /// Where the wallet posts its ID token or presentation.
    DirectPost,
    /// The token endpoint.
    Token,
    /// The credential endpoint.
    Credential,
    /// The deferred credential endpoint.
    Deferred,
}

impl Endpoint {
    /// Stable name, as in the JSON form of a case.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::IssuerMetadata => "issuer-metadata",
            Self::IssuerJwks => "issuer-jwks",
            Self::AuthMetadata => "auth-metadata",
            Self::AuthJwks => "auth-jwks",
            Self::InitiateOffer => "initiate-offer",
            Self::Offer => "offer",
            Self::Authorize => "authorize",
            Self::RequestUri => "request-uri",
            Self::DirectPost => "direct-post",
            Self::Token => "token",
            Self::Credential => "credential",
            Self::Deferred => "deferred",
        }
    }
}

macro_rules! stages {
    ($($(#[doc = $doc:literal])+ $name:ident = $slug:literal,)+) => {
        /// A check that a request must pass. Which comes first, and what a failure is answered
        /// with, is the profile's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Stage {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Stage {
            /// Every stage.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Stable name.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)+
                }
            }
        }
    };
}

stages! {
    /// The HTTP layer: method, path, framing.
    Http = "http",
    /// Content-Type.
    MediaType = "media-type",
    /// An Authorization header is present.
    AuthorizationPresent = "authorization-present",
    /// It uses the Bearer scheme.
    BearerScheme = "bearer-scheme",
    /// The access token's header decodes.
    TokenHeaderDecodes = "token-header-decodes",
    /// The access token's header has the right members.
    TokenHeader = "token-header",
    /// The access token's payload decodes.
    TokenPayloadDecodes = "token-payload-decodes",
    /// The access token's payload has the right members.
    TokenPayload = "token-payload",
    /// The access token is meant for this issuer.
    TokenAudience = "token-audience",
    /// The access token was not used before.
    TokenUnused = "token-unused",
    /// The access token has not expired.
    TokenUnexpired = "token-unexpired",
    /// The access token was issued in the past.
    TokenIssued = "token-issued",
    /// The access token names the authorization server's key.
    TokenKid = "token-kid",
    /// The access token's signature verifies.
    TokenSignature = "token-signature",
    /// The body is a JSON object.
    BodyJson = "body-json",
    /// `format` is known.
    BodyFormat = "body-format",
    /// `types` is well formed and known.
    BodyTypes = "body-types",
    /// `proof` is well formed.
    BodyProof = "body-proof",
    /// The requested types are authorised.
    TypesAuthorised = "types-authorised",
    /// The proof's payload decodes.
    ProofDecodes = "proof-decodes",
    /// The proof's claims have the right types.
    ProofClaims = "proof-claims",
    /// The proof's nonce is the access token's c_nonce.
    ProofNonce = "proof-nonce",
    /// The proof is meant for this issuer.
    ProofAudience = "proof-audience",
    /// The proof was issued by the client.
    ProofIssuer = "proof-issuer",
    /// The proof's header decodes.
    ProofHeaderDecodes = "proof-header-decodes",
    /// The proof's header has the right members.
    ProofHeader = "proof-header",
    /// The proof's kid belongs to the DID that authenticated.
    ProofKidSubject = "proof-kid-subject",
    /// The proof's kid refers to a valid DID.
    ProofDidValid = "proof-did-valid",
    /// The DID document exists.
    ProofDidExists = "proof-did-exists",
    /// The kid is a verification method of it.
    ProofVerificationMethod = "proof-verification-method",
    /// The verification method has a publicKeyJwk.
    ProofPublicKeyJwk = "proof-public-key-jwk",
    /// The proof's signature verifies.
    ProofSignature = "proof-signature",
    /// Token endpoint: Content-Type.
    TokenRequestMediaType = "token-request-media-type",
    /// Token endpoint: the grant type is known.
    TokenRequestGrant = "token-request-grant",
    /// Token endpoint: parameters are present and of the right form.
    TokenRequestParameters = "token-request-parameters",
    /// Token endpoint: the code is one that was handed out, not expired and not redeemed.
    TokenRequestCode = "token-request-code",
    /// Token endpoint: the code belongs to this client.
    TokenRequestClient = "token-request-client",
    /// Token endpoint: the code verifier fits the code challenge.
    TokenRequestVerifier = "token-request-verifier",
    /// Token endpoint: the client assertion.
    TokenRequestAssertion = "token-request-assertion",
    /// Token endpoint: the PIN.
    TokenRequestPin = "token-request-pin",
    /// Authorization endpoint: there is somewhere to redirect to.
    AuthorizeRedirectUri = "authorize-redirect-uri",
    /// Authorization endpoint: the scope is known.
    AuthorizeScope = "authorize-scope",
    /// Authorization endpoint: response type, client and other plain parameters.
    AuthorizeRequest = "authorize-request",
    /// Authorization endpoint: the client metadata.
    AuthorizeClientMetadata = "authorize-client-metadata",
    /// Authorization endpoint: the authorization details.
    AuthorizeDetails = "authorize-details",
    /// Authorization endpoint: the issuer state is there, and is for this client and these types.
    AuthorizeIssuerState = "authorize-issuer-state",
    /// Authorization endpoint: the issuer signed the issuer state, and it has not expired.
    AuthorizeIssuerStateSignature = "authorize-issuer-state-signature",
    /// Authorization endpoint: the code challenge.
    AuthorizePkce = "authorize-pkce",
    /// Authorization endpoint: there is one request object, and it decodes.
    AuthorizeRequestObject = "authorize-request-object",
    /// Authorization endpoint: the claims of the request object have the right types.
    AuthorizeRequestClaims = "authorize-request-claims",
    /// Authorization endpoint: the request object says what the query says.
    AuthorizeRequestEquality = "authorize-request-equality",
    /// Authorization endpoint: the client has published the key of the request object.
    AuthorizeRequestKey = "authorize-request-key",
    /// Authorization endpoint: the signature of the request object.
    AuthorizeRequestSignature = "authorize-request-signature",
    /// Request URI: the id is a UUID.
    RequestUriId = "request-uri-id",
    /// Request URI: there is such a request object.
    RequestUriKnown = "request-uri-known",
    /// Direct post: Content-Type.
    DirectPostMediaType = "direct-post-media-type",
    /// Direct post: the state is one that was handed out, not expired and not used.
    DirectPostState = "direct-post-state",
    /// Direct post: there is an ID token whose header and claims have the right types.
    IdTokenForm = "id-token-form",
    /// Direct post: the ID token's nonce is the request's.
    IdTokenNonce = "id-token-nonce",
    /// Direct post: the ID token's audience is the authorization server.
    IdTokenAudience = "id-token-audience",
    /// Direct post: the ID token's kid refers to a valid DID.
    IdTokenDid = "id-token-did",
    /// Direct post: the ID token's iss is the DID of its kid.
    IdTokenIssuer = "id-token-issuer",
    /// Direct post: the ID token's sub is the DID of its kid.
    IdTokenSubject = "id-token-subject",
    /// Direct post: the ID token's kid is an authentication method of the DID document.
    IdTokenKey = "id-token-key",
    /// Direct post: the ID token's signature verifies.
    IdTokenSignature = "id-token-signature",
    /// Direct post: there is a presentation whose header and claims have the right types.
    VpTokenForm = "vp-token-form",
    /// Direct post: the presentation's nonce is the request's.
    VpTokenNonce = "vp-token-nonce",
    /// Direct post: the presentation is meant for the authorization server.
    VpTokenAudience = "vp-token-audience",
    /// Direct post: the presentation is the holder's.
    VpTokenHolder = "vp-token-holder",
    /// Direct post: the presentation's signature verifies.
    VpTokenSignature = "vp-token-signature",
    /// Direct post: the presentation submission answers the definition that was asked.
    PresentationSubmission = "presentation-submission",
    /// Direct post: the presented credentials are those asked for, and verify.
    VpTokenCredentials = "vp-token-credentials",
    /// Offer endpoint: the id is a UUID.
    OfferIdForm = "offer-id-form",
    /// Offer endpoint: there is such an offer.
    OfferKnown = "offer-known",
    /// Initiate endpoint: the query is well formed.
    InitiateQuery = "initiate-query",
    /// Deferred endpoint: an acceptance token is present as a Bearer token.
    DeferredAuthorization = "deferred-authorization",
    /// Deferred endpoint: the acceptance token is one that was handed out.
    DeferredToken = "deferred-token",
    /// Deferred endpoint: the delay has passed.
    DeferredReady = "deferred-ready",
}
