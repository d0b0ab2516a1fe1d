//! `vcispec run` as a child process, with its time, its memory and what it says.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How a run ended.
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The rules of the findings in its report, if it wrote one.
    pub(super) findings: Vec<String>,
    pub(super) report: Value,
    took: Duration,
    /// The most memory that it had resident, in KiB.
    memory: u64,
}

/// What a run may take. The machine may be busy; what hangs takes for ever.
const LONGEST: Duration = Duration::from_secs(60);

/// The most memory that a run may have resident, in KiB.
const MOST_MEMORY: u64 = 256 << 10;

impl Ended {
    /// What was too much, if anything.
    pub(super) fn is_out_of_bounds(&self) -> Option<String> {
        if self.took > LONGEST {
            return Some(format!("took {:?}", self.took));
        }
        if self.memory > MOST_MEMORY {
            return Some(format!("took {} MiB", self.memory >> 10));
        }
        let is_ours = self.stderr.contains("panicked") || self.code == 70;
        is_ours.then(|| "shows a bug of ours".to_owned())
    }
}

/// How long an answer may take, in seconds, where nobody waits for the end of it: a busy machine is no hostile server.
const PATIENCE: u64 = 5;

/// What every run is told: to do little.
const LITTLE: [&str; 7] = [
    "--phases",
    "random",
    "--cases",
    "12",
    "--report",
    "json,junit,sarif,har,markdown,html",
    "--report-dir",
];

/// Runs against this issuer, with more arguments.
pub(super) fn run(issuer: &str, arguments: &[&str]) -> Ended {
    run_for(PATIENCE, issuer, arguments)
}

/// The same, with so many seconds for an answer.
pub(super) fn run_for(seconds: u64, issuer: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let begun = Instant::now();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("vcispec"))
        .args(["run", issuer, "--request-timeout", &seconds.to_string()])
        .args(LITTLE)
        .arg(folder.path())
        .args(arguments)
        .env("CI", "true")
        .env_remove("GITHUB_STEP_SUMMARY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stdout = collect(child.stdout.take().expect("a pipe"));
    let stderr = collect(child.stderr.take().expect("a pipe"));
    let mut memory = 0;
    let code = loop {
        memory = memory.max(resident(&child));
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status.code().unwrap_or(-1);
        }
        if begun.elapsed() > LONGEST {
            child.kill().expect("it can be ended");
        }
        sleep(Duration::from_millis(10));
    };
    let report = fs::read(folder.path().join("report.json"));
    let report = report.map_or(Value::Null, |text| {
        serde_json::from_slice(&text).expect("JSON")
    });
    let findings = report["findings"].as_array().into_iter().flatten();
    Ended {
        code,
        stdout: text(stdout),
        stderr: text(stderr),
        findings: findings
            .filter_map(|finding| Some(finding["invariant"].as_str()?.to_owned()))
            .collect(),
        report,
        took: begun.elapsed(),
        memory,
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    spawn(move || {
        let mut read = Vec::new();
        let _ = pipe.read_to_end(&mut read);
        read
    })
}

fn text(read: JoinHandle<Vec<u8>>) -> String {
    let read = read.join().expect("no reader panics");
    String::from_utf8(read).expect("it writes text")
}

/// The most memory that the child had resident so far, in KiB; 0 where that is not told. Until it is the program that it is
/// to become, its memory is that of the tests.
fn resident(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    if !status.starts_with("Name:\tvcispec\n") {
        return 0;
    }
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(target_os = "linux")]
#[test]
fn the_measure_measures() {
    let ended = run("http://127.0.0.1:9", &[]);
    assert_eq!(ended.code, 3);
    assert!(ended.memory > 1 << 10, "{} KiB", ended.memory);
}
