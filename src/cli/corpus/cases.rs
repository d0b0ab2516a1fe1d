//! Cases from whatever holds them: a case, what a fuzzer left, a report, an HTTP archive.

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::case::Case;
use crate::cli::{Stop, target};
use crate::corpus::{Archive, Vector};
use crate::report::json::Report;
use crate::transcript::Finding;

/// What a text holds.
pub(super) enum Held {
    Case(Box<Case>),
    Report(Box<Report>),
    Archive(Archive),
}

/// The one case that an argument means; `finding` names one of a report.
pub(super) fn one(argument: &str, finding: Option<&str>) -> Result<Case, Stop> {
    let (text, name) = text(argument)?;
    match (held(&text, &name)?, finding) {
        (Held::Case(case), None) => Ok(*case),
        (Held::Case(_), Some(_)) => Err(Stop::usage(format!(
            "{name} is a case, and --finding is about the findings of a report"
        ))),
        (Held::Report(report), finding) => of_finding(&report, finding, &name),
        (Held::Archive(_), _) => Err(Stop::usage(format!(
            "{name} is an HTTP archive; `vcispec corpus import` says which cases it holds"
        ))),
    }
}

fn of_finding(report: &Report, wanted: Option<&str>, name: &str) -> Result<Case, Stop> {
    let findings = &report.findings;
    let is_meant = |(index, finding): &(usize, &Finding)| match wanted {
        Some(wanted) => {
            finding.id == wanted || finding.invariant == wanted || (index + 1).to_string() == wanted
        }
        None => true,
    };
    let meant: Vec<_> = findings.iter().enumerate().filter(is_meant).collect();
    let listed = || {
        let lines = findings.iter().zip(1..);
        let lines: Vec<_> = lines
            .map(|(finding, number)| format!("  {number}. {}", finding.id))
            .collect();
        lines.join("\n")
    };
    match meant[..] {
        [(_, finding)] => finding.case.clone().ok_or_else(|| {
            Stop::usage(format!(
                "{}: discovery alone shows it, there is no case",
                finding.id
            ))
        }),
        [] => Err(Stop::usage(format!(
            "{name} has no such finding; it has\n{}",
            listed()
        ))),
        _ => Err(Stop::usage(format!(
            "{name} has several findings; choose one with --finding\n{}",
            listed()
        ))),
    }
}

/// The text that an argument means, and what to call it.
pub(super) fn text(argument: &str) -> Result<(String, String), Stop> {
    if argument.trim_start().starts_with('{') {
        return Ok((argument.to_owned(), "the argument".into()));
    }
    if argument == "-" {
        let mut input = String::new();
        std::io::stdin()
            .read_to_string(&mut input)
            .map_err(|error| Stop::usage(format!("could not read standard input: {error}")))?;
        return Ok((input, "standard input".into()));
    }
    Ok((target::read(Path::new(argument))?, argument.to_owned()))
}

/// Finds out what a text holds.
pub(super) fn held(text: &str, name: &str) -> Result<Held, Stop> {
    let wrong =
        |what: &str, error: serde_json::Error| Stop::usage(format!("{name}: {what}: {error}"));
    let value: Value = serde_json::from_str(text).map_err(|error| {
        wrong(
            "neither a case nor a report nor an HTTP archive, for it is no JSON",
            error,
        )
    })?;
    let has = |member: &str| value.get(member).is_some();
    if has("steps") {
        let case = serde_json::from_str(text).map_err(|error| wrong("no case", error))?;
        return Ok(Held::Case(Box::new(case)));
    }
    if has("findings") {
        let report = serde_json::from_str(text).map_err(|error| wrong("no report", error))?;
        return Ok(Held::Report(Box::new(report)));
    }
    if has("log") {
        let archive = Archive::read(text).map_err(|error| wrong("no HTTP archive", error))?;
        return Ok(Held::Archive(archive));
    }
    Err(Stop::usage(format!(
        "{name}: neither a case (steps) nor a report (findings) nor an HTTP archive (log)"
    )))
}

/// The cases that are held, and what could not be told, in words.
pub(super) fn all(held: Held, vectors: &[&Vector]) -> (Vec<Case>, Vec<String>) {
    match held {
        Held::Case(case) => (vec![*case], Vec::new()),
        Held::Report(report) => {
            let mut cases = Vec::new();
            let mut lost = Vec::new();
            for finding in report.findings {
                match finding.case {
                    Some(case) if !cases.contains(&case) => cases.push(case),
                    Some(_) => {}
                    None => lost.push(format!(
                        "{}: discovery alone shows it, there is no case",
                        finding.id
                    )),
                }
            }
            (cases, lost)
        }
        Held::Archive(mut archive) => {
            let found = archive.vectors(vectors);
            let cases = found.into_iter().map(|vector| vector.case.clone());
            (cases.collect(), archive.untraceable)
        }
    }
}
