//! `vcispec corpus lint`: whether vectors are sound.

use clap::Args;

use super::Paths;
use crate::cli::{Exit, Stop};
use crate::corpus;
use crate::fuzzing;

/// Hold vectors against the format, the rules of the corpus and the oracle.
///
/// Exit code 0: all is well; 1: a vector breaks a rule of the corpus, or expects something else than the
/// oracle; 2: a file cannot be read or is no vector file.
#[derive(Debug, Args)]
pub(super) struct Lint {
    #[command(flatten)]
    paths: Paths,
    /// Do not play the vectors: what they expect is not compared with the oracle.
    #[arg(long)]
    no_play: bool,
}

impl Lint {
    /// Prints what is wrong.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let files = self.paths.read()?;
        let mut problems: Vec<String> = corpus::lint(&files)
            .iter()
            .map(ToString::to_string)
            .collect();
        // What is not sound is not played.
        if !self.no_play && problems.is_empty() {
            let played = fuzzing::play_files(&files);
            problems.extend(played.iter().filter_map(|played| played.problem.clone()));
        }
        for problem in &problems {
            anstream::println!("{problem}");
        }
        let vectors: usize = files.iter().map(|(_, file)| file.vectors().count()).sum();
        anstream::println!(
            "{} in {vectors} vectors of {} files",
            match problems.len() {
                0 => "no problem".to_owned(),
                1 => "1 problem".to_owned(),
                many => format!("{many} problems"),
            },
            files.len()
        );
        Ok(if problems.is_empty() {
            Exit::Clean
        } else {
            Exit::Findings
        })
    }
}
