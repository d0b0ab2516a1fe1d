//! Rules about deferred credentials. That one is ready after the delay is in `acceptance.rs`.

use super::{Check, Invariant, Memory, Scene, read};
use crate::case::{Endpoint, Member, Slot, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Exchange, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "deferred/only-deferred-types",
        c::DEFERRED_TYPES,
        "Deferred types are answered with an acceptance token, other types with a credential.",
        Check::Exchange(only_deferred_types),
    ),
    Invariant::new(
        "deferred/acceptance-token-required",
        c::DEFERRED_TOKEN,
        "A deferred credential request without an acceptance token is refused.",
        Check::Refusal(&[Stage::DeferredAuthorization]),
    ),
    Invariant::new(
        "deferred/acceptance-token-checked",
        c::DEFERRED_TOKEN,
        "A deferred credential request with anything but an acceptance token that was handed out is refused.",
        Check::Refusal(&[Stage::DeferredToken]),
    ),
    Invariant::new(
        "deferred/not-before-the-delay",
        c::DEFERRED_READY,
        "Before the delay has passed there is no credential.",
        Check::Refusal(&[Stage::DeferredReady]),
    ),
    Invariant::new(
        "deferred/the-credential-stays-the-same",
        c::DEFERRED_READY,
        "A deferred credential that was fetched is not replaced by another or taken back.",
        Check::Transcript(the_credential_stays_the_same),
    ),
    Invariant::new(
        "deferred/acceptance-token-is-fresh",
        c::DEFERRED_TOKEN,
        "Each deferred request gets an acceptance token of its own, which no other tells.",
        Check::Run(acceptance_token_is_fresh),
    ),
];

fn only_deferred_types(exchange: &Exchange, _: &Scene) -> Verdict {
    let speaks = exchange.endpoint == Endpoint::Credential
        && exchange.hands_out()
        && !read::has_faults(exchange)
        && !exchange.facts.requested_types.is_empty()
        && !read::mutates(exchange, Slot::Member(Member::Types));
    let has = |member: &str| {
        exchange
            .json()
            .is_some_and(|json| json.get(member).is_some())
    };
    match (has("credential"), has("acceptance_token")) {
        (credential, token) if speaks && credential != token => {
            Verdict::require(token == exchange.facts.deferred)
                .expected(if exchange.facts.deferred {
                    "an acceptance token, since the type is deferred"
                } else {
                    "a credential, since the type is not deferred"
                })
                .actual(if token {
                    "an acceptance token"
                } else {
                    "a credential"
                })
        }
        _ => Verdict::NotApplicable,
    }
}

fn the_credential_stays_the_same(transcript: &Transcript, _: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, later) in transcript.exchanges.iter().enumerate() {
        let first = transcript.exchanges[..at]
            .iter()
            .find(|earlier| is_fetched(earlier) && is_same_request(earlier, later));
        let Some(first) = first.filter(|_| later.is_success() && !read::has_faults(later)) else {
            continue;
        };
        let id = |exchange: &Exchange| {
            let credential = exchange.credential()?;
            Some(credential.text_claim("/jti")?.to_owned())
        };
        let actual = match id(later) {
            Some(found) if Some(&found) == id(first).as_ref() => {
                verdict = Verdict::Pass;
                continue;
            }
            Some(_) => "another credential",
            None if later.acceptance_token().is_some() => "an acceptance token again",
            None => continue,
        };
        return Verdict::fail("the same credential, or a refusal", actual).at(at);
    }
    verdict
}

fn is_fetched(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Deferred
        && !read::has_faults(exchange)
        && read::issued(exchange).is_some()
}

fn is_same_request(earlier: &Exchange, later: &Exchange) -> bool {
    later.endpoint == Endpoint::Deferred
        && read::authorization(later).is_some()
        && read::authorization(earlier) == read::authorization(later)
}

fn acceptance_token_is_fresh(memory: &mut Memory, exchange: &Exchange, _: &Scene) -> Verdict {
    let token = exchange
        .acceptance_token()
        .filter(|_| exchange.endpoint == Endpoint::Credential && exchange.is_success());
    let Some(token) = token else {
        return Verdict::NotApplicable;
    };
    let is_new = memory.acceptance_tokens.insert(token.to_owned());
    let is_guessable = memory.is_guessable("acceptance token", token);
    if read::has_faults(exchange) {
        return Verdict::NotApplicable;
    }
    Verdict::require(is_new && !is_guessable)
        .expected("an acceptance token that no other request got")
        .actual(if is_new {
            "one that differs in its end alone from that of an earlier request"
        } else {
            "that of an earlier request"
        })
}
