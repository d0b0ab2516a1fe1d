//! Rules that hold for any request: there is an answer, and it does not blame the server.

use super::{Check, Invariant, Scene, read};
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::transcript::{Exchange, Failure, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "robustness/every-request-is-answered",
        rfc::HTTP_ANSWERS,
        "Every request gets a complete answer in time.",
        Check::Exchange(every_request_is_answered),
    ),
    Invariant::new(
        "robustness/a-client-fault-is-no-server-error",
        c::NO_SERVER_ERROR,
        "Nothing that a client sends is answered with a server error.",
        Check::Exchange(a_client_fault_is_no_server_error),
    ),
];

fn every_request_is_answered(exchange: &Exchange, _: &Scene) -> Verdict {
    match &exchange.answer {
        Ok(_) => Verdict::Pass,
        Err(Failure::Unsendable(_)) => Verdict::NotApplicable,
        Err(failure) => Verdict::fail("an answer", exchange.facts.redact(&failure.to_string())),
    }
}

fn a_client_fault_is_no_server_error(exchange: &Exchange, _: &Scene) -> Verdict {
    if exchange.answer.is_err() {
        return Verdict::NotApplicable;
    }
    let expected = match exchange.expectation.words() {
        words if words.is_empty() => "an answer below 500".to_owned(),
        words => words,
    };
    Verdict::require(!read::crashed(exchange))
        .expected(expected)
        .actual(exchange.outcome_words())
}
