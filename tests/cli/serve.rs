//! `serve`, and `run` against it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{stdout, vcispec};

/// A server that ends with the test.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("vcispec"))
            .args(["serve", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("standard output is a pipe");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it says where");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("it says where")
            .to_owned();
        Self { child, url }
    }

    /// Where it listens, if it was told no other address than its own.
    pub(super) fn port(&self) -> u16 {
        let authority = self.url.split('/').nth(2);
        let port = authority.and_then(|authority| authority.rsplit(':').next());
        port.and_then(|port| port.parse().ok())
            .expect("the URL has a port")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FEW: [&str; 6] = [
    "--phases",
    "random",
    "--cases",
    "60",
    "--deferred-delay",
    "1",
];

#[test]
fn the_clean_server_draws_no_finding() {
    let server = Server::start(&["--deferred-delay", "1"]);
    assert!(
        server.url.ends_with("/conformance/v3/issuer-mock"),
        "{}",
        server.url
    );
    vcispec(&["run", &server.url]).args(FEW).assert().code(0);
}

#[test]
fn a_defect_is_found_and_the_line_in_the_summary_shows_it_again() {
    let server = Server::start(&["--deferred-delay", "1", "--defect", "token-replay-accepted"]);
    let mut run = vcispec(&["run", &server.url]);
    run.args(FEW).assert().code(1);
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

#[cfg(unix)]
#[test]
fn it_ends_when_asked_to() {
    let mut server = Server::start(&["--prefix", ""]);
    assert!(server.url.ends_with("/issuer-mock"), "{}", server.url);
    let id = server.child.id().to_string();
    let killed = Command::new("kill").arg(id).status().expect("kill runs");
    assert!(killed.success());
    let status = server.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn client_metadata_that_cannot_be_read_is_a_wrong_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clients.json");
    std::fs::write(&file, "[{}]").expect("it is written");
    let path = file.to_str().expect("the path is text");
    for (path, reason) in [
        (path, "entry 0 of the client metadata is wrong"),
        ("nowhere.json", "could not read nowhere.json"),
    ] {
        let output = vcispec(&["serve", "--port", "0", "--clients", path]).assert();
        let output = output.code(2).get_output().clone();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(reason), "{text}");
    }
}
