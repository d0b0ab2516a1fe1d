//! The side of the servers: one thread a connection, raw bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use vcispec::issuer::Issuer;

/// The client that a server talks to.
pub(super) struct Peer {
    stream: Box<dyn Stream>,
    socket: TcpStream,
    /// The request that was read last.
    pub(super) request: Request<Bytes>,
    /// How many bytes of it are still to be read.
    unread: usize,
    ends: Arc<AtomicBool>,
}

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

impl Peer {
    fn new(
        socket: TcpStream,
        tls: Option<&Arc<ServerConfig>>,
        ends: &Arc<AtomicBool>,
    ) -> Option<Self> {
        // Whoever reads nothing must not keep a thread of the tests for ever.
        let limit = Some(Duration::from_secs(30));
        socket.set_read_timeout(limit).ok()?;
        socket.set_write_timeout(limit).ok()?;
        socket.set_nodelay(true).ok()?;
        let other = socket.try_clone().ok()?;
        let stream: Box<dyn Stream> = match tls {
            None => Box::new(socket),
            Some(config) => {
                let server = ServerConnection::new(Arc::clone(config)).ok()?;
                Box::new(StreamOwned::new(server, socket))
            }
        };
        Some(Self {
            stream,
            socket: other,
            request: Request::default(),
            unread: 0,
            ends: Arc::clone(ends),
        })
    }

    /// Reads the head of a request but for its last byte. `None` if there is no more.
    fn listen(&mut self) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r") {
            let mut byte = [0];
            match self.stream.read(&mut byte) {
                Ok(1) if head.len() < 1 << 20 => head.push(byte[0]),
                _ => return None,
            }
        }
        head.push(b'\n');
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(&head).ok()?;
        let mut request = Request::builder().method(parsed.method?).uri(parsed.path?);
        for header in parsed.headers.iter() {
            request = request.header(header.name, header.value);
        }
        self.request = request.body(Bytes::new()).ok()?;
        let length = self.request.headers().get("content-length");
        let length: Option<usize> = length.and_then(|length| length.to_str().ok()?.parse().ok());
        self.unread = 1 + length.unwrap_or(0);
        Some(())
    }

    /// Reads the rest of the request.
    fn hear_out(&mut self) -> bool {
        if self.unread == 0 {
            return true;
        }
        let mut rest = vec![0; std::mem::take(&mut self.unread)];
        let heard = self.stream.read_exact(&mut rest).is_ok();
        *self.request.body_mut() = Bytes::from(rest).slice(1..);
        heard
    }

    /// Whether the server has ended.
    fn is_over(&self) -> bool {
        self.ends.load(Ordering::SeqCst)
    }

    /// Sends bytes. `false` if nobody takes them any more.
    pub(super) fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.hear_out();
        let said = self.stream.write_all(bytes.as_ref());
        said.and_then(|()| self.stream.flush()).is_ok()
    }

    /// Sends an answer that is well-formed but for what the arguments say: status line and header lines without their ends.
    pub(super) fn answer(&mut self, head: &str, body: impl AsRef<[u8]>) -> bool {
        let body = body.as_ref();
        let length = body.len();
        let head = head.replace('\n', "\r\n");
        self.say(format!(
            "HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n"
        )) && self.say(body)
    }

    /// Sends the same for as long as somebody takes it.
    pub(super) fn say_for_ever(&mut self, bytes: impl AsRef<[u8]>, pause: Duration) {
        let chunk = if pause.is_zero() {
            // The cost of calls is not what is tried here.
            bytes.as_ref().repeat(1 + 16_384 / bytes.as_ref().len())
        } else {
            bytes.as_ref().to_vec()
        };
        while self.say(&chunk) {
            sleep(pause);
        }
    }

    /// Says nothing for as long as the client is there.
    pub(super) fn be_silent(&mut self) {
        self.hear_out();
        let _ = self.stream.read(&mut [0; 1024]);
    }

    /// Sends bytes and breaks the connection off: one that is closed with something unread in it is reset.
    pub(super) fn reset_after(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
        sleep(Duration::from_millis(50));
    }

    /// Sends no more, but listens.
    pub(super) fn close_half(&mut self) {
        self.hear_out();
        let _ = self.socket.shutdown(Shutdown::Write);
        self.be_silent();
    }
}

/// A server that ends with the test.
pub(super) struct Server {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
}

impl Server {
    /// Listens, and treats each connection like this, on a thread of its own.
    pub(super) fn start(
        tls: Option<Arc<ServerConfig>>,
        treat: impl Fn(&mut Peer) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self::on(listener, tls, treat)
    }

    fn on(
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        treat: impl Fn(&mut Peer) + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let ends = Arc::new(AtomicBool::new(false));
        let (treat, is_over) = (Arc::new(treat), Arc::clone(&ends));
        spawn(move || {
            for socket in listener.incoming() {
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(socket) = socket else { continue };
                let (treat, tls) = (Arc::clone(&treat), tls.clone());
                let ends = Arc::clone(&is_over);
                spawn(move || {
                    if let Some(mut peer) = Peer::new(socket, tls.as_ref(), &ends) {
                        treat(&mut peer);
                    }
                });
            }
        });
        Self { address, ends }
    }

    /// A server that treats each request like this.
    pub(super) fn hostile(tls: Option<Arc<ServerConfig>>, play: fn(&mut Peer)) -> Self {
        Self::start(tls, move |peer| {
            if peer.listen().is_some() {
                play(peer);
            }
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Server {
    fn end(&self) {
        self.ends.store(true, Ordering::SeqCst);
        // Nobody waits for a connection any more.
        let _ = TcpStream::connect(self.address);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// An issuer that is honest until it is not.
pub(super) struct TwoFaced {
    server: Server,
    pub(super) issuer: String,
    honest: Arc<Issuer>,
    count: Arc<AtomicUsize>,
}

/// What an issuer is about to do with a request: its path, the case that it belongs to, and how many came before.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) case: &'a str,
    pub(super) before: usize,
}

impl TwoFaced {
    /// Starts a reference issuer; the requests that `turns` picks are given to `play`, and their connection ends after it.
    pub(super) fn start(
        turns: impl Fn(&Asked<'_>) -> bool + Send + Sync + 'static,
        play: fn(&mut Peer),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let honest = Arc::new(issuer(&origin, None));
        let count = Arc::new(AtomicUsize::new(0));
        Self {
            issuer: honest.issuer_url().to_owned(),
            server: serve(
                listener,
                Arc::clone(&honest),
                Arc::clone(&count),
                turns,
                play,
            ),
            honest,
            count,
        }
    }

    /// An honest one, but for a member of its metadata, which is made of the right one.
    pub(super) fn pointing(
        member: &'static str,
        elsewhere: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let honest = Arc::new(issuer(&origin, None));
        let answers = Arc::clone(&honest);
        let server = Server::on(listener, None, move |peer| {
            while peer.listen().is_some() {
                let path = peer.request.uri().path();
                let goes_on = if path.ends_with("/.well-known/openid-credential-issuer") {
                    let answer = answers.handle(peer.request.clone());
                    let mut metadata: Value =
                        serde_json::from_slice(answer.body()).expect("metadata is JSON");
                    let right = metadata[member].as_str().unwrap_or_default();
                    metadata[member] = elsewhere(right).into();
                    peer.answer(JSON, metadata.to_string())
                } else {
                    honestly(peer, &answers)
                };
                if !goes_on {
                    return;
                }
            }
        });
        Self {
            server,
            issuer: honest.issuer_url().to_owned(),
            honest,
            count: Arc::default(),
        }
    }

    /// An honest one that closes each connection after one answer.
    pub(super) fn closing() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let honest = Arc::new(issuer(&origin, None));
        let answers = Arc::clone(&honest);
        let server = Server::on(listener, None, move |peer| {
            if peer.listen().is_some() {
                honestly(peer, &answers);
            }
        });
        Self {
            server,
            issuer: honest.issuer_url().to_owned(),
            honest,
            count: Arc::default(),
        }
    }

    /// Once it has had so many requests, it ends, and begins again after a while: with its keys, and without its sessions.
    pub(super) fn restart_after(&mut self, requests: usize, pause: Duration) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.count.load(Ordering::SeqCst) < requests {
            assert!(Instant::now() < end, "nobody asks");
            sleep(Duration::from_millis(1));
        }
        self.server.end();
        sleep(pause);
        let listener = TcpListener::bind(self.server.address).expect("the port is free again");
        let origin = self.honest.origin().to_owned();
        let honest = Arc::new(issuer(&origin, Some(&self.honest)));
        let count = Arc::clone(&self.count);
        self.server = serve(listener, honest, count, |_| false, |_| {});
    }
}

const JSON: &str = "200 OK\ncontent-type: application/json";

/// A reference issuer, with the keys of another.
fn issuer(origin: &str, other: Option<&Issuer>) -> Issuer {
    let builder = Issuer::builder()
        .origin(origin)
        .deferred_delay(Duration::from_secs(1));
    let builder = match other {
        None => builder,
        Some(other) => builder
            .auth_key(other.auth_key_jwk())
            .issuer_key(other.issuer_key_jwk()),
    };
    builder.build().expect("the defaults make an issuer")
}

fn serve(
    listener: TcpListener,
    issuer: Arc<Issuer>,
    count: Arc<AtomicUsize>,
    turns: impl Fn(&Asked<'_>) -> bool + Send + Sync + 'static,
    play: fn(&mut Peer),
) -> Server {
    Server::on(listener, None, move |peer| {
        while peer.listen().is_some() {
            let case = peer.request.headers().get("x-vcispec-case");
            let asked = Asked {
                path: peer.request.uri().path(),
                case: case.and_then(|case| case.to_str().ok()).unwrap_or_default(),
                before: count.fetch_add(1, Ordering::SeqCst),
            };
            if turns(&asked) {
                play(peer);
                return;
            }
            if !honestly(peer, &issuer) || peer.is_over() {
                return;
            }
        }
    })
}

/// Answers the request that was read last as the issuer does.
fn honestly(peer: &mut Peer, issuer: &Issuer) -> bool {
    peer.hear_out();
    let answer = issuer.handle(peer.request.clone());
    let mut head = answer.status().to_string();
    for (name, value) in answer.headers() {
        if name != "content-length" {
            head.push_str(&format!("\n{name}: {}", value.to_str().unwrap_or_default()));
        }
    }
    peer.answer(&head, answer.body())
}

/// Metadata of an issuer at this URL, but for one member.
pub(super) fn metadata(url: &str, member: &str, value: Value) -> String {
    let mut metadata = serde_json::json!({
        "credential_issuer": url,
        "authorization_server": url,
        "credential_endpoint": format!("{url}/credential"),
        "credentials_supported": [{
            "format": "jwt_vc",
            "types": ["VerifiableCredential", "VerifiableAttestation", "CTWalletSamePreAuthorisedInTime"],
        }],
    });
    metadata[member] = value;
    metadata.to_string()
}
