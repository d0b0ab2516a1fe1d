//! Runs in parts, runs that are ended, and what becomes of their reports.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::serve::Server;
use super::{stderr, stdout, vcispec};

fn report(folder: &Path) -> Value {
    let text = fs::read(folder.join("report.json")).expect("a report");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn parts_are_merged_from_their_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    for shard in ["1/2", "2/2"] {
        let part = folder.path().join(shard.replace('/', "-of-"));
        vcispec(&[
            "run", "--phases", "random", "--cases", "40", "--shard", shard,
        ])
        .args(["--report", "json", "--report-dir"])
        .arg(part)
        .assert()
        .code(0);
    }
    let whole = folder.path().join("whole");
    let mut merge = vcispec(&["report", "merge"]);
    merge
        .arg(folder.path())
        .args([
            "--report",
            "json,junit,sarif,har,markdown,html",
            "--report-dir",
        ])
        .arg(&whole);
    merge.assert().code(0);
    let mut one = vcispec(&["run", "--phases", "random", "--cases", "40"]);
    one.args(["--report", "json", "--report-dir"])
        .arg(folder.path());
    one.assert().code(0);
    assert_eq!(report(&whole)["cases"], report(folder.path())["cases"]);
    for name in [
        "junit.xml",
        "vcispec.sarif",
        "vcispec.har",
        "report.md",
        "report.html",
    ] {
        assert!(whole.join(name).is_file(), "{name}");
    }
}

#[test]
fn what_is_no_report_is_not_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    for arguments in [
        &["report", "merge", &path][..],
        &["report", "merge", "/no/such/file"],
        &["report", "merge", "Cargo.toml"],
        &["report", "merge"],
        &["run", "--shard", "5/4"],
        &["run", "--rate-limit", "many"],
        &["diff", "http://127.0.0.1:9"],
        &["diff", "nonsense", "http://127.0.0.1:9"],
        &[
            "diff",
            "http://127.0.0.1:9",
            "http://127.0.0.1:9",
            "--no-such-flag",
        ],
        &["completions", "tcl"],
    ] {
        let mut command = vcispec(arguments);
        command.assert().code(2);
        assert!(stderr(&mut command).starts_with("error: "), "{arguments:?}");
    }
}

/// A run that would take hours, once it has written a report.
fn endless(folder: &Path, server: &Server) -> Child {
    let child = Command::new(assert_cmd::cargo::cargo_bin("vcispec"))
        .args([
            "run",
            &server.url,
            "--phases",
            "random",
            "--cases",
            "1000000",
        ])
        .args(["--report", "json,html", "--report-dir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let end = Instant::now() + Duration::from_secs(60);
    while !folder.join("report.html").is_file() {
        assert!(Instant::now() < end, "no report");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(killed.expect("kill is there").success());
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_reports_what_it_found() {
    let server = Server::start(&["--defect", "nonce-unchecked", "--deferred-delay", "1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let child = endless(folder.path(), &server);
    std::thread::sleep(Duration::from_secs(1));
    signal(&child, "INT");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("stopped early: it was interrupted"), "{text}");
    let report = report(folder.path());
    assert_eq!(report["stopped"], "it was interrupted");
    let cases = report["cases"].as_u64().expect("a number");
    assert!(cases > 0 && cases < 1_000_000, "{cases}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_what_it_wrote_last() {
    let server = Server::start(&["--deferred-delay", "1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = endless(folder.path(), &server);
    signal(&child, "KILL");
    child.wait().expect("it ends");
    assert_eq!(report(folder.path())["stopped"], "the run is not over yet");
}

#[test]
fn two_issuers_are_compared() {
    let a = Server::start(&["--deferred-delay", "1"]);
    let b = Server::start(&["--deferred-delay", "1", "--defect", "token-replay-accepted"]);
    let few = [
        "--phases",
        "random",
        "--cases",
        "30",
        "--deferred-delay",
        "1",
    ];
    let mut same = vcispec(&["diff", &a.url, &a.url]);
    same.args(few).assert().code(0);
    let mut other = vcispec(&["diff", &a.url, &b.url]);
    let output = other.args(few).assert().code(1);
    let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(text.contains("access-token/"), "{text}");
    assert!(text.contains("or 400 invalid_token"), "{text}");
}

#[test]
fn completions_and_the_manual_name_every_subcommand() {
    let bash = stdout(&mut vcispec(&["completions", "bash"]));
    let folder = tempfile::tempdir().expect("a folder");
    vcispec(&["man", "--dir"])
        .arg(folder.path())
        .assert()
        .code(0);
    let manual = stdout(&mut vcispec(&["man"]));
    for name in [
        "run", "serve", "replay", "corpus", "diff", "report", "defects",
    ] {
        assert!(bash.contains(name), "{name}");
        assert!(manual.contains(name), "{name}");
        assert!(
            folder.path().join(format!("vcispec-{name}.1")).is_file(),
            "{name}"
        );
    }
}

#[test]
fn the_version_names_that_of_the_corpus() {
    let text = stdout(&mut vcispec(&["--version"]));
    let corpus = vcispec::corpus::VERSION;
    let expected = format!("vcispec {} (corpus {corpus})\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(text, expected);
}
