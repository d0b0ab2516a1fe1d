//! What is wrong with a file is told with its name, the vector and the line.

use std::fs;
use std::path::Path;

use vcispec::corpus;

use super::FILES;

/// What the reader or the lint says of a file `access-token.json` with this text.
fn said(folder: &Path, text: &str) -> Vec<String> {
    let path = folder.join("access-token.json");
    fs::write(&path, text).expect("the file can be written");
    match corpus::read_file(&path) {
        Ok(file) => corpus::lint(&[(path, file)])
            .iter()
            .map(ToString::to_string)
            .collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn broken_files_are_told_with_file_and_place() {
    let mut files = FILES.iter();
    let known = files.find(|(path, _)| path.ends_with("access-token.json"));
    let (_, file) = known.expect("the file is there");
    let good = corpus::format(file);
    let folder = tempfile::tempdir().expect("a folder");
    let said = |text: &str| said(folder.path(), text);
    assert_eq!(said(&good), Vec::<String>::new());
    let id = "access-token/tampered-subject";
    let at = good.find(id).expect("the vector is there");
    let line = good[..at].lines().count();
    // The text from the second vector on is changed, so that there is something to point at.
    let changed = |from: &str, to: &str| good[..at].to_owned() + &good[at..].replacen(from, to, 1);
    for (text, needles) in [
        (
            good[..at + 200].to_owned(),
            vec!["access-token.json", id, "EOF", "line"],
        ),
        (
            changed("\"comment\"", "\"remark\""),
            vec!["unknown field `remark`", id, "line"],
        ),
        (
            changed("access-token", "access-token/absent\", \"id\": \"x"),
            vec!["duplicate field `id`", "line"],
        ),
        (
            changed("\"mutations\": [\"", "\"mutations\": [\"x"),
            vec!["unknown mutation", id, "line"],
        ),
        (
            changed("\"version\": 1", "\"version\": 7"),
            vec!["case version 7 is not supported", id],
        ),
        (
            changed("\"flags\": [", "\"flags\": [\"no-note\", "),
            vec![id, "no-note has no note", &format!(":{line}")],
        ),
        (
            changed("\"clauses\": [", "\"clauses\": [\"x/y\", "),
            vec![id, "no clause is called x/y"],
        ),
        (
            changed(id, "access-token/absent"),
            vec!["access-token/absent", "another vector", &format!(":{line}")],
        ),
        (
            changed(id, "proof/x"),
            vec!["proof/x", "does not begin with the file's topic"],
        ),
        (
            good.replacen("\"numberOfTests\": ", "\"numberOfTests\": 9", 1),
            vec!["numberOfTests", ":5"],
        ),
        (
            good.replacen("vcispec-corpus-1", "vcispec-corpus-9", 1),
            vec!["vcispec-corpus-9", ":2"],
        ),
        (
            good.replacen("\"ebsi-v3\"", "\"no-such\"", 1),
            vec!["no profile is called \"no-such\"", ":3"],
        ),
        ("[".repeat(100_000), vec!["access-token.json", "line 1"]),
        (
            format!("{{\"schema\": {}", "[".repeat(100_000)),
            vec!["access-token.json", "line 1"],
        ),
        (String::new(), vec!["access-token.json", "EOF"]),
        ("\u{feff}{}".into(), vec!["access-token.json", "line 1"]),
    ] {
        let said = said(&text);
        let all = said.join("\n");
        for needle in needles {
            assert!(all.contains(needle), "{needle:?} is not in {all}");
        }
        assert!(all.len() < 2_000, "{all}");
    }
}

#[test]
fn a_file_of_100_megabytes_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("proof.json");
    let file = fs::File::create(&path).expect("a file");
    file.set_len(100 << 20).expect("it can be that long");
    let error = corpus::read_file(&path)
        .expect_err("it is too large")
        .to_string();
    assert!(
        error.contains("proof.json") && error.contains("split it by topic"),
        "{error}"
    );
}

#[test]
fn a_folder_yields_its_vector_files_and_passes_over_what_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    let (path, file) = &FILES[0];
    let name = path.file_name().expect("a name").to_string_lossy();
    write(&format!("ebsi-v3/{name}"), &corpus::format(file));
    write(
        "ebsi-v3/frozen/proof.json",
        r#"{"schema": "something-else"}"#,
    );
    write("frozen/ebsi-v3.json", "no JSON");
    write("adapters/node/package.json", "no JSON");
    write("node_modules/x.json", "no JSON");
    write(".hidden/x.json", "no JSON");
    write("package.json", r#"{"name": "x"}"#);
    write("VERSION", "1.0.0");
    let found = corpus::read_dir(folder.path()).expect("all is well");
    assert_eq!(found.len(), 1);
    write("ebsi-v3/other.json", r#"{"name": "x"}"#);
    let error = corpus::read_dir(folder.path()).expect_err("no vector file");
    assert!(error.to_string().contains("other.json"), "{error}");
}
