//! Parses the command line, does as it says, returns the exit code.

use std::panic;

use vcispec::cli::{self, Exit};

fn main() -> Exit {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        usual(info);
        eprintln!(
            "This is a bug of vcispec, not of the issuer. Please report it with the command line and the seed."
        );
    }));
    panic::catch_unwind(cli::main).unwrap_or(Exit::Bug)
}
