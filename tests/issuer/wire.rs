//! The server, through raw sockets: what no parsed request can express, and manners under load.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use vcispec::issuer::{BODY_LIMIT, GuardedFetcher, Issuer, serve};

use super::recorded::WIRE;
use super::service;
use super::support::{Holder, PRE_AUTHORISED, valid_request};

/// A server on a free port.
struct Server {
    issuer: Arc<Issuer>,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start() -> Self {
        Self::of(super::support::issuer().0).await
    }

    async fn of(issuer: Arc<Issuer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("the socket is bound");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(Arc::clone(&issuer), listener, None, stopped));
        Self {
            issuer,
            address,
            stop,
            task,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address)
            .await
            .expect("the server listens")
    }

    /// Sends bytes on a new connection and reads until the server closes it, or for a while after the last answer.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The server may close before all is written.
        let _ = stream.write_all(bytes).await;
        read(&mut stream).await
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        let ended = timeout(Duration::from_secs(15), self.task)
            .await
            .expect("the server stops");
        ended
            .expect("the server does not panic")
            .expect("the server ends well");
    }
}

/// Reads what comes until the connection closes or falls silent.
async fn read(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(count @ 1..)) =
        timeout(Duration::from_millis(700), stream.read(&mut buffer)).await
    {
        answer.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// A credential request that is right in every way, as bytes; `spoil` changes its header fields.
fn request(issuer: &Issuer, line: &str, spoil: impl Fn(&str, usize) -> String) -> Vec<u8> {
    let request = valid_request(issuer, &Holder::new(1), PRE_AUTHORISED);
    let authorization = request.headers()["authorization"]
        .to_str()
        .expect("a token is ASCII");
    let fields = format!(
        "Host: localhost\r\nContent-Type: application/json\r\nAuthorization: {authorization}\r\n"
    );
    let fields = spoil(&fields, request.body().len());
    [format!("{line}\r\n{fields}\r\n").as_bytes(), request.body()].concat()
}

const LINE: &str = "POST /conformance/v3/issuer-mock/credential HTTP/1.1";

fn with_length(fields: &str, length: usize) -> String {
    format!("{fields}Content-Length: {length}\r\n")
}

fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_parsed_request_can_express_is_refused_or_closed() {
    let server = Server::start().await;
    let issuer = &server.issuer;
    let cases = [
        (
            "cl-negative",
            request(issuer, LINE, |fields, _| {
                format!("{fields}Content-Length: -1\r\n")
            }),
        ),
        (
            "cl-nan",
            request(issuer, LINE, |fields, _| {
                format!("{fields}Content-Length: abc\r\n")
            }),
        ),
        (
            "cl-and-te",
            request(issuer, LINE, |fields, _| {
                format!("{fields}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")
            }),
        ),
        (
            "http20-line",
            request(issuer, &LINE.replace("1.1", "2.0"), with_length),
        ),
        (
            "header-ctl",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}X-Bad: a\u{1}b\r\n"), n)
            }),
        ),
    ];
    assert_eq!(
        cases.each_ref().map(|(name, _)| *name),
        WIRE.iter().map(|(name, _)| *name).collect::<Vec<_>>()[..]
    );
    let more = [
        (
            "header-20k",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}X-Big: {}\r\n", "a".repeat(20_000)), n)
            }),
        ),
        (
            "method-post",
            request(issuer, &LINE.replace("POST", "post"), with_length),
        ),
        (
            "expect-other",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}Expect: 200-ok\r\n"), n)
            }),
        ),
        (
            "two-lengths",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}Content-Length: 5\r\n"), n)
            }),
        ),
        (
            "te-then-cl",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}Transfer-Encoding: chunked\r\n"), n)
            }),
        ),
        (
            "no-host",
            request(issuer, LINE, |fields, n| {
                with_length(&fields.replace("Host: localhost\r\n", ""), n)
            }),
        ),
        (
            "two-hosts",
            request(issuer, LINE, |fields, n| {
                with_length(&format!("{fields}Host: other\r\n"), n)
            }),
        ),
        (
            "garbage",
            b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03".to_vec(),
        ),
        ("asterisk", request(issuer, "POST * HTTP/1.1", with_length)),
    ];
    for (name, bytes) in cases.into_iter().chain(more) {
        let answer = server.exchange(&bytes).await;
        assert!(
            answer.is_empty() || status(&answer).is_some_and(|status| status >= 400),
            "{name}: {answer}"
        );
        assert!(!answer.contains("credential\":"), "{name}: {answer}");
    }
    let answer = server.exchange(&request(issuer, LINE, with_length)).await;
    assert_eq!(status(&answer), Some(200), "the server goes on: {answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_serves_several_requests() {
    let server = Server::start().await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream
            .write_all(&request(&server.issuer, LINE, with_length))
            .await
            .expect("the connection is open");
        let answer = read(&mut stream).await;
        assert_eq!(status(&answer), Some(200), "{answer}");
    }
    stream
        .write_all(b"HEAD /conformance/v3/issuer-mock/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .expect("it is open");
    let answer = read(&mut stream).await;
    assert!(
        answer.to_lowercase().contains("content-length: ") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    drop(stream);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_over_the_limit_is_413_however_it_is_sent() {
    let server = Server::start().await;
    let head = "POST /conformance/v3/issuer-mock/credential HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let declared = format!("{head}Content-Length: {}\r\n\r\n", BODY_LIMIT + 1);
    let answer = server
        .exchange(&[declared.as_bytes(), &vec![b' '; BODY_LIMIT + 1]].concat())
        .await;
    assert_eq!(status(&answer), Some(413), "{answer}");

    let chunk = format!("10000\r\n{}\r\n", " ".repeat(65_536));
    let chunked = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(17)
    ) + "0\r\n\r\n";
    let answer = server.exchange(chunked.as_bytes()).await;
    assert_eq!(status(&answer), Some(413), "{answer}");

    // A body without an end is not read for ever: 5 MiB beyond the limit the server answers and closes.
    let endless = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(100)
    );
    let answer = timeout(Duration::from_secs(10), server.exchange(endless.as_bytes()))
        .await
        .expect("the server answers");
    assert!(
        answer.is_empty() || status(&answer) == Some(413),
        "{answer}"
    );

    let full = request(&server.issuer, LINE, |fields, _| {
        with_length(fields, BODY_LIMIT)
    });
    let body_at = full
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("the header ends")
        + 4;
    let padding = vec![b' '; BODY_LIMIT - (full.len() - body_at)];
    let answer = server.exchange(&[full, padding].concat()).await;
    assert_eq!(status(&answer), Some(200), "{answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_ends_alone() {
    let server = Server::start().await;
    for bytes in [
        &b""[..],
        b"POST",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
        b"\0\0\0",
    ] {
        let mut stream = server.connect().await;
        let _ = stream.write_all(bytes).await;
        drop(stream);
    }
    let answer = server
        .exchange(&request(&server.issuer, LINE, with_length))
        .await;
    assert_eq!(status(&answer), Some(200), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_whose_keys_are_slow_to_come_makes_nobody_else_wait() {
    // Takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/jwks", silent.local_addr().expect("bound"));
    let (builder, _) = service::builder();
    let fetcher = GuardedFetcher::new().allow_private_network(true);
    let issuer = builder.fetcher(Arc::new(fetcher)).build().expect("valid");
    let mut payload = service::request_object_payload(&issuer, service::TYPE);
    payload["client_metadata"]["jwks_uri"] = url.into();
    let object = service::signed(&service::request_object_header(), &payload);
    let query = service::authorisation_request(&issuer, service::TYPE).with("request", object);
    let server = Server::of(Arc::new(issuer)).await;
    let mut slow = server.connect().await;
    let target = format!("/conformance/v3/auth-mock/authorize?{}", query.encoded());
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    slow.write_all(request.as_bytes()).await.expect("written");
    let (_connection, _) = silent.accept().await.expect("the keys are asked for");
    let start = Instant::now();
    let jwks = "GET /conformance/v3/auth-mock/jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&server.exchange(jwks.as_bytes()).await), Some(200));
    assert!(start.elapsed() < Duration::from_millis(2500));
    let mut buffer = [0; 12];
    slow.read_exact(&mut buffer)
        .await
        .expect("the refusal comes");
    assert_eq!(status(&String::from_utf8_lossy(&buffer)), Some(302));
    server.stop().await;
}
