//! What became of each vector of a replay.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Stop;
use super::progress::STYLE;
use crate::corpus::{Expectations, Vector};
use crate::engine::{Fate, Take};
use crate::transcript::Grade;

/// What became of the vectors, in their order.
pub(super) struct Verdicts<'a> {
    vectors: &'a [Vector],
    known: &'a Expectations,
    fail_on: Grade,
    rows: Vec<Row<'a>>,
}

/// What became of a vector.
#[derive(Debug, Clone, Serialize)]
struct Row<'a> {
    id: &'a str,
    outcome: Outcome,
    /// What differs, why it is known, or why it was not tried.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// The answer is what the vector expects, and no rule is broken.
    Pass,
    /// It is not, or one is.
    Fail,
    /// It fails, as it is known to.
    KnownToFail,
    /// It passes, though it is known to fail.
    Stale,
    /// It was left out.
    NotTried,
}

impl<'a> Verdicts<'a> {
    /// Nothing has been tried yet. Rules that are broken with the grade `fail_on` or a worse one count.
    pub(super) fn new(vectors: &'a [Vector], known: &'a Expectations, fail_on: Grade) -> Self {
        let row = |vector: &'a Vector| Row {
            id: &vector.id,
            outcome: Outcome::NotTried,
            reason: "the run ended before".into(),
        };
        Self {
            vectors,
            known,
            fail_on,
            rows: vectors.iter().map(row).collect(),
        }
    }

    /// Takes note of what became of the vector with this index.
    pub(super) fn take(&mut self, index: usize, fate: Fate<'_>) -> Take {
        let vector = &self.vectors[index];
        let known = self.known.reason(&vector.id);
        let (outcome, reason) = match (judge(vector, &fate, self.fail_on), known) {
            (Err(reason), _) => (Outcome::NotTried, reason),
            (Ok(None), None) => (Outcome::Pass, String::new()),
            (Ok(None), Some(_)) => (
                Outcome::Stale,
                "it passes; take it out of the expectations".into(),
            ),
            (Ok(Some(problem)), None) => (Outcome::Fail, problem),
            (Ok(Some(problem)), Some(reason)) => {
                (Outcome::KnownToFail, format!("{problem} (known: {reason})"))
            }
        };
        self.rows[index] = Row {
            id: &vector.id,
            outcome,
            reason,
        };
        match outcome {
            Outcome::KnownToFail => Take::IsKnown,
            _ => Take::Counts,
        }
    }

    /// Whether a vector failed that is not known to, or one passed that is.
    pub(super) fn has_failures(&self) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| matches!(row.outcome, Outcome::Fail | Outcome::Stale))
    }

    /// The vectors that failed, or all of them, and how many there are of each kind.
    pub(super) fn text(&self, all: bool) -> String {
        let mut out = String::new();
        let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.outcome).or_default() += 1;
            let is_wrong = matches!(row.outcome, Outcome::Fail | Outcome::Stale);
            if !all && !is_wrong {
                continue;
            }
            let (on, off) = if is_wrong { STYLE.failure } else { STYLE.dim };
            let _ = write!(out, "{on}{:<13}{off}  {}", row.outcome.words(), row.id);
            if row.reason.is_empty() {
                out.push('\n');
            } else {
                let _ = writeln!(out, ": {}", row.reason);
            }
        }
        let counts: Vec<_> = counts
            .iter()
            .map(|(outcome, count)| format!("{count} {}", outcome.words()))
            .collect();
        let many = if self.rows.len() == 1 { "" } else { "s" };
        let _ = writeln!(
            out,
            "{} vector{many}: {}",
            self.rows.len(),
            counts.join(", ")
        );
        out
    }

    /// Writes `vectors.json`, an array with a row for each vector.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf, Stop> {
        let path = folder.join("vectors.json");
        let text = serde_json::to_string_pretty(&self.rows).map_err(Stop::internal)?;
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text + "\n"))
            .map_err(|error| Stop::usage(format!("could not write {}: {error}", path.display())))?;
        Ok(path)
    }
}

impl Outcome {
    const fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::KnownToFail => "known to fail",
            Self::Stale => "STALE",
            Self::NotTried => "not tried",
        }
    }
}

/// What is wrong, if anything; an error if the vector was not tried. Rules count that are broken with the grade `fail_on` or
/// a worse one.
pub(super) fn judge(
    vector: &Vector,
    fate: &Fate<'_>,
    fail_on: Grade,
) -> Result<Option<String>, String> {
    let (transcript, broken) = match fate {
        Fate::NotTried(reason) => return Err((*reason).to_owned()),
        Fate::CarriedOut { transcript, broken } => (transcript, broken),
    };
    let worst = broken
        .iter()
        .filter(|(_, grade)| *grade >= fail_on)
        .map(|(rule, _)| *rule)
        .collect::<Vec<_>>();
    let rules = || format!("breaks {}", worst.join(", "));
    if let Some(reason) = &transcript.stopped {
        let reason = format!("the case could not be carried out: {reason}");
        // Whose fault it is shows in the rules.
        return match worst.is_empty() {
            true => Err(reason),
            false => Ok(Some(format!("{reason}; {}", rules()))),
        };
    }
    let Some(last) = transcript.steps().last() else {
        return Err("the case sent nothing".into());
    };
    Ok(match (vector.judge(last), worst.is_empty()) {
        (Ok(()), true) => None,
        (Ok(()), false) => Some(rules()),
        (Err(problem), true) => Some(problem),
        (Err(problem), false) => Some(format!("{problem}; {}", rules())),
    })
}
