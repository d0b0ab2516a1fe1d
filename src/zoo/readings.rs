//! The readings of the reference issuer, each with the point of latitude that it uses: what the harness must not find.
//!
//! `tests/engine/readings.rs` holds the harness to it: no reading draws a finding, and without its point it does, unless the
//! table says why not. The points are those of `docs/latitude.md`.

use crate::issuer::Reading::{self, *};

/// A reading, and what shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The reading.
    pub reading: Reading,
    /// The point of latitude that it uses.
    pub point: &'static str,
    /// The question that it answers: readings that answer the same one exclude each other.
    pub question: &'static str,
    /// A credential type whose flow shows it.
    pub shown_by: &'static str,
    /// The kind of key that the holder needs.
    pub key: Key,
    /// Why it draws no finding even without its point.
    pub unseen: Option<&'static str>,
}

/// The kind of key that a flow needs to show a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// That of every flow.
    Usual,
    /// One on secp256k1.
    Es256k,
}

/// Every reading.
pub static ALL: &[Entry] = &[
    // How refusals look.
    entry(TokenRefusal401, "token-refused-status", "token refusal"),
    entry(TokenRefusal401Bare, "token-refused-status", "token refusal"),
    entry(
        TokenRefusalChallenge,
        "token-refused-status",
        "token refusal",
    )
    .unseen(NO_HEADER),
    entry(
        UnauthorisedTypes403,
        "unauthorised-type-status",
        "types refusal",
    ),
    entry(
        UnauthorisedTypes400,
        "unauthorised-type-status",
        "types refusal",
    ),
    entry(
        UnauthorisedTypesUnsupported,
        "unauthorised-type-status",
        "types refusal",
    ),
    entry(Draft11Codes, "draft-11-codes", "draft 11"),
    entry(MissingProofCode, "missing-proof-code", "missing proof"),
    entry(BodyBeforeToken, "several-faults", "order").unseen(ORDER),
    entry(NoErrorDescription, "error-description", "description").unseen(NO_RULE),
    entry(ProblemWithoutType, "problem-type", "problem type").unseen(NO_RULE),
    entry(ProblemTypeUri, "problem-type", "problem type").unseen(NO_RULE),
    // HTTP and JSON.
    entry(MalformedJsonProblem, "malformed-json", "malformed JSON"),
    entry(MediaType415, "media-type", "media type refusal"),
    entry(MediaType415Problem, "media-type", "media type refusal"),
    entry(MediaType400Problem, "media-type", "media type refusal"),
    entry(MediaTypesLikeJson, "media-type", "media types"),
    entry(MediaTypeWithoutParameters, "media-type", "media types"),
    entry(BodyLimit64Kib, "body-too-large", "body limit"),
    entry(BodyLimit400, "body-too-large", "body limit refusal").unseen(HTTP),
    entry(JsonDuplicatesLast, "json-leniency", "duplicates"),
    entry(JsonStrict, "json-leniency", "JSON"),
    entry(MethodNotFound, "method-and-path", "method").unseen(HTTP),
    entry(MethodNotImplemented, "method-and-path", "method"),
    entry(EmptyHttpRefusals, "method-and-path", "HTTP refusals").unseen(HTTP),
    entry(JsonHttpRefusals, "method-and-path", "HTTP refusals").unseen(HTTP),
    entry(PathsNormalised, "method-and-path", "paths"),
    entry(PathsLiteral, "method-and-path", "paths"),
    entry(AuthorizeByPost, "method-and-path", "authorize method").by(BY_ID_TOKEN),
    entry(Options200, "options-answer", "OPTIONS"),
    entry(OptionsRefused, "options-answer", "OPTIONS").unseen(HTTP),
    entry(RepeatedParametersFirst, "http-layer", "repeated parameters").by(BY_ID_TOKEN),
    entry(HeaderLimit4Kib, "http-layer", "header limit"),
    entry(CodingsRefused, "http-layer", "codings"),
    entry(ExpectationsIgnored, "http-layer", "expectations"),
    entry(SecondAuthorizationRefused, "http-layer", "two tokens"),
    entry(DeferredBodyRefused, "http-layer", "deferred body").by(DEFERRED),
    entry(BearerInAnyCase, "bearer-spelling", "scheme"),
    entry(NoCharset, "media-type-parameters", "charset").unseen(NO_RULE),
    entry(MoreResponseMembers, "response-members", "members").unseen(NO_RULE),
    // The credential request.
    entry(FormatRequired, "format-absent", "absent format"),
    entry(OneFormat, "jwt-vc-json", "formats").by(BY_ID_TOKEN),
    entry(TypesInOurOrder, "types-order", "order of types").unseen(NO_RULE),
    entry(TypesReversed, "types-order", "order of types").unseen(NO_RULE),
    entry(ProofTypInAnyCase, "proof-typ-case", "typ of proofs"),
    entry(ProofAudienceArray, "proof-aud-array", "aud of proofs"),
    entry(AudienceStringOnly, "proof-aud-array", "aud of others").by(BY_ID_TOKEN),
    entry(ProofIatWindow, "proof-iat-window", "iat"),
    entry(ProofJwkRefused, "proof-jwk-and-kid", "jwk"),
    entry(OnboardingProofChecked, "onboarding-proof", "onboarding").by(ONBOARDING),
    entry(Base64urlLenient, "base64url-leniency", "base64url"),
    entry(HighSRefused, "base64url-leniency", "high S").with_key(Key::Es256k),
    entry(UrlsUnchecked, "url-validation", "URLs"),
    // Tokens and offers.
    entry(
        TokenEndpointInvalidRequest,
        "token-endpoint-codes",
        "token codes",
    )
    .by(BY_ID_TOKEN)
    .unseen("the profile itself has both codes of EBSI and of OAuth"),
    entry(
        TokenEndpointInvalidGrant,
        "token-endpoint-codes",
        "token codes",
    ),
    entry(ClientRefusal401, "token-endpoint-codes", "client refusal").by(BY_SERVICE_WALLET),
    entry(ClientUnauthorized, "token-endpoint-codes", "client refusal").by(BY_SERVICE_WALLET),
    entry(
        AssertionForTokenEndpoint,
        "client-assertion-audience",
        "aud of assertions",
    )
    .by(BY_SERVICE_WALLET),
    entry(
        AssertionIdsForgotten,
        "client-assertion-jti",
        "assertion ids",
    )
    .by(BY_SERVICE_WALLET),
    entry(UnsupportedGrantType, "grant-unsupported", "grants"),
    entry(
        PreAuthorisedCodeReusable,
        "code-twice",
        "pre-authorised code",
    ),
    entry(TokenMediaType415, "token-media-type", "token media type"),
    entry(
        TokenMediaTypeProblem,
        "token-media-type",
        "token media type",
    ),
    entry(
        TokenAudienceSubstring,
        "token-aud-substring",
        "aud of tokens",
    ),
    entry(TokenIssuerCompared, "token-issuer", "iss of tokens"),
    entry(TokenExpiryBounded, "token-exp-huge", "exp of tokens"),
    entry(TokenTypInAnyCase, "token-typ-case", "typ of tokens"),
    entry(ClockLeeway, "clock-leeway", "leeway"),
    entry(LocationsCompared, "authorization-elsewhere", "locations").by(BY_ID_TOKEN),
    entry(
        TokenRequestCompared,
        "token-request-of-others",
        "token request",
    ),
    entry(EveryDetailCounts, "second-authorization-detail", "details"),
    entry(TokenTypeLowerCase, "token-type-case", "token type").unseen(NO_RULE),
    entry(Offers201, "offer-status", "offers"),
    entry(OfferUriAsUriList, "offer-status", "offer URI").unseen(NO_RULE),
    // Authorization.
    entry(
        AuthorizeRefusal400,
        "authorize-refusal",
        "authorize refusal",
    )
    .by(BY_ID_TOKEN),
    entry(
        AuthorizeRefusal403,
        "authorize-refusal",
        "authorize refusal",
    )
    .by(BY_ID_TOKEN),
    entry(AuthorizeFineCodes, "authorize-refusal", "authorize refusal").by(BY_SERVICE_WALLET),
    entry(
        NoRedirectUriPage,
        "authorize-no-redirect-uri",
        "no redirect URI",
    )
    .by(BY_ID_TOKEN),
    entry(
        DirectPostRefusesWallet,
        "direct-post-refusal",
        "direct post refusal",
    )
    .by(BY_ID_TOKEN),
    entry(DirectPostPage, "direct-post-refusal", "direct post refusal").by(BY_ID_TOKEN),
    entry(
        DirectPostAccessDenied,
        "direct-post-refusal",
        "direct post refusal",
    )
    .by(BY_ID_TOKEN),
    entry(StateOutlivesRefusal, "state-after-refusal", "state")
        .by(BY_ID_TOKEN)
        .unseen(NO_RULE),
    entry(CodeEndsAtRefusal, "code-after-refusal", "code").by(BY_ID_TOKEN),
    entry(Redirects303, "redirect-status", "redirections")
        .by(BY_ID_TOKEN)
        .unseen(NO_RULE),
    entry(
        OfferedTypesAsSet,
        "issuer-state-types-order",
        "offered types",
    )
    .by(BY_ID_TOKEN),
    // Deferred issuance.
    entry(DeferredPending, "deferred-early", "early").by(DEFERRED),
    entry(DeferredPending202, "deferred-early", "early").by(DEFERRED),
    entry(DeferredPromise202, "deferred-early", "early").by(DEFERRED),
    entry(DeferredPromise400, "deferred-early", "early").by(DEFERRED),
    entry(DeferredOnce, "deferred-again", "again")
        .by(DEFERRED)
        .unseen(USED),
    entry(
        UnknownAcceptance401,
        "acceptance-token-unknown",
        "acceptance refusal",
    )
    .by(DEFERRED),
    entry(
        UnknownAcceptance404,
        "acceptance-token-unknown",
        "acceptance refusal",
    )
    .by(DEFERRED),
    entry(
        UnknownTransaction,
        "acceptance-token-unknown",
        "acceptance refusal",
    )
    .by(DEFERRED),
    entry(
        AcceptanceTokenInAnyCase,
        "acceptance-token-case",
        "acceptance token",
    )
    .by(DEFERRED),
];

/// What an issuer does that follows the strict profile.
pub const STRICT: &[Reading] = &[TokenRefusal401, ProofIatWindow];

/// The entry of a reading.
pub fn of(reading: Reading) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.reading == reading)
}

/// Sets of readings that do not exclude one another; every reading is in one of them.
pub fn together() -> Vec<Vec<Reading>> {
    let mut sets: Vec<Vec<&Entry>> = Vec::new();
    for entry in ALL {
        let is_free = |set: &&mut Vec<&Entry>| {
            let mut others = set.iter();
            others.all(|other| other.question != entry.question)
        };
        match sets.iter_mut().find(is_free) {
            Some(set) => set.push(entry),
            None => sets.push(vec![entry]),
        }
    }
    let readings = |set: Vec<&Entry>| set.iter().map(|entry| entry.reading).collect();
    sets.into_iter().map(readings).collect()
}

impl Entry {
    const fn by(mut self, credential_type: &'static str) -> Self {
        self.shown_by = credential_type;
        self
    }

    const fn with_key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    const fn unseen(mut self, reason: &'static str) -> Self {
        self.unseen = Some(reason);
        self
    }
}

const fn entry(reading: Reading, point: &'static str, question: &'static str) -> Entry {
    Entry {
        reading,
        point,
        question,
        shown_by: PRE_AUTHORISED,
        key: Key::Usual,
        unseen: None,
    }
}

const NO_RULE: &str = "no rule asks for more than the point allows";
const NO_HEADER: &str = "the status is EBSI's, and no rule asks for the absence of a header";
const ORDER: &str = "with several faults the oracle allows the code of each, point or not";
const USED: &str =
    "a request that relies on what an earlier one may have used up is not judged as valid";
const HTTP: &str = "the profile itself leaves refusals of the HTTP layer open so far";

const PRE_AUTHORISED: &str = "CTWalletSamePreAuthorisedInTime";
const BY_ID_TOKEN: &str = "CTWalletSameAuthorisedInTime";
const BY_SERVICE_WALLET: &str = "VerifiableAccreditationToAttest";
const ONBOARDING: &str = "VerifiableAuthorisationToOnboard";
const DEFERRED: &str = "CTWalletSamePreAuthorisedDeferred";
