//! Fetching over the network for whoever asks, without letting them reach what is not public.
//!
//! A host is resolved once, every address is judged ([`address`]), and one of the judged addresses is connected to: a name that
//! resolves otherwise a moment later changes nothing. There are no redirects, and time and size are bounded.

mod address;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, HOST, LOCATION, USER_AGENT};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnectorBuilder};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpStream, lookup_host};
use tokio::runtime;
use tower_service::Service;
use url::{Host, Url};

use super::fetch::{FetchError, Fetcher};
use address::is_public;

/// Fetches over http and https: no redirect, three seconds, 64 KiB, public addresses only.
#[derive(Debug, Clone)]
pub struct GuardedFetcher {
    allows_private_network: bool,
    tls: ClientConfig,
}

impl GuardedFetcher {
    /// A fetcher that reaches public addresses only.
    pub fn new() -> Self {
        Self {
            allows_private_network: false,
            tls: tls(),
        }
    }

    /// Whether loopback, private and link-local addresses may be reached too, as a wallet on the developer's own machine needs.
    #[must_use]
    pub fn allow_private_network(mut self, allows: bool) -> Self {
        self.allows_private_network = allows;
        self
    }

    fn fetch_in_time(&self, url: &Url) -> Result<Bytes, FetchError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| FetchError::Unreachable)?;
        let answer = runtime.block_on(async {
            tokio::time::timeout(TIME_LIMIT, self.fetch(url))
                .await
                .unwrap_or(Err(FetchError::Timeout))
        });
        // Name resolution cannot be interrupted; it is left behind.
        runtime.shutdown_background();
        answer
    }

    async fn fetch(&self, url: &Url) -> Result<Bytes, FetchError> {
        let addresses = self.addresses(url).await?;
        let uri: Uri = url.as_str().parse().map_err(|_| FetchError::Url)?;
        let stream = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(Pinned(addresses))
            .call(uri)
            .await
            .map_err(|_| FetchError::Unreachable)?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEADER_LIMIT)
            .handshake(stream)
            .await
            .map_err(|_| FetchError::Unreachable)?;
        // Ends with the runtime, which lives for this one request.
        tokio::spawn(connection);
        let response = sender
            .send_request(request(url)?)
            .await
            .map_err(|_| FetchError::Unreachable)?;
        read(response).await
    }

    /// The addresses of the host, all of them allowed.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        let port = url.port_or_known_default().ok_or(FetchError::Url)?;
        let addresses: Vec<SocketAddr> = match url.host().ok_or(FetchError::Url)? {
            Host::Ipv4(address) => vec![(IpAddr::V4(address), port).into()],
            Host::Ipv6(address) => vec![(IpAddr::V6(address), port).into()],
            Host::Domain(name) => lookup_host((name, port))
                .await
                .map_err(|_| FetchError::Unresolved)?
                .collect(),
        };
        if addresses.is_empty() {
            return Err(FetchError::Unresolved);
        }
        let all_public = addresses.iter().all(|address| is_public(address.ip()));
        if all_public || self.allows_private_network {
            Ok(addresses)
        } else {
            Err(FetchError::NotPublic)
        }
    }
}

impl Fetcher for GuardedFetcher {
    fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_plain {
            return Err(FetchError::Url);
        }
        // A thread of its own, because the caller may be part of a runtime, in which no other may be waited for.
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .spawn_scoped(scope, || self.fetch_in_time(&url))
                .map_err(|_| FetchError::Unreachable)?
                .join()
                .unwrap_or(Err(FetchError::Unreachable))
        })
    }
}

impl Default for GuardedFetcher {
    fn default() -> Self {
        Self::new()
    }
}

/// Connects to the addresses that were judged, whatever the URI says.
#[derive(Clone)]
struct Pinned(Vec<SocketAddr>);

impl Service<Uri> for Pinned {
    type Response = TokioIo<TcpStream>;
    type Error = std::io::Error;
    type Future = BoxFuture<'static, std::io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let addresses = self.0.clone();
        Box::pin(async move { TcpStream::connect(&*addresses).await.map(TokioIo::new) })
    }
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, FetchError> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Request::get(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("vcispec/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/json, application/jwt, */*;q=0.5")
        .body(Empty::new())
        .map_err(|_| FetchError::Url)
}

/// The body of a successful answer.
async fn read(response: Response<Incoming>) -> Result<Bytes, FetchError> {
    let status = response.status();
    if status.is_redirection() {
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        return Err(FetchError::Redirect {
            location: location.map(str::to_owned),
        });
    }
    if !status.is_success() {
        return Err(FetchError::Status(status.as_u16()));
    }
    let mut body = response.into_body();
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| FetchError::Unreachable)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if read.len() + data.len() > BODY_LIMIT {
            return Err(FetchError::TooLarge);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

/// The certificates that the operating system trusts; none, if it has none, so that every https server is refused.
fn tls() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider speaks the default versions of TLS")
    };
    match builder().with_native_roots() {
        Ok(config) => config.with_no_client_auth(),
        Err(_) => builder()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth(),
    }
}

/// How long everything may take together, name resolution included.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// How many bytes the body of an answer may have.
const BODY_LIMIT: usize = 64 << 10;

/// How many bytes the header of an answer may have.
const HEADER_LIMIT: usize = 16 << 10;
