//! Servers with certificates that nobody should trust.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Expect::Error;
use super::run;
use super::server::Server;

/// A server's side of TLS, with a self-signed certificate for this name until that year.
fn with_certificate(name: &str, until: i32) -> Arc<ServerConfig> {
    let key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::new([name.to_owned()]).expect("a name");
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(until, 1, 1);
    let certificate = parameters.self_signed(&key).expect("it is signed");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("the key fits");
    Arc::new(config)
}

#[test]
fn a_certificate_that_nobody_signed_ends_the_run_with_an_error() {
    for (name, until) in [
        ("localhost", 4000),
        ("localhost", 2001),
        ("issuer.example", 4000),
    ] {
        let server = Server::hostile(Some(with_certificate(name, until)), |peer| {
            peer.answer("200 OK", "{}");
        });
        let url = server
            .url()
            .replace("http://127.0.0.1", "https://localhost");
        let complaint = Error("could not connect: invalid peer certificate")
            .complaint(name, &run::run(&url, &[]));
        assert_eq!(complaint, None, "until {until}");
    }
}

#[test]
fn who_speaks_no_tls_ends_the_run_with_an_error() {
    let server = Server::hostile(None, |peer| {
        peer.answer("400 Bad Request", "");
    });
    let url = server.url().replace("http:", "https:");
    let ended = run::run(&url, &[]);
    let complaint = Error("no answer from https:").complaint("plain", &ended);
    assert_eq!(complaint, None);
}
