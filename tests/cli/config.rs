//! `vcispec.toml`: what is wrong with one is said with its place, and what it says is done.

use std::fs;

use tempfile::TempDir;

use super::serve::Server;
use super::{stderr, stdout, vcispec};

fn folder(text: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("vcispec.toml"), text).expect("it is written");
    folder
}

#[test]
fn a_wrong_file_is_a_usage_error_that_says_where_and_what() {
    for (text, said) in [
        ("isuer = 'x'", "did you mean issuer?"),
        ("issuer = 'x'\n\n[sesion]\n", "line 3"),
        ("issuer = 1", "invalid type"),
        ("issuer = 'nonsense'", "is no URL"),
        ("profile = 'ebsi'", "no profile is called \"ebsi\""),
        ("[session]\nkind = 'offer'", "needs the key \"offer\""),
        ("[session]\ncommand = 'x'", "is for another kind"),
        (
            "[session]\nkind = 'static-token'",
            "needs the key \"access_token\" or the key \"command\"",
        ),
        (
            "[session]\nkind = 'static-token'\ncommand = 'x'\naccess_token = 't'",
            "and not both",
        ),
        (
            "[session]\nkind = 'static-token'\ncommand = 'x'\nc_nonce = 'n'",
            "goes with \"access_token\"",
        ),
        (
            "[session]\nkind = 'static-token'\naccess_token = ' '",
            "there is no access token",
        ),
        (
            "[session]\nkind = 'static-token'\naccess_token = 't'\npin = { rule = 'none' }",
            "the key \"pin\", which is for another kind",
        ),
        (
            "[session]\nkind = 'offer-command'\ncommand = 'x'\nclient_id = 'c'",
            "the key \"client_id\", which is for another kind",
        ),
        (
            "[session]\nkind = 'authorization-code'",
            "needs the key \"command\"",
        ),
        (
            "[session]\nkind = 'authorization-code'\ncommand = 'x'\nredirect_uri = 'nonsense'",
            "is no URL",
        ),
        ("[session.pin]\nrule = 'fixed'", "needs the key \"value\""),
        ("[holder]\nid = 'did:jwt'", "did you mean did:jwk?"),
        ("[holder]\nkey = 'ES255'", "ES256"),
        (
            "[invariants]\ndisable = ['proof/nonc']",
            "no invariant is called",
        ),
        (
            "[[expectations]]\ninvariant = 'token/code-checked'\nreason = ' '",
            "has no reason",
        ),
        (
            "issuer = 'http://127.0.0.1:9'\n[http]\nproxy = 'socks'",
            "is no http URL",
        ),
        (
            "issuer = 'http://127.0.0.1:9'\n[http]\nca_cert = 'none.pem'",
            "could not read",
        ),
        (
            "issuer = 'http://127.0.0.1:9'\n[http]\nclient_cert = 'none.pem'",
            "takes both client_cert and client_key",
        ),
        (
            "issuer = '${VCISPEC_NO_SUCH}'",
            "line 1: there is no variable",
        ),
    ] {
        let folder = folder(text);
        let mut command = vcispec(&["run", "--phases", "random", "--cases", "1"]);
        command.current_dir(folder.path());
        command.assert().code(2);
        let found = stderr(&mut command);
        assert!(found.contains(said), "{text}: {found}");
    }
}

/// Replays one valid case against the issuer that the file names.
const VALID: &str = r#"{"version":1,"flow":{"type":"CTWalletCrossPreAuthorisedInTime","format":"jwt_vc"},"steps":[{"send":{"to":"credential"}}]}"#;

#[test]
fn the_file_of_the_working_directory_says_where_offers_come_from() {
    let server = Server::start(&[]);
    let text = format!(
        r#"issuer = "{0}"
[session]
kind = "offer-http"
method = "GET"
url = "{0}/initiate-credential-offer?credential_type={{credential_type}}&client_id={{holder}}"
"#,
        server.url
    );
    let folder = folder(&text);
    let mut command = vcispec(&["replay", VALID]);
    command.current_dir(folder.path());
    let text = stdout(&mut command);
    assert!(text.contains("no finding in 1 case"), "{text}");
    command.assert().code(0);
}

#[test]
fn a_known_deviation_fails_no_run_and_a_stale_one_does() {
    let run = |server: &Server, rule: &str| {
        let text = format!(
            "issuer = '{}'\n[[expectations]]\ninvariant = '{rule}'\nreason = 'known'\n",
            server.url
        );
        let folder = folder(&text);
        let mut command = vcispec(&[
            "run",
            "--phases",
            "random",
            "--cases",
            "120",
            "--deferred-delay",
            "1",
        ]);
        command.current_dir(folder.path());
        let output = command.output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        (output.status.code(), text)
    };
    let server = Server::start(&["--deferred-delay", "1", "--defect", "nonce-unchecked"]);
    let (code, text) = run(&server, "proof/nonce-is-the-c-nonce-of-this-token");
    assert!(
        text.contains("known: proof/nonce-is-the-c-nonce-of-this-token: known"),
        "{text}"
    );
    assert_eq!(code, Some(0), "{text}");
    let server = Server::start(&["--deferred-delay", "1"]);
    let (code, text) = run(&server, "proof/nonce-is-the-c-nonce-of-this-token");
    assert!(
        text.contains("stale: proof/nonce-is-the-c-nonce-of-this-token"),
        "{text}"
    );
    assert_eq!(code, Some(1), "{text}");
}

#[test]
fn a_target_that_died_is_started_again() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let issuer = format!("http://127.0.0.1:{port}/conformance/v3/issuer-mock");
    let binary = assert_cmd::cargo::cargo_bin("vcispec");
    // Nothing listens there until the command is run.
    let folder = folder(&format!(
        "issuer = '{issuer}'\n[liveness]\nrestart = \"\"\"{} serve --port {port} & echo $! > pid\"\"\"\n",
        binary.display()
    ));
    let mut command = vcispec(&["replay", VALID]);
    command.current_dir(folder.path());
    let text = stdout(&mut command);
    let pid = fs::read_to_string(folder.path().join("pid")).expect("it was started");
    let ended = std::process::Command::new("kill").arg(pid.trim()).status();
    assert!(ended.is_ok_and(|status| status.success()), "{pid}");
    assert!(text.contains("no finding in 1 case"), "{text}");
}

#[test]
fn init_writes_a_file_that_works_unchanged() {
    let server = Server::start(&[]);
    let folder = TempDir::new().expect("a folder");
    let mut command = vcispec(&["init", &server.url]);
    command.current_dir(folder.path()).assert().code(0);
    let mut again = vcispec(&["init", &server.url]);
    again.current_dir(folder.path()).assert().code(2);
    let mut command = vcispec(&["replay", VALID]);
    command.current_dir(folder.path());
    let text = stdout(&mut command);
    assert!(text.contains("no finding in 1 case"), "{text}");
}
