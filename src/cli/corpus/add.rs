//! `vcispec corpus add`: a vector from a case.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{cases, write};
use crate::cli::{Exit, Stop};
use crate::corpus::{self, Addition, BugType, Expected, Group, Note, Vector, VectorFile, Verdict};
use crate::fuzzing;

/// Put a case into the corpus as a vector.
///
/// What it needs and what it expects is filled in; the expectation is the oracle's. Nothing is written
/// if the vector breaks a rule of the corpus.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The case: JSON, a file with a case or a report.json, or - for standard input.
    #[arg(value_name = "CASE")]
    case: String,
    /// Which finding of a report.json: its id, its invariant or its number.
    #[arg(long, value_name = "FINDING")]
    finding: Option<String>,
    /// The identifier, topic/slug; the topic is the name of the file.
    #[arg(long, value_name = "ID")]
    id: String,
    /// The story, in a sentence.
    #[arg(long, value_name = "SENTENCE")]
    comment: String,
    /// A clause that it holds an issuer to; may be given several times.
    #[arg(long, required = true, value_name = "ID")]
    clause: Vec<String>,
    /// A bug that it hunts; may be given several times.
    #[arg(long, required = true, value_name = "NAME")]
    flag: Vec<String>,
    /// What an issuer with the bug does, for flags that no file explains yet.
    #[arg(long, value_name = "SENTENCE")]
    note: Option<String>,
    /// What kind of bug that is.
    #[arg(long, value_enum, default_value = "known-bug", value_name = "KIND")]
    bug_type: Kind,
    /// The file, which is written by hand.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The comment of the group; the last group if it is not given.
    #[arg(long, value_name = "SENTENCE")]
    group: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    KnownBug,
    Specification,
    Latitude,
    Interoperability,
}

impl Add {
    /// Writes the file.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let case = cases::one(&self.case, self.finding.as_deref())?;
        // What else is in the corpus: no two vectors are alike.
        let folder = match self.to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => std::path::Path::new("."),
        };
        let files = corpus::read_dir(folder).map_err(Stop::usage)?;
        let whole = |path: &std::path::Path| path.canonicalize().ok();
        let is_meant = |(path, _): &&(PathBuf, VectorFile)| whole(path) == whole(&self.to);
        let (path, file) = files.iter().find(is_meant).ok_or_else(|| {
            Stop::usage(format!(
                "{} is no vector file; begin one with a note, a group and a first vector",
                self.to.display()
            ))
        })?;
        let vector = Vector {
            id: self.id.clone(),
            comment: self.comment.clone(),
            flags: self.flag.clone(),
            clauses: self.clause.clone(),
            needs: Vec::new(),
            case,
            result: Verdict::Acceptable,
            expected: Expected {
                status: Vec::new(),
                error: Vec::new(),
            },
        };
        let mut alone = vec![(
            path.clone(),
            VectorFile {
                test_groups: vec![Group {
                    comment: String::new(),
                    tests: vec![vector],
                }],
                ..file.clone()
            },
        )];
        fuzzing::expect(&mut alone).map_err(Stop::usage)?;
        let vector = alone[0].1.test_groups[0].tests.remove(0);
        let note = |description: &String| Note {
            bug_type: self.bug_type.into(),
            description: description.clone(),
            effect: String::new(),
            links: Vec::new(),
            cves: Vec::new(),
        };
        let notes = self.flag.iter().cloned();
        let addition = Addition {
            vector,
            group: self.group.clone(),
            notes: match &self.note {
                Some(text) => notes.map(|flag| (flag, note(text))).collect(),
                None => Vec::new(),
            },
        };
        let file = corpus::add(&files, path, addition).map_err(Stop::usage)?;
        write(path, &corpus::format(&file))?;
        anstream::println!("{} holds {} now", path.display(), self.id);
        Ok(Exit::Clean)
    }
}

impl From<Kind> for BugType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::KnownBug => Self::KnownBug,
            Kind::Specification => Self::Specification,
            Kind::Latitude => Self::Latitude,
            Kind::Interoperability => Self::Interoperability,
        }
    }
}
