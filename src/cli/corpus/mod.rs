//! `vcispec corpus`: the shared vectors. One file a subcommand; `src/corpus/` does the work.

mod add;
mod cases;
mod export;
mod fmt;
mod freeze;
mod generate;
mod import;
mod lint;
mod stats;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Exit, Stop};
use crate::corpus::{self, VectorFile};

/// Check, write and count the shared test vectors.
#[derive(Debug, Args)]
pub(super) struct Corpus {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hold vectors against the format, the rules of the corpus and the oracle.
    Lint(lint::Lint),
    /// Lay vector files out as the corpus does.
    Fmt(fmt::Fmt),
    /// Write the frozen vectors: requests to the byte, with fixed keys, time and nonces.
    Freeze(freeze::Freeze),
    /// Put a case into the corpus as a vector.
    Add(Box<add::Add>),
    /// Print the cases in a fuzzer's artifact, a report.json or an HTTP archive.
    Import(import::Import),
    /// Write vectors in another form.
    Export(export::Export),
    /// Write the generated vectors anew.
    Generate(generate::Generate),
    /// Count vectors by flag, clause and result.
    Stats(stats::Stats),
}

impl Corpus {
    /// Does what the subcommand says.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        match &self.command {
            Command::Lint(command) => command.execute(),
            Command::Fmt(command) => command.execute(),
            Command::Freeze(command) => command.execute(),
            Command::Add(command) => command.execute(),
            Command::Import(command) => command.execute(),
            Command::Export(command) => command.execute(),
            Command::Generate(command) => command.execute(),
            Command::Stats(command) => command.execute(),
        }
    }
}

/// Where the vectors are.
#[derive(Debug, Args)]
struct Paths {
    /// Vector files, or folders with such files.
    #[arg(value_name = "PATH", default_value = "corpus")]
    paths: Vec<PathBuf>,
}

impl Paths {
    /// The vector files. A file that is named must be one.
    fn read(&self) -> Result<Vec<(PathBuf, VectorFile)>, Stop> {
        let mut files = Vec::new();
        for path in &self.paths {
            if path.is_dir() {
                files.extend(corpus::read_dir(path).map_err(Stop::usage)?);
            } else {
                files.push((path.clone(), corpus::read_file(path).map_err(Stop::usage)?));
            }
        }
        if files.is_empty() {
            let paths: Vec<_> = self
                .paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            return Err(Stop::usage(format!(
                "there is no vector file in {}",
                paths.join(", ")
            )));
        }
        Ok(files)
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let wrong = |error| Stop::usage(format!("could not write {}: {error}", path.display()));
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, text).map_err(wrong)?;
    std::fs::rename(&beside, path).map_err(wrong)
}
