//! The issuer, or what is wrapped around it, behind HTTP/1.1, with or without TLS.

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
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::reply::{self, Refusal};
use super::service::{BODY_LIMIT, Issuer};

/// What [`serve`] can put behind HTTP: a function from request to response.
pub trait Service: Send + Sync + 'static {
    /// Answers a request.
    fn handle(&self, request: Request<Bytes>) -> Response<Bytes>;

    /// Whether answering may take as long as another server does.
    fn may_wait(&self, request: &Request<Bytes>) -> bool;
}

impl Service for Issuer {
    fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.handle(request)
    }

    fn may_wait(&self, request: &Request<Bytes>) -> bool {
        self.may_fetch(request)
    }
}

/// Serves `service` on `listener` until `shutdown` is ready, then lets requests that have begun come to their end (10 s at most).
///
/// A connection that breaks, or sends what is not HTTP (inside TLS, where that is configured), ends alone.
///
/// # Errors
/// The listener has no usable socket any more.
pub async fn serve(
    service: Arc<impl Service>,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    shutdown: impl Future,
) -> io::Result<()> {
    let tls = tls.map(TlsAcceptor::from);
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
                    Arc::clone(&service),
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
async fn connect<S>(service: Arc<S>, stream: TcpStream, tls: Option<TlsAcceptor>, watcher: Watcher)
where
    S: Service,
{
    // Answers are one small write each; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = tls else {
        return speak(service, stream, watcher).await;
    };
    if let Ok(Ok(stream)) = timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        speak(service, stream, watcher).await;
    }
}

async fn speak<S, T>(service: Arc<S>, stream: T, watcher: Watcher)
where
    S: Service,
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let answering = service_fn(move |request| answer(Arc::clone(&service), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_LIMIT)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(stream), answering);
    let _ = watcher.watch(connection).await;
}

async fn answer<S: Service>(
    service: Arc<S>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if !names_one_host(&head) {
        let reply = reply::problem(StatusCode::BAD_REQUEST, "a request must name one host");
        return Ok(reply.map(Full::new));
    }
    let reply = match timeout(BODY_READ_LIMIT, read(body)).await {
        Ok(Ok(body)) => handle(service, Request::from_parts(head, body)).await,
        Ok(Err(_)) => reply::problem(StatusCode::BAD_REQUEST, "the body could not be read"),
        Err(_) => reply::problem(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"),
    };
    Ok(reply.map(Full::new))
}

/// Has the service answer, on a thread of its own where it may have to wait for somebody else's server.
async fn handle<S: Service>(service: Arc<S>, request: Request<Bytes>) -> Response<Bytes> {
    if !service.may_wait(&request) {
        return service.handle(request);
    }
    let answered = spawn_blocking(move || service.handle(request)).await;
    answered.unwrap_or_else(|_| Refusal::Internal.into_reply())
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
