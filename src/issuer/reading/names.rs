//! The names of the readings, in the order of `docs/latitude.md`.

use crate::issuer::named::named;

named! {
    /// Another conformant use of what the profile leaves open. The issuer has none of them unless it is told so.
    Reading, UnknownReading, "reading";

    // How refusals look.
    TokenRefusal401 "token-refusal-401": "A bad access token is refused with 401 and a challenge.";
    TokenRefusal401Bare "token-refusal-401-bare": "A bad access token is refused with 401 and no challenge.";
    TokenRefusalChallenge "token-refusal-challenge": "A bad access token is refused with 400 and a challenge.";
    UnauthorisedTypes403 "unauthorised-types-403": "Types that the access token does not name are refused with 403.";
    UnauthorisedTypes400 "unauthorised-types-400": "Types that the access token does not name are refused with 400.";
    UnauthorisedTypesUnsupported "unauthorised-types-unsupported": "Types that the access token does not name are refused with 400 and `unsupported_credential_type`.";
    Draft11Codes "draft-11-codes": "Unknown types and formats get the codes of draft 11.";
    MissingProofCode "missing-proof-code": "A missing proof is `invalid_or_missing_proof`.";
    BodyBeforeToken "body-before-token": "The body of a credential request is looked at before the access token.";
    NoErrorDescription "no-error-description": "Errors have no description.";
    ProblemWithoutType "problem-without-type": "Problem documents have no `type`.";
    ProblemTypeUri "problem-type-uri": "The `type` of problem documents is a URI of the issuer.";
    // HTTP and JSON.
    MalformedJsonProblem "malformed-json-problem": "Malformed JSON gets a problem document, before the access token is looked at.";
    MediaType415 "media-type-415": "A wrong media type gets 415 and an OAuth error.";
    MediaType415Problem "media-type-415-problem": "A wrong media type gets 415 and a problem document.";
    MediaType400Problem "media-type-400-problem": "A wrong media type gets 400 and a problem document.";
    MediaTypesLikeJson "media-types-like-json": "Every media type that contains `application/json` or ends in `+json` will do.";
    MediaTypeWithoutParameters "media-type-without-parameters": "A media type with parameters is refused.";
    BodyLimit64Kib "body-limit-64-kib": "A body may have 64 KiB.";
    BodyLimit400 "body-limit-400": "A body that is too large gets 400.";
    JsonDuplicatesLast "json-duplicates-last": "Of members with one name the last counts.";
    JsonStrict "json-strict": "JSON with a byte order mark, a lone surrogate, white space at the end or more than 64 levels is refused.";
    MethodNotFound "method-not-found": "A wrong method gets 404.";
    MethodNotImplemented "method-not-implemented": "A wrong method gets 501.";
    EmptyHttpRefusals "empty-http-refusals": "Refusals of the HTTP layer have no body.";
    JsonHttpRefusals "json-http-refusals": "Refusals of the HTTP layer have a JSON object for a body.";
    PathsNormalised "paths-normalised": "Paths may have a slash at the end, double slashes and capital letters.";
    PathsLiteral "paths-literal": "Paths are compared as they were sent, escapes included.";
    AuthorizeByPost "authorize-by-post": "The authorization endpoint takes POST too.";
    Options200 "options-200": "OPTIONS gets 200.";
    OptionsRefused "options-refused": "OPTIONS gets 405.";
    RepeatedParametersFirst "repeated-parameters-first": "Of parameters with one name the first counts.";
    HeaderLimit4Kib "header-limit-4-kib": "The header fields may have 4 KiB.";
    CodingsRefused "codings-refused": "A body with a content coding gets 415.";
    ExpectationsIgnored "expectations-ignored": "Unknown expectations are ignored.";
    SecondAuthorizationRefused "second-authorization-refused": "Two `Authorization` headers, or a token in the query as well, get 400.";
    DeferredBodyRefused "deferred-body-refused": "A deferred request with a body gets 415.";
    BearerInAnyCase "bearer-in-any-case": "`Bearer` may be written in any case and be followed by several spaces.";
    NoCharset "no-charset": "Media types of answers have no parameters.";
    MoreResponseMembers "more-response-members": "Answers have members beyond the documented ones.";
    // The credential request.
    FormatRequired "format-required": "A credential request must name a format.";
    OneFormat "one-format": "`jwt_vc` is the only format.";
    TypesInOurOrder "types-in-our-order": "A credential has its types in the issuer's order.";
    TypesReversed "types-reversed": "A credential has each type once, the last one requested first.";
    ProofTypInAnyCase "proof-typ-in-any-case": "The `typ` of a proof may be written in any case and with `application/`.";
    ProofAudienceArray "proof-audience-array": "The `aud` of a proof or request object may be an array.";
    AudienceStringOnly "audience-string-only": "The `aud` of ID tokens, presentations and client assertions must be a string.";
    ProofIatWindow "proof-iat-window": "A proof or ID token must have been issued in the last five minutes.";
    ProofJwkRefused "proof-jwk-refused": "A proof with `jwk` beside `kid` is refused.";
    OnboardingProofChecked "onboarding-proof-checked": "The header of the proof is looked at for `VerifiableAuthorisationToOnboard` too.";
    Base64urlLenient "base64url-lenient": "Padding, stray bits and foreign characters in access tokens and proofs are read over.";
    HighSRefused "high-s-refused": "Of the two ES256K signatures over one text the one with high S is refused.";
    UrlsUnchecked "urls-unchecked": "The `client_id` in an access token may be any string.";
    // Tokens and offers.
    TokenEndpointInvalidRequest "token-endpoint-invalid-request": "Every refusal of the token endpoint is `invalid_request`.";
    TokenEndpointInvalidGrant "token-endpoint-invalid-grant": "A bad code, verifier or PIN is `invalid_grant`.";
    ClientRefusal401 "client-refusal-401": "A bad client or assertion gets 401 and `invalid_client`.";
    ClientUnauthorized "client-unauthorized": "A bad client or assertion is `unauthorized_client`.";
    AssertionForTokenEndpoint "assertion-for-token-endpoint": "The `aud` of a client assertion may be the token endpoint.";
    AssertionIdsForgotten "assertion-ids-forgotten": "The `jti` of client assertions is not kept.";
    UnsupportedGrantType "unsupported-grant-type": "An unknown grant is `unsupported_grant_type`.";
    PreAuthorisedCodeReusable "pre-authorised-code-reusable": "A pre-authorised code can be redeemed again.";
    TokenMediaType415 "token-media-type-415": "A token request that is no form gets 415.";
    TokenMediaTypeProblem "token-media-type-problem": "A token request that is no form gets 415 and a problem document.";
    TokenAudienceSubstring "token-audience-substring": "The `aud` of an access token that is a string need only contain the issuer.";
    TokenIssuerCompared "token-issuer-compared": "The `iss` of an access token must be the authorization server.";
    TokenExpiryBounded "token-expiry-bounded": "An access token that expires beyond every calendar is refused.";
    TokenTypInAnyCase "token-typ-in-any-case": "The `typ` of access and ID tokens may be written in any case.";
    ClockLeeway "clock-leeway": "The times in access tokens and proofs have a leeway of a minute.";
    LocationsCompared "locations-compared": "Authorization details must be for the issuer.";
    TokenRequestCompared "token-request-compared": "A token request with a pre-authorised code must not name another client, nor types.";
    EveryDetailCounts "every-detail-counts": "The types of every authorization detail are authorised.";
    TokenTypeLowerCase "token-type-lower-case": "`token_type` is `bearer`.";
    Offers201 "offers-201": "Offers are answered with 201.";
    OfferUriAsUriList "offer-uri-as-uri-list": "The URI of an offer is served as `text/uri-list`.";
    // Authorization.
    AuthorizeRefusal400 "authorize-refusal-400": "The authorization endpoint refuses with a page and 400.";
    AuthorizeRefusal403 "authorize-refusal-403": "The authorization endpoint refuses with a page and 403.";
    AuthorizeFineCodes "authorize-fine-codes": "The authorization endpoint refuses with the codes of RFC 9101, RFC 9396 and OAuth.";
    NoRedirectUriPage "no-redirect-uri-page": "A request without a good `redirect_uri` gets a page and 403.";
    DirectPostRefusesWallet "direct-post-refuses-wallet": "A refused direct post is answered to the wallet.";
    DirectPostPage "direct-post-page": "A refused direct post is answered with a page.";
    DirectPostAccessDenied "direct-post-access-denied": "A refused direct post is `access_denied`.";
    StateOutlivesRefusal "state-outlives-refusal": "A refused direct post leaves the authorization request open.";
    CodeEndsAtRefusal "code-ends-at-refusal": "A code that somebody fails to redeem is void.";
    Redirects303 "redirects-303": "Redirections are 303.";
    OfferedTypesAsSet "offered-types-as-set": "The offered types may be requested in any order.";
    // Deferred issuance.
    DeferredPending "deferred-pending": "A deferred request that comes too early is `issuance_pending`.";
    DeferredPending202 "deferred-pending-202": "A deferred request that comes too early gets 202 and nothing.";
    DeferredPromise202 "deferred-promise-202": "A deferred request that comes too early gets 202 and the acceptance token again.";
    DeferredPromise400 "deferred-promise-400": "A deferred request that comes too early gets 400 and the acceptance token again.";
    DeferredOnce "deferred-once": "A deferred credential can be fetched once.";
    UnknownAcceptance401 "unknown-acceptance-401": "An unknown acceptance token gets 401.";
    UnknownAcceptance404 "unknown-acceptance-404": "An unknown acceptance token gets 404 and `invalid_request`.";
    UnknownTransaction "unknown-transaction": "An unknown acceptance token is `invalid_transaction_id`.";
    AcceptanceTokenInAnyCase "acceptance-token-in-any-case": "An acceptance token may be written in any case.";
}
