//! Rules about access tokens at the credential endpoint: which are refused.

use super::refusal::{self, Special};
use super::{Check, Invariant, Scene};
use crate::case::{Endpoint, Stage};
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::profile::Demand;
use crate::transcript::{Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "access-token/refusal-has-a-challenge",
        rfc::BEARER_CHALLENGE,
        "Where the profile asks for it, a refused access token is answered with WWW-Authenticate Bearer.",
        Check::Exchange(refusal_has_a_challenge),
    ),
    Invariant::new(
        "access-token/authorization-header-required",
        c::AUTHORIZATION_PRESENT,
        "A credential request without an Authorization header is refused.",
        Check::Refusal(&[Stage::AuthorizationPresent]),
    ),
    Invariant::new(
        "access-token/bearer-scheme-required",
        c::BEARER_SCHEME,
        "A credential request with another scheme than Bearer is refused.",
        Check::Refusal(&[Stage::BearerScheme]),
    ),
    Invariant::new(
        "access-token/only-intact-tokens",
        c::TOKEN_SIGNATURE,
        "An access token that does not decode, or that the authorization server did not sign as it is, is refused.",
        Check::Refusal(&[
            Stage::TokenHeaderDecodes,
            Stage::TokenPayloadDecodes,
            Stage::TokenKid,
            Stage::TokenSignature,
        ]),
    ),
    Invariant::new(
        "access-token/algorithm-fits-the-key",
        rfc::JWT_ALG,
        "An access token with alg none, an HMAC, or any other algorithm than that of the authorization server's key is refused.",
        Check::Exchange(algorithm_fits_the_key),
    ),
    Invariant::new(
        "access-token/header-checked",
        c::TOKEN_HEADER,
        "An access token whose header lacks typ, alg or kid, or has them of another type, is refused.",
        Check::Refusal(&[Stage::TokenHeader]),
    ),
    Invariant::new(
        "access-token/claims-checked",
        c::TOKEN_PAYLOAD,
        "An access token that lacks a claim, or has one of another type, is refused.",
        Check::Refusal(&[Stage::TokenPayload]),
    ),
    Invariant::new(
        "access-token/audience-checked",
        c::TOKEN_AUDIENCE,
        "An access token for another audience is refused.",
        Check::Refusal(&[Stage::TokenAudience]),
    ),
    Invariant::new(
        "access-token/single-use",
        c::TOKEN_UNUSED,
        "An access token that already yielded a credential is refused.",
        Check::Refusal(&[Stage::TokenUnused]),
    ),
    Invariant::new(
        "access-token/expiry-checked",
        c::TOKEN_UNEXPIRED,
        "An expired access token is refused.",
        Check::Refusal(&[Stage::TokenUnexpired]),
    ),
    Invariant::new(
        "access-token/not-from-the-future",
        c::TOKEN_ISSUED,
        "An access token that was issued in the future is refused.",
        Check::Refusal(&[Stage::TokenIssued]),
    ),
];

fn algorithm_fits_the_key(exchange: &Exchange, scene: &Scene) -> Verdict {
    refusal::of_special(Special::TokenAlgorithm, exchange, scene)
}

/// Silent where another rule says that the status is wrong.
fn refusal_has_a_challenge(exchange: &Exchange, scene: &Scene) -> Verdict {
    let is_asked = scene.profile.demands(Demand::BearerChallenge);
    let is_refused = exchange.endpoint == Endpoint::Credential
        && exchange.status() == 401
        && exchange.error() == Some("invalid_token");
    if !is_asked || !is_refused {
        return Verdict::NotApplicable;
    }
    let challenge = exchange.header("www-authenticate").unwrap_or_default();
    let scheme = challenge.split([' ', ',']).next().unwrap_or_default();
    Verdict::require(scheme.eq_ignore_ascii_case("bearer"))
        .expected("WWW-Authenticate: Bearer")
        .actual("401 without such a challenge")
}
