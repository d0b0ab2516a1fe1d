//! Holds frozen vectors against the rules of their format.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{File, SCHEMA, Test};
use crate::case::Endpoint;
use crate::clauses;
use crate::corpus::{CorpusError, Verdict};
use crate::profile::Profile;

/// What is wrong with the files of a folder: names, counts, clauses, requests. An empty list is a sound folder.
pub fn lint(files: &[(PathBuf, File)]) -> Vec<CorpusError> {
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, file) in files {
        let mut report = |id: &str, problem: String| {
            problems.push(CorpusError::Vector {
                path: path.clone(),
                line: None,
                id: id.to_owned(),
                problem,
            });
        };
        lint_file(path, file, &mut report);
        if files
            .first()
            .is_some_and(|(_, first)| first.setup != file.setup)
        {
            report("file", "the setup is not that of the first file".into());
        }
        for test in &file.tests {
            if !ids.insert(test.id.as_str()) {
                let problem = "another test has this id; give it one of its own";
                report(&test.id, problem.into());
            }
            for problem in problems_of(test) {
                report(&test.id, problem);
            }
        }
    }
    problems
}

fn lint_file(path: &Path, file: &File, report: &mut impl FnMut(&str, String)) {
    if file.schema != SCHEMA {
        let problem = format!(
            "schema is \"{}\", this build reads \"{SCHEMA}\"",
            file.schema
        );
        report("file", problem);
    }
    if Profile::find(&file.profile).is_none() {
        report("file", format!("no profile is called \"{}\"", file.profile));
    }
    let (said, count) = (file.number_of_tests, file.tests.len());
    if said != count {
        report(
            "file",
            format!("numberOfTests is {said}, but there are {count}"),
        );
    }
    let topic = path.file_stem().and_then(|stem| stem.to_str());
    let topic = topic.unwrap_or_default();
    for test in &file.tests {
        if test.id.split('/').next() != Some(topic) {
            let problem = format!("the id does not begin with the file's topic, {topic}/");
            report(&test.id, problem);
        }
    }
}

fn problems_of(test: &Test) -> Vec<String> {
    let mut problems = Vec::new();
    if !test.comment.ends_with('.') {
        problems.push("the comment is no sentence".into());
    }
    if test.clauses.is_empty() {
        problems.push("no clause says what it holds an issuer to".into());
    }
    let unknown = test.clauses.iter().filter(|id| clauses::find(id).is_none());
    problems
        .extend(unknown.map(|id| format!("no clause is called {id}; see `vcispec list clauses`")));
    if !matches!(
        test.endpoint,
        Endpoint::Credential | Endpoint::Deferred | Endpoint::Token
    ) {
        let slug = test.endpoint.slug();
        problems.push(format!("requests to {slug} are not frozen"));
    }
    if let Err(problem) = test.request.to_http() {
        problems.push(problem);
    }
    let allows = |wanted: bool| test.expected.iter().any(|one| one.is_success() == wanted);
    let fits = match test.result {
        Verdict::Valid => allows(true),
        Verdict::Invalid => !allows(true) && allows(false),
        Verdict::Acceptable => allows(true) && allows(false),
    };
    if !fits {
        let result = test.result;
        problems.push(format!(
            "{result:?} does not fit the answers that are expected"
        ));
    }
    problems
}
