//! Why a finding is there, and the case that shows it best.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::carry::Said;
use super::config::Config;
use super::curl;
use super::event::Stage;
use crate::case::{Case, Endpoint};
use crate::invariants::Invariant;
use crate::transcript::{Exchange, Finding, Grade, Transcript, Violation};

/// How many cases with requests at the same time are kept for one cause.
const RACED: usize = 8;

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
    pub(super) count: usize,
    pub(super) seen_with: BTreeSet<String>,
    pub(super) flows: BTreeSet<String>,
    pub(super) stage: Stage,
    /// Whether smaller cases were looked for.
    pub(super) is_minimal: bool,
    /// Whether the smallest case shows it when nothing else is under way.
    pub(super) shows_by_itself: bool,
    pub(super) shown_by: Shown,
    /// The first that showed it, and how often something was entered by then.
    pub(super) first: (Shown, u64),
    /// The best cases that send requests at the same time, the best first: what one shows may be the work of other cases that
    /// were under way.
    pub(super) raced: Vec<Shown>,
}

/// A case that shows a cause.
#[derive(Clone)]
pub(super) struct Shown {
    invariant: &'static Invariant,
    pub(super) violation: Violation,
    pub(super) case: Option<Case>,
    curl: String,
    pub(super) rank: Rank,
    pub(super) transcript: Arc<Transcript>,
    /// What deviates in the requests that show it, where one thing alone does.
    seen_with: BTreeSet<String>,
}

/// What makes a case better at showing a cause; less is better.
pub(super) type Rank = (std::cmp::Reverse<Grade>, (usize, usize), bool, u64);

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

    pub(super) fn add(&mut self, transcript: &Transcript, shown: Shown, stage: Stage) {
        self.count += 1;
        if let Some(case) = &transcript.case {
            self.flows.insert(case.flow.to_string());
            if stage == Stage::Systematic {
                // Of several mutations in one session each is a request of its own.
                self.seen_with.extend(shown.seen_with.iter().cloned());
            }
            let mut mutations = case.mutations();
            if let (Some(only), None) = (mutations.next(), mutations.next()) {
                self.seen_with.insert(only.id.clone());
            }
        }
        let is_better = |than: &Self| shown.rank < than.shown_by.rank;
        // Requests at the same time show again what others showed by chance.
        let races = shown.races();
        let is_steadier = !self.shows_by_itself && races && !self.shown_by.races();
        if races && self.raced.iter().all(|known| known.case != shown.case) {
            let better = |known: &Shown| known.rank <= shown.rank;
            let place = self.raced.partition_point(better);
            self.raced.insert(place, shown.clone());
            self.raced.truncate(RACED);
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
        let shown = found
            .entry(cause_of(said.invariant, exchange))
            .or_insert_with(|| show(transcript, said.invariant, violation, exchange, index));
        if let [only] = &exchange.mutations[..] {
            shown.seen_with.insert(only.id.clone());
        }
    }
    found
}

/// Why an exchange breaks a rule.
pub(super) fn cause_of(invariant: &Invariant, exchange: &Exchange) -> Cause {
    Cause {
        invariant: invariant.id,
        endpoint: exchange.endpoint,
        class: class(exchange),
    }
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
        seen_with: BTreeSet::new(),
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
pub(super) const NO_ANSWER: &str = "no-answer";

/// The class of that.
pub(super) const OTHERS: &str = "others";

/// What a case asks for; without one, it is about discovery.
pub(super) fn flow_of(case: Option<&Case>) -> String {
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
        self.case.as_ref().is_some_and(Case::races)
    }

    /// Whether it is at least as bad as another.
    pub(super) fn is_as_bad_as(&self, other: &Self) -> bool {
        self.violation.grade >= other.violation.grade
    }
}

/// The kind of an answer that grants what was asked for.
pub(super) const ACCEPTED: &str = "accepted";

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

fn json_of(case: &Case) -> String {
    serde_json::to_string(case).expect("a case is JSON")
}
