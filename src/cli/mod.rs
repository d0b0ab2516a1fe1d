//! The command line: one file a subcommand. Reads arguments, files and the environment, and returns an exit code.
//!
//! Start at [`main`]; then `run.rs`.

mod exit;
mod explain;
mod key;
mod list;
mod offers;
mod options;
mod replay;
mod run;
mod serve;
mod target;

use clap::{Parser, Subcommand, ValueEnum};

pub use exit::Exit;

/// Tests verifiable-credential issuers against their specification.
#[derive(Debug, Parser)]
#[command(name = "vcispec", version, about, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test an issuer
    Run(Box<run::Arguments>),
    /// Serve the reference issuer, an EBSI v3 issuer and authorization server
    Serve(serve::Arguments),
    /// Carry out cases again
    Replay(Box<replay::Arguments>),
    /// List what there is
    List(list::Arguments),
    /// Explain a mutation, an invariant, a clause or a defect
    Explain(explain::Arguments),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

const EXIT_CODES: &str = "\
Exit codes: 0 no rule is broken, 1 findings, 2 wrong usage, 3 the target cannot be tested, 4 nothing was run, 70 a bug of vcispec.";

/// Parses the arguments of the process and does as they say.
pub fn main() -> Exit {
    let arguments = Arguments::parse();
    match arguments.color {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let done = match arguments.command {
        Command::Run(arguments) => in_runtime(run::run(*arguments)),
        Command::Serve(arguments) => in_runtime(serve::run(arguments)),
        Command::Replay(arguments) => in_runtime(replay::run(*arguments)),
        Command::List(arguments) => list::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    };
    done.unwrap_or_else(|(exit, message)| {
        eprintln!("error: {message}");
        exit
    })
}

/// What a subcommand comes to: an exit code, or one with what to say about it.
type Done = Result<Exit, (Exit, String)>;

/// Wrong usage, and what is wrong with it.
fn usage(message: impl std::fmt::Display) -> (Exit, String) {
    (Exit::Usage, message.to_string())
}

/// Standard output cannot be written to: nobody reads on, as with `vcispec list | head`.
fn unread(_: std::io::Error) -> (Exit, String) {
    (Exit::Clean, "standard output was closed".to_owned())
}

fn in_runtime(work: impl Future<Output = Done>) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| (Exit::Bug, format!("could not start: {error}")))?;
    runtime.block_on(work)
}
