//! `--did-registry DIR`: reads the DID documents of a folder, and looks there again for DIDs that come later.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use crate::cli::Stop;
use crate::issuer::{DidDocument, DidRegistry, DidResolver};

/// The documents of a folder. One that is put there later is found when its DID is looked up.
pub(super) struct Folder {
    path: PathBuf,
    known: RwLock<DidRegistry>,
}

impl Folder {
    /// The folder, of which this was read already.
    pub(super) fn new(path: &Path, known: DidRegistry) -> Self {
        Self {
            path: path.to_owned(),
            known: RwLock::new(known),
        }
    }

    fn known(&self, did: &str) -> Option<DidDocument> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.resolve(did)
    }

    /// Reads the files again. One that is broken, or written only in part yet, tells nothing.
    fn read_again(&self) {
        let documents = json_files(&self.path).unwrap_or_default().into_iter();
        let documents: Vec<Value> = documents
            .filter_map(|file| serde_json::from_slice(&std::fs::read(file).ok()?).ok())
            .collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for document in documents {
            // Most are there already.
            let _ = known.register(document);
        }
    }
}

impl DidResolver for Folder {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        self.known(did).or_else(|| {
            self.read_again();
            self.known(did)
        })
    }
}

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
