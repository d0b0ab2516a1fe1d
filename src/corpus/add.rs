//! Puts a vector into a file.

use std::path::{Path, PathBuf};

use super::{BY_HAND, CorpusError, Group, Note, Vector, VectorFile, lint};

/// A vector about to be added.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The vector.
    pub vector: Vector,
    /// The comment of the group that it belongs to; the last group if there is none.
    pub group: Option<String>,
    /// Notes for flags that the file does not explain yet.
    pub notes: Vec<(String, Note)>,
}

/// The file at `path` with one vector more. `files` is the whole corpus: neither the identifier nor the
/// case may be in it. Flags that another file explains are explained alike.
///
/// # Errors
/// The file is not among `files` or is not written by hand, or the vector breaks a rule of the corpus.
pub fn add(
    files: &[(PathBuf, VectorFile)],
    path: &Path,
    addition: Addition,
) -> Result<VectorFile, CorpusError> {
    let id = addition.vector.id.clone();
    let wrong = |problem: String| CorpusError::Vector {
        path: path.to_owned(),
        line: None,
        id: id.clone(),
        problem,
    };
    let mut files = files.to_vec();
    let at = files.iter().position(|(other, _)| other == path);
    let at = at.ok_or_else(|| wrong("the file is not part of the corpus".into()))?;
    if files[at].1.generator != BY_HAND {
        let problem = format!(
            "the file is written by `{}`; choose one that is written by hand",
            files[at].1.generator
        );
        return Err(wrong(problem));
    }
    let mut file = files[at].1.clone();
    for flag in &addition.vector.flags {
        let given = addition.notes.iter().find(|(name, _)| name == flag);
        let elsewhere = files.iter().find_map(|(_, other)| other.notes.get(flag));
        let note = given.map(|(_, note)| note).or(elsewhere);
        if let (false, Some(note)) = (file.notes.contains_key(flag), note) {
            file.notes.insert(flag.clone(), note.clone());
        }
    }
    let comment = addition.group.as_deref();
    let groups = &mut file.test_groups;
    let known = match comment {
        Some(comment) => groups.iter().position(|group| group.comment == comment),
        None => groups.len().checked_sub(1),
    };
    match (known, comment) {
        (Some(group), _) => groups[group].tests.push(addition.vector),
        (None, Some(comment)) => groups.push(Group {
            comment: comment.to_owned(),
            tests: vec![addition.vector],
        }),
        (None, None) => return Err(wrong("the file has no group; name one".into())),
    }
    files[at].1 = file.tidied();
    let mut problems = lint(&files).into_iter();
    let is_ours = |problem: &CorpusError| {
        matches!(problem, CorpusError::Vector { path: other, .. } if other == path)
            || problem.to_string().contains(&id)
    };
    match problems.find(is_ours) {
        Some(problem) => Err(problem),
        None => Ok(files.swap_remove(at).1),
    }
}
