//! `corpus`, and `replay` of vectors.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{stderr, stdout, vcispec};

/// A small corpus: one file of two vectors.
fn small(folder: &Path) -> String {
    let vector = |id: &str, mutation: &str| {
        json!({
            "id": id, "comment": "A nonce that was never issued.", "flags": ["nonce-unchecked"],
            "clauses": ["ebsi-v3/proof-nonce"],
            "case": {
                "version": 1, "flow": {"type": "CTWalletSamePreAuthorisedInTime", "format": "jwt_vc"},
                "steps": [{"send": {"to": "credential", "mutations": [mutation]}}],
            },
            "result": "invalid", "expected": {"status": [400], "error": ["invalid_or_missing_proof"]},
        })
    };
    let file = json!({
        "schema": "vcispec-corpus-1", "profile": "ebsi-v3", "generator": "hand", "numberOfTests": 2,
        "notes": {"nonce-unchecked": {"bugType": "known-bug", "description": "The nonce is not compared."}},
        "testGroups": [{"comment": "Nonces.", "tests": [
            vector("nonce/random", "proof-nonce/random"), vector("nonce/null", "proof-nonce/near-null"),
        ]}],
    });
    let path = folder.join("ebsi-v3/nonce.json");
    fs::create_dir_all(folder.join("ebsi-v3")).expect("made");
    fs::write(&path, file.to_string()).expect("written");
    let path = path.display().to_string();
    vcispec(&["corpus", "fmt", &path]).assert().code(0);
    path
}

fn change(path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("there");
    assert!(text.contains(from), "{from:?} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

#[test]
fn fmt_and_lint_say_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small(folder.path());
    let all = folder.path().display().to_string();
    vcispec(&["corpus", "lint", &all]).assert().code(0);
    vcispec(&["corpus", "fmt", "--check", &all])
        .assert()
        .code(0);
    change(&path, "\"status\": [400]", "\"status\":  [401]");
    vcispec(&["corpus", "fmt", "--check", &path])
        .assert()
        .code(1);
    let mut lint = vcispec(&["corpus", "lint", &path]);
    lint.assert().code(1);
    let said = stdout(&mut lint);
    assert!(
        said.contains("nonce/random: the vector expects refusal with 401"),
        "{said}"
    );
    vcispec(&["corpus", "fmt", "--expectations", &path])
        .assert()
        .code(0);
    vcispec(&["corpus", "lint", &path]).assert().code(0);
    change(&path, "\"numberOfTests\"", "\"number\"");
    let mut lint = vcispec(&["corpus", "lint", &path]);
    lint.assert().code(2);
    assert!(stderr(&mut lint).contains("unknown field `number`"));
}

#[test]
fn add_puts_a_case_into_a_file_and_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small(folder.path());
    let case = r#"{"version":1,"flow":{"type":"CTWalletSamePreAuthorisedInTime","format":"jwt_vc"},"steps":[{"send":{"to":"credential","mutations":["proof-nonce/absent"]}}]}"#;
    let add = |more: &[&str]| {
        let mut command = vcispec(&["corpus", "add", case, "--to", &path]);
        command.args(more);
        command
    };
    let good = [
        "--id",
        "nonce/absent",
        "--comment",
        "There is no nonce.",
        "--clause",
        "ebsi-v3/proof-claims",
        "--flag",
        "nonce-unchecked",
    ];
    add(&good[..4]).assert().code(2);
    for (at, wrong, words) in [
        (1, "nonce/null", "has this id"),
        (1, "other/absent", "does not begin with the file's topic"),
        (3, "no sentence", "the comment is no sentence"),
        (5, "ebsi-v3/no-such", "no clause is called"),
        (7, "no-such", "the flag no-such has no note"),
    ] {
        let mut arguments = good;
        arguments[at] = wrong;
        let mut command = add(&arguments);
        command.assert().code(2);
        let said = stderr(&mut command);
        assert!(said.contains(words), "{said}");
    }
    add(&good).assert().code(0);
    vcispec(&["corpus", "lint", &path]).assert().code(0);
    vcispec(&["corpus", "fmt", "--check", &path])
        .assert()
        .code(0);
    let file: Value =
        serde_json::from_str(&fs::read_to_string(&path).expect("there")).expect("JSON");
    let added = &file["testGroups"][0]["tests"][2];
    assert_eq!(
        (&added["id"], &added["result"]),
        (&json!("nonce/absent"), &json!("invalid"))
    );
    assert_eq!(file["numberOfTests"], 3);
    let mut twice = good;
    twice[1] = "nonce/absent-again";
    let mut command = add(&twice);
    command.assert().code(2);
    assert!(stderr(&mut command).contains("nonce/absent has the same case"));
}

#[test]
fn import_prints_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, value: Value| {
        let path = folder.path().join(name);
        fs::write(&path, value.to_string()).expect("written");
        path.display().to_string()
    };
    let headers = |value: &str| json!([{"name": "x-vcispec-case", "value": value}]);
    let request = |value: &str| json!({"request": {"method": "POST", "url": "https://issuer.example/credential", "headers": headers(value)}});
    let har = |entries: Vec<Value>| json!({"log": {"version": "1.2", "entries": entries}});
    let path = write(
        "a.har",
        har(vec![
            request("replay/proof/nonce-null"),
            request("random/7"),
        ]),
    );
    let mut import = vcispec(&["corpus", "import", &path]);
    import.assert().code(0);
    assert!(stdout(&mut import).contains("proof-nonce/near-null"));
    assert!(stderr(&mut import).contains("case 7 of the stage random"));
    let path = write("b.har", har(vec![request("replay/proof/no-such")]));
    let mut import = vcispec(&["corpus", "import", &path]);
    import.assert().code(1);
    assert!(stderr(&mut import).contains("no vector has this id"));
    let path = write("c.json", json!({"something": "else"}));
    vcispec(&["corpus", "import", &path]).assert().code(2);
    vcispec(&["corpus", "import", "-"])
        .write_stdin("\u{0}\u{1}")
        .assert()
        .code(2);
}

#[test]
fn export_writes_other_forms() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small(folder.path());
    let lines = stdout(&mut vcispec(&[
        "corpus", "export", "--format", "ndjson", &path,
    ]));
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&first["profile"], &first["id"]),
        (&json!("ebsi-v3"), &json!("nonce/random"))
    );
    let curl = stdout(&mut vcispec(&[
        "corpus", "export", "--format", "curl", &path,
    ]));
    assert!(
        curl.contains("# nonce/null: A nonce") && curl.contains("${ACCESS_TOKEN}"),
        "{curl}"
    );
    let seeds = folder.path().join("seeds");
    vcispec(&["corpus", "export", "--format", "fuzz", &path, "--to"])
        .arg(&seeds)
        .assert()
        .code(0);
    let seed = fs::read_to_string(seeds.join("nonce--null")).expect("there");
    vcispec(&["replay", &seed]).assert().code(0);
    vcispec(&["corpus", "export", "--format", "fuzz", &path])
        .assert()
        .code(2);
}

#[test]
fn stats_count_vectors_and_clauses() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small(folder.path());
    let counts = stdout(&mut vcispec(&["corpus", "stats", &path]));
    assert!(
        counts.starts_with("2 vectors in 1 files, 2 of them written by hand"),
        "{counts}"
    );
    let mut clauses = vcispec(&["corpus", "stats", "--clauses", &path]);
    clauses.assert().code(1);
    assert!(stdout(&mut clauses).contains("ebsi-v3/proof-nonce has no positive vector"));
}

#[test]
fn replay_says_which_vectors_fail_and_knows_expected_failures() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = small(folder.path());
    let mut replay = vcispec(&["replay", &path, "--list"]);
    replay.assert().code(0);
    let said = stdout(&mut replay);
    assert!(
        said.contains("pass           nonce/random") && said.contains("2 vectors: 2 pass"),
        "{said}"
    );
    // The clean issuer fails a vector that expects something else.
    change(&path, "invalid_or_missing_proof", "invalid_token");
    let mut replay = vcispec(&["replay", &path]);
    replay.assert().code(1);
    let said = stdout(&mut replay);
    assert!(
        said.contains("FAIL           nonce/random: expected refusal with 400 (invalid_token)"),
        "{said}"
    );
    let known = folder.path().join("known.json");
    let expect = |deviations: Value| {
        let file = json!({"schema": "vcispec-expectations-1", "deviations": deviations});
        fs::write(&known, file.to_string()).expect("written");
        let mut command = vcispec(&["replay", &path, "--expectations"]);
        command.arg(&known);
        command
    };
    let known_as = |id: &str, reason: &str| json!([{"id": id, "reason": reason}]);
    expect(known_as("nonce/random", "The code is another."))
        .assert()
        .code(0);
    let mut stale = expect(known_as("nonce/null", "It was so once."));
    stale.assert().code(1);
    assert!(stdout(&mut stale).contains("STALE          nonce/null"));
    expect(known_as("nonce/random", "")).assert().code(2);
    expect(known_as("nonce/no-such", "A reason."))
        .assert()
        .code(2);
    expect(json!([{"id": "nonce/random", "reason": "A reason.", "until": 1}]))
        .assert()
        .code(2);
}

#[test]
fn a_vector_of_the_build_is_replayed_by_its_name() {
    let mut replay = vcispec(&["replay", "proof/nonce-null"]);
    replay.assert().code(0);
    assert!(stdout(&mut replay).contains("1 vector: 1 pass"));
    vcispec(&["replay", "proof/no-such"]).assert().code(2);
}
