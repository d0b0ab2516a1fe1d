//! Holds vectors against the rules of the corpus, and transcripts against vectors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{CorpusError, Expected, SCHEMA, Vector, VectorFile, Verdict};
use crate::clauses;
use crate::profile::Profile;
use crate::transcript::{Body, Expectation, Transcript};

/// What is wrong with a set of vector files: names, counts, flags, clauses. An empty list is a sound
/// corpus. Whether the expectations agree with the oracle shows when the vectors are replayed: see
/// [`check`].
pub fn lint(files: &[(PathBuf, VectorFile)]) -> Vec<CorpusError> {
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, file) in files {
        let mut report = |id: &str, problem: String| {
            problems.push(CorpusError::Vector {
                path: path.clone(),
                id: id.to_owned(),
                problem,
            });
        };
        lint_file(path, file, &mut report);
        for vector in file.vectors() {
            if !ids.insert(vector.id.clone()) {
                report(
                    &vector.id,
                    "another vector has this id; give it one of its own".into(),
                );
            }
            lint_vector(file, vector, &mut report);
        }
    }
    problems
}

fn lint_file(path: &Path, file: &VectorFile, report: &mut impl FnMut(&str, String)) {
    if file.schema != SCHEMA {
        report(
            "file",
            format!(
                "schema is \"{}\", this build reads \"{SCHEMA}\"",
                file.schema
            ),
        );
    }
    if Profile::find(&file.profile).is_none() {
        report("file", format!("no profile is called \"{}\"", file.profile));
    }
    let count = file.vectors().count();
    if file.number_of_tests != count {
        report(
            "file",
            format!(
                "numberOfTests is {}, but there are {count}",
                file.number_of_tests
            ),
        );
    }
    let used: BTreeSet<&str> = file
        .vectors()
        .flat_map(|vector| &vector.flags)
        .map(String::as_str)
        .collect();
    for flag in file
        .notes
        .keys()
        .filter(|flag| !used.contains(flag.as_str()))
    {
        report(
            "file",
            format!("no vector has the flag {flag}; remove its note"),
        );
    }
    let topic = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    for vector in file
        .vectors()
        .filter(|vector| vector.id.split('/').next() != Some(topic))
    {
        report(
            &vector.id,
            format!("the id does not begin with the file's topic, {topic}/"),
        );
    }
}

fn lint_vector(file: &VectorFile, vector: &Vector, report: &mut impl FnMut(&str, String)) {
    if !vector.comment.ends_with('.') {
        report(&vector.id, "the comment is no sentence".into());
    }
    if vector.clauses.is_empty() {
        report(
            &vector.id,
            "no clause says what it holds an issuer to".into(),
        );
    }
    for clause in vector
        .clauses
        .iter()
        .filter(|id| clauses::find(id).is_none())
    {
        report(
            &vector.id,
            format!("no clause is called {clause}; see `vcispec list clauses`"),
        );
    }
    for flag in vector
        .flags
        .iter()
        .filter(|flag| !file.notes.contains_key(*flag))
    {
        report(&vector.id, format!("the flag {flag} has no note"));
    }
    if vector.case.steps.is_empty() {
        report(&vector.id, "the case has no step".into());
    }
}

/// Compares what an issuer answered to the last request of a vector's case with what the vector
/// expects, and the vector's expectation with the oracle's.
///
/// # Errors
/// What differs, in words.
pub fn check(vector: &Vector, transcript: &Transcript) -> Result<(), String> {
    if let Some(reason) = &transcript.stopped {
        return Err(format!("the case could not be carried out: {reason}"));
    }
    let last = transcript.steps().last().ok_or("the case sent nothing")?;
    let (result, expected) = of_expectation(&last.expectation);
    if (vector.result, &vector.expected) != (result, &expected) {
        return Err(format!(
            "the vector expects {:?} {:?}, the oracle {result:?} {expected:?}",
            vector.result, vector.expected
        ));
    }
    if last.is_allowed() {
        Ok(())
    } else {
        Err(format!(
            "expected {}, got {}",
            last.expectation.words(),
            last.outcome_words()
        ))
    }
}

/// What a vector says of an expectation.
pub(super) fn of_expectation(expectation: &Expectation) -> (Verdict, Expected) {
    let result = match (expectation.is_valid(), expectation.allows_success()) {
        (true, _) => Verdict::Valid,
        (false, true) => Verdict::Acceptable,
        (false, false) => Verdict::Invalid,
    };
    let statuses: BTreeSet<u16> = expectation
        .allowed
        .iter()
        .flat_map(|allowed| allowed.statuses.iter().copied())
        .collect();
    let codes: BTreeSet<&str> = expectation
        .allowed
        .iter()
        .filter_map(|allowed| match &allowed.body {
            Body::OAuthError(codes) | Body::RedirectError(codes) => Some(codes),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let expected = Expected {
        status: statuses.into_iter().collect(),
        error: codes.into_iter().map(str::to_owned).collect(),
    };
    (result, expected)
}

impl VectorFile {
    /// The vectors of all groups.
    pub fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.test_groups.iter().flat_map(|group| &group.tests)
    }
}

impl Vector {
    /// The same vector with the expectation that the oracle has of its last request.
    #[must_use]
    pub fn expecting(mut self, expectation: &Expectation) -> Self {
        (self.result, self.expected) = of_expectation(expectation);
        self
    }
}
