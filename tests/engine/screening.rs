//! Several mutations in one session: where one is not answered as it should be, it alone is looked at more closely.

use vcispec::issuer::Defect;
use vcispec::{Phase, Report};

use super::support::{FLOW, check};

fn systematic(defects: &[Defect]) -> Report {
    check(defects)
        .phases([Phase::Systematic])
        .configure(|config| config.flows = vec![FLOW.to_owned()])
        .run_blocking()
}

#[track_caller]
fn seen_with(report: &Report, invariant: &str) -> Vec<String> {
    let mut findings = report.findings().iter();
    let finding = findings.find(|finding| finding.invariant == invariant);
    finding
        .unwrap_or_else(|| panic!("{report}"))
        .seen_with
        .clone()
}

#[test]
fn those_beside_a_bug_share_a_session_once_more() {
    let clean = systematic(&[]);
    let broken = systematic(&[Defect::NonceIgnoresCase]);
    let seen = seen_with(&broken, "proof/nonce-is-the-c-nonce-of-this-token");
    assert_eq!(seen, ["proof-nonce/near-other-case"]);
    // What shows it is sent alone, all eight once more because of what several show together, and the others once more: three
    // sessions of some ten requests. Each of the eight by itself would be eight sessions.
    let more = broken.outcome().requests - clean.outcome().requests;
    assert!(more < 50, "{more}");
    assert_eq!(broken.findings().len(), 1, "{broken}");
}

#[test]
fn what_is_wrong_with_every_refusal_is_not_looked_for_in_each() {
    let clean = systematic(&[]);
    let broken = systematic(&[Defect::RefusalIsHtml]);
    let seen = seen_with(&broken, "response/media-type-is-json");
    assert!(seen.len() > 300, "{}", seen.len());
    let (few, many) = (clean.outcome().requests, broken.outcome().requests);
    assert!(many < few + few / 2, "{many} in place of {few}");
}

#[test]
fn a_bug_behind_another_in_one_session_is_found() {
    let report = systematic(&[
        Defect::NonceUnchecked,
        Defect::RefusalIsHtml,
        Defect::ProofTypIgnored,
    ]);
    seen_with(&report, "response/media-type-is-json");
    seen_with(&report, "proof/nonce-is-the-c-nonce-of-this-token");
    let seen = seen_with(&report, "proof/typ-tells-a-proof");
    assert!(seen.len() > 3, "{seen:?}");
}
