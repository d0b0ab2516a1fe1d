//! `junit.xml`: one test case for each rule and flow, for pipelines that read JUnit.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::summary;
use crate::engine::{Asked, Outcome};
use crate::transcript::{Finding, Grade};

/// The report as XML. Findings of `fail_on` and worse are failures; the milder ones stand in the output of their test case.
pub fn text(outcome: &Outcome, fail_on: Grade) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for rule in &outcome.asked {
        let topic = rule.id.split('/').next().unwrap_or(rule.id);
        let suite = suites.entry(topic).or_insert_with(|| suite(topic, outcome));
        for flow in &rule.flows {
            suite.add_test_case(case(outcome, rule, flow, fail_on));
        }
        if rule.flows.is_empty() {
            suite.add_test_case(skipped(outcome, rule));
        }
    }
    let mut report = Report::new("vcispec");
    report.set_time(outcome.duration);
    report.add_test_suites(suites.into_values());
    report.to_string().unwrap_or_default()
}

fn suite(topic: &str, outcome: &Outcome) -> TestSuite {
    let mut suite = TestSuite::new(topic);
    for (name, value) in [
        ("target", outcome.target.as_str()),
        ("profile", outcome.profile),
        ("seed", &outcome.seed.to_string()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    suite
}

fn case(outcome: &Outcome, rule: &Asked, flow: &str, fail_on: Grade) -> TestCase {
    let of_this = |finding: &&Finding| {
        finding.invariant == rule.id
            && (finding.flow == flow || finding.flows.iter().any(|other| other == flow))
    };
    let found = outcome.findings.iter().filter(of_this);
    let (fails, milder): (Vec<_>, Vec<_>) = found.partition(|finding| finding.grade >= fail_on);
    let status = match fails.first() {
        None => TestCaseStatus::success(),
        Some(worst) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(rule.id)
                .set_message(format!("expected {}, got {}", worst.expected, worst.actual))
                .set_description(described(&fails));
            status
        }
    };
    let mut case = named(rule, flow, status);
    if !milder.is_empty() {
        case.set_system_out(described(&milder));
    }
    case
}

fn skipped(outcome: &Outcome, rule: &Asked) -> TestCase {
    let left = outcome
        .not_applicable
        .iter()
        .find(|left| left.id == rule.id);
    let mut status = TestCaseStatus::skipped();
    status.set_message(left.map_or("it had nothing to say", |left| left.reason.as_str()));
    named(rule, "no flow", status)
}

fn named(rule: &Asked, flow: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(format!("{} on {flow}", rule.id), status);
    case.set_classname(rule.id);
    case.add_property(Property::new("clause", rule.clause.id));
    case
}

fn described(findings: &[&Finding]) -> String {
    let texts = findings.iter().map(|finding| summary::of(finding));
    texts.collect::<Vec<_>>().join("\n")
}
