//! `report.json`: everything a run came to, for machines. The schema is `schemas/report.schema.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::told::Told;
use crate::clauses::{self, Clause};
use crate::engine::Outcome;
use crate::transcript::{Finding, Grade};

/// The report, member by member as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `vcispec`.
    pub tool: String,
    /// The tool's version.
    pub version: String,
    /// What was tested.
    pub target: String,
    /// The dialect.
    pub profile: String,
    /// The seed: the same seed asks the same again.
    pub seed: u64,
    /// When the run began (RFC 3339).
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How many cases were carried out.
    pub cases: u64,
    /// How many requests were sent.
    pub requests: u64,
    /// Cases by the validation step that the first mutated request is to fail at, or `success`.
    pub cases_by_step: BTreeMap<String, u64>,
    /// The broken rules: the worst first, then what most cases show.
    pub findings: Vec<Finding>,
    /// What could not be tried.
    pub not_applicable: Vec<NotApplicable>,
    /// The rules that were asked, by topic.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The exchanges of the case that shows a finding, by the finding's identifier.
    #[serde(default)]
    pub exchanges: BTreeMap<String, Vec<Told>>,
    /// Why the run ended early, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// What is worth knowing of how it went and is no finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// A rule that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The invariant's identifier.
    pub id: String,
    /// The rule in a sentence.
    pub doc: String,
    /// The identifier of the clause that it rests on.
    pub clause: String,
    /// The flows on which it had something to say; `discovery` for what goes before them.
    pub flows: BTreeSet<String>,
}

impl Rule {
    /// The clause that it rests on, if this version knows it.
    pub fn clause(&self) -> Option<&'static Clause> {
        clauses::find(&self.clause)
    }
}

/// Something that could not be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotApplicable {
    /// The mutation, flow or rule.
    pub id: String,
    /// Why.
    pub reason: String,
}

impl Report {
    /// The report of a run.
    pub fn new(outcome: &Outcome) -> Self {
        let started = OffsetDateTime::from(outcome.started)
            .format(&Rfc3339)
            .unwrap_or_default();
        let left = |left: &crate::engine::NotApplicable| NotApplicable {
            id: left.id.clone(),
            reason: left.reason.clone(),
        };
        let rule = |asked: &crate::engine::Asked| Rule {
            id: asked.id.to_owned(),
            doc: asked.doc.to_owned(),
            clause: asked.clause.id.to_owned(),
            flows: asked.flows.clone(),
        };
        let shown = outcome.findings.iter().filter_map(|finding| {
            let transcript = outcome.shown.get(&finding.id)?;
            let told = transcript.exchanges.iter().map(Told::of).collect();
            Some((finding.id.clone(), told))
        });
        Self {
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: outcome.target.clone(),
            profile: outcome.profile.to_owned(),
            seed: outcome.seed,
            started,
            duration_ms: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
            cases: outcome.cases,
            requests: outcome.requests,
            cases_by_step: outcome.cases_by_step.clone(),
            findings: outcome.findings.clone(),
            not_applicable: outcome.not_applicable.iter().map(left).collect(),
            rules: outcome.asked.iter().map(rule).collect(),
            exchanges: shown.collect(),
            stopped: outcome.stopped.clone(),
            remarks: outcome.remarks.clone(),
        }
    }

    /// Whether there is a finding of this grade or a worse one.
    pub fn has(&self, grade: Grade) -> bool {
        self.findings.iter().any(|finding| finding.grade >= grade)
    }

    /// How long the run took.
    pub const fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }

    /// The report as JSON.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.unwrap_or_default() + "\n"
    }
}
