//! `run` and `replay` with `exec:COMMAND`.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{stderr, stdout, vcispec};
use crate::children::exec_issuer;
use crate::thorough::every_nth;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/ebsi-v3");

fn exec(arguments: &str) -> String {
    format!("exec:{} {arguments}", exec_issuer())
}

/// The vectors that people wrote, and those of several sessions; `corpus/adapters/run.sh` replays all.
#[test]
fn the_reference_issuer_passes_the_vectors() {
    let wallet = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/service-wallet");
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/auth-key.jwk.json");
    let folder = TempDir::new().expect("a folder");
    let into = folder.path().display();
    let document = fs::read(format!("{wallet}/dids/service-wallet.json")).expect("a file");
    fs::write(folder.path().join("service-wallet.json"), document).expect("written");
    let target = exec(&format!(
        "--as-key {key} --clients {wallet}/clients.json --did-registry '{into}'"
    ));
    let vectors = TempDir::new().expect("a folder");
    let is_generated = |name: &str| name.starts_with("alone-") || name == "precedence.json";
    let mut all = 0;
    let files = vcispec::corpus::read_dir(CORPUS.as_ref()).expect("the corpus");
    for (path, file) in every_nth(2, files) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !is_generated(&name) {
            fs::copy(&path, vectors.path().join(name)).expect("copied");
            all += file.number_of_tests;
        }
    }
    let folder = vectors.path().display().to_string();
    let mut command = vcispec(&["replay", &folder, &target, "--as-key", key]);
    command.args(["--service-wallet", &format!("{wallet}/wallet.json")]);
    let register = format!(r#"printf %s "$VCISPEC_DID_DOCUMENT" > "{into}/$VCISPEC_DID.json""#);
    command.args(["--register-command", &register]);
    let text = stdout(&mut command);
    assert!(all > 100);
    assert!(
        text.contains(&format!("no finding in {all} cases")),
        "{text}"
    );
    assert!(!text.contains("not tried: flow"), "{text}");
}

#[test]
fn what_takes_more_than_there_is_is_left_out() {
    let target = format!("exec:sed -u s/set_clock/set_watch/ | {}", exec_issuer());
    let folder = TempDir::new().expect("a folder");
    for file in ["alone-minted.json", "zoo.json", "proof.json"] {
        fs::copy(format!("{CORPUS}/{file}"), folder.path().join(file)).expect("copied");
    }
    let path = folder.path().display().to_string();
    let mut command = vcispec(&["replay", &path, &target, "--deferred-delay", "5"]);
    let text = stdout(&mut command);
    assert!(text.contains("no finding in"), "{text}");
    for reason in ["(--as-key)", "waits longer than"] {
        assert!(text.contains(reason), "{text}");
    }
}

#[test]
fn a_run_has_no_finding_and_waits_for_nothing() {
    let mut command = vcispec(&["run", &exec("--deferred-delay 30")]);
    command.args(["--deferred-delay", "30", "--phases", "random"]);
    let text = stdout(command.args(["--cases", "60"]));
    assert!(text.contains("no finding in"), "{text}");
}

#[test]
fn a_defect_is_found_and_the_line_in_the_summary_shows_it_again() {
    let target = exec("--defect token-replay-accepted");
    let mut run = vcispec(&["run", &target, "--phases", "random", "--cases", "60"]);
    run.assert().code(1);
    let text = stdout(&mut run);
    assert!(text.contains("failure: access-token/single-use"), "{text}");
    let again = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("again     vcispec "))
        .expect("there is a line");
    let binary = assert_cmd::cargo::cargo_bin("vcispec");
    let status = Command::new("sh")
        .args(["-c", &format!("{} {again}", binary.display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it runs");
    assert_eq!(status.code(), Some(1), "{again}");
}

#[test]
fn the_lines_follow_their_schema() {
    let folder = TempDir::new().expect("a folder");
    let (sent, said) = (folder.path().join("sent"), folder.path().join("said"));
    let target = format!(
        "exec:tee '{}' | {} | tee '{}'",
        sent.display(),
        exec_issuer(),
        said.display()
    );
    let vectors = format!("{CORPUS}/deferred.json");
    vcispec(&["replay", &vectors, &target]).assert().code(0);
    let text = include_str!("../../schemas/exec.schema.json");
    let mut schema: Value = serde_json::from_str(text).expect("JSON");
    for (file, direction) in [(sent, "toChild"), (said, "fromChild")] {
        schema["anyOf"] = json!([{ "$ref": format!("#/$defs/{direction}") }]);
        let schema = jsonschema::draft202012::new(&schema).expect("a schema");
        let lines = fs::read_to_string(file).expect("a file");
        assert!(lines.lines().count() > 20);
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            assert!(schema.is_valid(&line), "{line}");
        }
    }
}

#[test]
fn one_that_dies_now_and_then_draws_one_finding() {
    let target = format!("exec:sed -u 40q | {}", exec_issuer());
    let vectors = format!("{CORPUS}/proof.json");
    let mut command = vcispec(&["replay", &vectors, &target]);
    command.assert().code(1);
    let text = stdout(&mut command);
    let mut findings = text.lines().filter(|line| line.contains("failure:"));
    let unanswered = |line: &str| line.contains("robustness/every-request-is-answered");
    assert!(findings.all(unanswered), "{text}");
    assert!(
        text.contains("the command ended with exit status: 0"),
        "{text}"
    );
}

#[test]
fn one_that_cannot_be_told_the_time_is_waited_for() {
    let target = format!(
        "exec:sed -u s/set_clock/set_watch/ | {} --deferred-delay 1",
        exec_issuer()
    );
    let vectors = format!("{CORPUS}/deferred.json");
    let began = std::time::Instant::now();
    vcispec(&["replay", &vectors, &target, "--deferred-delay", "1"])
        .assert()
        .code(0);
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
}

#[test]
fn another_issuer_than_the_default_is_asked_for_by_its_path() {
    let mut command = vcispec(&["run", &exec(""), "--issuer", "https://issuer.example/v1"]);
    command.assert().code(3);
    let text = stderr(&mut command);
    assert!(text.contains("--issuer"), "{text}");
}

#[test]
fn what_cannot_be_started() {
    let mut command = vcispec(&["run", "exec:no-such-command-here"]);
    command.assert().code(3);
    let text = stderr(&mut command);
    assert!(
        text.contains("error: the command ended with exit status: 127"),
        "{text}"
    );
    assert!(
        text.contains("After exec: stands a shell command"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn it_ends_its_command_when_it_is_told_to_stop() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("pid");
    let target = format!("exec:echo $$ > '{}'; sleep 1000", file.display());
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("vcispec"))
        .args(["run", &target])
        .spawn()
        .expect("it starts");
    let pid = loop {
        match fs::read_to_string(&file) {
            Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert!(crate::children::is_gone(&pid), "{pid} is still there");
}
