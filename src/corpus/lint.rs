//! Holds vector files against the rules of the corpus: names, counts, flags, clauses, repetitions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::read::read_text;
use super::{CorpusError, MOST_REQUESTS, Requirement, SCHEMA, Vector, VectorFile};
use crate::case::Case;
use crate::clauses;
use crate::profile::Profile;

/// What is wrong with a set of vector files. An empty list is a sound corpus. Whether the expectations
/// agree with the oracle shows when the vectors are played: see [`check`](super::check).
pub fn lint(files: &[(PathBuf, VectorFile)]) -> Vec<CorpusError> {
    let mut problems = Vec::new();
    let mut ids: BTreeMap<&str, &Path> = BTreeMap::new();
    let mut cases: HashMap<(&str, &Case), &str> = HashMap::new();
    for (path, file) in files {
        let mut linter = Linter {
            path,
            text: None,
            problems: &mut problems,
        };
        linter.file(file);
        for vector in file.vectors() {
            if let Some(other) = ids.insert(&vector.id, path) {
                linter.report(
                    &vector.id,
                    format!(
                        "another vector, in {}, has this id; give it one of its own",
                        other.display()
                    ),
                );
            }
            let twin = cases.insert((&file.profile, &vector.case), &vector.id);
            if let Some(other) = twin.filter(|other| *other != vector.id) {
                linter.report(
                    &vector.id,
                    format!("{other} has the same case; a story of its own takes another flow"),
                );
            }
            linter.vector(file, vector);
        }
    }
    problems
}

struct Linter<'a> {
    path: &'a Path,
    /// The text of the file, read when there is something to point at.
    text: Option<String>,
    problems: &'a mut Vec<CorpusError>,
}

impl Linter<'_> {
    /// Reports a problem of the vector with this id.
    fn report(&mut self, id: &str, problem: String) {
        self.report_at(id, &format!("\"id\": \"{id}\""), problem);
    }

    /// Reports a problem of the file as a whole, at its member of this name.
    fn report_file(&mut self, member: &str, problem: String) {
        self.report_at("file", &format!("\"{member}\":"), problem);
    }

    fn report_at(&mut self, id: &str, mark: &str, problem: String) {
        let text = self
            .text
            .get_or_insert_with(|| read_text(self.path).unwrap_or_default());
        // Of two with one name the later is pointed at.
        let lines: Vec<_> = text.lines().collect();
        let line = lines.iter().rposition(|line| line.contains(mark));
        self.problems.push(CorpusError::Vector {
            path: self.path.to_owned(),
            line: line.map(|before| before + 1),
            id: id.to_owned(),
            problem,
        });
    }

    fn file(&mut self, file: &VectorFile) {
        if file.schema != SCHEMA {
            let problem = format!(
                "schema is \"{}\", this build reads \"{SCHEMA}\"",
                file.schema
            );
            self.report_file("schema", problem);
        }
        if Profile::find(&file.profile).is_none() {
            let problem = format!("no profile is called \"{}\"", file.profile);
            self.report_file("profile", problem);
        }
        if file.generator.is_empty() {
            let problem = "generator is empty; it is \"hand\", or what wrote the file".into();
            self.report_file("generator", problem);
        }
        let count = file.vectors().count();
        if file.number_of_tests != count {
            let problem = format!(
                "numberOfTests is {}, but there are {count}; `vcispec corpus fmt` counts them",
                file.number_of_tests
            );
            self.report_file("numberOfTests", problem);
        }
        if count == 0 {
            self.report_file("testGroups", "there is no vector".into());
        }
        for group in &file.test_groups {
            if !is_sentence(&group.comment) {
                let problem = format!("the comment of a group is no sentence: {:?}", group.comment);
                self.report_file("testGroups", problem);
            }
            if group.tests.is_empty() {
                let problem = format!("the group {:?} has no test", group.comment);
                self.report_file("testGroups", problem);
            }
        }
        self.notes(file);
        let topic = topic_of(self.path);
        for vector in file.vectors() {
            let rest = vector.id.strip_prefix(&topic);
            if !rest.is_some_and(|rest| rest.starts_with('/')) {
                let problem = format!("the id does not begin with the file's topic, {topic}/");
                self.report(&vector.id, problem);
            }
        }
    }

    fn notes(&mut self, file: &VectorFile) {
        let used: BTreeSet<&str> = file
            .vectors()
            .flat_map(|vector| &vector.flags)
            .map(String::as_str)
            .collect();
        for (flag, note) in &file.notes {
            if !used.contains(flag.as_str()) {
                self.report_file(
                    flag,
                    format!("no vector has the flag {flag}; remove its note"),
                );
            }
            if !is_slug(flag) {
                self.report_file(flag, format!("the flag {flag:?} is no slug"));
            }
            if !is_sentence(&note.description) {
                let problem = format!("the description of the flag {flag} is no sentence");
                self.report_file(flag, problem);
            }
        }
    }

    fn vector(&mut self, file: &VectorFile, vector: &Vector) {
        let id = &vector.id;
        if !(id.contains('/') && id.split('/').all(is_slug)) {
            self.report(id, "the id is no topic/slug in lower case".into());
        }
        if !is_sentence(&vector.comment) {
            self.report(id, "the comment is no sentence".into());
        }
        if vector.clauses.is_empty() {
            self.report(id, "no clause says what it holds an issuer to".into());
        }
        for clause in &vector.clauses {
            if clauses::find(clause).is_none() {
                let problem = format!("no clause is called {clause}; see `vcispec list clauses`");
                self.report(id, problem);
            }
        }
        if vector.flags.is_empty() {
            self.report(id, "no flag says which bug it hunts".into());
        }
        for flag in &vector.flags {
            if !file.notes.contains_key(flag) {
                self.report(id, format!("the flag {flag} has no note"));
            }
        }
        if has_twice(&vector.flags) || has_twice(&vector.clauses) {
            self.report(id, "a flag or clause stands there twice".into());
        }
        let requests: usize = vector.case.steps.iter().map(|s| s.sends().len()).sum();
        if requests == 0 {
            self.report(id, "the case has no step that sends anything".into());
        }
        if requests > MOST_REQUESTS {
            let problem = format!("the case sends {requests} requests, more than {MOST_REQUESTS}");
            self.report(id, problem);
        }
        if let Some(profile) = Profile::find(&file.profile)
            && vector.needs != Requirement::of(profile, &vector.case)
        {
            let problem = "needs does not say what the case takes; `vcispec corpus fmt` writes it";
            self.report(id, problem.into());
        }
        if vector.expected.status.is_empty() || !vector.expected.status.is_sorted() {
            let problem = "expected.status is empty or not in ascending order";
            self.report(id, problem.into());
        }
    }
}

/// The topic of a vector file: its name without `.json`.
pub(super) fn topic_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Whether a text can be a comment or a description.
pub(super) fn is_sentence(text: &str) -> bool {
    text.ends_with('.') && text.len() > 1 && !text.contains(char::is_control)
}

/// Whether a text can be a part of an identifier.
pub(super) fn is_slug(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_plain)
}

fn has_twice(names: &[String]) -> bool {
    names.iter().collect::<BTreeSet<_>>().len() < names.len()
}
