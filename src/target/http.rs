//! A URL: HTTP/1.1 with or without TLS, over connections that are kept.
//!
//! Requests go out as they are, malformed ones too, and no redirect is followed. The pool is our own, because only who knows
//! whether a connection was used before can tell a server that closed an idle connection from one that refuses to answer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::PROXY_AUTHORIZATION;
use http::uri::Uri;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service as _;

use super::connections::{Connections, Via};
use super::meter::{Meter, Metered};
use super::{SendError, Target, causes, wire};

/// How long and how large an answer may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long an exchange may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// How many bytes the body of an answer may have.
    pub body: usize,
}

/// Sends requests over the network.
pub struct Http {
    connections: Connections,
    tls: ClientConfig,
    limits: Limits,
    idle: Mutex<HashMap<Origin, Vec<Connection>>>,
}

/// A connection that one request after the other goes over.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    meter: Meter,
}

type Origin = (String, String);

impl Http {
    /// A client with these limits. TLS certificates are judged by the roots of the operating system, and no proxy is asked.
    ///
    /// # Panics
    /// Never: the provider of cryptography speaks the default versions of TLS.
    pub fn new(limits: Limits) -> Self {
        Self::through(limits, Connections::default())
            .expect("the provider speaks the default versions of TLS")
    }

    /// A client with these limits that reaches servers so.
    ///
    /// # Errors
    /// The certificate that the client shows cannot be used with its key, or one that it trusts is none.
    pub fn through(limits: Limits, connections: Connections) -> Result<Self, rustls::Error> {
        Ok(Self {
            tls: connections.tls()?,
            connections,
            limits,
            idle: Mutex::default(),
        })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let origin = origin(request.uri())?;
        let (mut head, body) = request.into_parts();
        let absolute = head.uri.clone();
        wire::origin_form(&mut head)?;
        // A proxy for plain HTTP is told where the request goes (RFC 9112, 3.2.2); for TLS it is asked for a tunnel.
        if let Some(via) = self.via(&absolute).filter(|_| origin.0 == "http") {
            head.uri = absolute;
            if let Some(authorization) = via.authorization {
                head.headers.insert(PROXY_AUTHORIZATION, authorization);
            }
        }
        let request = Request::from_parts(head, Full::new(body));
        if let Some(connection) = self.kept(&origin) {
            match self.over(connection, &origin, request.clone()).await {
                Err(Unanswered::ClosedBefore(_)) => {}
                Err(Unanswered::Failed(error)) => return Err(error),
                Ok(response) => return Ok(response),
            }
        }
        let connection = self.connect(&origin).await?;
        let answer = self.over(connection, &origin, request).await;
        answer.map_err(|unanswered| match unanswered {
            Unanswered::ClosedBefore(error) | Unanswered::Failed(error) => error,
        })
    }

    async fn over(
        &self,
        mut connection: Connection,
        origin: &Origin,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Unanswered> {
        connection.meter.begin();
        let sent = connection.sender.send_request(request).await;
        let response = sent.map_err(unanswered)?;
        let (head, body) = response.into_parts();
        let body = read(body, self.limits.body)
            .await
            .map_err(Unanswered::Failed)?;
        // Whether the server means to keep the connection shows in a moment; a closed one is dropped when it is taken.
        self.idle()
            .entry(origin.clone())
            .or_default()
            .push(connection);
        Ok(Response::from_parts(head, body))
    }

    async fn connect(&self, origin: &Origin) -> Result<Connection, SendError> {
        let uri = Uri::builder()
            .scheme(origin.0.as_str())
            .authority(origin.1.as_str())
            .path_and_query("/")
            .build()
            .map_err(|error| SendError::Unsendable(error.to_string()))?;
        let stream = self.stream(uri).await?;
        // The head, a body in chunks of a few bytes, and what may go before the head.
        let meter = Meter::new(4 * self.limits.body + 4 * LARGEST_HEAD);
        let stream = TokioIo::new(Metered::new(TokioIo::new(stream), meter.clone()));
        let (sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .max_buf_size(LARGEST_HEAD)
            .handshake(stream)
            .await
            .map_err(|error| SendError::Connect(causes(&error)))?;
        tokio::spawn(async move {
            // Whoever waits for an answer on it learns the reason.
            let _ = connection.await;
        });
        Ok(Connection { sender, meter })
    }

    /// The bytes of a server, or of the proxy before it.
    async fn stream(&self, server: Uri) -> Result<MaybeHttpsStream<TokioIo<TcpStream>>, SendError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_http1();
        let connected = match self.via(&server) {
            None => tls.wrap_connector(tcp).call(server).await,
            Some(via) if server.scheme_str() == Some("http") => {
                let mut plain: HttpsConnector<HttpConnector> = tls.wrap_connector(tcp);
                plain.call(via.uri).await
            }
            Some(via) => {
                let mut tunnel = Tunnel::new(via.uri, tcp);
                if let Some(authorization) = via.authorization {
                    tunnel = tunnel.with_auth(authorization);
                }
                tls.wrap_connector(tunnel).call(server).await
            }
        };
        connected.map_err(|error| SendError::Connect(causes(&*error)))
    }

    /// The proxy before a server.
    fn via(&self, server: &Uri) -> Option<Via> {
        self.connections.proxy.as_ref()?.towards(server)
    }

    /// A connection that was used before and is ready for another request.
    fn kept(&self, origin: &Origin) -> Option<Connection> {
        let mut idle = self.idle();
        let connections = idle.get_mut(origin)?;
        connections.retain(|connection| !connection.sender.is_closed());
        let mut connected = connections.iter();
        let ready = connected.position(|connection| connection.sender.is_ready())?;
        Some(connections.swap_remove(ready))
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Origin, Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Target for Http {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        let limit = self.limits.timeout;
        tokio::time::timeout(limit, self.exchange(request))
            .map(move |answer| answer.unwrap_or(Err(SendError::Timeout(limit.as_secs()))))
            .boxed()
    }

    fn remarks(&self) -> Vec<String> {
        self.connections.remarks()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            body: 1 << 20,
        }
    }
}

/// How many bytes the head of an answer may have.
const LARGEST_HEAD: usize = 64 << 10;

/// Why a connection gave no answer.
enum Unanswered {
    /// It was closed before anything of an answer came. If it had been idle, the request deserves another connection.
    ClosedBefore(SendError),
    Failed(SendError),
}

fn unanswered(error: hyper::Error) -> Unanswered {
    let text = causes(&error);
    if error.is_user() {
        return Unanswered::Failed(SendError::Unsendable(text));
    }
    if error.is_canceled() || error.is_incomplete_message() || is_reset(&error) {
        return Unanswered::ClosedBefore(SendError::Broken(text));
    }
    Unanswered::Failed(SendError::Broken(text))
}

/// Whether the peer had closed the connection when we wrote to it.
fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected
            )
        })
    })
}

async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, SendError> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| SendError::Broken(causes(&error)))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if read.len() + data.len() > limit {
            return Err(SendError::TooLarge(limit));
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

fn origin(uri: &Uri) -> Result<Origin, SendError> {
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => Ok((scheme.to_owned(), authority.to_string())),
        _ => Err(SendError::Unsendable(format!("{uri} is no absolute URL"))),
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
