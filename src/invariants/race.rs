//! Rules about requests that are sent at the same time: what may be used once is used once, whoever comes first.

use super::{Check, Invariant, Scene, read};
use crate::case::Endpoint;
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Exchange, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "race/access-token-yields-one-credential",
        c::TOKEN_UNUSED,
        "Of credential requests at the same time with one access token at most one is answered with a credential.",
        Check::Transcript(access_token_yields_one_credential),
    ),
    Invariant::new(
        "race/code-yields-one-access-token",
        c::CODE_SINGLE_USE,
        "Of token requests at the same time with one authorization code at most one is answered with an access token.",
        Check::Transcript(code_yields_one_access_token),
    ),
    Invariant::new(
        "race/state-yields-one-code",
        c::DIRECT_POST_STATE,
        "Of answers at the same time to one authorization request at most one is given a code.",
        Check::Transcript(state_yields_one_code),
    ),
];

fn access_token_yields_one_credential(transcript: &Transcript, _: &Scene) -> Verdict {
    at_most_one(transcript, Endpoint::Credential, Exchange::hands_out)
}

fn code_yields_one_access_token(transcript: &Transcript, _: &Scene) -> Verdict {
    at_most_one(transcript, Endpoint::Token, |exchange| {
        exchange.facts.grant.has_code() && exchange.is_accepted()
    })
}

fn state_yields_one_code(transcript: &Transcript, _: &Scene) -> Verdict {
    at_most_one(transcript, Endpoint::DirectPost, Exchange::is_accepted)
}

/// Among the valid requests of one session at one step, at most one is `won`.
fn at_most_one(
    transcript: &Transcript,
    endpoint: Endpoint,
    won: impl Fn(&Exchange) -> bool,
) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, exchange) in transcript.exchanges.iter().enumerate() {
        if !runs(exchange, endpoint) {
            continue;
        }
        let rivals = transcript.exchanges[..at].iter().filter(|rival| {
            runs(rival, endpoint)
                && rival.step == exchange.step
                && rival.session == exchange.session
        });
        let (rivals, winners) = rivals.fold((0, 0), |(rivals, winners), rival| {
            (rivals + 1, winners + usize::from(won(rival)))
        });
        if rivals == 0 || !(exchange.facts.grant.has_code() || endpoint != Endpoint::Token) {
            continue;
        }
        if winners > 0 && won(exchange) {
            return Verdict::fail(
                "at most one success, since the value can be used once",
                format!(
                    "success for {} of the requests at the same time",
                    winners + 1
                ),
            )
            .at(at);
        }
        verdict = Verdict::Pass;
    }
    verdict
}

/// Whether it is a request among others at the same time that would be accepted by itself.
fn runs(exchange: &Exchange, endpoint: Endpoint) -> bool {
    exchange.raced && exchange.endpoint == endpoint && !read::has_faults(exchange)
}
