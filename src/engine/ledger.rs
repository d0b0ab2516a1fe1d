//! What became of the cases: counts, and findings by their cause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::carry::{Judged, Said, Shared};
use super::config::Config;
use super::curl;
use super::event::Stage;
use crate::case::{Case, Endpoint, Step};
use crate::invariants::{Invariant, Memory};
use crate::transcript::{Exchange, Finding, Grade, Transcript, Violation};

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

/// Why a finding is there. Two findings with equal causes are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cause {
    pub(super) invariant: &'static str,
    pub(super) endpoint: Endpoint,
    /// What kind of answer it was.
    pub(super) class: String,
}

/// All that showed a cause.
pub(super) struct Entry {
    count: usize,
    seen_with: BTreeSet<String>,
    flows: BTreeSet<String>,
    pub(super) stage: Stage,
    /// Whether smaller cases were looked for.
    pub(super) is_minimal: bool,
    /// Whether the smallest case shows it when nothing else is under way.
    pub(super) shows_by_itself: bool,
    pub(super) shown_by: Shown,
    /// The first that showed it, and how often something was entered by then.
    first: (Shown, u64),
    /// The best case that sends requests at the same time.
    pub(super) raced: Option<Shown>,
}

/// A case that shows a cause.
#[derive(Clone)]
pub(super) struct Shown {
    invariant: &'static Invariant,
    violation: Violation,
    pub(super) case: Option<Case>,
    curl: String,
    rank: Rank,
    transcript: Arc<Transcript>,
}

/// What makes a case better at showing a cause; less is better.
type Rank = (std::cmp::Reverse<Grade>, (usize, usize), bool, u64);

impl Ledger {
    /// Enters a case, or discovery. Says which causes are new.
    pub(super) fn enter(&mut self, judged: Judged, stage: Stage, shared: &Shared) -> Vec<Cause> {
        let Judged {
            transcript,
            mut verdicts,
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
                raced: None,
            });
            entry.add(&transcript, shown);
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

impl Entry {
    pub(super) fn finding(&self, cause: &Cause, config: &Config) -> Finding {
        let Shown {
            invariant,
            violation,
            case,
            curl,
            ..
        } = &self.shown_by;
        let clause = violation.clause.unwrap_or(invariant.clause);
        Finding {
            id: cause.to_string(),
            invariant: invariant.id.to_owned(),
            clause: clause.id.to_owned(),
            level: clause.level.as_str().to_owned(),
            grade: violation.grade,
            flow: flow_of(case.as_ref()),
            mutations: case
                .iter()
                .flat_map(Case::mutations)
                .map(|mutation| mutation.id.clone())
                .collect(),
            expected: violation.expected.clone(),
            actual: violation.actual.clone(),
            case: case.clone(),
            shows_by_itself: self.shows_by_itself,
            count: self.count,
            seen_with: self.seen_with.iter().cloned().collect(),
            flows: self.flows.iter().cloned().collect(),
            reproduce: match case {
                Some(case) => config
                    .replay
                    .replace("{case}", &curl::quoted(&json_of(case))),
                None => config.rerun.replace("{invariant}", invariant.id),
            },
            curl: curl.clone(),
        }
    }

    fn add(&mut self, transcript: &Transcript, shown: Shown) {
        self.count += 1;
        if let Some(case) = &transcript.case {
            self.flows.insert(case.flow.to_string());
            let mut mutations = case.mutations();
            if let (Some(only), None) = (mutations.next(), mutations.next()) {
                self.seen_with.insert(only.id.clone());
            }
        }
        let is_better = |than: &Self| shown.rank < than.shown_by.rank;
        // Requests at the same time show again what others showed by chance.
        let races = shown.races();
        let is_steadier = !self.shows_by_itself && races && !self.shown_by.races();
        let best = self.raced.as_ref().map(|known| &known.rank);
        if races && best.is_none_or(|rank| shown.rank < *rank) {
            self.raced = Some(shown.clone());
        }
        if is_better(self) || is_steadier {
            self.shown_by = shown;
            self.is_minimal = false;
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            invariant,
            endpoint,
            class,
        } = self;
        write!(f, "{invariant}@{}:{class}", endpoint.slug())
    }
}

/// The causes that a case shows, each once.
pub(super) fn shown(
    transcript: &Arc<Transcript>,
    verdicts: &[Said],
    index: u64,
) -> BTreeMap<Cause, Shown> {
    let mut found = BTreeMap::new();
    for said in verdicts {
        let (Some(violation), Some(exchange)) =
            (&said.violation, transcript.exchanges.get(said.exchange))
        else {
            continue;
        };
        let cause = Cause {
            invariant: said.invariant.id,
            endpoint: exchange.endpoint,
            class: class(exchange),
        };
        found
            .entry(cause)
            .or_insert_with(|| show(transcript, said.invariant, violation, exchange, index));
    }
    found
}

fn show(
    transcript: &Arc<Transcript>,
    invariant: &'static Invariant,
    violation: &Violation,
    exchange: &Exchange,
    index: u64,
) -> Shown {
    let case = transcript.case.clone();
    let size = case.as_ref().map_or((0, 0), Case::size);
    let expands = case
        .iter()
        .flat_map(Case::mutations)
        .any(|mutation| mutation.expansion);
    let mut violation = violation.clone();
    violation.expected = printable(&exchange.facts.redact(&violation.expected));
    violation.actual = printable(&exchange.facts.redact(&violation.actual));
    Shown {
        invariant,
        rank: (std::cmp::Reverse(violation.grade), size, expands, index),
        violation,
        case,
        curl: curl::line(exchange),
        transcript: Arc::clone(transcript),
    }
}

/// Words of the target in a form that does a terminal no harm and fits into a report.
fn printable(text: &str) -> String {
    let mut letters = text.chars();
    let kept = letters.by_ref().take(LONGEST);
    let mut out: String = kept
        .map(|letter| match letter {
            '\n' | '\t' => ' ',
            letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect();
    if letters.next().is_some() {
        out.push('…');
    }
    out
}

/// How many letters of what was expected and seen stand in a finding.
const LONGEST: usize = 1000;

/// The class of a request without an answer.
const NO_ANSWER: &str = "no-answer";

/// So many classes of one rule at one endpoint, and what comes after them is one more.
const MOST_CLASSES: usize = 12;

/// The class of that.
pub(super) const OTHERS: &str = "others";

/// What a case asks for; without one, it is about discovery.
fn flow_of(case: Option<&Case>) -> String {
    case.map_or_else(|| "discovery".to_owned(), |case| case.flow.to_string())
}

impl Cause {
    /// Whether what showed `other` shows this: equal but for what is booked together.
    fn covers(&self, other: &Self) -> bool {
        self == other
            || self.class == OTHERS
                && (self.invariant, self.endpoint) == (other.invariant, other.endpoint)
    }

    /// What shows this cause, of all that a case showed.
    pub(super) fn find(&self, found: BTreeMap<Self, Shown>) -> Option<Shown> {
        let mut found = found.into_iter();
        found.find_map(|(other, shown)| self.covers(&other).then_some(shown))
    }

    /// Whether each attempt to show it may take as long as an answer may.
    pub(super) fn is_silence(&self) -> bool {
        self.class == NO_ANSWER
    }
}

impl Shown {
    /// Whether its case sends requests at the same time.
    pub(super) fn races(&self) -> bool {
        let mut steps = self.case.iter().flat_map(|case| &case.steps);
        steps.any(|step| matches!(step, Step::Race(_)))
    }

    /// Whether it is at least as bad as another.
    pub(super) fn is_as_bad_as(&self, other: &Self) -> bool {
        self.violation.grade >= other.violation.grade
    }
}

/// The kind of an answer that grants what was asked for.
const ACCEPTED: &str = "accepted";

/// The rule that an issuer breaks which looks at no access token.
const TOKEN_REQUIRED: &str = "access-token/authorization-header-required";

/// The kind of an answer: what tells two causes of one rule apart.
fn class(exchange: &Exchange) -> String {
    let status = exchange.status();
    match exchange.any_error() {
        _ if exchange.is_accepted() => ACCEPTED.to_owned(),
        _ if status == 0 => NO_ANSWER.to_owned(),
        Some(error) if is_code(error) => format!("{status}-{error}"),
        Some(_) => format!("{status}-other"),
        None => status.to_string(),
    }
}

/// Whether it looks like an error code: a target that puts something new into every answer makes no new cause.
fn is_code(error: &str) -> bool {
    (1..=40).contains(&error.len())
        && error
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'))
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

fn json_of(case: &Case) -> String {
    serde_json::to_string(case).expect("a case is JSON")
}
