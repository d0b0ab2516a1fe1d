//! An issuer that is none of ours, checked as its own team would.

#[expect(dead_code, reason = "the example's main function is not called here")]
#[path = "../examples/axum_issuer.rs"]
mod axum_issuer;

use std::collections::BTreeSet;

use vcispec::transcript::Grade;
use vcispec::{Phase, Report};

fn check(forgetful: bool) -> Report {
    vcispec::check(axum_issuer::router(forgetful))
        .issuer(axum_issuer::ISSUER)
        .phases([Phase::Systematic])
        .run_blocking()
}

#[test]
fn its_one_bug_is_the_one_finding() {
    let report = check(true);
    let failures: BTreeSet<&str> = report
        .findings()
        .iter()
        .filter(|finding| finding.grade == Grade::Failure)
        .map(|finding| finding.invariant.as_str())
        .collect();
    assert_eq!(
        failures,
        BTreeSet::from(["proof/nonce-is-the-c-nonce-of-this-token"]),
        "{report}"
    );
}

#[test]
fn without_its_bug_there_is_none() {
    check(false).assert_clean();
}
