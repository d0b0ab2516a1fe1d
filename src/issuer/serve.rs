//! A function from request to response, such as [`Issuer::handle`](super::Issuer::handle), behind HTTP/1.1, with or without TLS.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::request::Parts;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::reply;
use super::service::BODY_LIMIT;

/// Serves `handle` on `listener` until `shutdown` is ready, then lets requests that have begun come to their end (10 s at most).
///
/// A connection that breaks, or sends what is not HTTP (inside TLS, where that is configured), ends alone.
///
/// # Errors
/// The listener has no usable socket any more.
pub async fn serve(
    handle: impl Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    shutdown: impl Future,
) -> io::Result<()> {
    let (handle, tls) = (Arc::new(handle), tls.map(TlsAcceptor::from));
    // Fails early if the socket is unusable, for `accept` errors alone do not tell that from a client that went away.
    listener.local_addr()?;
    let connections = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            _ = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let connection = connect(
                    Arc::clone(&handle),
                    stream,
                    tls.clone(),
                    connections.watcher(),
                );
                tokio::spawn(connection);
            }
            // Out of file descriptors, or the client has gone: neither ends the server, but the former must not spin.
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    // Whoever is not done by then is cut off.
    let _ = timeout(SHUTDOWN_LIMIT, connections.shutdown()).await;
    Ok(())
}

/// Serves one connection. What was wrong with it concerns nobody else.
async fn connect<H>(handle: Arc<H>, stream: TcpStream, tls: Option<TlsAcceptor>, watcher: Watcher)
where
    H: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
{
    // Answers are one small write each; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = tls else {
        return speak(handle, stream, watcher).await;
    };
    if let Ok(Ok(stream)) = timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        speak(handle, stream, watcher).await;
    }
}

async fn speak<H, S>(handle: Arc<H>, stream: S, watcher: Watcher)
where
    H: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |request| answer(Arc::clone(&handle), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_LIMIT)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let _ = watcher.watch(connection).await;
}

async fn answer<H: Fn(Request<Bytes>) -> Response<Bytes>>(
    handle: Arc<H>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if !names_one_host(&head) {
        let reply = reply::problem(StatusCode::BAD_REQUEST, "a request must name one host");
        return Ok(reply.map(Full::new));
    }
    let reply = match timeout(BODY_READ_LIMIT, read(body)).await {
        Ok(Ok(body)) => handle(Request::from_parts(head, body)),
        Ok(Err(_)) => reply::problem(StatusCode::BAD_REQUEST, "the body could not be read"),
        Err(_) => reply::problem(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"),
    };
    Ok(reply.map(Full::new))
}

/// HTTP/1.1 wants exactly one `Host` (RFC 9112 §3.2).
fn names_one_host(head: &Parts) -> bool {
    let hosts = head.headers.get_all(HOST).iter().count();
    hosts == 1 || hosts == 0 && head.version < Version::HTTP_11
}

/// Reads a body, of which one byte over the limit is kept: the issuer then refuses it as too large.
///
/// Some more is read and dropped, because a client that is still writing when the connection closes may never see the answer.
async fn read(mut body: Incoming) -> Result<Bytes, hyper::Error> {
    let mut kept = BytesMut::new();
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let room = (BODY_LIMIT + 1).saturating_sub(kept.len());
        kept.extend_from_slice(&data[..data.len().min(room)]);
        dropped += data.len().saturating_sub(room);
        if dropped > DROP_LIMIT {
            break;
        }
    }
    Ok(kept.freeze())
}

/// How long a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long the header of a request may take to arrive; also how long an idle connection is kept.
const HEADER_READ_LIMIT: Duration = Duration::from_secs(30);

/// How long the body of a request may take to arrive.
const BODY_READ_LIMIT: Duration = Duration::from_secs(30);

/// How long requests that have begun may take after the shutdown.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait after a failed `accept`.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The most bytes that are read of one request before its header must have ended: the header limit and some request line.
const READ_BUFFER: usize = 20 << 10;

/// How many bytes beyond the body limit are read and dropped.
const DROP_LIMIT: usize = 4 << 20;
