//! The outcome of a run for people: what is wrong, which rule says so, how to see it again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::clauses;
use crate::engine::{NotApplicable, Outcome};
use crate::transcript::{Finding, Grade};

/// How text is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    bold: &'static str,
    dim: &'static str,
    red: &'static str,
    yellow: &'static str,
    green: &'static str,
    reset: &'static str,
}

/// No colours.
pub const PLAIN: Palette = Palette {
    bold: "",
    dim: "",
    red: "",
    yellow: "",
    green: "",
    reset: "",
};

/// The colours of a terminal.
pub const ANSI: Palette = Palette {
    bold: "\x1b[1m",
    dim: "\x1b[2m",
    red: "\x1b[1;31m",
    yellow: "\x1b[1;33m",
    green: "\x1b[1;32m",
    reset: "\x1b[0m",
};

/// Findings, then what was left out, then totals.
pub fn text(outcome: &Outcome, palette: Palette) -> String {
    let mut out = String::new();
    for finding in &outcome.findings {
        out.push_str(&finding_text(finding, palette));
        out.push('\n');
    }
    out.push_str(&left_out(&outcome.not_applicable, palette));
    out.push_str(&totals(outcome, palette));
    out
}

/// One finding.
pub fn finding_text(finding: &Finding, palette: Palette) -> String {
    let Palette {
        bold, dim, reset, ..
    } = palette;
    let colour = match finding.grade {
        Grade::Failure => palette.red,
        Grade::Tolerable => palette.yellow,
        Grade::Note => palette.dim,
    };
    let mut out = format!(
        "{colour}{:9}{reset} {bold}{}{reset}  {dim}{}{reset}\n",
        grade(finding.grade),
        finding.invariant,
        extent(finding)
    );
    let mut line = |name: &str, text: &str| {
        let text = text.replace('\n', "\n            ");
        let _ = writeln!(out, "  {dim}{name:9}{reset} {text}");
    };
    line("expected", &finding.expected);
    line("seen", &finding.actual);
    if let Some(clause) = clauses::find(&finding.clause) {
        line("rule", &format!("{} ({})", clause.text, finding.level));
        line(
            "",
            &format!("{}, {}: {}", clause.id, clause.section, clause.link),
        );
    }
    let mutations: Vec<_> = finding
        .case
        .iter()
        .flat_map(|case| case.mutations())
        .collect();
    for mutation in &mutations {
        line("request", &format!("{}: {}", mutation.id, mutation.doc));
    }
    match &finding.case {
        Some(case) if mutations.is_empty() => {
            line(
                "request",
                &format!("{}, with no mutation", requests(case.steps.len())),
            );
        }
        Some(_) => line("flow", &finding.flow),
        None => line("request", "discovery alone shows it"),
    }
    line("again", &finding.reproduce);
    line("by hand", &finding.curl);
    out
}

/// How many findings, cases and requests, and how long it took.
pub fn totals(outcome: &Outcome, palette: Palette) -> String {
    let count = |grade| {
        outcome
            .findings
            .iter()
            .filter(|finding| finding.grade == grade)
            .count()
    };
    let (failures, tolerable, notes) = (
        count(Grade::Failure),
        count(Grade::Tolerable),
        count(Grade::Note),
    );
    let verdict = if failures > 0 {
        format!(
            "{}{}{}",
            palette.red,
            plural(failures, "failure"),
            palette.reset
        )
    } else {
        format!("{}no failure{}", palette.green, palette.reset)
    };
    let mut parts = vec![verdict];
    if tolerable > 0 {
        parts.push(format!("{tolerable} tolerable"));
    }
    if notes > 0 {
        parts.push(plural(notes, "note"));
    }
    let mut out = String::new();
    if let Some(reason) = &outcome.stopped {
        let _ = writeln!(
            out,
            "{}stopped early{}: {reason}",
            palette.yellow, palette.reset
        );
    }
    let _ = writeln!(
        out,
        "{}  in {} cases, {} requests, {:.1} s  (seed {}, profile {})",
        parts.join(", "),
        outcome.cases,
        outcome.requests,
        outcome.duration.as_secs_f64(),
        outcome.seed,
        outcome.profile
    );
    out
}

/// What was left out, by reason.
fn left_out(not_applicable: &[NotApplicable], palette: Palette) -> String {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for left in not_applicable {
        by_reason.entry(&left.reason).or_default().push(&left.id);
    }
    let mut out = String::new();
    for (reason, ids) in by_reason {
        let some = ids[..ids.len().min(NAMED)].join(", ");
        let more = match ids.len() - ids.len().min(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(
            out,
            "{}not tried{} {some}{more}: {reason}",
            palette.dim, palette.reset
        );
    }
    out
}

/// How many identifiers are named for a reason.
const NAMED: usize = 3;

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Failure => "FAILURE",
        Grade::Tolerable => "TOLERABLE",
        Grade::Note => "NOTE",
    }
}

/// In how many cases and flows it shows.
fn extent(finding: &Finding) -> String {
    let cases = plural(finding.count, "case");
    match finding.flows.as_slice() {
        [] => cases,
        [flow] => format!("{cases}, flow {flow}"),
        flows => format!("{cases}, {} flows", flows.len()),
    }
}

fn requests(count: usize) -> String {
    plural(count, "step")
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
