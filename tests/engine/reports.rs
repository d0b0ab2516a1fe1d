//! The reports of a run with a finding, format by format: well formed, complete, and without a live secret.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use quick_junit::TestCaseStatus;
use serde_json::Value;
use vcispec::case::Mutation;
use vcispec::engine::Outcome;
use vcispec::issuer::Defect;
use vcispec::report::json::Report;
use vcispec::report::{har, html, junit, markdown, sarif};
use vcispec::transcript::{Finding, Grade};
use vcispec::{Check, Phase};

use super::support::{FLOW, check};

/// A run on one flow, of an issuer that forgets the nonce and lets a token be used again.
static OUTCOME: LazyLock<Outcome> = LazyLock::new(|| {
    let defects = [Defect::NonceUnchecked, Defect::TokenReplayAccepted];
    let report = narrowed(check(&defects)).run_blocking();
    assert!(report.findings().len() >= 2, "{report}");
    report.outcome().clone()
});

fn narrowed(check: Check) -> Check {
    check
        .phases([Phase::Random])
        .cases(150)
        .configure(|config| config.flows = vec![FLOW.to_owned()])
}

static REPORT: LazyLock<Report> = LazyLock::new(|| Report::new(&OUTCOME));

fn all() -> [(&'static str, String); 6] {
    [
        ("json", REPORT.text()),
        ("junit", junit::text(&REPORT, Grade::Failure)),
        ("sarif", sarif::text(&REPORT)),
        ("har", har::text(&REPORT)),
        ("markdown", markdown::text(&REPORT)),
        ("html", html::text(&REPORT)),
    ]
}

#[test]
fn no_report_holds_a_live_secret_and_each_names_every_rule_that_was_broken() {
    let shown = OUTCOME.shown.values();
    let exchanges = shown.flat_map(|transcript| &transcript.exchanges);
    let secrets: BTreeSet<&str> = exchanges
        .flat_map(|exchange| &exchange.facts.secrets)
        .map(|(value, _)| value.as_str())
        .filter(|value| value.len() > 8)
        .collect();
    assert!(secrets.len() > 3, "{secrets:?}");
    for (name, text) in all() {
        for secret in &secrets {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
        for finding in &OUTCOME.findings {
            assert!(text.contains(&finding.invariant), "{name}: {}", finding.id);
        }
    }
}

#[test]
fn junit_has_a_test_case_for_each_rule_and_flow() {
    let read = quick_junit::Report::deserialize_from_str(&all()[1].1).expect("JUnit");
    let asked = OUTCOME.asked.iter().map(|rule| rule.flows.len().max(1));
    assert_eq!(read.tests, asked.sum::<usize>());
    let failures = OUTCOME
        .findings
        .iter()
        .filter(|finding| finding.grade == Grade::Failure);
    let on_flows = |finding: &'static Finding| {
        let flows = finding.flows.iter().chain([&finding.flow]);
        flows.map(|flow| (finding.invariant.as_str(), flow.as_str()))
    };
    let failed: BTreeSet<_> = failures.flat_map(on_flows).collect();
    assert_eq!(read.failures, failed.len());
    let suite = &read.test_suites[0];
    let names: Vec<_> = suite
        .properties
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["target", "profile", "seed"]);
}

#[test]
fn junit_tells_each_finding_in_full_once() {
    let mut report = REPORT.clone();
    let shown = report.findings[0].invariant.clone();
    for finding in report
        .findings
        .iter_mut()
        .filter(|finding| finding.invariant == shown)
    {
        finding.flows.push("Other/jwt_vc".to_owned());
    }
    for rule in report.rules.iter_mut().filter(|rule| rule.id == shown) {
        rule.flows.insert("Other/jwt_vc".to_owned());
    }
    let read = quick_junit::Report::deserialize_from_str(&junit::text(&report, Grade::Note))
        .expect("JUnit");
    let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let told: Vec<String> = cases
        .filter_map(|case| match &case.status {
            TestCaseStatus::NonSuccess { description, .. } => {
                Some(description.as_ref()?.to_string())
            }
            _ => None,
        })
        .collect();
    let replays = told
        .iter()
        .map(|text| text.matches("vcispec replay").count());
    let cases = report
        .findings
        .iter()
        .filter(|finding| finding.reproduce.contains("vcispec replay"));
    assert_eq!(replays.sum::<usize>(), cases.count());
    assert!(
        told.iter()
            .any(|text| text.contains(&format!("as on {FLOW}"))),
        "{told:?}"
    );
}

#[test]
fn milder_findings_fail_a_test_case_only_when_asked_to() {
    let mut report = REPORT.clone();
    report.findings[0].grade = Grade::Note;
    let count = |grade| {
        let text = junit::text(&report, grade);
        let read = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
        read.failures
    };
    assert!(count(Grade::Note) > count(Grade::Failure));
}

#[test]
fn sarif_names_a_known_rule_for_each_result() {
    let log: Value = serde_json::from_str(&all()[2].1).expect("JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), OUTCOME.findings.len());
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index");
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(
            rule["help"]["text"]
                .as_str()
                .is_some_and(|text| text.len() > 20)
        );
    }
}

#[test]
fn the_archive_holds_the_exchanges_of_each_finding() {
    let archive: Value = serde_json::from_str(&all()[3].1).expect("JSON");
    let pages = archive["log"]["pages"].as_array().expect("pages");
    assert_eq!(pages.len(), OUTCOME.findings.len());
    for page in pages {
        let entries = archive["log"]["entries"].as_array().expect("entries");
        let own: Vec<_> = entries
            .iter()
            .filter(|entry| entry["pageref"] == page["id"])
            .collect();
        assert!(!own.is_empty(), "{page}");
        for entry in own {
            assert!(
                entry["request"]["url"]
                    .as_str()
                    .is_some_and(|url| url.starts_with("http"))
            );
            assert!(entry["response"]["status"].as_u64().is_some());
            assert!(
                entry["startedDateTime"]
                    .as_str()
                    .is_some_and(|time| time.starts_with("2025"))
            );
        }
    }
}

#[test]
fn the_page_needs_no_network() {
    let page = html::text(&REPORT);
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.starts_with("<!DOCTYPE html>"));
    let findings = page.matches("<details class=\"finding").count();
    assert_eq!(findings, OUTCOME.findings.len());
}

#[test]
fn the_page_marks_what_was_changed_and_shows_what_the_proof_says() {
    let page = html::text(&REPORT);
    let nonce = REPORT
        .findings
        .iter()
        .find(|finding| finding.invariant == "proof/nonce-is-the-c-nonce-of-this-token")
        .expect("the nonce is not looked at");
    let told = &REPORT.exchanges[&nonce.id];
    let changed: Vec<_> = told.iter().flat_map(|told| &told.changed).collect();
    assert_eq!(changed, ["proof claim nonce"]);
    let decoded = told.iter().flat_map(|told| &told.request.decoded);
    let proofs: Vec<_> = decoded
        .filter(|token| token.claims.contains("\"nonce\""))
        .collect();
    assert!(!proofs.is_empty());
    assert!(page.contains("<mark>&quot;nonce&quot;: "), "{page}");
}

#[test]
fn the_page_can_mark_what_any_mutation_changes() {
    for mutation in Mutation::all() {
        for slot in mutation.slots() {
            assert!(html::can_mark(&slot.to_string()), "{slot}");
        }
    }
}

#[test]
fn a_report_that_was_read_makes_the_same_files() {
    let read: Report = serde_json::from_str(&REPORT.text()).expect("a report");
    assert_eq!(read, *REPORT);
}

#[test]
fn a_clean_run_has_reports_too() {
    let clean = narrowed(check(&[])).cases(5).run_blocking();
    let report = Report::new(clean.outcome());
    assert!(markdown::text(&report).contains("no finding"));
    assert!(html::text(&report).contains("None."));
    let read = junit::text(&report, Grade::Failure);
    let read = quick_junit::Report::deserialize_from_str(&read).expect("JUnit");
    assert_eq!(read.failures, 0);
}
