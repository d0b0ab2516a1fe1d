//! The small issuer over HTTP, and `vcispec run` with a `vcispec.toml` against it: access tokens that are given, and logins.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use assert_cmd::Command;
use http::Request;
use tempfile::TempDir;

use super::issuer::{Issuer, Way};

/// An issuer that listens, and a folder with a configuration for it. What a command asks for, it asks in the folder.
struct Served {
    issuer: Issuer,
    url: String,
    folder: TempDir,
    is_over: Arc<AtomicBool>,
    desk: Option<JoinHandle<()>>,
}

/// A command that puts a question into the folder and waits for the answer.
const ASK: &str = r#"printf '%s' "$QUESTION" > $$ && mv $$ $$.ask && while [ ! -f $$.told ]; do sleep 0.01; done; cat $$.told; rm $$.told"#;

impl Served {
    fn start(way: Way) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("it can be");
        let url = format!("http://{address}/tenant");
        let issuer = Issuer::at_url(way, &url);
        let service = issuer.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(serve(listener, service));
        });
        let folder = TempDir::new().expect("a folder");
        let is_over = Arc::new(AtomicBool::new(false));
        let desk = (
            folder.path().to_owned(),
            issuer.clone(),
            Arc::clone(&is_over),
        );
        let desk = thread::spawn(move || {
            let (folder, issuer, is_over) = desk;
            while !is_over.load(Ordering::Relaxed) {
                answer_all(&folder, &issuer);
                thread::sleep(Duration::from_millis(2));
            }
        });
        Self {
            issuer,
            url,
            folder,
            is_over,
            desk: Some(desk),
        }
    }

    /// Runs with these keys of `[session]`. The exit code, and what was said.
    fn run(&self, session: &str, arguments: &[&str], token: &str) -> (Option<i32>, String) {
        let text = format!(
            "issuer = \"{}\"\nprofile = \"openid4vci-draft11\"\n[session]\n{session}\n",
            self.url
        );
        fs::write(self.folder.path().join("vcispec.toml"), text).expect("it is written");
        let mut command = Command::cargo_bin("vcispec").expect("the binary is built for tests");
        command
            .args([
                "run",
                "--phases",
                "systematic",
                "--report",
                "json,html,har,markdown",
            ])
            .args(["--report-dir", "reports"])
            .args(arguments)
            .env("CI", "true")
            .env("TOY_TOKEN", token)
            .current_dir(self.folder.path());
        let output = command.output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// Whether any report holds this text.
    fn is_told(&self, text: &str) -> bool {
        let reports = fs::read_dir(self.folder.path().join("reports")).expect("there are reports");
        let mut reports = reports.map(|report| report.expect("a file").path());
        reports.any(|path| fs::read_to_string(path).expect("text").contains(text))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(desk) = self.desk.take() {
            let _ = desk.join();
        }
    }
}

async fn serve(listener: std::net::TcpListener, issuer: Issuer) {
    let answer = move |request: axum::extract::Request| {
        let issuer = issuer.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20)
                .await
                .unwrap_or_default();
            let answer = issuer.answer(&Request::from_parts(head, body));
            answer.map(axum::body::Body::from)
        }
    };
    let listener = tokio::net::TcpListener::from_std(listener).expect("it listens");
    let router = axum::Router::new().fallback(answer);
    axum::serve(listener, router).await.expect("it serves");
}

/// Answers what was asked: a URL is logged in at, and for a type there is an access token.
fn answer_all(folder: &Path, issuer: &Issuer) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let asked = entries.map(|entry| entry.path());
    for path in asked.filter(|path| path.extension().is_some_and(|end| end == "ask")) {
        let question = fs::read_to_string(&path).unwrap_or_default();
        let answer = if question.contains("://") {
            issuer.authorize(&question).unwrap_or_default()
        } else {
            issuer.token_response_for(&question)
        };
        let _ = fs::remove_file(&path);
        let half = path.with_extension("half");
        let told =
            fs::write(&half, answer).and_then(|()| fs::rename(&half, path.with_extension("told")));
        told.expect("it is told");
    }
}

/// A command that asks for what the variable holds.
fn command(variable: &str) -> String {
    format!("command = '''{}'''", ASK.replace("QUESTION", variable))
}

#[test]
fn one_token_of_the_environment_does_and_stands_in_no_report() {
    for (way, code) in [(Way::Plain, 0), (Way::IgnoresAudience, 1)] {
        let served = Served::start(way);
        let token = served.issuer.token_response_for("Degree");
        let session = "kind = \"static-token\"\naccess_token = \"${TOY_TOKEN}\"";
        let (ended, said) = served.run(session, &[], &token);
        assert_eq!(ended, Some(code), "{way:?} {said}");
        assert_eq!(
            said.contains("failure: proof/audience-is-the-issuer"),
            code == 1,
            "{said}"
        );
        assert!(said.contains("the access token is given"), "{said}");
        assert_eq!(served.issuer.token_requests(), 0);
        assert!(!served.is_told(&token) && !said.contains(&token), "{said}");
        assert!(served.is_told("{access_token}") || code == 0);
    }
}

#[test]
fn one_token_that_yields_one_credential_ends_the_run_without_a_finding() {
    let served = Served::start(Way::TokensOnce);
    let token = served.issuer.token_response_for("Degree");
    let (ended, said) = served.run("", &["--access-token", &token], "");
    assert_eq!(ended, Some(0), "{said}");
    assert!(
        said.contains("stopped early") && said.contains("used up"),
        "{said}"
    );
    assert!(!served.is_told(&token), "{said}");
}

#[test]
fn a_command_gives_each_session_a_token_of_its_own() {
    let served = Served::start(Way::TokensOnce);
    let session = format!(
        "kind = \"static-token\"\n{}",
        command("VCISPEC_CREDENTIAL_TYPE")
    );
    let (ended, said) = served.run(&session, &["--shard", "1/2"], "");
    assert_eq!(ended, Some(0), "{said}");
    assert!(
        said.contains("no finding") && !said.contains("stopped early"),
        "{said}"
    );
}

#[test]
fn a_command_that_logs_in_gives_each_session_a_code() {
    for (way, code) in [(Way::Plain, 0), (Way::IgnoresVerifier, 1)] {
        let served = Served::start(way);
        let login = command("VCISPEC_AUTHORIZATION_URL");
        let session = format!("kind = \"authorization-code\"\nclient_id = \"wallet-7\"\n{login}");
        let (ended, said) = served.run(&session, &["--shard", "1/3"], "");
        assert_eq!(ended, Some(code), "{way:?} {said}");
        assert_eq!(
            said.contains("failure: token/verifier-checked"),
            code == 1,
            "{said}"
        );
        assert!(!said.contains("stopped early"), "{said}");
        let asked = served.issuer.state().asked.clone();
        assert!(asked.contains("client_id=wallet-7"), "{asked}");
    }
}
