//! `vcispec corpus stats`: what is in the corpus.

use std::collections::BTreeMap;
use std::io::Write as _;

use clap::Args;

use super::Paths;
use crate::cli::{Exit, Stop};
use crate::corpus::{self, Coverage, Requirement, Verdict};

/// Count vectors by flag, clause and result.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    paths: Paths,
    /// Instead: for every clause, how many vectors hold issuers to it with a request that must be
    /// accepted, must be refused, or may be either; and the reason where there is none. Exit code 1 if
    /// one has no vector and no reason.
    #[arg(long)]
    clauses: bool,
}

impl Stats {
    /// Prints the counts.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let files = self.paths.read()?;
        let mut out = String::new();
        let exit = if self.clauses {
            coverage(&Coverage::of(&files), &mut out)
        } else {
            counts(&corpus::Stats::of(&files), &mut out);
            Exit::Clean
        };
        // Whoever reads may have seen enough and gone.
        let _ = anstream::stdout().lock().write_all(out.as_bytes());
        Ok(exit)
    }
}

fn counts(stats: &corpus::Stats, out: &mut String) {
    let corpus::Stats {
        files,
        vectors,
        by_hand,
        ..
    } = stats;
    out.push_str(&format!(
        "{vectors} vectors in {files} files, {by_hand} of them written by hand\n"
    ));
    section("result", &renamed(&stats.by_result, result), out);
    section("needs", &renamed(&stats.by_need, need), out);
    section("flag", &stats.by_flag, out);
    section("clause", &stats.by_clause, out);
}

fn section(title: &str, counts: &BTreeMap<String, usize>, out: &mut String) {
    out.push_str(&format!("\n{title}\n"));
    for (name, count) in counts {
        out.push_str(&format!("{count:>6}  {name}\n"));
    }
}

fn renamed<K: Copy>(
    counts: &BTreeMap<K, usize>,
    name: fn(K) -> &'static str,
) -> BTreeMap<String, usize> {
    let names = counts
        .iter()
        .map(|(key, count)| (name(*key).to_owned(), *count));
    names.collect()
}

fn result(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Acceptable => "acceptable",
    }
}

fn need(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::AsKey => "as-key",
        Requirement::ServiceWallet => "service-wallet",
        Requirement::Registrar => "registrar",
        Requirement::Clock => "clock",
        Requirement::RedirectedKeys => "redirected-keys",
    }
}

fn coverage(coverage: &Coverage, out: &mut String) -> Exit {
    out.push_str("positive  negative  acceptable  clause\n");
    for row in &coverage.rows {
        out.push_str(&format!(
            "{:>8}  {:>8}  {:>10}  {}\n",
            row.positive, row.negative, row.acceptable, row.clause.id
        ));
        for (side, reason) in row.reasons() {
            out.push_str(&format!("{:>32}no {} vector: {reason}\n", "", side.slug()));
        }
    }
    let all = coverage.rows.len();
    let untouched = coverage.untouched().count();
    let both = coverage
        .rows
        .iter()
        .filter(|row| row.positive > 0 && row.negative > 0)
        .count();
    out.push_str(&format!(
        "\n{all} clauses: {both} with positive and negative vectors, {} with vectors of one kind, {untouched} with none\n",
        all - both - untouched
    ));
    let problems = coverage.problems();
    for problem in &problems {
        out.push_str(&format!("{problem}\n"));
    }
    if problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    }
}
