//! The kill matrix: what a run of the harness made of each deliberate bug. Data and its two written forms; whoever runs the
//! harness fills it in. Start at [`Matrix`].

use std::fmt::Write as _;

use serde::Serialize;

use super::{Capability, Entry};
use crate::case::Case;
use crate::transcript::Grade;

/// What the harness made of the deliberate bugs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// The seed of the runs.
    pub seed: u64,
    /// What the clean issuer drew: the rules that it is said to break.
    pub clean: Vec<String>,
    /// One row a bug, in the order of the zoo.
    pub rows: Vec<Row>,
}

/// What the harness made of one bug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The bug.
    pub defect: &'static str,
    /// What kind of bug it is.
    pub class: &'static str,
    /// The rule that must catch it.
    pub invariant: &'static str,
    /// The clause of the rule.
    pub clause: &'static str,
    /// Where somebody had this bug, or one like it.
    pub source: &'static str,
    /// What it takes beyond requests, if anything.
    pub takes: Option<&'static str>,
    /// How it was caught by that rule.
    pub caught: Option<Caught>,
    /// Other rules that it broke on the way.
    pub surprises: Vec<String>,
    /// A vector of the corpus that fails, or `discovery` where none has to be played; `None` if there is none or nobody
    /// looked.
    pub vector: Option<String>,
}

/// How a bug was caught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caught {
    /// How bad the rule says it is.
    pub grade: Grade,
    /// The stage of the run.
    pub phase: &'static str,
    /// How many requests had been sent.
    pub requests: u64,
    /// The mutations of the smallest case.
    pub mutations: usize,
    /// Its steps.
    pub steps: usize,
    /// The smallest case; `null` where discovery is enough.
    pub case: Option<Case>,
}

impl Caught {
    /// The smallest case in words.
    pub fn in_words(&self) -> String {
        let Some(case) = &self.case else {
            return "discovery".to_owned();
        };
        let steps: Vec<_> = case.steps.iter().map(ToString::to_string).collect();
        steps.join("; ")
    }
}

impl Row {
    /// A row about which nothing is known yet.
    pub fn of(entry: &Entry, clause: &'static str) -> Self {
        Self {
            defect: entry.defect.slug(),
            class: entry.class.slug(),
            invariant: entry.invariant,
            clause,
            source: entry.source,
            takes: entry.capability.words(),
            caught: None,
            surprises: Vec::new(),
            vector: None,
        }
    }
}

impl Matrix {
    /// Whether every bug was caught, and the clean issuer drew nothing.
    pub fn is_as_expected(&self) -> bool {
        self.clean.is_empty() && self.rows.iter().all(|row| row.caught.is_some())
    }

    /// How many were caught, of how many.
    pub fn score(&self) -> (usize, usize) {
        let caught = self.rows.iter().filter(|row| row.caught.is_some()).count();
        (caught, self.rows.len())
    }

    /// As a page: a summary, then a table a class.
    pub fn markdown(&self) -> String {
        let (caught, all) = self.score();
        let mut page = format!(
            "# Kill matrix\n\nWritten by `vcispec defects --corpus --report markdown --report-dir docs`; do not edit.\n\n\
             {caught} of {all} deliberate bugs of the reference issuer are caught by the rule that must catch them (seed {}). \
             Each run is narrowed to a flow that shows the bug, and ends when the rule speaks. *Size* is that of the smallest \
             case: mutations, steps. *Requests* is how many had been sent by then. *Vector* is one of the corpus that such an \
             issuer fails. A rule that only notes what it sees, because no document demands otherwise, says so: such a run fails with \
             `--fail-on note`.\n",
            self.seed
        );
        let clean = match &self.clean[..] {
            [] => "The clean issuer draws no finding.".to_owned(),
            rules => format!("**The clean issuer draws findings: {}.**", rules.join(", ")),
        };
        page.push('\n');
        page.push_str(&clean);
        page.push('\n');
        let mut class = "";
        for row in &self.rows {
            if row.class != class {
                class = row.class;
                let _ = write!(
                    page,
                    "\n## {class}\n\n| defect | rule | phase | requests | size | smallest case | vector | other rules | source |\n|---|---|---|---|---|---|---|---|---|\n"
                );
            }
            page.push_str(&row.markdown());
        }
        page
    }
}

impl Row {
    fn markdown(&self) -> String {
        let source = if self.source.starts_with("http") {
            format!("[seen]({})", self.source)
        } else {
            self.source.replace('|', "\\|")
        };
        let rule = match self.takes {
            Some(takes) => format!("`{}`, with {takes}", self.invariant),
            None => format!("`{}`", self.invariant),
        };
        let rule = match &self.caught {
            Some(caught) if caught.grade == Grade::Note => format!("{rule}, a note"),
            _ => rule,
        };
        let (phase, requests, size, case) = match &self.caught {
            Some(caught) => (
                caught.phase,
                caught.requests.to_string(),
                format!("{}, {}", caught.mutations, caught.steps),
                caught.in_words().replace('|', "\\|"),
            ),
            None => (
                "**not caught**",
                String::new(),
                String::new(),
                String::new(),
            ),
        };
        format!(
            "| `{}` | {rule} | {phase} | {requests} | {size} | {case} | {} | {} | {source} |\n",
            self.defect,
            self.vector.as_deref().unwrap_or_default(),
            self.surprises.join(", ")
        )
    }
}

impl Capability {
    /// What it is, in words; `None` for nothing.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::AuthKey => Some("the authorization server's key"),
            Self::Clock => Some("a clock that jumps"),
            Self::ServiceWallet => Some("a service wallet"),
            Self::RedirectedKeys => Some("a service wallet whose keys are behind a redirect"),
        }
    }
}
