//! `run` and `replay`.

use std::fs;

use serde_json::Value;

use super::{stderr, stdout, vcispec};

const RANDOM: [&str; 5] = ["run", "--phases", "random", "--cases", "50"];

const VALID: &str = r#"{"version":1,"flow":{"type":"CTWalletSamePreAuthorisedInTime","format":"jwt_vc"},"steps":[{"send":{"to":"credential"}}]}"#;

#[test]
fn the_embedded_issuer_draws_no_finding() {
    let mut command = vcispec(&RANDOM);
    command.assert().code(0);
    let text = stdout(&mut command);
    assert!(text.contains("no finding"), "{text}");
    assert!(text.contains("seed 1"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn report_json_follows_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reports");
    vcispec(&RANDOM)
        .args(["--report", "json", "--report-dir"])
        .arg(&path)
        .assert()
        .code(0);
    let read = |path| serde_json::from_slice::<Value>(&fs::read(path).expect("a file"));
    let report = read(path.join("report.json")).expect("JSON");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");
    let schema = read(schema.into()).expect("JSON");
    let errors: Vec<_> = jsonschema::draft202012::new(&schema)
        .expect("a schema")
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_number_of_workers_changes_no_byte_of_the_report_but_its_times() {
    let without_times = |workers| {
        let folder = tempfile::tempdir().expect("a folder");
        vcispec(&RANDOM)
            .args(["--workers", workers, "--report", "json", "--report-dir"])
            .arg(folder.path())
            .assert()
            .code(0);
        let text = fs::read_to_string(folder.path().join("report.json")).expect("a file");
        let (times, rest): (Vec<_>, Vec<_>) = text.split_inclusive('\n').partition(|line| {
            let line = line.trim_start();
            line.starts_with("\"started\":") || line.starts_with("\"duration_ms\":")
        });
        assert_eq!(times.len(), 2, "{text}");
        rest.concat()
    };
    assert_eq!(without_times("1"), without_times("7"));
}

#[test]
fn a_target_that_cannot_be_tested() {
    let mut command = vcispec(&["run", "http://127.0.0.1:9"]);
    command.assert().code(3);
    let text = stderr(&mut command);
    assert!(text.contains("Is the issuer running"), "{text}");
}

#[test]
fn nothing_to_run() {
    let mut command = vcispec(&["run", "--phases", "random", "--cases", "0"]);
    command.assert().code(4);
    let text = stderr(&mut command);
    assert!(text.starts_with("error: nothing to run"), "{text}");
}

#[test]
fn wrong_usage() {
    for arguments in [
        &["run", "nonsense"][..],
        &["run", "ftp://issuer.example"],
        &["run", "exec:"],
        &["run", "exec:cat", "--issuer", "bogus"],
        &["run", "--issuer", "http://127.0.0.1:9"],
        &[
            "run",
            "http://127.0.0.1:9",
            "--issuer",
            "http://127.0.0.1:9",
        ],
        &["run", "--phases", "bogus"],
        &["run", "--invariants", "proof/bogus"],
        &["run", "--exclude", "bogus"],
        &["run", "--profile", "bogus"],
        &["run", "--as-key", "/no/such/file"],
        &["run", "--as-key", r#"{"kty":"EC"}"#],
        &["run", "http://127.0.0.1:9", "--as-key", "Cargo.toml"],
        &["run", "--workers", "0"],
        &["run", "--no-such-flag"],
        &["replay", "{}"],
        &["replay", "/no/such/file"],
        &["serve", "--defect", "bogus"],
        &["serve", "--public-url", "bogus"],
        &["explain", "bogus"],
        &["list", "bogus"],
    ] {
        let mut command = vcispec(arguments);
        command.assert().code(2);
        assert!(stderr(&mut command).starts_with("error: "), "{arguments:?}");
    }
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    let text = stderr(&mut vcispec(&["explain", "proof-nonce/randm"]));
    assert!(text.contains("did you mean proof-nonce/random"), "{text}");
}

#[test]
fn a_case_is_replayed_from_wherever_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.json");
    fs::write(&file, VALID).expect("written");
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/ebsi-v3/deferred.json");
    for argument in [VALID, &file.display().to_string(), vectors] {
        vcispec(&["replay", argument]).assert().code(0);
    }
    vcispec(&["replay", "-"])
        .write_stdin(VALID)
        .assert()
        .code(0);
}
