//! `vcispec.sarif`: findings in the Static Analysis Results Interchange Format 2.1.0, for services that show code scanning results.

use serde_json::{Value, json};

use super::summary;
use crate::engine::{Asked, Outcome};
use crate::transcript::{Finding, Grade};

/// The report as JSON.
pub fn text(outcome: &Outcome) -> String {
    let rules: Vec<_> = outcome.asked.iter().map(rule).collect();
    let results: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| result(finding, outcome))
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
            "automationDetails": { "id": format!("{}/{}/", env!("CARGO_PKG_NAME"), outcome.profile) },
            "invocations": [{
                "executionSuccessful": outcome.stopped.is_none(),
            }],
            "properties": {
                "target": outcome.target,
                "seed": outcome.seed,
                "cases": outcome.cases,
                "requests": outcome.requests,
            },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(rule: &Asked) -> Value {
    let clause = rule.clause;
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.doc },
        "fullDescription": { "text": clause.text },
        "help": {
            "text": format!("{} ({}, {}; {})", clause.text, clause.spec, clause.section, clause.link),
        },
        "properties": { "clause": clause.id, "tags": [rule.id.split('/').next()] },
    })
}

fn result(finding: &Finding, outcome: &Outcome) -> Value {
    let level = match finding.grade {
        Grade::Failure => "error",
        Grade::Tolerable => "warning",
        Grade::Note => "note",
    };
    let index = outcome
        .asked
        .iter()
        .position(|rule| rule.id == finding.invariant);
    let mut result = json!({
        "ruleId": finding.invariant,
        "level": level,
        "message": { "text": summary::of(finding) },
        "locations": [{
            // A live server has no file; whoever shows results by file is given the target.
            "physicalLocation": { "artifactLocation": { "uri": outcome.target.replace(' ', "-") } },
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
