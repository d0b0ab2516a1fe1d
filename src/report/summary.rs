//! The summary at the end of a run, for a person who has to act on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::json::Report;
use super::wire::word;
use crate::clauses;
use crate::transcript::{Finding, Grade};

/// Marks up the parts of a summary, for terminals with colours.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Before and behind a failure's heading.
    pub failure: (&'static str, &'static str),
    /// Before and behind a note's heading.
    pub note: (&'static str, &'static str),
    /// Before and behind what went well.
    pub good: (&'static str, &'static str),
    /// Before and behind what is less important.
    pub dim: (&'static str, &'static str),
}

/// The summary as text.
pub fn text(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    for (index, finding) in report.findings.iter().enumerate() {
        write_finding(&mut out, index + 1, finding, style);
    }
    write_left_out(&mut out, report, style);
    for remark in &report.remarks {
        let _ = writeln!(out, "note: {remark}");
    }
    if let Some(reason) = &report.stopped {
        let _ = writeln!(out, "stopped early: {reason}");
    }
    let (on, off) = if report.has(Grade::Failure) {
        style.failure
    } else {
        style.good
    };
    let verdict = counts(report);
    let rest = verdict_rest(report);
    let _ = writeln!(out, "{on}{verdict}{off}{rest}");
    out
}

/// What a run came to, in a line.
pub fn verdict(report: &Report) -> String {
    counts(report) + &verdict_rest(report)
}

/// A finding by itself.
pub fn of(finding: &Finding) -> String {
    let mut out = String::new();
    write_finding(&mut out, 1, finding, &Style::default());
    out.trim_start_matches("1. ").trim_end().to_owned() + "\n"
}

fn verdict_rest(report: &Report) -> String {
    format!(
        " in {} cases, {} requests, {:.1} s (profile {}, seed {})",
        report.cases,
        report.requests,
        report.duration().as_secs_f64(),
        report.profile,
        report.seed
    )
}

/// How many findings there are of each grade.
fn counts(report: &Report) -> String {
    let count = |grade| {
        report
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
    match (failures, tolerable + notes) {
        (0, 0) => "no finding".to_owned(),
        _ => [
            (failures, "failure"),
            (tolerable, "tolerable"),
            (notes, "note"),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| {
            if *count > 1 && *word != "tolerable" {
                format!("{count} {word}s")
            } else {
                format!("{count} {word}")
            }
        })
        .collect::<Vec<_>>()
        .join(", "),
    }
}

fn write_finding(out: &mut String, number: usize, finding: &Finding, style: &Style) {
    let (on, off) = if finding.grade == Grade::Failure {
        style.failure
    } else {
        style.note
    };
    let (dim, plain) = style.dim;
    let grade = word(finding.grade);
    let _ = writeln!(out, "{on}{number}. {grade}: {}{off}", finding.invariant);
    for mutation in finding.case.iter().flat_map(|case| case.mutations()) {
        let _ = writeln!(
            out,
            "   sent      {} {dim}({}){plain}",
            mutation.doc, mutation.id
        );
    }
    if let Some(case) = &finding.case
        && (case.steps.len() > 1 || finding.mutations.is_empty())
    {
        let steps: Vec<_> = case.steps.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "   steps     {}", steps.join(", then "));
    }
    let _ = writeln!(out, "   expected  {}", finding.expected);
    let _ = writeln!(out, "   got       {}", finding.actual);
    if let Some(clause) = clauses::find(&finding.clause) {
        let _ = writeln!(
            out,
            "   rule      {} {dim}[{}, {}; {}]{plain}",
            clause.text, clause.spec, clause.section, clause.link
        );
    }
    let flows = match finding.flows.as_slice() {
        [] => String::new(),
        [one] => format!(" on {one}"),
        [one, rest @ ..] => format!(" on {one} and {} more", rest.len()),
    };
    let others = finding
        .seen_with
        .len()
        .saturating_sub(finding.mutations.len());
    let also = if others > 0 {
        format!(", with {others} other mutations too")
    } else {
        String::new()
    };
    let _ = writeln!(out, "   seen      {} times{flows}{also}", finding.count);
    if !finding.shows_by_itself {
        let _ = writeln!(
            out,
            "   but       not by this case alone: it takes the requests of other cases, before or at the same time"
        );
    }
    let _ = writeln!(out, "   again     {}", finding.reproduce);
    if !finding.curl.is_empty() {
        for (index, line) in finding.curl.lines().enumerate() {
            let _ = writeln!(out, "   {:<9} {line}", if index == 0 { "curl" } else { "" });
        }
    }
    out.push('\n');
}

/// What was left out, grouped by reason.
fn write_left_out(out: &mut String, report: &Report, style: &Style) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for left in &report.not_applicable {
        by_reason.entry(&left.reason).or_default().push(&left.id);
    }
    let (dim, plain) = style.dim;
    for (reason, ids) in by_reason {
        let shown = ids.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = if ids.len() > 3 {
            format!(" and {} more", ids.len() - 3)
        } else {
            String::new()
        };
        let _ = writeln!(out, "{dim}not tried: {shown}{more}: {reason}{plain}");
    }
}
