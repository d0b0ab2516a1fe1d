//! `vcispec corpus import`: the cases in what tools leave behind.

use std::path::PathBuf;

use clap::Args;

use super::cases;
use crate::cli::{Exit, Stop};
use crate::corpus;

/// Print the cases in a fuzzer's artifact, a report.json or an HTTP archive (HAR), one a line.
///
/// The exchanges of an archive are traced by the x-vcispec-case header that `vcispec replay` sends with
/// each vector's requests. What cannot be traced is said on standard error. Exit code 1 if no case was
/// found.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file, or - for standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// Where the vectors are that an archive's exchanges belong to; those of this build if it is not
    /// given.
    #[arg(long, value_name = "PATH")]
    corpus: Option<PathBuf>,
}

impl Import {
    /// Prints the cases.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let (text, name) = cases::text(&self.file)?;
        let held = cases::held(&text, &name)?;
        let read;
        let files = match &self.corpus {
            Some(path) => {
                read = corpus::read_dir(path).map_err(Stop::usage)?;
                &read[..]
            }
            None => corpus::embedded(),
        };
        let vectors: Vec<_> = files.iter().flat_map(|(_, file)| file.vectors()).collect();
        let (cases, lost) = cases::all(held, &vectors);
        for what in &lost {
            anstream::eprintln!("{what}");
        }
        for case in &cases {
            let line = serde_json::to_string(case).map_err(Stop::internal)?;
            anstream::println!("{line}");
        }
        if cases.is_empty() {
            anstream::eprintln!("{name} holds no case that could be told");
            return Ok(Exit::Findings);
        }
        Ok(Exit::Clean)
    }
}
