//! The shared corpus: test vectors as JSON, for issuers in any language.
//!
//! A vector is a [`Case`] with a story and the answer that is expected. It holds no live value: the
//! wallet renders and signs it anew for whatever issuer it is replayed against. The format, field
//! by field, is that of the types below; `corpus/README.md` says the same for people who do not
//! read Rust, `schemas/corpus.schema.json` for machines.
//! Start at [`load`]; [`lint`] holds vectors against the oracle. [`frozen`] holds vectors of the other kind: requests to the byte.

pub mod frozen;
mod lint;

pub use lint::{check, lint};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::Case;

/// A file of vectors: one topic of one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VectorFile {
    /// The schema of the file: `vcispec-corpus-1`.
    pub schema: String,
    /// The profile whose rules the expectations follow.
    pub profile: String,
    /// What wrote the file: `hand`, or the name of a program.
    pub generator: String,
    /// How many tests the groups hold together.
    pub number_of_tests: usize,
    /// What each flag stands for.
    pub notes: BTreeMap<String, Note>,
    /// The tests, grouped.
    pub test_groups: Vec<Group>,
}

/// What a flag stands for: a kind of bug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Note {
    /// `known-bug`, `specification`, `latitude` or `interoperability`.
    pub bug_type: String,
    /// What an issuer with the bug does.
    pub description: String,
    /// What somebody can do with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub effect: String,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// CVE numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<String>,
}

/// Tests that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they have in common, in a sentence.
    pub comment: String,
    /// The tests.
    pub tests: Vec<Vector>,
}

/// One test vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Stable name, `topic/slug`; never given to another vector.
    pub id: String,
    /// The story, in a sentence.
    pub comment: String,
    /// The bugs it hunts; each is explained in the file's notes.
    pub flags: Vec<String>,
    /// The clauses it holds an issuer to.
    pub clauses: Vec<String>,
    /// What is sent.
    pub case: Case,
    /// Whether the last request of the case is valid.
    pub result: Verdict,
    /// What the last request of the case may be answered with.
    pub expected: Expected,
}

/// Whether a request is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It must be accepted.
    Valid,
    /// It must be refused.
    Invalid,
    /// Conformant issuers differ.
    Acceptable,
}

/// The answers that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The HTTP statuses, in ascending order.
    pub status: Vec<u16>,
    /// The `error` codes, sorted; empty if none is prescribed.
    pub error: Vec<String>,
}

/// What is wrong with a corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no vector file and no case.
    #[error("{}: {source}", path.display())]
    Format {
        /// Which.
        path: PathBuf,
        /// What and where; serde tells the line.
        source: serde_json::Error,
    },
    /// A vector breaks a rule of the corpus.
    #[error("{}: {id}: {problem}", path.display())]
    Vector {
        /// In which file.
        path: PathBuf,
        /// Which vector, or the file itself.
        id: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

/// The schema that files name.
pub const SCHEMA: &str = "vcispec-corpus-1";

/// Larger files are refused, in bytes.
const LARGEST_FILE: u64 = 16 << 20;

/// What the folder of the corpus holds beside the profiles.
const BESIDE: [&str; 3] = ["adapters", "loaders", "package.json"];

/// The vectors of a file, or of all files in a folder in the order of their names. A file that holds
/// a single case counts as one vector without a story; of frozen vectors it is the cases that they were
/// made from.
///
/// # Errors
/// A file cannot be read or does not follow the format.
pub fn load(path: &Path) -> Result<Vec<Case>, CorpusError> {
    if is_frozen(path) && path.is_dir() {
        let files = frozen::read_dir(path)?.into_iter();
        return Ok(files.flat_map(|(_, file)| frozen_cases(file)).collect());
    }
    if path.is_dir() {
        let files = read_dir(path)?;
        return Ok(files
            .into_iter()
            .flat_map(|(_, file)| cases(file))
            .collect());
    }
    let text = read_text(path)?;
    let format = |source| CorpusError::Format {
        path: path.to_owned(),
        source,
    };
    let value: serde_json::Value = serde_json::from_str(&text).map_err(format)?;
    if value.get("steps").is_some() {
        return serde_json::from_str(&text)
            .map(|case| vec![case])
            .map_err(format);
    }
    if value.get("schema").and_then(serde_json::Value::as_str) == Some(frozen::SCHEMA) {
        return serde_json::from_str(&text)
            .map(frozen_cases)
            .map_err(format);
    }
    serde_json::from_str(&text).map(cases).map_err(format)
}

/// The vector files of a folder and of the folders in it, in the order of their names. Frozen vectors are
/// none: see [`frozen::read_dir`].
///
/// # Errors
/// As [`load`].
pub fn read_dir(folder: &Path) -> Result<Vec<(PathBuf, VectorFile)>, CorpusError> {
    let error = |source| CorpusError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        paths.push(entry.map_err(error)?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if is_frozen(&path) || is_beside(&path) {
            continue;
        }
        if path.is_dir() {
            files.extend(read_dir(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let file = read_file(&path)?;
            files.push((path, file));
        }
    }
    Ok(files)
}

/// A vector file.
///
/// # Errors
/// As [`load`].
pub fn read_file(path: &Path) -> Result<VectorFile, CorpusError> {
    serde_json::from_str(&read_text(path)?).map_err(|source| CorpusError::Format {
        path: path.to_owned(),
        source,
    })
}

/// The text of a file as the corpus formats it.
///
/// # Panics
/// Never: every vector file can be written as JSON.
pub fn format(file: &VectorFile) -> String {
    serde_json::to_string_pretty(file).expect("a vector file is JSON") + "\n"
}

fn cases(file: VectorFile) -> Vec<Case> {
    file.test_groups
        .into_iter()
        .flat_map(|group| group.tests)
        .map(|vector| vector.case)
        .collect()
}

fn frozen_cases(file: frozen::File) -> Vec<Case> {
    file.tests.into_iter().map(|test| test.case).collect()
}

/// Whether a path leads to a folder of frozen vectors.
fn is_frozen(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == frozen::FOLDER)
}

/// Whether this is no vector but what lets other languages use them.
fn is_beside(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| BESIDE.iter().any(|beside| name == *beside))
}

fn read_text(path: &Path) -> Result<String, CorpusError> {
    let error = |source| CorpusError::Read {
        path: path.to_owned(),
        source,
    };
    let size = std::fs::metadata(path).map_err(error)?.len();
    if size > LARGEST_FILE {
        let problem = format!(
            "the file has {size} bytes; files of more than {LARGEST_FILE} are not read, split it by topic"
        );
        return Err(CorpusError::Vector {
            path: path.to_owned(),
            id: "file".into(),
            problem,
        });
    }
    std::fs::read_to_string(path).map_err(error)
}
