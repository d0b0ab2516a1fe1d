//! `vcispec corpus`: work on the shared vectors. One file a subcommand.

mod freeze;

use clap::{Args, Subcommand};

use super::{Exit, Stop};

/// Work on the shared vectors.
#[derive(Debug, Args)]
pub(super) struct Corpus {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the frozen vectors: requests to the byte, with fixed keys, time and nonces.
    Freeze(freeze::Freeze),
}

impl Corpus {
    /// Carries out the subcommand.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        match &self.command {
            Command::Freeze(command) => command.execute(),
        }
    }
}
