//! The profile `openid4vci-draft11` against an issuer that shares nothing with ours: whatever the drafts leave open draws no
//! finding, and each bug is found by its rule.

mod given;
mod issuer;
mod login;
mod served;

use std::collections::BTreeSet;

use issuer::{ISSUER, Issuer, Way};
use vcispec::profile::OPENID4VCI_DRAFT11;
use vcispec::transcript::Grade;
use vcispec::wallet::{Manner, PinSource};
use vcispec::{Phase, Report};

use crate::thorough::{every_nth, few_or_all, is_thorough};
fn check(way: Way) -> Report {
    let issuer = Issuer::new(way);
    let service = issuer.clone();
    vcispec::check_fn(move |request| service.answer(&request))
        .issuer(ISSUER)
        .profile(&OPENID4VCI_DRAFT11)
        .offers(issuer)
        .phases([Phase::Systematic, Phase::Sequence])
        .cases(40)
        .configure(|config| {
            config.manner = Manner {
                pin: Some(PinSource::OfOffer),
                ..Manner::default()
            };
            if !is_thorough() {
                config.flows = vec!["Degree".to_owned()];
            }
        })
        .run_blocking()
}

/// Side by side: most of a run's time passes while it waits.
fn check_all(ways: impl Iterator<Item = Way>) -> Vec<(Way, Report)> {
    let runs: Vec<_> = ways
        .map(|way| (way, std::thread::spawn(move || check(way))))
        .collect();
    let ended = runs.into_iter();
    ended
        .map(|(way, run)| (way, run.join().expect("a run ends")))
        .collect()
}

/// The rules that are broken, notes apart, and what the findings rest on.
fn broken(report: &Report) -> BTreeSet<&str> {
    let findings = report.findings().iter();
    findings
        .filter(|finding| finding.grade != Grade::Note)
        .map(|finding| finding.invariant.as_str())
        .collect()
}

#[test]
fn what_a_draft_leaves_open_draws_no_finding() {
    let ways = [
        Way::Plain,
        Way::Draft13,
        Way::EndsSessions,
        Way::MetadataInserted,
        Way::RefusesTokensWithHtml,
    ];
    for (way, report) in check_all(every_nth(3, ways)) {
        assert_eq!(broken(&report), BTreeSet::new(), "{way:?}\n{report}");
        let tried = report.outcome().cases;
        assert!(tried > few_or_all(300, 800), "{way:?} {tried}\n{report}");
    }
}

#[test]
fn each_bug_is_found_by_its_rule_and_rests_on_the_draft() {
    let bugs = [
        (
            Way::IgnoresTokens,
            &["access-token/authorization-header-required"][..],
        ),
        (
            Way::IgnoresTypes,
            &["request/types-checked", "request/types-authorised"],
        ),
        (Way::CodesReusable, &["token/code-checked"]),
        (
            Way::AlwaysBlamesItself,
            &["robustness/a-client-fault-is-no-server-error"],
        ),
        (Way::IgnoresAudience, &["proof/audience-is-the-issuer"]),
    ];
    let bugs: Vec<_> = every_nth(3, bugs).collect();
    let reports = check_all(bugs.iter().map(|(way, _)| *way));
    for ((_, rules), (way, report)) in bugs.into_iter().zip(reports) {
        let found = broken(&report);
        for rule in rules {
            assert!(found.contains(rule), "{way:?} {rule}\n{report}");
        }
        let is_ebsi = |clause: &String| clause.starts_with("ebsi-v3/");
        let clauses: Vec<_> = report
            .findings()
            .iter()
            .map(|finding| &finding.clause)
            .collect();
        assert!(!clauses.iter().any(|clause| is_ebsi(clause)), "{clauses:?}");
    }
}
