//! The HTTP target against servers that behave as they like; the child process in `exec.rs`.

mod connections;
mod exec;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vcispec::target::{Http, Limits, SendError, Target as _};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(1),
    body: 1000,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Starts a server that treats each connection like this, the first one with number 0. Its URL.
async fn server<F>(treat: impl Fn(usize, TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(treat(number, stream));
        }
    });
    format!("http://{address}")
}

/// A server that reads one request of each connection, answers with these bytes, and keeps the connection open.
async fn answering(answer: &'static [u8]) -> String {
    server(move |_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(answer).await.expect("written");
        tokio::time::sleep(Duration::from_secs(60)).await;
    })
    .await
}

/// Reads until the head of a request is over. What was read, or nothing at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut read = Vec::new();
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut chunk = [0; 1024];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return Vec::new(),
            Ok(length) => read.extend_from_slice(&chunk[..length]),
        }
    }
    read
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).expect("a request")
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
    Http::new(LIMITS).send(request).await
}

#[tokio::test]
async fn an_answer_arrives_and_a_redirect_is_one() {
    let url = answering(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 4\r\n\r\nmore",
    )
    .await;
    let response = send(get(&url)).await.expect("an answer");
    assert_eq!(response.status(), 302);
    assert_eq!(response.body().as_ref(), b"more");
}

#[tokio::test]
async fn nobody_there() {
    let answer = send(get("http://127.0.0.1:9/")).await;
    assert!(matches!(answer, Err(SendError::Connect(_))), "{answer:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart() {
    let url = answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    let answer = send(get(&url.replace("http:", "https:"))).await;
    assert!(
        matches!(answer, Err(SendError::Connect(_) | SendError::Timeout(_))),
        "{answer:?}"
    );
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let url = answering(b"").await;
    assert_eq!(send(get(&url)).await.unwrap_err(), SendError::Timeout(1));
}

#[tokio::test]
async fn a_body_that_drips_is_a_timeout() {
    let url = server(|_, mut stream| async move {
        read_request(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n";
        stream.write_all(head).await.expect("written");
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(send(get(&url)).await.unwrap_err(), SendError::Timeout(1));
}

#[tokio::test]
async fn an_endless_body_is_too_large() {
    let url = server(|_, mut stream| async move {
        read_request(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).await.expect("written");
        while stream
            .write_all(b"10\r\n0123456789abcdef\r\n")
            .await
            .is_ok()
        {}
    })
    .await;
    assert_eq!(
        send(get(&url)).await.unwrap_err(),
        SendError::TooLarge(1000)
    );
}

#[tokio::test]
async fn an_endless_head_is_no_answer() {
    let url = server(|_, mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-more: and more\r\n").await.is_ok() {}
    })
    .await;
    let answer = send(get(&url)).await;
    assert!(matches!(answer, Err(SendError::Broken(_))), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_ends_early_is_broken() {
    let url = server(|_, mut stream| async move {
        read_request(&mut stream).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
        stream.write_all(answer).await.expect("written");
    })
    .await;
    let answer = send(get(&url)).await;
    assert!(matches!(answer, Err(SendError::Broken(_))), "{answer:?}");
}

#[tokio::test]
async fn what_is_no_http_is_broken() {
    let answer = send(get(&answering(b"220 mail.example ESMTP\r\n\r\n").await)).await;
    assert!(matches!(answer, Err(SendError::Broken(_))), "{answer:?}");
}

/// What two requests, one after the other, get from a server that handles each connection like this.
async fn two_answers<F>(
    treat: impl Fn(usize, TcpStream) -> F + Send + 'static,
) -> [Result<Response<Bytes>, SendError>; 2]
where
    F: Future<Output = ()> + Send + 'static,
{
    let url = server(treat).await;
    let target = Http::new(LIMITS);
    let first = target.send(get(&url)).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    [first, target.send(get(&url)).await]
}

#[tokio::test]
async fn a_connection_is_kept() {
    let [first, second] = two_answers(|number, mut stream| async move {
        assert_eq!(number, 0, "a second connection");
        while !read_request(&mut stream).await.is_empty() {
            stream.write_all(OK).await.expect("written");
        }
    })
    .await;
    assert_eq!(first.expect("an answer").status(), 200);
    assert_eq!(second.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_kept_connection_that_turns_out_closed_is_replaced_once() {
    // The first connection ends when the second request has come: what a server does whose idle time was just up.
    let [first, second] = two_answers(|number, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(OK).await.expect("written");
        if number == 0 {
            read_request(&mut stream).await;
        }
    })
    .await;
    assert!(first.is_ok());
    assert!(second.is_ok(), "{second:?}");
}

#[tokio::test]
async fn a_fresh_connection_that_is_closed_is_not_tried_again() {
    let answer = two_answers(|number, mut stream| async move {
        assert!(number < 2, "a third connection");
        read_request(&mut stream).await;
    })
    .await;
    for answer in answer {
        assert!(matches!(answer, Err(SendError::Broken(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_request_goes_out_as_it_is() {
    let url = server(|_, mut stream| async move {
        let request = read_request(&mut stream).await;
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            request.len()
        );
        answer.push_str(
            &request
                .iter()
                .map(|byte| char::from(byte & 0x7f))
                .collect::<String>(),
        );
        stream.write_all(answer.as_bytes()).await.expect("written");
    })
    .await;
    let mut request = get(&format!("{url}/a%00b//c?d=e%20f"));
    *request.method_mut() = Method::from_bytes(b"post").expect("a token");
    let odd = HeaderValue::from_bytes(b"caf\xe9").expect("obs-text");
    request.headers_mut().insert("x-odd", odd);
    let echoed = send(request).await.expect("an answer").into_body();
    let echoed = String::from_utf8_lossy(&echoed);
    let version = env!("CARGO_PKG_VERSION");
    let host = url.trim_start_matches("http://");
    assert!(
        echoed.starts_with("post /a%00b//c?d=e%20f HTTP/1.1\r\n"),
        "{echoed}"
    );
    assert!(echoed.contains("x-odd: cafi\r\n"), "{echoed}");
    assert!(echoed.contains(&format!("host: {host}\r\n")), "{echoed}");
    assert!(
        echoed.contains(&format!("user-agent: vcispec/{version}\r\n")),
        "{echoed}"
    );
}
