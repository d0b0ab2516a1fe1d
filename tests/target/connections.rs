//! How a server is reached: through a proxy, with certificates of one's own, or with none that are looked at.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use vcispec::target::{Connections, Http, Proxy, SendError, Target as _, Trust};

use super::{LIMITS, OK, get, read_request, server};

/// A certificate for localhost, and its key.
fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    signed_by_itself(IsCa::NoCa)
}

fn signed_by_itself(is_ca: IsCa) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    parameters.is_ca = is_ca;
    let certificate = parameters.self_signed(&key).expect("it is signed");
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (certificate.der().clone(), key.into())
}

/// A server on TLS with this certificate, which asks clients for one that `clients` vouches for. Its URL.
async fn secure(
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
    clients: Option<CertificateDer<'static>>,
) -> String {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the versions are known");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(clients).expect("it is a certificate");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("there is a root"))
        }
    };
    let config = builder
        .with_single_cert(vec![certificate], key)
        .expect("the key fits");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let url = server(move |_, stream| {
        let acceptor = acceptor.clone();
        async move {
            // Who does not trust the server leaves.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut asked = [0; 4096];
            if matches!(stream.read(&mut asked).await, Ok(length) if length > 0) {
                stream.write_all(OK).await.expect("written");
            }
        }
    })
    .await;
    url.replace("http://127.0.0.1", "https://localhost")
}

async fn ask(url: &str, connections: Connections) -> Result<u16, SendError> {
    let http = Http::through(LIMITS, connections).expect("the certificates fit");
    let answer = http.send(get(url)).await?;
    Ok(answer.status().as_u16())
}

/// A proxy that tells what it is asked, and carries tunnels through. Its URL.
async fn proxy() -> (String, UnboundedReceiver<String>) {
    let (told, heard) = unbounded_channel();
    let url = server(move |_, stream| carry(stream, told.clone())).await;
    (url, heard)
}

async fn carry(mut stream: TcpStream, told: UnboundedSender<String>) {
    let head = String::from_utf8(read_request(&mut stream).await).expect("text");
    told.send(head.clone()).expect("somebody listens");
    let Some(server) = head.strip_prefix("CONNECT ") else {
        stream.write_all(OK).await.expect("written");
        return;
    };
    let server = server.split(' ').next().expect("an authority");
    let mut server = TcpStream::connect(server).await.expect("it is there");
    let done = b"HTTP/1.1 200 Connection established\r\n\r\n";
    stream.write_all(done).await.expect("written");
    let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_where_it_is_named_and_nowhere_else() {
    let (certificate, key) = certificate();
    let url = secure((certificate.clone(), key), None).await;
    let unknown = ask(&url, Connections::default()).await;
    assert!(matches!(unknown, Err(SendError::Connect(_))), "{unknown:?}");
    let trust = Trust::Only(vec![certificate]);
    let named = Connections {
        trust,
        ..Connections::default()
    };
    assert_eq!(ask(&url, named).await, Ok(200));
}

#[tokio::test]
async fn a_certificate_that_vouches_for_itself_will_do_where_it_is_named() {
    // As `openssl req -x509` makes them.
    let (certificate, key) = signed_by_itself(IsCa::Ca(BasicConstraints::Unconstrained));
    let url = secure((certificate.clone(), key), None).await;
    let named = |certificate| Connections {
        trust: Trust::Only(vec![certificate]),
        ..Connections::default()
    };
    assert_eq!(ask(&url, named(certificate)).await, Ok(200));
    let (another, _) = signed_by_itself(IsCa::Ca(BasicConstraints::Unconstrained));
    assert!(ask(&url, named(another)).await.is_err());
}

#[tokio::test]
async fn whoever_looks_at_no_certificate_says_so() {
    let url = secure(certificate(), None).await;
    let trusting = || Connections {
        trust: Trust::Anybody,
        ..Connections::default()
    };
    assert_eq!(ask(&url, trusting()).await, Ok(200));
    let http = Http::through(LIMITS, trusting()).expect("there is nothing to fit");
    assert_eq!(http.remarks().len(), 1);
}

#[tokio::test]
async fn a_client_shows_its_certificate() {
    let (own, own_key) = certificate();
    let url = secure(certificate(), Some(own.clone())).await;
    let with = |identity| Connections {
        trust: Trust::Anybody,
        identity,
        ..Connections::default()
    };
    assert!(ask(&url, with(None)).await.is_err());
    assert_eq!(ask(&url, with(Some((vec![own], own_key)))).await, Ok(200));
}

#[tokio::test]
async fn a_proxy_is_told_where_a_plain_request_goes() {
    let (url, mut heard) = proxy().await;
    let url = url.replace("http://", "http://user:secret@");
    let through = Connections {
        proxy: Some(Proxy::at(&url)),
        ..Connections::default()
    };
    assert_eq!(ask("http://issuer.example/x?y=1", through).await, Ok(200));
    let head = heard.recv().await.expect("it was asked");
    assert!(
        head.starts_with("GET http://issuer.example/x?y=1 HTTP/1.1\r\n"),
        "{head}"
    );
    let head = head.to_ascii_lowercase();
    assert!(head.contains("host: issuer.example\r\n"), "{head}");
    assert!(
        head.contains("proxy-authorization: basic dxnlcjpzzwnyzxq=\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_to_a_secure_server() {
    let (certificate, key) = certificate();
    let target = secure((certificate.clone(), key), None).await;
    let (url, mut heard) = proxy().await;
    let through = Connections {
        proxy: Some(Proxy::at(&url)),
        trust: Trust::Only(vec![certificate]),
        ..Connections::default()
    };
    assert_eq!(ask(&target, through).await, Ok(200));
    let head = heard.recv().await.expect("it was asked");
    let authority = target.trim_start_matches("https://");
    assert!(head.starts_with(&format!("CONNECT {authority} ")), "{head}");
}
