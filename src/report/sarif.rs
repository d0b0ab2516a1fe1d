//! `vcispec.sarif`: findings in the Static Analysis Results Interchange Format 2.1.0, for services that show code scanning results.

use serde_json::{Value, json};

use super::json::{Report, Rule};
use super::summary;
use crate::transcript::{Finding, Grade};

/// The report as JSON.
pub fn text(report: &Report) -> String {
    let rules: Vec<_> = report.rules.iter().map(rule).collect();
    let results: Vec<_> = report
        .findings
        .iter()
        .map(|finding| result(finding, report))
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": { "id": format!("{}/{}/", env!("CARGO_PKG_NAME"), report.profile) },
            "invocations": [{
                "executionSuccessful": report.stopped.is_none(),
            }],
            "properties": {
                "target": report.target,
                "seed": report.seed,
                "cases": report.cases,
                "requests": report.requests,
            },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(rule: &Rule) -> Value {
    let mut shown = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.doc },
        "properties": { "clause": rule.clause, "tags": [rule.id.split('/').next()] },
    });
    if let Some(clause) = rule.clause() {
        let words = format!(
            "{} ({}, {}; {})",
            clause.text, clause.spec, clause.section, clause.link
        );
        shown["fullDescription"] = json!({ "text": clause.text });
        shown["help"] = json!({ "text": words });
    }
    shown
}

fn result(finding: &Finding, report: &Report) -> Value {
    let level = match finding.grade {
        Grade::Failure => "error",
        Grade::Tolerable => "warning",
        Grade::Note => "note",
    };
    let index = report
        .rules
        .iter()
        .position(|rule| rule.id == finding.invariant);
    let mut result = json!({
        "ruleId": finding.invariant,
        "level": level,
        "message": { "text": summary::of(finding) },
        "locations": [{
            // A live server has no file; whoever shows results by file is given the target.
            "physicalLocation": { "artifactLocation": { "uri": report.target.replace(' ', "-") } },
            "logicalLocations": [{ "name": finding.flow, "kind": "resource" }],
        }],
        "partialFingerprints": { "cause/v1": finding.id },
        "properties": {
            "clause": finding.clause,
            "mutations": finding.mutations,
            "case": finding.case,
            "reproduce": finding.reproduce,
            "count": finding.count,
        },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}
