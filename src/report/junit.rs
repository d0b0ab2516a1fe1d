//! `junit.xml`: one test case for each rule and flow, for pipelines that read JUnit.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::json::{Report, Rule};
use super::summary;
use crate::transcript::{Finding, Grade};

/// The report as XML. Findings of `fail_on` and worse are failures; the milder ones stand in the output of their test case.
pub fn text(report: &Report, fail_on: Grade) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for rule in &report.rules {
        let topic = rule.id.split('/').next().unwrap_or(&rule.id);
        let suite = suites.entry(topic).or_insert_with(|| suite(topic, report));
        for flow in &rule.flows {
            suite.add_test_case(case(report, rule, flow, fail_on));
        }
        if rule.flows.is_empty() {
            suite.add_test_case(skipped(report, rule));
        }
    }
    let mut file = quick_junit::Report::new("vcispec");
    file.set_time(report.duration());
    file.add_test_suites(suites.into_values());
    file.to_string().unwrap_or_default()
}

fn suite(topic: &str, report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(topic);
    for (name, value) in [
        ("target", report.target.as_str()),
        ("profile", report.profile.as_str()),
        ("seed", &report.seed.to_string()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    suite
}

fn case(report: &Report, rule: &Rule, flow: &str, fail_on: Grade) -> TestCase {
    let of_this = |finding: &&Finding| {
        finding.invariant == rule.id
            && (finding.flow == flow || finding.flows.iter().any(|other| other == flow))
    };
    let found = report.findings.iter().filter(of_this);
    let (fails, milder): (Vec<_>, Vec<_>) = found.partition(|finding| finding.grade >= fail_on);
    let status = match fails.first() {
        None => TestCaseStatus::success(),
        Some(worst) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(rule.id.as_str())
                .set_message(format!("expected {}, got {}", worst.expected, worst.actual))
                .set_description(described(&fails, rule, flow));
            status
        }
    };
    let mut case = named(rule, flow, status);
    if !milder.is_empty() {
        case.set_system_out(described(&milder, rule, flow));
    }
    case
}

fn skipped(report: &Report, rule: &Rule) -> TestCase {
    let left = report.not_applicable.iter().find(|left| left.id == rule.id);
    let mut status = TestCaseStatus::skipped();
    status.set_message(left.map_or("it had nothing to say", |left| left.reason.as_str()));
    named(rule, "no flow", status)
}

fn named(rule: &Rule, flow: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(format!("{} on {flow}", rule.id), status);
    case.set_classname(rule.id.as_str());
    case.add_property(Property::new("clause", rule.clause.as_str()));
    case
}

/// The findings in full on the flow of the case that shows them, and where that is on all other flows that show them too: a report of
/// a thousand findings is to be read.
fn described(findings: &[&Finding], rule: &Rule, flow: &str) -> String {
    let text = |finding: &&Finding| {
        let shows = |flow: &&String| **flow == finding.flow;
        let other = |flow: &&String| finding.flows.contains(*flow);
        let mut flows = rule.flows.iter();
        let home = flows.clone().find(shows).or_else(|| flows.find(other));
        match home {
            Some(home) if home != flow => format!(
                "expected {}, got {}: as on {home}\n",
                finding.expected, finding.actual
            ),
            _ => summary::of(finding),
        }
    };
    findings.iter().map(text).collect::<Vec<_>>().join("\n")
}
