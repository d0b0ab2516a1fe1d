//! What became of the cases: counts, and findings by their cause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::carry::{Judged, Said, Shared};
use super::cause::{ACCEPTED, Cause, Entry, NO_ANSWER, OTHERS, flow_of, shown};
use super::config::Config;
use super::event::Stage;
use crate::case::Endpoint;
use crate::invariants::Memory;
use crate::transcript::{Finding, Transcript};

/// The books of a run.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) cases: u64,
    /// How often something was entered; several cases may be entered at once.
    entries: u64,
    pub(super) requests: u64,
    pub(super) by_step: BTreeMap<String, u64>,
    pub(super) causes: BTreeMap<Cause, Entry>,
    /// The rules that were not silent at least once, and on which flows.
    pub(super) spoke: BTreeMap<&'static str, BTreeSet<String>>,
    memory: Memory,
}

impl Ledger {
    /// Enters a case, or discovery. Says which causes are new.
    pub(super) fn enter(&mut self, judged: Judged, stage: Stage, shared: &Shared) -> Vec<Cause> {
        let Judged {
            transcript,
            mut verdicts,
            ..
        } = judged;
        self.entries += 1;
        self.requests += transcript.exchanges.len() as u64;
        let several = (stage == Stage::Systematic).then(|| several(&transcript));
        if let Some(labels) = several.flatten() {
            self.cases += labels.len() as u64;
            for label in labels {
                *self.by_step.entry(label).or_default() += 1;
            }
        } else if transcript.case.is_some() {
            self.cases += 1;
            *self.by_step.entry(step_label(&transcript)).or_default() += 1;
        }
        verdicts.extend(shared.remember(&mut self.memory, &transcript));
        self.note_who_spoke(&transcript, &verdicts);
        let transcript = Arc::new(transcript);
        let mut new = Vec::new();
        for (cause, shown) in shown(&transcript, &verdicts, self.cases) {
            let cause = self.among_known(cause);
            let known = self.causes.contains_key(&cause);
            let entry = self.causes.entry(cause.clone()).or_insert_with(|| Entry {
                count: 0,
                seen_with: BTreeSet::new(),
                flows: BTreeSet::new(),
                stage,
                is_minimal: false,
                shows_by_itself: true,
                shown_by: shown.clone(),
                first: (shown.clone(), self.entries),
                raced: Vec::new(),
            });
            entry.add(&transcript, shown, stage);
            if !known {
                new.push(cause);
            }
        }
        new
    }

    /// The cause as it is booked: a target that answers something new each time has not so many faults.
    fn among_known(&self, cause: Cause) -> Cause {
        let is_alike =
            |other: &&Cause| other.invariant == cause.invariant && other.endpoint == cause.endpoint;
        let alike = self.causes.keys().filter(is_alike).count();
        if alike < MOST_CLASSES || self.causes.contains_key(&cause) {
            return cause;
        }
        Cause {
            class: OTHERS.to_owned(),
            ..cause
        }
    }

    /// Joins what the last cases showed that went without an answer: a target that is gone is one cause, shown by the first
    /// request that it did not answer.
    pub(super) fn join_last_silences(&mut self, last: usize) {
        let since = self.entries.saturating_sub(last as u64);
        let mut last: Vec<Cause> = self
            .causes
            .iter()
            .filter(|(cause, entry)| cause.class == NO_ANSWER && entry.first.1 >= since)
            .map(|(cause, _)| cause.clone())
            .collect();
        last.sort_by_key(|cause| self.causes[cause].first.1);
        let mut last = last.into_iter();
        let Some(first) = last.next() else { return };
        for cause in last {
            if let Some(entry) = self.causes.remove(&cause) {
                self.join(entry, &first);
            }
        }
        if let Some(entry) = self.causes.get_mut(&first) {
            entry.shown_by = entry.first.0.clone();
            entry.is_minimal = true;
        }
    }

    /// Counts what showed one cause towards another.
    fn join(&mut self, entry: Entry, other: &Cause) {
        if let Some(other) = self.causes.get_mut(other) {
            other.count += entry.count;
            other.flows.extend(entry.flows);
            other.seen_with.extend(entry.seen_with);
        }
    }

    fn note_who_spoke(&mut self, transcript: &Transcript, verdicts: &[Said]) {
        let flow = flow_of(transcript.case.as_ref());
        for said in verdicts {
            let flows = self.spoke.entry(said.invariant.id).or_default();
            if !flows.contains(&flow) {
                flows.insert(flow.clone());
            }
        }
    }

    /// The exchanges that show each finding, by its identifier.
    pub(super) fn shown(&self) -> BTreeMap<String, Arc<Transcript>> {
        let causes = self.causes.iter();
        causes
            .map(|(cause, entry)| (cause.to_string(), Arc::clone(&entry.shown_by.transcript)))
            .collect()
    }

    /// Joins a cause that takes several faults at once to one of the same rule that a single fault shows: one defect, one
    /// finding.
    pub(super) fn join_compounds(&mut self) {
        let faults = |entry: &Entry| entry.shown_by.rank.1.0;
        let compounds: Vec<Cause> = self
            .causes
            .iter()
            .filter(|(_, entry)| {
                matches!(entry.stage, Stage::Sequence | Stage::Random) && faults(entry) > 1
            })
            .map(|(cause, _)| cause.clone())
            .collect();
        for cause in compounds {
            let grade = self.causes[&cause].shown_by.violation.grade;
            let simple = self
                .causes
                .iter()
                .filter(|(other, entry)| {
                    other.invariant == cause.invariant
                        && other.endpoint == cause.endpoint
                        && faults(entry) <= 1
                        && entry.shown_by.violation.grade >= grade
                })
                .map(|(other, _)| other.clone())
                .next();
            let Some(simple) = simple else { continue };
            if let Some(compound) = self.causes.remove(&cause) {
                self.join(compound, &simple);
            }
        }
    }

    /// Joins what follows from access tokens that nobody looks at: an issuer that accepts a request without one accepts it with
    /// any, and that is one defect.
    pub(super) fn join_unread_tokens(&mut self) {
        let is_accepted =
            |cause: &Cause| cause.endpoint == Endpoint::Credential && cause.class == ACCEPTED;
        let root = self
            .causes
            .keys()
            .find(|cause| is_accepted(cause) && cause.invariant == TOKEN_REQUIRED)
            .cloned();
        let Some(root) = root else { return };
        let joined: Vec<Cause> = self
            .causes
            .keys()
            .filter(|cause| is_accepted(cause) && **cause != root)
            .filter(|cause| cause.invariant.starts_with("access-token/"))
            .cloned()
            .collect();
        for cause in joined {
            if let Some(follows) = self.causes.remove(&cause) {
                self.join(follows, &root);
            }
        }
    }

    /// Whether this rule was broken.
    pub(super) fn has(&self, invariant: &str) -> bool {
        let mut causes = self.causes.keys();
        causes.any(|cause| cause.invariant == invariant)
    }

    /// The findings: the worst first, then what most cases show, which is nearest to the cause.
    pub(super) fn findings(&self, config: &Config) -> Vec<Finding> {
        let mut findings: Vec<_> = self
            .causes
            .iter()
            .map(|(cause, entry)| entry.finding(cause, config))
            .collect();
        findings.sort_by(|a, b| {
            let by_weight = (b.grade, b.count).cmp(&(a.grade, a.count));
            by_weight.then_with(|| a.id.cmp(&b.id))
        });
        findings
    }
}

/// The validation stages that the mutated requests are to fail at, where several share a session.
fn several(transcript: &Transcript) -> Option<Vec<String>> {
    let mutated = transcript
        .steps()
        .filter(|exchange| !exchange.mutations.is_empty());
    let labels: Vec<_> = mutated
        .map(|exchange| {
            let first = exchange.expectation.first();
            first.map_or("success", |fault| fault.label).to_owned()
        })
        .collect();
    (labels.len() > 1).then_some(labels)
}

/// The validation stage that the first mutated request is to fail at.
fn step_label(transcript: &Transcript) -> String {
    let is_mutated = transcript
        .case
        .as_ref()
        .is_some_and(|case| case.mutations().next().is_some());
    let mutated = transcript
        .steps()
        .find(|exchange| !exchange.mutations.is_empty());
    match mutated {
        Some(exchange) => exchange
            .expectation
            .first()
            .map_or("success", |fault| fault.label),
        None if is_mutated => "not-sent",
        None => "success",
    }
    .to_owned()
}

/// So many classes of one rule at one endpoint, and what comes after them is one more.
const MOST_CLASSES: usize = 12;

/// The rule that an issuer breaks which looks at no access token.
const TOKEN_REQUIRED: &str = "access-token/authorization-header-required";
