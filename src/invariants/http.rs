//! Rules about the HTTP layer.

use super::{Check, Invariant, Scene};
use crate::case::Stage;
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::transcript::{Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "http/method-and-path-checked",
        c::HTTP_METHOD,
        "A request with another method or path is refused by the HTTP layer.",
        Check::Refusal(&[Stage::Http]),
    ),
    Invariant::new(
        "http/a-405-names-the-allowed-methods",
        rfc::HTTP_ALLOW,
        "A 405 carries an Allow header.",
        Check::Exchange(a_405_names_the_allowed_methods),
    ),
];

fn a_405_names_the_allowed_methods(exchange: &Exchange, _: &Scene) -> Verdict {
    if exchange.status() != 405 {
        return Verdict::NotApplicable;
    }
    Verdict::require(exchange.header("allow").is_some())
        .expected("an Allow header")
        .actual("405 without it")
}
