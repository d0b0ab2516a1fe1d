//! `vcispec replay`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value;

use super::options::Options;
use super::{Done, usage};
use crate::case::Case;
use crate::engine;
use crate::report::Terminal;

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case as JSON, a file with a case or with vectors, a folder of such files, or - for standard input
    case: String,
    /// The issuer's URL (its credential issuer identifier); the embedded reference issuer if absent
    target: Option<String>,
    #[command(flatten)]
    options: Options,
}

pub(super) async fn run(arguments: Arguments) -> Done {
    let cases = cases(&arguments.case).map_err(usage)?;
    let options = &arguments.options;
    let (environment, config) = options.prepare(arguments.target.as_deref())?;
    let terminal = Terminal::new();
    let mut listener = |event: &engine::Event<'_>| terminal.listen(event);
    let outcome = engine::replay(&environment, &config, cases, &mut listener).await;
    options.finish(&terminal, outcome)
}

/// The cases that an argument means.
fn cases(argument: &str) -> Result<Vec<Case>, String> {
    if argument.trim_start().starts_with('{') {
        return parse(argument, "the argument");
    }
    if argument == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| format!("could not read standard input: {error}"))?;
        return parse(&text, "standard input");
    }
    let path = Path::new(argument);
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = json_files(path).map_err(|error| format!("could not read {argument}: {error}"))?;
    }
    let mut cases = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("could not read {name}: {error}"))?;
        cases.extend(parse(&text, &name)?);
    }
    Ok(cases)
}

/// The JSON files below a folder, in a fixed order.
fn json_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One case, or those of a file of vectors.
fn parse(text: &str, name: &str) -> Result<Vec<Case>, String> {
    let wrong = |error: serde_json::Error| format!("{name} holds no case: {error}");
    let json: Value = serde_json::from_str(text).map_err(wrong)?;
    let Some(groups) = json.get("testGroups").and_then(Value::as_array) else {
        return Ok(vec![serde_json::from_str(text).map_err(wrong)?]);
    };
    groups
        .iter()
        .filter_map(|group| group.get("tests")?.as_array())
        .flatten()
        .filter_map(|test| test.get("case"))
        .map(|case| Case::deserialize(case).map_err(wrong))
        .collect()
}
