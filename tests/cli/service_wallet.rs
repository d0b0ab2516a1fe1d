//! `run` and `replay` with a service wallet, against `serve` that knows it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

use super::serve::Server;
use super::{stderr, stdout, vcispec};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/service-wallet");

const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/corpus/ebsi-v3/onboarding.json"
);

/// A server that knows the service wallet of the example, and its folder of DID documents.
fn server() -> (Server, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let document = Path::new(EXAMPLE).join("dids/service-wallet.json");
    fs::copy(document, folder.path().join("service-wallet.json")).expect("it is copied");
    let server = Server::start(&[
        "--deferred-delay",
        "1",
        "--clients",
        &format!("{EXAMPLE}/clients.json"),
        "--did-registry",
        &folder.path().display().to_string(),
    ]);
    (server, folder)
}

fn replay(server: &Server) -> Command {
    let mut command = vcispec(&["replay", VECTORS, &server.url, "--deferred-delay", "1"]);
    command.args(["--service-wallet", &format!("{EXAMPLE}/wallet.json")]);
    command
}

#[test]
fn newcomers_are_registered_while_the_server_runs() {
    let (server, folder) = server();
    let into = folder.path().display();
    let register = format!(r#"printf %s "$VCISPEC_DID_DOCUMENT" > "{into}/$VCISPEC_DID.json""#);
    let mut command = replay(&server);
    command.args(["--register-command", &register]);
    let text = stdout(&mut command);
    assert!(text.contains("no finding in 8 cases"), "{text}");
    assert!(!text.contains("not tried: flow"), "{text}");
    // A second time, with the first newcomers in the registry.
    command.assert().code(0);
    let documents = fs::read_dir(folder.path()).expect("a folder").count();
    assert!(documents > 8, "{documents}");
}

#[test]
fn what_cannot_be_registered_is_left_out() {
    let (server, _folder) = server();
    let text = stdout(&mut replay(&server));
    assert!(text.contains("no finding in 4 cases"), "{text}");
    let reason = "flow VerifiableAuthorisationForTrustChain: needs a way to register the DID";
    assert!(text.contains(reason), "{text}");
    let text = stdout(replay(&server).args(["--register-command", "exit 9"]));
    assert!(!text.contains("no finding in 8 cases"), "{text}");
}

#[test]
fn vectors_that_need_a_service_wallet_say_so() {
    let (server, _folder) = server();
    let mut command = vcispec(&["replay", VECTORS, &server.url]);
    command.assert().code(3);
    let text = stderr(&mut command);
    assert!(text.contains("needs a service wallet"), "{text}");
}
