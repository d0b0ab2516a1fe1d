//! What a run came to: everything that a report needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::clauses::Clause;
use crate::transcript::{Failure, Finding, Grade, Transcript};
use crate::wallet::{DiscoveryError, KeyError};

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the report calls the target.
    pub target: String,
    /// The dialect's identifier.
    pub profile: &'static str,
    /// The seed.
    pub seed: u64,
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// How many cases were carried out, not counting those of shrinking.
    pub cases: u64,
    /// How many requests were sent, all in all.
    pub requests: u64,
    /// The cases by the validation stage that the first mutated request is to fail at, or `success`.
    pub cases_by_step: BTreeMap<String, u64>,
    /// The findings: the worst first, then what most cases show.
    pub findings: Vec<Finding>,
    /// The rules that were asked, by topic.
    pub asked: Vec<Asked>,
    /// The exchanges of the case that shows a finding, by the finding's identifier. They hold live values; `Facts::redact`
    /// takes them out.
    pub shown: BTreeMap<String, Arc<Transcript>>,
    /// What could not be tried, and why.
    pub not_applicable: Vec<NotApplicable>,
    /// Why the run ended before its plan was done, if it did.
    pub stopped: Option<String>,
    /// What is worth knowing of how it went and is no finding, in sentences.
    pub remarks: Vec<String>,
}

/// A rule that a run asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The invariant's identifier.
    pub id: &'static str,
    /// The rule in a sentence.
    pub doc: &'static str,
    /// What it rests on.
    pub clause: &'static Clause,
    /// The flows on which it had something to say; `discovery` for what goes before them.
    pub flows: BTreeSet<String>,
}

/// Something that could not be tried: a mutation, a flow, a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotApplicable {
    /// Its identifier.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The target gives no answer at all.
    #[error(
        "no answer from {url}: {failure}. Is the issuer running, and is its address right? TARGET, or --issuer for a \
         command, is the credential issuer identifier, to which /.well-known/openid-credential-issuer is added"
    )]
    NoAnswer {
        /// What was asked.
        url: String,
        /// What happened.
        failure: Failure,
    },
    /// The target answers, but is no credential issuer.
    #[error(
        "{0}. TARGET, or --issuer for a command, is the credential issuer identifier, to which /.well-known/openid-credential-issuer is added"
    )]
    NoMetadata(#[from] DiscoveryError),
    /// No session could be started, and no rule says whose fault it is.
    #[error(
        "no credential could be requested: {0}. If the issuer has no endpoint that starts an offer, give an offer with \
         --offer or a command that prints one with --offer-command, or the access token itself with --access-token or \
         --token-command, or a command that logs in with --login-command"
    )]
    NoSession(String),
    /// The key of the authorization server is none.
    #[error("the authorization server's key cannot be used: {0}")]
    AuthKey(#[from] KeyError),
    /// It was told to end before there was anything to report.
    #[error("it was interrupted before the first case")]
    Interrupted,
    /// The plan is empty.
    #[error("nothing to run: the phases that were asked for hold no case")]
    NothingToRun,
}

impl Outcome {
    /// Whether a rule was broken; notes and tolerable differences do not count.
    pub fn has_failures(&self) -> bool {
        self.has(Grade::Failure)
    }

    /// Whether there is a finding of this grade or a worse one.
    pub fn has(&self, grade: Grade) -> bool {
        self.findings.iter().any(|finding| finding.grade >= grade)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(grade: &str) -> Outcome {
        let finding = json!({
            "id": "x", "invariant": "x/y", "clause": "x", "level": "must", "grade": grade, "flow": "",
            "mutations": [], "expected": "", "actual": "", "case": null, "shows_by_itself": true, "count": 1, "seen_with": [], "flows": [],
            "reproduce": "", "curl": "",
        });
        Outcome {
            target: String::new(),
            profile: "ebsi-v3",
            seed: 1,
            started: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            cases: 1,
            requests: 1,
            cases_by_step: BTreeMap::new(),
            findings: vec![serde_json::from_value(finding).expect("a finding")],
            asked: Vec::new(),
            shown: BTreeMap::new(),
            not_applicable: Vec::new(),
            stopped: None,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn a_grade_and_all_worse_ones_count() {
        let counts = |grade| ["note", "tolerable", "failure"].map(|found| with(found).has(grade));
        assert_eq!(counts(Grade::Failure), [false, false, true]);
        assert_eq!(counts(Grade::Tolerable), [false, true, true]);
    }
}
