//! `vcispec replay`: sends recorded cases again.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize as _;
use serde_json::Value;

use super::progress::Progress;
use super::run::{ReportFlags, announce, conclude};
use super::target::{TargetFlags, read};
use super::{Exit, Stop, runtime};
use crate::case::Case;
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
        let (environment, config) = self.target.resolve()?;
        let progress = Progress::new();
        let mut listener = |event: &Event<'_>| {
            progress.see(event);
            announce(event);
        };
        let outcome =
            runtime()?.block_on(engine::replay(&environment, &config, cases, &mut listener));
        conclude(outcome, &self.report)
    }
}

/// The cases that an argument means.
fn cases(text: &str) -> Result<Vec<Case>, Stop> {
    if text.trim_start().starts_with('{') {
        return parse(text, "the case on the command line");
    }
    if text == "-" {
        let mut input = String::new();
        std::io::stdin()
            .read_to_string(&mut input)
            .map_err(|error| Stop::usage(format!("could not read standard input: {error}")))?;
        return parse(&input, "standard input");
    }
    let path = Path::new(text);
    if !path.is_dir() {
        return parse(&read(path)?, text);
    }
    let mut cases = Vec::new();
    for file in json_files(path)
        .map_err(|error| Stop::usage(format!("could not read the folder {text}: {error}")))?
    {
        cases.extend(parse(&read(&file)?, &file.display().to_string())?);
    }
    Ok(cases)
}

/// The JSON files in a folder and below, in a fixed order.
fn json_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One case, or those of a file of vectors.
fn parse(text: &str, name: &str) -> Result<Vec<Case>, Stop> {
    let wrong = |error: serde_json::Error| Stop::usage(format!("{name} holds no case: {error}"));
    let json: Value = serde_json::from_str(text).map_err(wrong)?;
    let Some(groups) = json.get("testGroups").and_then(Value::as_array) else {
        return Ok(vec![serde_json::from_str(text).map_err(wrong)?]);
    };
    groups
        .iter()
        .filter_map(|group| group.get("tests")?.as_array())
        .flatten()
        .filter_map(|test| test.get("case"))
        .map(|case| Case::deserialize(case).map_err(wrong))
        .collect()
}
