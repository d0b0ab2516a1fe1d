//! The shared corpus: its files, its format, what the reference issuer makes of it, and the fuzz target that it seeds.

mod broken;
mod coverage;
mod generated;
mod played;
mod schema;
mod seeds;
mod zoo;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use vcispec::corpus::{self, VectorFile};

/// Every vector file.
static FILES: LazyLock<Vec<(PathBuf, VectorFile)>> = LazyLock::new(|| {
    corpus::read_dir(&root().join("corpus")).unwrap_or_else(|error| panic!("{error}"))
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that people wrote.
fn by_hand() -> impl Iterator<Item = &'static (PathBuf, VectorFile)> {
    FILES
        .iter()
        .filter(|(_, file)| file.generator == corpus::BY_HAND)
}

/// Whether this run writes what depends on the vectors instead of comparing it.
fn updates() -> bool {
    std::env::var_os("VCISPEC_UPDATE").is_some()
}
