//! `vcispec report`: what can be done with reports that are written.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::progress::STYLE;
use super::run::ReportFlags;
use super::target::read;
use super::{Exit, Stop};
use crate::report::json::Report;
use crate::report::{merge, summary};

/// Work with reports that are written.
#[derive(Debug, Args)]
pub(super) struct Reports {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make one report of those of several parts of a run.
    ///
    /// The summary is printed and the formats that --report names are written; exit code 1 if there are
    /// findings, as for a run. A report that is merged alone is merely shown again.
    Merge(Merge),
}

#[derive(Debug, Args)]
struct Merge {
    /// Reports in JSON, or folders, in which every report.json is taken.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    report: ReportFlags,
}

impl Reports {
    /// Does it.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        match &self.command {
            Command::Merge(merge) => merge.execute(),
        }
    }
}

impl Merge {
    fn execute(&self) -> Result<Exit, Stop> {
        let mut files = Vec::new();
        for path in &self.paths {
            let before = files.len();
            collect(path, &mut files)?;
            if files.len() == before {
                let path = path.display();
                return Err(Stop::usage(format!("{path} holds no report.json")));
            }
        }
        let reports = files.iter().map(|path| load(path));
        let whole = merge(reports.collect::<Result<_, _>>()?).map_err(Stop::usage)?;
        anstream::print!("{}", summary::text(&whole, &STYLE));
        self.report.publish(&whole)
    }
}

/// The report in a file.
pub(super) fn load(path: &Path) -> Result<Report, Stop> {
    let wrong = |error| Stop::usage(format!("{} holds no report: {error}", path.display()));
    serde_json::from_str(&read(path)?).map_err(wrong)
}

/// A file, or the reports in a folder and in those below it, in the order of their names.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Stop> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let wrong = |error| Stop::usage(format!("could not read {}: {error}", path.display()));
    let entries = std::fs::read_dir(path).map_err(wrong)?;
    let mut inside: Vec<_> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(wrong)?;
    inside.sort();
    for path in inside {
        if path.is_dir() || path.file_name().is_some_and(|name| name == "report.json") {
            collect(&path, files)?;
        }
    }
    Ok(())
}
