//! `vcispec diff`: where two issuers differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use clap::{Args, Parser};

use super::report::load;
use super::run::{Run, unusable};
use super::{Exit, Stop};
use crate::engine::Event;
use crate::report::json::Report;
use crate::transcript::{Exchange, Finding, Grade, Transcript};

/// Ask two issuers the same, and say only where they differ.
///
/// Exit code 0 if they do not, 1 if they do. Both get the same cases, made from the same seed, one issuer after
/// the other.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The first: a TARGET as of `vcispec run`, or a report.json, of which only the findings are compared.
    a: String,
    /// The second.
    b: String,
    /// Flags of `vcispec run` for both, such as --cases 200.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    flags: Vec<String>,
}

/// The arguments of `vcispec run`, by themselves.
#[derive(Debug, Parser)]
#[command(name = "vcispec diff A B", no_binary_name = true)]
struct Flags {
    #[command(flatten)]
    run: Run,
}

/// What one of them did.
struct Side {
    report: Report,
    /// What was answered on which flows, by what was sent; `None` if only a report is there.
    answers: Option<Answers>,
}

/// A request by its endpoint and what is wrong with it; the answers to it, each by flow.
type Answers = BTreeMap<(&'static str, String), BTreeMap<String, BTreeSet<String>>>;

impl Diff {
    /// Carries both out.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        // What is wrong with the flags is said before anything is sent.
        let runs = [&self.a, &self.b].map(|side| self.run_of(side));
        let [a, b] = runs;
        let (a, b) = (side(&self.a, a?)?, side(&self.b, b?)?);
        let mut text = findings(&a.report, &b.report);
        if let (Some(a), Some(b)) = (&a.answers, &b.answers) {
            text.push_str(&answers(a, b));
        }
        if text.is_empty() {
            anstream::println!(
                "no difference in {} and {} cases",
                a.report.cases,
                b.report.cases
            );
            return Ok(Exit::Clean);
        }
        anstream::println!("A  {}\nB  {}\n\n{text}", a.report.target, b.report.target);
        Ok(Exit::Findings)
    }

    /// The run against a side, if it is no report.
    fn run_of(&self, side: &str) -> Result<Option<Run>, Stop> {
        if Path::new(side).is_file() {
            return Ok(None);
        }
        let words = std::iter::once(side).chain(self.flags.iter().map(String::as_str));
        let flags = Flags::try_parse_from(words);
        flags.map(|flags| Some(flags.run)).map_err(|error| {
            let text = error.to_string();
            Stop::usage(text.trim_start_matches("error: ").trim_end())
        })
    }
}

fn side(name: &str, run: Option<Run>) -> Result<Side, Stop> {
    let Some(run) = run else {
        let report = load(Path::new(name))?;
        return Ok(Side {
            report,
            answers: None,
        });
    };
    let mut answers = Answers::default();
    let done = run.carry_out(&mut |event| {
        if let Event::Answered { transcript, .. } = event {
            note(&mut answers, transcript);
        }
    })?;
    Ok(Side {
        report: Report::new(&done.outcome.map_err(unusable)?),
        answers: Some(answers),
    })
}

/// Takes down what was answered in a case, but for what was sent at the same time.
fn note(answers: &mut Answers, transcript: &Transcript) {
    let Some(case) = &transcript.case else { return };
    for exchange in transcript.steps().filter(|exchange| !exchange.raced) {
        let mutations: Vec<_> = exchange
            .mutations
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        let asked = (exchange.endpoint.slug(), mutations.join(" and "));
        let answers = answers.entry(asked).or_default();
        let flows = answers.entry(words(exchange)).or_default();
        flows.insert(case.flow.to_string());
    }
}

/// An answer, without what differs from one time to the next.
fn words(exchange: &Exchange) -> String {
    let what = match exchange.any_error() {
        _ if exchange.answer.is_err() => return "no answer".to_owned(),
        Some(error) => error
            .chars()
            .take(60)
            .filter(|letter| !letter.is_control())
            .collect(),
        None if exchange.is_accepted() => "accepted".to_owned(),
        None => "without an error code".to_owned(),
    };
    format!("{} {what}", exchange.status())
}

/// The findings that only one has, or that weigh more with one.
fn findings(a: &Report, b: &Report) -> String {
    let by_id = |report: &Report| -> BTreeMap<String, Finding> {
        let findings = report.findings.iter();
        findings
            .map(|finding| (finding.id.clone(), finding.clone()))
            .collect()
    };
    let (of_a, of_b) = (by_id(a), by_id(b));
    let mut out = String::new();
    let ids: BTreeSet<_> = of_a.keys().chain(of_b.keys()).collect();
    for id in ids {
        let grade = |found: Option<&Finding>| found.map(|finding| finding.grade);
        let (in_a, in_b) = (of_a.get(id), of_b.get(id));
        if grade(in_a) == grade(in_b) {
            continue;
        }
        let _ = writeln!(out, "{id}");
        for (name, found) in [("A", in_a), ("B", in_b)] {
            let words = found.map_or_else(
                || "no finding".to_owned(),
                |finding| {
                    let (expected, actual) = (&finding.expected, &finding.actual);
                    format!("{}: expected {expected}, got {actual}", word(finding.grade))
                },
            );
            let _ = writeln!(out, "   {name}  {words}");
        }
    }
    out
}

const fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Failure => "failure",
        Grade::Tolerable => "tolerable",
        Grade::Note => "note",
    }
}

/// Where the answers differ: one entry for each pair of answers at an endpoint, with what was sent.
fn answers(a: &Answers, b: &Answers) -> String {
    let mut pairs: BTreeMap<(&str, String, String), Vec<&str>> = BTreeMap::new();
    for (asked, of_a) in a {
        let Some(of_b) = b.get(asked) else { continue };
        // Only flows that both have can be compared.
        let common = |answers: &BTreeMap<String, BTreeSet<String>>,
                      other: &BTreeMap<String, BTreeSet<String>>| {
            let flows: BTreeSet<_> = other.values().flatten().collect();
            let told = answers.iter();
            let told = told.filter(|(_, of)| of.iter().any(|flow| flows.contains(flow)));
            let told: Vec<_> = told.map(|(answer, _)| answer.as_str()).collect();
            told.join(" or ")
        };
        let (of_a, of_b) = (common(of_a, of_b), common(of_b, of_a));
        if of_a != of_b {
            let sent = if asked.1.is_empty() {
                "a valid request"
            } else {
                &asked.1
            };
            pairs.entry((asked.0, of_a, of_b)).or_default().push(sent);
        }
    }
    let mut out = String::new();
    for ((endpoint, of_a, of_b), sent) in pairs {
        let shown: Vec<_> = sent.iter().take(4).copied().collect();
        let more = match sent.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(
            out,
            "{endpoint}: {}{more}\n   A  {of_a}\n   B  {of_b}",
            shown.join(", ")
        );
    }
    out
}
