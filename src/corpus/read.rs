//! Reads vector files: one, a folder of them, or a single case.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{CorpusError, SCHEMA, VectorFile, frozen};
use crate::case::Case;
use crate::profile::Profile;

/// What a path holds.
#[derive(Debug, Clone)]
pub enum Source {
    /// A case without a story.
    Case(Box<Case>),
    /// Files of vectors.
    Vectors(Vec<(PathBuf, VectorFile)>),
    /// Files of frozen vectors.
    Frozen(Vec<(PathBuf, frozen::File)>),
}

/// Larger files are refused, in bytes.
const LARGEST_FILE: u64 = 16 << 20;

/// How many levels of folders are looked into: a corpus, its profiles.
const LEVELS: usize = 2;

/// Folders beside the vectors that hold something else.
const OTHER_FOLDERS: [&str; 3] = [frozen::FOLDER, "adapters", "node_modules"];

/// The vectors of a file, or of all files in a folder in the order of their names, or a single case.
///
/// # Errors
/// A file cannot be read or does not follow the format.
pub fn load(path: &Path) -> Result<Source, CorpusError> {
    if path.is_dir() && path.ends_with(frozen::FOLDER) {
        return frozen::read_dir(path).map(Source::Frozen);
    }
    if path.is_dir() {
        return read_dir(path).map(Source::Vectors);
    }
    let text = read_text(path)?;
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|source| format_error(path, &text, source))?;
    if value.get("steps").is_some() {
        return serde_json::from_str(&text)
            .map(|case| Source::Case(Box::new(case)))
            .map_err(|source| format_error(path, &text, source));
    }
    if schema(&value) == Some(frozen::SCHEMA) {
        let file = frozen::read_file(path)?;
        return Ok(Source::Frozen(vec![(path.to_owned(), file)]));
    }
    parse(path, &text).map(|file| Source::Vectors(vec![(path.to_owned(), file)]))
}

/// The vector files of a folder and of the profiles in it, in the order of their names.
///
/// A JSON file in a folder that has the name of a profile must be a vector file. Elsewhere files that
/// name another schema are passed over, as are folders for other things: `frozen`, `adapters`.
///
/// # Errors
/// As [`load`].
pub fn read_dir(folder: &Path) -> Result<Vec<(PathBuf, VectorFile)>, CorpusError> {
    let mut files = Vec::new();
    collect(folder, LEVELS, &mut files)?;
    Ok(files)
}

/// A vector file.
///
/// # Errors
/// As [`load`].
pub fn read_file(path: &Path) -> Result<VectorFile, CorpusError> {
    parse(path, &read_text(path)?)
}

/// A vector file from its text; `path` is what errors call it.
///
/// # Errors
/// The text does not follow the format.
pub fn parse(path: &Path, text: &str) -> Result<VectorFile, CorpusError> {
    serde_json::from_str(text).map_err(|source| format_error(path, text, source))
}

fn collect(
    folder: &Path,
    levels: usize,
    files: &mut Vec<(PathBuf, VectorFile)>,
) -> Result<(), CorpusError> {
    let error = |source| CorpusError::Read {
        path: folder.to_owned(),
        source,
    };
    let name_of = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let whole = folder.canonicalize().map_err(error)?;
    let is_of_a_profile = Profile::find(&name_of(&whole)).is_some();
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        paths.push(entry.map_err(error)?.path());
    }
    paths.sort();
    for path in paths {
        let name = name_of(&path);
        if name.starts_with('.') || OTHER_FOLDERS.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            if levels > 1 {
                collect(&path, levels - 1, files)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = read_text(&path)?;
            if is_of_a_profile || names_schema(&path, &text)? {
                let file = parse(&path, &text)?;
                files.push((path, file));
            }
        }
    }
    Ok(())
}

/// Whether a file says that it holds vectors.
fn names_schema(path: &Path, text: &str) -> Result<bool, CorpusError> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|source| format_error(path, text, source))?;
    Ok(schema(&value) == Some(SCHEMA))
}

/// The schema that a file names.
fn schema(file: &serde_json::Value) -> Option<&str> {
    file.get("schema")?.as_str()
}

pub(super) fn format_error(path: &Path, text: &str, source: serde_json::Error) -> CorpusError {
    let behind = last_id(before(text, source.line(), source.column())).map(str::to_owned);
    CorpusError::Format {
        path: path.to_owned(),
        behind,
        source,
    }
}

/// The text before a line and column, both from 1, as serde counts: columns in bytes.
fn before(text: &str, line: usize, column: usize) -> &str {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let mut end = (start + column).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The last value of a member `id`.
fn last_id(text: &str) -> Option<&str> {
    let (_, rest) = text.rsplit_once("\"id\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    rest.strip_prefix('"')?.split('"').next()
}

/// The text of a file, if it is one of a reasonable size.
pub(super) fn read_text(path: &Path) -> Result<String, CorpusError> {
    let error = |source| CorpusError::Read {
        path: path.to_owned(),
        source,
    };
    // What has no size of its own, such as a device, is cut off all the same.
    let mut text = String::new();
    let file = File::open(path).map_err(error)?;
    let size = file
        .take(LARGEST_FILE + 1)
        .read_to_string(&mut text)
        .map_err(error)?;
    if size as u64 > LARGEST_FILE {
        return Err(CorpusError::Vector {
            path: path.to_owned(),
            line: None,
            id: "file".into(),
            problem: format!(
                "the file has more than {LARGEST_FILE} bytes and is not read; split it by topic"
            ),
        });
    }
    Ok(text)
}
