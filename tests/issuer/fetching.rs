//! The guarded fetcher against real servers on this machine: whatever they do, it ends soon, says why, and reaches nobody it must not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use vcispec::issuer::{FetchError, Fetcher as _, GuardedFetcher, Issuer};

use super::service::{TYPE, authorisation_request, builder, jwks, request_object_header, signed};
use super::wallet::{authorise, redirected, refused_at};

/// A server that does one thing with every connection, and counts them.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn new(act: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        // Lives until the test process ends.
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                act(&mut stream.expect("a connection"));
            }
        });
        Self {
            address,
            connections,
        }
    }

    /// A server that answers every request with the same bytes.
    fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |stream| {
            read_header(stream);
            let _ = stream.write_all(&answer);
        })
    }

    fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn read_header(stream: &mut TcpStream) {
    let mut read = Vec::new();
    let mut buffer = [0; 1024];
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => read.extend_from_slice(&buffer[..length]),
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

fn open() -> GuardedFetcher {
    GuardedFetcher::new().allow_private_network(true)
}

/// What came of fetching, which must not have taken longer than the limit and some time for a busy machine.
fn fetched(fetcher: GuardedFetcher, url: &str) -> Result<String, FetchError> {
    let start = Instant::now();
    let answer = fetcher.get(url);
    assert!(start.elapsed() < Duration::from_secs(8), "{url}");
    answer.map(|body| String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn a_document_is_fetched() {
    let server = Server::answering(answer("200 OK", "", "hello"));
    assert_eq!(fetched(open(), &server.url()), Ok("hello".to_owned()));
    let port = server.address.port();
    let by_name = format!("http://localhost:{port}/jwks?x=1#fragment");
    assert_eq!(fetched(open(), &by_name), Ok("hello".to_owned()));
}

#[test]
fn addresses_that_are_not_public_are_not_connected_to() {
    let server = Server::answering(answer("200 OK", "", "secret"));
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "224.0.0.1",
        "[ff02::1]",
    ] {
        let url = format!("http://{host}:{port}/jwks");
        let refused = fetched(GuardedFetcher::new(), &url);
        // Not every system resolves a name with a dot at its end.
        let is_refused = matches!(refused, Err(FetchError::NotPublic | FetchError::Unresolved));
        assert!(is_refused, "{url}: {refused:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn only_http_urls_without_credentials_are_fetched() {
    for url in [
        "",
        "x",
        "file:///etc/passwd",
        "ftp://a.example/",
        "data:,x",
        "gopher://127.0.0.1:25/x",
        "http://user@127.0.0.1/",
        "http://:secret@127.0.0.1/",
        "http:///",
    ] {
        let refused = fetched(open(), url);
        // The last one is a URL with a host to those who read leniently.
        let is_refused = matches!(refused, Err(FetchError::Url)) || url == "http:///";
        assert!(is_refused, "{url}: {refused:?}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let target = Server::answering(answer("200 OK", "", "secret"));
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("location: {}\r\n", target.url());
        let server = Server::answering(answer(status, &location, ""));
        let expected = Err(FetchError::Redirect {
            location: Some(target.url()),
        });
        assert_eq!(fetched(open(), &server.url()), expected);
    }
    assert_eq!(target.connections(), 0);
}

#[test]
fn what_is_no_success_is_an_error() {
    for (status, code) in [("404 Not Found", 404), ("500 Oops", 500)] {
        let server = Server::answering(answer(status, "", "{}"));
        assert_eq!(
            fetched(open(), &server.url()),
            Err(FetchError::Status(code))
        );
    }
    for garbage in [
        "",
        "hello\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort",
    ] {
        let server = Server::answering(garbage);
        assert_eq!(fetched(open(), &server.url()), Err(FetchError::Unreachable));
    }
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let url = format!("http://{}/", nobody.expect("a port was free"));
    assert_eq!(fetched(open(), &url), Err(FetchError::Unreachable));
    let name = fetched(open(), "http://does-not-exist.invalid/");
    assert!(matches!(
        name,
        Err(FetchError::Unresolved | FetchError::Timeout)
    ));
}

#[test]
fn a_slow_answer_is_given_up() {
    let silent = Server::new(|stream| {
        read_header(stream);
        thread::sleep(Duration::from_secs(60));
    });
    let dripping = Server::new(|stream| {
        read_header(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    thread::scope(|scope| {
        for server in [silent, dripping] {
            scope.spawn(move || {
                assert_eq!(fetched(open(), &server.url()), Err(FetchError::Timeout));
            });
        }
    });
}

#[test]
fn an_endless_answer_is_given_up() {
    let body = Server::new(|stream| {
        read_header(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(fetched(open(), &body.url()), Err(FetchError::TooLarge));
    let header = Server::new(|stream| {
        read_header(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x: y\r\n").is_ok() {}
    });
    assert_eq!(fetched(open(), &header.url()), Err(FetchError::Unreachable));
    let just_right = Server::answering(answer("200 OK", "", &"x".repeat(64 << 10)));
    assert!(fetched(open(), &just_right.url()).is_ok());
    let too_large = Server::answering(answer("200 OK", "", &"x".repeat((64 << 10) + 1)));
    assert_eq!(fetched(open(), &too_large.url()), Err(FetchError::TooLarge));
}

/// Asks to be authorised with keys at this URL.
fn authorised(issuer: &Issuer, url: &str) -> (&'static str, String) {
    let mut payload = super::service::request_object_payload(issuer, TYPE);
    payload["client_metadata"]["jwks_uri"] = url.into();
    let object = signed(&request_object_header(), &payload);
    let request = authorisation_request(issuer, TYPE).with("request", object);
    let answer = authorise(issuer, &request);
    let told = redirected(&answer).get("error_description").to_owned();
    (refused_at(&answer), told)
}

#[test]
fn an_issuer_fetches_keys_as_it_is_allowed_to() {
    let server = Server::answering(answer("200 OK", "", &jwks().to_string()));
    let issuer = |fetcher: GuardedFetcher| {
        let (builder, _) = builder();
        builder.fetcher(Arc::new(fetcher)).build().expect("valid")
    };
    assert_eq!(authorised(&issuer(open()), &server.url()).0, "");
    let refused = (
        "authorize-request-key",
        "Can't get client's JWKS: the host is not a public one".to_owned(),
    );
    assert_eq!(
        authorised(&issuer(GuardedFetcher::new()), &server.url()),
        refused
    );
    let wrong = Server::answering(answer("200 OK", "content-type: text/html\r\n", "<html>"));
    let (step, told) = authorised(&issuer(open()), &wrong.url());
    assert_eq!(step, "authorize-request-key");
    assert!(told.starts_with("invalid client jwks: "));
}

#[test]
fn fetching_works_inside_a_runtime_too() {
    let server = Server::answering(answer("200 OK", "", "hello"));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let body = runtime
        .expect("a runtime")
        .block_on(async { fetched(open(), &server.url()) });
    assert_eq!(body, Ok("hello".to_owned()));
}
