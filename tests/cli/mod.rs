//! The command line: exit codes, what is said, what is written.

mod config;
mod corpus;
mod exec;
mod parts;
mod run;
mod serve;
mod serve_options;
mod service_wallet;
mod words;

use assert_cmd::Command;

/// `vcispec` with these arguments, as in continuous integration.
fn vcispec(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("vcispec").expect("the binary is built for tests");
    command.args(arguments).env("CI", "true");
    command
}

/// What it writes to standard output.
fn stdout(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    String::from_utf8(output.stdout).expect("it writes text")
}

/// What it writes to standard error.
fn stderr(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    String::from_utf8(output.stderr).expect("it writes text")
}
