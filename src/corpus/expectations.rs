//! Deviations of an issuer that are known: vectors that it is expected to fail, each with a reason.
//!
//! A file is JSON: `{"schema": "vcispec-expectations-1", "deviations": [{"id": …, "reason": …}]}`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lint::is_sentence;
use super::read::{format_error, read_text};
use super::{CorpusError, Vector};

/// The schema that files name.
pub const EXPECTATIONS: &str = "vcispec-expectations-1";

/// Vectors that an issuer is expected to fail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    reasons: BTreeMap<String, String>,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    deviations: Vec<Deviation>,
}

/// A vector that an issuer is expected to fail.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    /// The vector.
    id: String,
    /// Why, in a sentence.
    reason: String,
}

impl Expectations {
    /// Reads a file. Every identifier must be that of one of `vectors`, or of a topic that none of them
    /// is of.
    ///
    /// # Errors
    /// The file cannot be read, does not follow the format, names a vector twice or one that does not
    /// exist, or gives no reason.
    pub fn read<'a>(
        path: &Path,
        vectors: impl Iterator<Item = &'a Vector> + Clone,
    ) -> Result<Self, CorpusError> {
        let text = read_text(path)?;
        let file: File =
            serde_json::from_str(&text).map_err(|source| format_error(path, &text, source))?;
        let problem = |id: &str, mark: &str, problem: String| CorpusError::Vector {
            path: path.to_owned(),
            line: text
                .lines()
                .position(|line| line.contains(mark))
                .map(|before| before + 1),
            id: id.to_owned(),
            problem,
        };
        if file.schema != EXPECTATIONS {
            let what = format!(
                "schema is \"{}\", this build reads \"{EXPECTATIONS}\"",
                file.schema
            );
            return Err(problem("file", "\"schema\"", what));
        }
        let mut reasons = BTreeMap::new();
        for Deviation { id, reason } in file.deviations {
            let mark = format!("\"{id}\"");
            let topic = id.split('/').next().unwrap_or_default();
            let is_of_topic = |vector: &&Vector| vector.id.split('/').next() == Some(topic);
            let mut alike = vectors.clone().filter(is_of_topic).peekable();
            if alike.peek().is_some() && !alike.any(|vector| vector.id == id) {
                let what = "no vector has this id; take the entry out, or correct it".into();
                return Err(problem(&id, &mark, what));
            }
            if !is_sentence(&reason) {
                let what = "the reason is no sentence with a full stop".into();
                return Err(problem(&id, &mark, what));
            }
            if reasons.insert(id.clone(), reason).is_some() {
                return Err(problem(&id, &mark, "the vector stands there twice".into()));
            }
        }
        Ok(Self { reasons })
    }

    /// Why the vector is expected to fail, if it is.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.reasons.get(id).map(String::as_str)
    }
}
