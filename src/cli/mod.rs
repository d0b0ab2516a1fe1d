//! The command line: one file a subcommand. Parses, calls the library, says what happened.
//!
//! Exit codes: see [`Exit`].

mod commands;
mod config;
mod connection;
mod corpus;
mod defects;
mod diff;
mod embedded;
mod exec;
mod explain;
mod init;
mod interrupt;
mod list;
mod manners;
mod progress;
mod replay;
mod report;
mod run;
mod serve;
mod sessions;
mod shell;
mod target;
mod verdicts;

use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{ColorChoice, Parser, Subcommand};

/// Tests verifiable-credential issuers: sends them valid and malformed credential requests, and
/// reports each broken rule with the smallest request that shows it.
#[derive(Debug, Parser)]
#[command(name = "vcispec", version = VERSION.as_str(), max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test an issuer; without TARGET, the embedded reference issuer.
    Run(Box<run::Run>),
    /// Look at an issuer and write a commented vcispec.toml for it.
    Init(init::Init),
    /// Serve the reference issuer over HTTP.
    Serve(Box<serve::Serve>),
    /// Ask two issuers the same, and say only where they differ.
    Diff(diff::Diff),
    /// Work with reports that are written.
    Report(report::Reports),
    /// Send recorded cases again.
    Replay(Box<replay::Replay>),
    /// Check, write and count the shared test vectors.
    Corpus(corpus::Corpus),
    /// Run the harness against each deliberate bug of the reference issuer.
    Defects(defects::Defects),
    /// List what there is.
    List(list::List),
    /// Explain a mutation, an invariant, a clause, a defect or a reading.
    Explain(explain::Explain),
    /// Print completions for a shell.
    Completions(shell::Completions),
    /// Print the manual page.
    Man(shell::Man),
}

/// The version of the program, and of the vectors that it brings.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (corpus {})",
        env!("CARGO_PKG_VERSION"),
        crate::corpus::VERSION
    )
});

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// No finding that counts.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// The command line or a file it names is wrong.
    Usage = 2,
    /// The target cannot be tested.
    Unusable = 3,
    /// Nothing was run.
    Nothing = 4,
    /// A bug of ours.
    Internal = 70,
}

/// What stops a subcommand before it has done its work.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    fn usage(message: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.to_string(),
        }
    }

    /// A usage error with its causes.
    fn wrong(error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let words: Vec<_> = causes.map(ToString::to_string).collect();
        Self::usage(words.join(": "))
    }

    fn internal(message: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::Internal,
            message: message.to_string(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Carries out what the arguments of the process say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    set_colors(arguments.color);
    let done = std::panic::catch_unwind(|| match arguments.command {
        Command::Run(command) => command.execute(),
        Command::Init(command) => command.execute(),
        Command::Serve(command) => command.execute(),
        Command::Diff(command) => command.execute(),
        Command::Report(command) => command.execute(),
        Command::Replay(command) => command.execute(),
        Command::Corpus(command) => command.execute(),
        Command::Defects(command) => command.execute(),
        Command::List(command) => command.execute(),
        Command::Explain(command) => command.execute(),
        Command::Completions(command) => command.execute(),
        Command::Man(command) => command.execute(),
    });
    // What was found until then is reported.
    interrupt::end_if_told();
    let exit = match done {
        Ok(Ok(exit)) => exit,
        Ok(Err(stop)) => {
            anstream::eprintln!("error: {}", stop.message);
            stop.exit
        }
        Err(_) => {
            anstream::eprintln!(
                "error: this is a bug in vcispec; please report it with the lines above"
            );
            Exit::Internal
        }
    };
    exit.into()
}

fn set_colors(choice: ColorChoice) {
    let choice = match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// What a subcommand that talks to the network comes to.
fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    let runtime = runtime()?;
    let done = runtime.block_on(work);
    // A service in this process that never answered keeps its thread; nobody waits for it.
    runtime.shutdown_background();
    done
}

/// A runtime for the subcommands that talk to the network.
fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Stop::internal)
}

/// Ready when the process is told to stop. Listens from the call on, not only when it is waited for: whoever reads that the
/// server is up may stop it at once.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the process is told to stop.
#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
