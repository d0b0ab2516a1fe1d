//! `vcispec replay`: sends recorded cases again.

use std::io::Read as _;
use std::path::Path;

use clap::Args;

use super::progress::Progress;
use super::run::{ReportFlags, announce, conclude};
use super::target::TargetFlags;
use super::{Exit, Stop, block_on};
use crate::case::Case;
use crate::corpus::{self, Source};
use crate::engine::{self, Event};

/// Send recorded cases again.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// A case: JSON, a file with a case or with vectors, a folder of such files, or - for standard
    /// input.
    #[arg(value_name = "CASE")]
    case: String,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    report: ReportFlags,
}

impl Replay {
    /// Carries the cases out.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let cases = cases(&self.case)?;
        block_on(async {
            let resolved = self.target.resolve().await?;
            let progress = Progress::new();
            let mut listener = |event: &Event<'_>| {
                progress.see(event);
                announce(event);
            };
            let (environment, config) = (&resolved.environment, &resolved.config);
            let outcome = engine::replay(environment, config, cases, &mut listener).await;
            resolved.end().await;
            conclude(outcome, &self.report)
        })
    }
}

fn cases(text: &str) -> Result<Vec<Case>, Stop> {
    if text.trim_start().starts_with('{') {
        return parse(text, "the case on the command line").map(|case| vec![case]);
    }
    if text == "-" {
        let mut input = String::new();
        std::io::stdin()
            .read_to_string(&mut input)
            .map_err(|error| Stop::usage(format!("could not read standard input: {error}")))?;
        return parse(&input, "standard input").map(|case| vec![case]);
    }
    let path = Path::new(text);
    Ok(match corpus::load(path).map_err(Stop::usage)? {
        Source::Case(case) => vec![*case],
        Source::Vectors(files) => files
            .iter()
            .flat_map(|(_, file)| file.vectors())
            .map(|vector| vector.case.clone())
            .collect(),
        Source::Frozen(files) => files
            .into_iter()
            .flat_map(|(_, file)| file.tests)
            .map(|test| test.case)
            .collect(),
    })
}

fn parse(text: &str, name: &str) -> Result<Case, Stop> {
    serde_json::from_str(text)
        .map_err(|error| Stop::usage(format!("{name} holds no case: {error}")))
}
