//! The frozen vectors: what writes them, what they say, and that the reference issuer keeps to them.

mod answers;
mod broken;
mod command;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use vcispec::case::Endpoint;
use vcispec::corpus::{
    self, Source,
    frozen::{self, File, Frozen, Test},
};
use vcispec::fuzzing;

/// The files as they stand in the corpus.
static FILES: LazyLock<Vec<(PathBuf, File)>> =
    LazyLock::new(|| frozen::read_dir(&folder()).unwrap_or_else(|error| panic!("{error}")));

/// What this build makes.
static FROZEN: LazyLock<Frozen> =
    LazyLock::new(|| fuzzing::freeze().unwrap_or_else(|error| panic!("{error}")));

fn folder() -> PathBuf {
    root().join("corpus/ebsi-v3/frozen")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tests() -> impl Iterator<Item = &'static Test> {
    FILES.iter().flat_map(|(_, file)| &file.tests)
}

#[test]
fn the_files_are_what_freeze_writes() {
    let mut wrong = Vec::new();
    for (name, file) in &FROZEN.files {
        let (path, text) = (folder().join(name), frozen::format(file));
        if std::env::var_os("VCISPEC_UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(name);
        }
    }
    let names: Vec<_> = FROZEN.files.iter().map(|(name, _)| name.clone()).collect();
    let found = frozen::read_dir(&folder()).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(found, names, "files that nobody writes");
    assert!(
        wrong.is_empty(),
        "VCISPEC_UPDATE=1 cargo test frozen writes them: {wrong:?}"
    );
}

#[test]
fn only_large_requests_are_left_out() {
    for left in &FROZEN.left_out {
        assert!(left.reason.contains("8192 is the most"), "{left:?}");
    }
    assert!(FROZEN.left_out.len() < 20);
}

#[test]
fn the_files_are_sound_many_and_small() {
    let problems: Vec<String> = frozen::lint(&FILES)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(tests().count() >= 400, "{}", tests().count());
    let size: usize = FILES
        .iter()
        .map(|(_, file)| frozen::format(file).len())
        .sum();
    assert!(size < 3_500_000, "{size} bytes");
    for endpoint in [Endpoint::Credential, Endpoint::Deferred, Endpoint::Token] {
        let results = |wanted| {
            let mut of = tests().filter(|test| test.endpoint == endpoint);
            of.any(|test| test.result == wanted)
        };
        assert!(results(corpus::Verdict::Valid), "{endpoint:?}");
        assert!(results(corpus::Verdict::Invalid), "{endpoint:?}");
    }
}

#[test]
fn the_files_follow_the_schema_and_the_schema_is_closed() {
    let schema = fs::read_to_string(root().join("schemas/frozen.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (path, file) in FILES.iter() {
        let mut document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            problems.is_empty(),
            "{}: {}",
            path.display(),
            problems.join("\n")
        );
        let text = fs::read_to_string(path).unwrap();
        assert!(
            frozen::format(file) == text,
            "{} is not formatted",
            path.display()
        );
        for pointer in [
            "",
            "/setup",
            "/setup/keys",
            "/tests/0",
            "/tests/0/state",
            "/tests/0/request",
        ] {
            let mut open = document.clone();
            open.pointer_mut(pointer).unwrap()["more"] = Value::Null;
            assert!(!validator.is_valid(&open), "{pointer} is open");
        }
        document["tests"][0]["request"]["bodyBase64"] = "AA==".into();
        document["tests"][0]["request"]["body"] = "".into();
        assert!(!validator.is_valid(&document), "two bodies");
    }
}

#[test]
fn the_page_names_every_member_of_the_schema() {
    let page = fs::read_to_string(folder().join("README.md")).unwrap();
    let schema = fs::read_to_string(root().join("schemas/frozen.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for part in ["setup", "test", "state", "request", "answer"] {
        names.extend(
            schema["$defs"][part]["properties"]
                .as_object()
                .unwrap()
                .keys(),
        );
    }
    for list in schema["$defs"]["state"]["properties"]
        .as_object()
        .unwrap()
        .values()
    {
        names.extend(
            list["items"]["properties"]
                .as_object()
                .into_iter()
                .flat_map(|all| all.keys()),
        );
    }
    assert!(names.len() > 40);
    for name in names {
        let quoted = [
            format!("`{name}`"),
            format!(".{name}"),
            format!("`{name}[]"),
        ];
        assert!(
            quoted.iter().any(|text| page.contains(text)),
            "{name} is not in the page"
        );
    }
    for (path, _) in FILES.iter() {
        let topic = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            page.contains(&format!("`{topic}`")),
            "{topic} is not in the page"
        );
    }
}

#[test]
fn a_frozen_file_is_known_by_its_schema_and_is_none_of_the_other_vectors() {
    let (path, file) = FILES.first().unwrap();
    let files = |path: &Path| match corpus::load(path).unwrap() {
        Source::Frozen(files) => files,
        other => panic!("{} holds {other:?}", path.display()),
    };
    assert_eq!(files(path), [(path.clone(), file.clone())]);
    assert_eq!(files(&folder()), *FILES);
    for (path, _) in corpus::read_dir(&root().join("corpus")).unwrap() {
        assert!(!path.starts_with(folder()), "{}", path.display());
    }
}
