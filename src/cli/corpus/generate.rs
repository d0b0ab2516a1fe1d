//! `vcispec corpus generate`: the part of the corpus that nobody writes by hand.

use std::path::{Path, PathBuf};

use clap::Args;

use super::write;
use crate::cli::{Exit, Stop, target};
use crate::corpus::{self, generate::GENERATOR};
use crate::fuzzing;
use crate::profile::Profile;

/// Write the generated vectors of a profile anew: every mutation alone, two faults at once, every flow,
/// sequences of sessions, and a case for each deliberate bug.
///
/// The same catalogue gives the same files. Exit code 1 with --check if a file is not as it would be
/// written.
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// The folder of the profile, which has its name.
    #[arg(value_name = "FOLDER", default_value = "corpus/ebsi-v3")]
    folder: PathBuf,
    /// A JSON array of cases that each show a deliberate bug of the reference issuer.
    #[arg(long, value_name = "FILE", default_value = "tests/data/kills.json")]
    bugs: PathBuf,
    /// Only say which files would change.
    #[arg(long)]
    check: bool,
}

impl Generate {
    /// Writes the files, and removes those that are no longer generated.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let name = self.folder.file_name().unwrap_or_default();
        let profile = Profile::find(&name.to_string_lossy()).ok_or_else(|| {
            Stop::usage(format!(
                "{} is no folder of a profile: no profile has its name",
                self.folder.display()
            ))
        })?;
        let there = corpus::read_dir(&self.folder).map_err(Stop::usage)?;
        let (old, by_hand): (Vec<_>, Vec<_>) = there
            .iter()
            .partition(|(_, file)| file.generator == GENERATOR);
        let kills = serde_json::from_str::<Vec<fuzzing::Kill>>(&target::read(&self.bugs)?)
            .map_err(|error| Stop::usage(format!("{}: {error}", self.bugs.display())))?;
        let by_hand = by_hand.into_iter().map(|(_, file)| file);
        let files = fuzzing::generated(profile, by_hand, &kills).map_err(Stop::usage)?;
        let at = |(name, file)| (self.folder.join::<String>(name), file);
        let mut files: Vec<_> = files.into_iter().map(at).collect();
        fuzzing::expect(&mut files).map_err(Stop::usage)?;
        let mut changed = 0;
        for (path, file) in &files {
            let new = corpus::format(file);
            if std::fs::read_to_string(path).is_ok_and(|old| old == new) {
                continue;
            }
            changed += 1;
            self.apply("written", path, |path| write(path, &new))?;
        }
        for (path, _) in old {
            if !files.iter().any(|(other, _)| other == path) {
                changed += 1;
                self.apply("removed", path, |path| {
                    std::fs::remove_file(path).map_err(|error| {
                        Stop::usage(format!("could not remove {}: {error}", path.display()))
                    })
                })?;
            }
        }
        let vectors: usize = files.iter().map(|(_, file)| file.number_of_tests).sum();
        anstream::println!("{vectors} generated vectors in {} files", files.len());
        Ok(if self.check && changed > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }

    fn apply(
        &self,
        what: &str,
        path: &Path,
        change: impl FnOnce(&Path) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.check {
            anstream::println!("{} would be {what}", path.display());
            return Ok(());
        }
        change(path)?;
        anstream::println!("{what}: {}", path.display());
        Ok(())
    }
}
