//! `vcispec replay`: sends recorded cases again.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Progress;
use super::run::{ReportFlags, announce, conclude};
use super::target::TargetFlags;
use super::verdicts::Verdicts;
use super::{Exit, Stop, block_on};
use crate::case::Case;
use crate::corpus::{self, Expectations, Source, Vector};
use crate::engine::{self, Event, Recorded, UnknownName};

/// Send recorded cases again.
///
/// A vector passes if its last request is answered as the vector expects and no rule is broken on the
/// way; exit code 1 if one fails.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// A case: JSON, a file with a case or with vectors, a folder of such files, the identifier of a
    /// vector, or - for standard input. Where there is no folder `corpus`, that means the vectors of this
    /// build.
    #[arg(value_name = "CASE")]
    case: String,
    #[command(flatten)]
    target: TargetFlags,
    /// A JSON file with vectors that the issuer is known to fail, each with a reason. One that passes
    /// fails the run: take it out.
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
    /// Show every vector, not only those that fail.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    report: ReportFlags,
}

impl Replay {
    /// Carries the cases out.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        match source(&self.case)? {
            Source::Case(case) => self.cases(vec![*case]),
            Source::Frozen(files) => {
                let tests = files.into_iter().flat_map(|(_, file)| file.tests);
                self.cases(tests.map(|test| test.case).collect())
            }
            Source::Vectors(files) => {
                let vectors: Vec<Vector> = files
                    .into_iter()
                    .flat_map(|(_, file)| file.test_groups)
                    .flat_map(|group| group.tests)
                    .collect();
                self.vectors(&vectors)
            }
        }
    }

    fn cases(&self, cases: Vec<Case>) -> Result<Exit, Stop> {
        if self.expectations.is_some() {
            return Err(Stop::usage(
                "--expectations is about symbolic vectors, and these cases have no names of such",
            ));
        }
        block_on(async {
            let resolved = self.target.resolve().await?;
            let progress = Progress::new();
            let mut listener = |event: &Event<'_>| {
                progress.see(event);
                announce(event);
                self.report.keep(event);
            };
            let (environment, config) = (&resolved.environment, &resolved.config);
            let outcome = engine::replay(environment, config, cases, &mut listener).await;
            resolved.end().await;
            conclude(outcome, &self.report)
        })
    }

    fn vectors(&self, vectors: &[Vector]) -> Result<Exit, Stop> {
        let known = match &self.expectations {
            Some(path) => Expectations::read(path, vectors.iter()).map_err(Stop::usage)?,
            None => Expectations::default(),
        };
        let recorded = vectors.iter().map(|vector| Recorded {
            name: vector.id.clone(),
            case: vector.case.clone(),
            is_of_a_collection: true,
        });
        let recorded = recorded.collect();
        let mut verdicts = Verdicts::new(vectors, &known, self.report.fail_on());
        let exit = block_on(async {
            let resolved = self.target.resolve().await?;
            let progress = Progress::new();
            let mut listener = |event: &Event<'_>| {
                progress.see(event);
                announce(event);
                self.report.keep(event);
            };
            let (environment, config) = (&resolved.environment, &resolved.config);
            let mut take = |index, fate: engine::Fate<'_>| verdicts.take(index, fate);
            let outcome =
                engine::replay_each(environment, config, recorded, &mut listener, &mut take).await;
            resolved.end().await;
            conclude(outcome, &self.report)
        })?;
        anstream::print!("{}", verdicts.text(self.list));
        if let Some(folder) = self.report.json() {
            let path = verdicts.write(folder)?;
            anstream::println!("report: {}", path.display());
        }
        Ok(match exit {
            Exit::Clean if verdicts.has_failures() => Exit::Findings,
            other => other,
        })
    }
}

fn source(text: &str) -> Result<Source, Stop> {
    let case = |case| Source::Case(Box::new(case));
    if text.trim_start().starts_with('{') {
        return parse(text, "the case on the command line").map(case);
    }
    if text == "-" {
        let mut input = String::new();
        std::io::stdin()
            .read_to_string(&mut input)
            .map_err(|error| Stop::usage(format!("could not read standard input: {error}")))?;
        return parse(&input, "standard input").map(case);
    }
    let path = Path::new(text);
    if !path.exists() {
        // What this build brings along needs no file.
        if text.trim_end_matches('/') == "corpus" {
            return Ok(Source::Vectors(corpus::embedded().to_vec()));
        }
        if let Some((file, vector)) = corpus::find(text) {
            let mut file = file.clone();
            for group in &mut file.test_groups {
                group.tests.retain(|other| other.id == vector.id);
            }
            return Ok(Source::Vectors(vec![(text.into(), file)]));
        }
        let files = corpus::embedded().iter();
        let vectors = files.flat_map(|(_, file)| file.vectors());
        let ids = vectors.map(|vector| vector.id.as_str());
        return Err(Stop::usage(UnknownName::new("file or vector", text, ids)));
    }
    corpus::load(path).map_err(Stop::usage)
}

fn parse(text: &str, name: &str) -> Result<Case, Stop> {
    serde_json::from_str(text)
        .map_err(|error| Stop::usage(format!("{name} holds no case: {error}")))
}
