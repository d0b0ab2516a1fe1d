//! What a rule made of an exchange, and the report's form of a broken rule.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::clauses::Clause;

/// What a rule has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The rule does not speak about this.
    NotApplicable,
    /// The rule holds.
    Pass,
    /// The rule is broken.
    Fail(Box<Violation>),
}

/// How a rule is broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// What the rule asks for.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// How bad it is.
    pub grade: Grade,
    /// The clause, where it is more precise than the rule's own.
    pub clause: Option<&'static Clause>,
    /// The index of the exchange in its transcript, for rules about transcripts.
    pub exchange: Option<usize>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Worth knowing. Fails a run only on request.
    Note,
    /// Right in substance, wrong in a code. Fails a run only on request.
    Tolerable,
    /// A broken rule.
    Failure,
}

/// A broken rule, as it stands in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable within a report: the invariant, and what tells two causes of it apart.
    pub id: String,
    /// The invariant's identifier.
    pub invariant: String,
    /// The clause's identifier.
    pub clause: String,
    /// How binding the clause is: `must` or `should`.
    pub level: String,
    /// How bad it is.
    pub grade: Grade,
    /// What the smallest case asks for.
    pub flow: String,
    /// The smallest case's mutations.
    pub mutations: Vec<String>,
    /// What the rule asks for.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// The smallest case that shows it; `null` for what discovery alone shows.
    pub case: Option<Case>,
    /// Whether the case shows it when nothing else is under way. If not, it takes the requests of
    /// other cases, before or at the same time.
    pub shows_by_itself: bool,
    /// How many cases showed it.
    pub count: usize,
    /// Every mutation that showed it alone, sorted.
    pub seen_with: Vec<String>,
    /// Every flow that showed it, sorted.
    pub flows: Vec<String>,
    /// A command that shows it again.
    pub reproduce: String,
    /// A curl line of the request, with placeholders for live values.
    pub curl: String,
}

impl Verdict {
    /// Passes if `holds`, otherwise fails; give it words with [`Verdict::expected`] and
    /// [`Verdict::actual`].
    pub fn require(holds: bool) -> Self {
        if holds {
            Self::Pass
        } else {
            Self::fail("", "")
        }
    }

    /// A failure.
    pub fn fail(expected: impl Display, actual: impl Display) -> Self {
        Self::Fail(Box::new(Violation {
            expected: expected.to_string(),
            actual: actual.to_string(),
            grade: Grade::Failure,
            clause: None,
            exchange: None,
        }))
    }

    /// What the rule asks for.
    #[must_use]
    pub fn expected(mut self, words: impl Display) -> Self {
        if let Self::Fail(violation) = &mut self {
            violation.expected = words.to_string();
        }
        self
    }

    /// What was seen.
    #[must_use]
    pub fn actual(mut self, words: impl Display) -> Self {
        if let Self::Fail(violation) = &mut self {
            violation.actual = words.to_string();
        }
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn grade(mut self, grade: Grade) -> Self {
        if let Self::Fail(violation) = &mut self {
            violation.grade = grade;
        }
        self
    }

    /// The clause that is broken, where it is more precise than the rule's own.
    #[must_use]
    pub fn clause(mut self, clause: &'static Clause) -> Self {
        if let Self::Fail(violation) = &mut self {
            violation.clause = Some(clause);
        }
        self
    }

    /// The exchange of the transcript that shows it.
    #[must_use]
    pub fn at(mut self, exchange: usize) -> Self {
        if let Self::Fail(violation) = &mut self {
            violation.exchange = Some(exchange);
        }
        self
    }
}
