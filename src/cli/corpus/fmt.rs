//! `vcispec corpus fmt`: the layout of vector files, and what follows from the vectors in them.

use clap::Args;

use super::{Paths, write};
use crate::cli::{Exit, Stop};
use crate::corpus;
use crate::fuzzing;

/// Lay vector files out as the corpus does.
///
/// Counts the tests and says what each needs. Exit code 1 with --check if a file is not as it would be
/// written.
#[derive(Debug, Args)]
pub(super) struct Fmt {
    #[command(flatten)]
    paths: Paths,
    /// Only say which files would change.
    #[arg(long)]
    check: bool,
    /// Also write what the oracle expects of each vector.
    #[arg(long)]
    expectations: bool,
}

impl Fmt {
    /// Writes the files.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let mut files = self.paths.read()?;
        if self.expectations {
            fuzzing::expect(&mut files).map_err(Stop::usage)?;
        }
        let mut changed = 0;
        for (path, file) in files {
            let old = std::fs::read_to_string(&path).map_err(|error| {
                Stop::usage(format!("could not read {}: {error}", path.display()))
            })?;
            let new = corpus::format(&file.tidied());
            if old == new {
                continue;
            }
            changed += 1;
            if self.check {
                anstream::println!("{} is not formatted", path.display());
            } else {
                write(&path, &new)?;
                anstream::println!("formatted {}", path.display());
            }
        }
        Ok(if self.check && changed > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }
}
