//! The `vcispec` command: parses its arguments, calls the library, returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    vcispec::cli::main()
}
