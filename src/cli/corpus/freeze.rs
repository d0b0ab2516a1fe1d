//! `vcispec corpus freeze`: writes the frozen vectors.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::{Exit, Stop};
use crate::corpus::frozen;
use crate::fuzzing;

/// Write the frozen vectors: requests to the byte, with fixed keys, time and nonces. Equal builds write
/// equal bytes.
#[derive(Debug, Args)]
pub(super) struct Freeze {
    /// The folder to write to. It is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "corpus/ebsi-v3/frozen")]
    out: PathBuf,
    /// Write nothing; tell which files differ, and end with 1 if one does.
    #[arg(long)]
    check: bool,
}

impl Freeze {
    /// Writes the files or compares them.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        if !self.check {
            std::fs::create_dir_all(&self.out).map_err(|error| {
                Stop::usage(format!("could not make {}: {error}", self.out.display()))
            })?;
        }
        let frozen = fuzzing::freeze().map_err(Stop::internal)?;
        let texts: Vec<(PathBuf, String)> = frozen
            .files
            .iter()
            .map(|(name, file)| (self.out.join(name), frozen::format(file)))
            .collect();
        for left in &frozen.left_out {
            anstream::eprintln!("left out: {}: {}", left.id, left.reason);
        }
        let strangers = strangers(&self.out, &texts)?;
        if self.check {
            return Ok(self.compare(&texts, &strangers));
        }
        for (path, text) in &texts {
            super::write(path, text)?;
        }
        for path in &strangers {
            anstream::eprintln!(
                "{} is none of these files and was left alone; remove it if it is old",
                path.display()
            );
        }
        let tests: usize = frozen.files.iter().map(|(_, file)| file.tests.len()).sum();
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        anstream::println!(
            "{tests} vectors in {} files, {} KiB, written to {}",
            texts.len(),
            bytes >> 10,
            self.out.display()
        );
        Ok(Exit::Clean)
    }

    fn compare(&self, texts: &[(PathBuf, String)], strangers: &[PathBuf]) -> Exit {
        let mut differ = 0;
        for (path, text) in texts {
            let problem = match std::fs::read(path) {
                Ok(found) if found == text.as_bytes() => continue,
                Ok(_) => "differs from what this build writes".to_owned(),
                Err(error) => format!("cannot be read: {error}"),
            };
            anstream::eprintln!("{} {problem}", path.display());
            differ += 1;
        }
        for path in strangers {
            anstream::eprintln!("{} is not written by this build", path.display());
            differ += 1;
        }
        if differ == 0 {
            anstream::println!("{} is as this build writes it", self.out.display());
            return Exit::Clean;
        }
        anstream::eprintln!("`vcispec corpus freeze` writes them anew");
        Exit::Findings
    }
}

/// The JSON files in the folder that are not written.
fn strangers(folder: &Path, texts: &[(PathBuf, String)]) -> Result<Vec<PathBuf>, Stop> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut strangers = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let is_json = path.extension().is_some_and(|found| found == "json");
        if is_json && !texts.iter().any(|(known, _)| *known == path) {
            strangers.push(path);
        }
    }
    strangers.sort();
    Ok(strangers)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("could not read {}: {error}", path.display()))
}
