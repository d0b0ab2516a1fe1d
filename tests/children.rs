//! Programs that tests start.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

/// The reference issuer behind the protocol of `exec:`, as a word for a shell. Built if it is not, or not any more.
pub(crate) fn exec_issuer() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        // This binary is in target/<profile>/deps.
        let this = std::env::current_exe().expect("this binary is a file");
        let profile = this
            .ancestors()
            .nth(2)
            .expect("it lies in a profile's folder");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "build",
            "--quiet",
            "--locked",
            "--example",
            "exec_issuer",
        ]);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        let status = cargo.status().expect("cargo runs");
        assert!(status.success(), "the example is not built");
        let path: PathBuf = profile.join("examples/exec_issuer");
        assert!(path.is_file(), "{}", path.display());
        format!("'{}'", path.display())
    })
}

/// Whether a process that has been told to end does so within five seconds.
#[cfg(target_os = "linux")]
pub(crate) fn is_gone(pid: &str) -> bool {
    let end = Instant::now() + Duration::from_secs(5);
    while is_alive(pid) {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Whether a process is there, and more than the memory of one that nobody has asked about.
#[cfg(target_os = "linux")]
pub(crate) fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    rest.chars().next().is_some_and(|state| state != 'Z')
}
