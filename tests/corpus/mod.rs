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

#[test]
fn the_packages_have_the_version_of_the_vectors() {
    let read = |name: &str| std::fs::read_to_string(root().join("corpus").join(name));
    let version = read("VERSION").expect("a file");
    let version = version.trim();
    let python = read("pyproject.toml").expect("a file");
    assert!(python.contains(&format!("\nversion = \"{version}\"\n")));
    let npm = read("package.json").expect("a file");
    let npm: serde_json::Value = serde_json::from_str(&npm).expect("JSON");
    assert_eq!(npm["version"], version);
}
