//! What is in the corpus: counts by flag, clause and result, and which clauses it holds issuers to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::gaps::{self, Side};
use super::{Requirement, Vector, VectorFile, Verdict};
use crate::clauses::{Clause, ebsi_v3, rfc};

/// Counts over vector files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many files.
    pub files: usize,
    /// How many vectors.
    pub vectors: usize,
    /// How many of them people wrote.
    pub by_hand: usize,
    /// Vectors by result.
    pub by_result: BTreeMap<Verdict, usize>,
    /// Vectors by flag.
    pub by_flag: BTreeMap<String, usize>,
    /// Vectors by clause.
    pub by_clause: BTreeMap<String, usize>,
    /// Vectors by what they take beyond a session.
    pub by_need: BTreeMap<Requirement, usize>,
}

/// How the vectors hold issuers to the clauses of the specifications.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// A row for each clause, in the order of the documents.
    pub rows: Vec<ClauseRow>,
}

/// How the vectors hold issuers to one clause.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    /// The clause.
    pub clause: &'static Clause,
    /// Vectors whose last request keeps to it and must be accepted.
    pub positive: usize,
    /// Vectors whose last request must be refused.
    pub negative: usize,
    /// Vectors over which conformant issuers differ.
    pub acceptable: usize,
}

impl Stats {
    /// Counts the vectors.
    pub fn of(files: &[(PathBuf, VectorFile)]) -> Self {
        let mut stats = Self {
            files: files.len(),
            ..Self::default()
        };
        for (_, file) in files {
            for vector in file.vectors() {
                stats.count(vector);
                stats.by_hand += usize::from(file.generator == super::BY_HAND);
            }
        }
        stats
    }

    fn count(&mut self, vector: &Vector) {
        self.vectors += 1;
        *self.by_result.entry(vector.result).or_default() += 1;
        for flag in &vector.flags {
            *self.by_flag.entry(flag.clone()).or_default() += 1;
        }
        for clause in &vector.clauses {
            *self.by_clause.entry(clause.clone()).or_default() += 1;
        }
        for need in &vector.needs {
            *self.by_need.entry(*need).or_default() += 1;
        }
    }
}

impl Coverage {
    /// Counts the vectors that name each clause.
    pub fn of(files: &[(PathBuf, VectorFile)]) -> Self {
        let mut counts: BTreeMap<(&str, Verdict), usize> = BTreeMap::new();
        for vector in files.iter().flat_map(|(_, file)| file.vectors()) {
            for clause in &vector.clauses {
                *counts.entry((clause, vector.result)).or_default() += 1;
            }
        }
        let count = |clause: &Clause, verdict| counts.get(&(clause.id, verdict)).copied();
        let row = |clause: &'static Clause| ClauseRow {
            clause,
            positive: count(clause, Verdict::Valid).unwrap_or(0),
            negative: count(clause, Verdict::Invalid).unwrap_or(0),
            acceptable: count(clause, Verdict::Acceptable).unwrap_or(0),
        };
        Self {
            // The vectors are of EBSI's dialect, which stands on EBSI's document and on RFCs.
            rows: ebsi_v3::ALL
                .iter()
                .chain(rfc::ALL)
                .copied()
                .map(row)
                .collect(),
        }
    }

    /// What is wrong: a clause without a vector on one side and without a reason, or a reason that is
    /// no longer needed.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for row in &self.rows {
            for side in Side::ALL {
                let id = row.clause.id;
                match (row.on(side), gaps::find(id, side)) {
                    (0, None) => problems.push(format!(
                        "{id} has no {} vector; write one, or the reason into src/corpus/gaps.rs",
                        side.slug()
                    )),
                    (count, Some(_)) if count > 0 => problems.push(format!(
                        "{id} has {count} {} vectors; take its reason out of src/corpus/gaps.rs",
                        side.slug()
                    )),
                    _ => {}
                }
            }
        }
        problems
    }

    /// The clauses that no vector names.
    pub fn untouched(&self) -> impl Iterator<Item = &ClauseRow> {
        let rows = self.rows.iter();
        rows.filter(|row| row.positive + row.negative + row.acceptable == 0)
    }
}

impl ClauseRow {
    /// How many vectors there are on this side.
    pub const fn on(&self, side: Side) -> usize {
        match side {
            Side::Positive => self.positive,
            Side::Negative => self.negative,
        }
    }

    /// Why there is no vector on a side, where there is none.
    pub fn reasons(&self) -> impl Iterator<Item = (Side, &'static str)> {
        let missing = Side::ALL.into_iter().filter(|side| self.on(*side) == 0);
        missing.filter_map(|side| Some((side, gaps::find(self.clause.id, side)?)))
    }
}
