//! Rules about the wallet's answer to the authorization server: which are refused, and what a good
//! one yields.

use super::{Check, Invariant, Memory, Scene, read};
use crate::case::{Endpoint, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "direct-post/media-type-checked",
        c::DIRECT_POST,
        "A direct post that is no form is refused.",
        Check::Refusal(&[Stage::DirectPostMediaType]),
    ),
    Invariant::new(
        "direct-post/state-checked",
        c::DIRECT_POST_STATE,
        "A direct post with a state that was not handed out, or was used before, is refused.",
        Check::Refusal(&[Stage::DirectPostState]),
    ),
    Invariant::new(
        "id-token/form-checked",
        c::ID_TOKEN,
        "An ID token that is none, or lacks a member, is refused.",
        Check::Refusal(&[Stage::IdTokenForm]),
    ),
    Invariant::new(
        "id-token/nonce-checked",
        c::ID_TOKEN_NONCE,
        "An ID token with another nonce is refused.",
        Check::Refusal(&[Stage::IdTokenNonce]),
    ),
    Invariant::new(
        "id-token/audience-checked",
        c::ID_TOKEN_AUDIENCE,
        "An ID token for somebody else is refused.",
        Check::Refusal(&[Stage::IdTokenAudience]),
    ),
    Invariant::new(
        "id-token/holder-checked",
        c::ID_TOKEN_HOLDER,
        "An ID token whose kid, iss and sub are not one DID with that key is refused.",
        Check::Refusal(&[
            Stage::IdTokenDid,
            Stage::IdTokenIssuer,
            Stage::IdTokenSubject,
            Stage::IdTokenKey,
        ]),
    ),
    Invariant::new(
        "id-token/signature-checked",
        c::ID_TOKEN_SIGNATURE,
        "An ID token whose signature does not verify, or that has expired, is refused.",
        Check::Refusal(&[Stage::IdTokenSignature]),
    ),
    Invariant::new(
        "vp-token/form-checked",
        c::VP_TOKEN,
        "A presentation that is none, or lacks a member, is refused.",
        Check::Refusal(&[Stage::VpTokenForm]),
    ),
    Invariant::new(
        "vp-token/nonce-and-audience-checked",
        c::VP_TOKEN,
        "A presentation with another nonce or for somebody else is refused.",
        Check::Refusal(&[Stage::VpTokenNonce, Stage::VpTokenAudience]),
    ),
    Invariant::new(
        "vp-token/holder-checked",
        c::VP_TOKEN_HOLDER,
        "A presentation by somebody else than the holder is refused.",
        Check::Refusal(&[Stage::VpTokenHolder, Stage::VpTokenSignature]),
    ),
    Invariant::new(
        "vp-token/submission-checked",
        c::PRESENTATION_SUBMISSION,
        "A presentation whose submission does not answer the definition is refused.",
        Check::Refusal(&[Stage::PresentationSubmission]),
    ),
    Invariant::new(
        "vp-token/credentials-checked",
        c::VP_TOKEN_CREDENTIALS,
        "A presentation with a credential that does not verify, or is not the holder's, is refused.",
        Check::Refusal(&[Stage::VpTokenCredentials]),
    ),
    Invariant::new(
        "direct-post/codes-are-fresh",
        c::DIRECT_POST_RESPONSE,
        "Each authorization code was not seen before, nor but for its end.",
        Check::Run(codes_are_fresh),
    ),
];

fn codes_are_fresh(memory: &mut Memory, exchange: &Exchange, _: &Scene) -> Verdict {
    let is_good = exchange.endpoint == Endpoint::DirectPost
        && !read::has_faults(exchange)
        && exchange.is_accepted();
    let code = exchange
        .redirect()
        .filter(|_| is_good)
        .and_then(|redirect| redirect.parameter("code"));
    let Some(code) = code else {
        return Verdict::NotApplicable;
    };
    let is_new = memory.authorization_values.insert(code.to_owned());
    let is_guessable = memory.is_guessable("code", code);
    Verdict::require(is_new && !code.is_empty() && !is_guessable)
        .expected("a new authorization code")
        .actual(if is_new && !code.is_empty() {
            "one that differs in its end alone from one before"
        } else {
            "one that was handed out before, or an empty one"
        })
}
