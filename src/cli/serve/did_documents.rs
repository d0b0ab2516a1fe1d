//! `--did-registry DIR`: reads the DID documents of a folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::Stop;
use crate::issuer::DidRegistry;

/// A registry with every `*.json` file of the folder in it, which must each be a DID document.
pub(super) fn read(folder: &Path) -> Result<DidRegistry, Stop> {
    let mut registry = DidRegistry::default();
    let files = json_files(folder)?;
    if files.is_empty() {
        return Err(Stop::usage(format!(
            "{} holds no *.json file to read a DID document from",
            folder.display()
        )));
    }
    for file in files {
        let wrong = |reason: String| Stop::usage(format!("{}: {reason}", file.display()));
        let text = std::fs::read(&file).map_err(|error| wrong(error.to_string()))?;
        let document: Value =
            serde_json::from_slice(&text).map_err(|error| wrong(format!("not JSON: {error}")))?;
        registry
            .register(document)
            .map_err(|error| wrong(error.to_string()))?;
    }
    Ok(registry)
}

/// In the order of their names, so that of two documents of one DID always the same is called the second.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let unreadable = |error: std::io::Error| {
        Stop::usage(format!(
            "could not read the folder {}: {error}",
            folder.display()
        ))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
