//! `serve` with a certificate, a folder of DID documents, another issuer.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serve::Server;
use super::{stderr, vcispec};

/// Sends GET over a stream and returns what comes until the connection ends.
fn get(mut stream: impl Read + Write, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    // The other side may close without the farewell of TLS.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn plain(server: &Server) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port())).expect("it listens")
}

/// A self-signed certificate for localhost and its key, as files.
fn certificate(folder: &Path, name: &str) -> (String, String, rcgen::Certificate) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it is made");
    let write = |kind: &str, pem: String| {
        let path = folder.join(format!("{name}-{kind}.pem"));
        fs::write(&path, pem).expect("it is written");
        path.display().to_string()
    };
    let certificate = write("cert", made.cert.pem());
    let key = write("key", made.signing_key.serialize_pem());
    (certificate, key, made.cert)
}

#[test]
fn it_speaks_tls_with_the_certificate_it_is_given() {
    let folder = TempDir::new().expect("a folder");
    let (certificate_file, key, certificate) = certificate(folder.path(), "a");
    let public = "https://issuer.example";
    let server = Server::start(&[
        "--tls-cert",
        &certificate_file,
        "--tls-key",
        &key,
        "--public-url",
        public,
    ]);
    assert_eq!(server.url, format!("{public}/conformance/v3/issuer-mock"));
    let server = Server::start(&["--tls-cert", &certificate_file, "--tls-key", &key]);
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );

    let mut roots = RootCertStore::empty();
    roots
        .add(certificate.der().clone())
        .expect("it is a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("it is a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("it can be tried");
    let answer = get(
        StreamOwned::new(client, plain(&server)),
        "/conformance/v3/issuer-mock/jwks",
    );
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"keys\""),
        "{answer}"
    );

    // Who speaks no TLS gets no HTTP, and nobody else is harmed.
    assert!(!get(plain(&server), "/").contains("HTTP/1.1 200"));
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_apart() {
    let folder = TempDir::new().expect("a folder");
    let (certificate, key, _) = certificate(folder.path(), "a");
    let (_, other_key, _) = self::certificate(folder.path(), "b");
    let refused = |certificate: &str, key: &str| {
        let mut serve = vcispec(&[
            "serve",
            "--port",
            "0",
            "--tls-cert",
            certificate,
            "--tls-key",
            key,
        ]);
        serve.assert().code(2);
        stderr(&mut serve)
    };
    assert!(refused(&certificate, &other_key).contains("does not belong to the certificate"));
    assert!(refused(&key, &key).contains("holds no certificate in PEM form"));
    assert!(refused(&certificate, &certificate).contains("holds no private key in PEM form"));
    let missing = refused(&certificate, "/nowhere/key.pem");
    assert!(
        missing.contains("could not read /nowhere/key.pem"),
        "{missing}"
    );
    vcispec(&["serve", "--tls-cert", &certificate])
        .assert()
        .code(2);
}

#[test]
fn it_starts_with_a_page_and_knows_the_documents_of_a_folder() {
    let folder = TempDir::new().expect("a folder");
    let did = "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E";
    write(folder.path(), "entity.json", &document(did));
    write(folder.path(), "notes.txt", &json!("no DID document"));
    let path = folder.path().display().to_string();
    let server = Server::start(&["--did-registry", &path, "--issuer-did", "did:key"]);
    let home = get(plain(&server), "/");
    assert!(
        home.contains("<h1>") && home.contains("did:key:z2dm"),
        "{home}"
    );
    let found = get(
        plain(&server),
        &format!("/did-registry/v5/identifiers/{did}"),
    );
    assert!(
        found.starts_with("HTTP/1.1 200 OK") && found.contains("keys-1"),
        "{found}"
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_with_the_file_and_the_reason() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().display().to_string();
    let refused = |path: &str| {
        let mut serve = vcispec(&["serve", "--port", "0", "--did-registry", path]);
        serve.assert().code(2);
        stderr(&mut serve)
    };
    assert!(refused("/nowhere").contains("could not read the folder /nowhere"));
    assert!(refused(&path).contains("holds no *.json file"));
    write(
        folder.path(),
        "a.json",
        &document("did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E"),
    );
    write(
        folder.path(),
        "b.json",
        &document("did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E"),
    );
    let twice = refused(&path);
    assert!(
        twice.contains("b.json: there is a document of did:ebsi:z22"),
        "{twice}"
    );
    fs::write(folder.path().join("a.json"), "{\n  not json").expect("it is written");
    let broken = refused(&path);
    assert!(
        broken.contains("a.json: not JSON") && broken.contains("line 2"),
        "{broken}"
    );
}

fn document(did: &str) -> Value {
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ" });
    json!({ "id": did, "verificationMethod": [{ "id": format!("{did}#keys-1"), "publicKeyJwk": jwk }] })
}

fn write(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(name), value.to_string()).expect("it is written");
}
