//! `vcispec completions` and `vcispec man`: what a shell and a reader of manuals want to know of the command line.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Arguments, Exit, Stop};

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

/// Print the manual page.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write it and one page for each subcommand into this folder instead.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Completions {
    /// Prints them.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "vcispec", &mut out);
        print(&out)
    }
}

impl Man {
    /// Prints or writes it.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let command = Arguments::command();
        let Some(folder) = &self.dir else {
            let mut out = Vec::new();
            let page = clap_mangen::Man::new(command).render(&mut out);
            page.map_err(Stop::internal)?;
            return print(&out);
        };
        std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(command, folder))
            .map_err(|error| {
                Stop::usage(format!(
                    "could not write into {}: {error}",
                    folder.display()
                ))
            })?;
        anstream::println!("manual pages: {}", folder.display());
        Ok(Exit::Clean)
    }
}

fn print(text: &[u8]) -> Result<Exit, Stop> {
    // Whoever reads may stop before the end.
    let _ = std::io::stdout().write_all(text);
    Ok(Exit::Clean)
}
