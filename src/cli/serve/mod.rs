//! `vcispec serve`: the reference issuer over HTTP or HTTPS, with a page for people at `/`.
//!
//! The issuer itself answers its own paths; what is added here never changes an answer of it. Start at [`site`] for the page.

mod did_documents;
mod log;
mod page;
mod qr;
mod redact;
mod site;
mod steps;
mod tls;
mod views;

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rand_core::{OsRng, TryRngCore as _};
use tokio::net::TcpListener;

use super::target::read_jwk;
use super::{Exit, Stop, runtime, told_to_stop};
use crate::engine::UnknownName;
use crate::issuer::{self, ClientMetadata, Defect, GuardedFetcher, Issuer, Reading};
use crate::zoo::readings;
use site::Site;

/// Serve the reference issuer over HTTP.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The port; 0 for any that is free.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    listen: IpAddr,
    /// Scheme, host and port under which wallets reach it, if not the address it listens on.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The path under which everything stands.
    #[arg(long, default_value = "/conformance/v3", value_name = "PATH")]
    prefix: String,
    /// Serve HTTPS with this certificate: a PEM file, the server's own first, then those that vouch for it.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The authorization server's private key (a JWK, or a file with one).
    #[arg(long, value_name = "JWK")]
    as_key: Option<String>,
    /// The credential issuer's private key (a JWK, or a file with one).
    #[arg(long, value_name = "JWK")]
    issuer_key: Option<String>,
    /// The DID that issues; `did:key` alone stands for the did:key of the issuer's key.
    #[arg(long, value_name = "DID")]
    issuer_did: Option<String>,
    /// A folder of DID documents (*.json) of legal entities, which the DID registry then knows; one that is put there later
    /// counts when a wallet shows its DID.
    #[arg(long, value_name = "DIR")]
    did_registry: Option<PathBuf>,
    /// How long a deferred credential takes, in seconds.
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    deferred_delay: u64,
    /// The service wallets that are registered beforehand: a JSON array of OAuth client metadata, each with `client_id` and
    /// `jwks` or `jwks_uri`.
    #[arg(long, value_name = "FILE")]
    clients: Option<PathBuf>,
    /// Fetch `jwks_uri` and `request_uri` from private and loopback addresses too.
    #[arg(long)]
    allow_private_network: bool,
    /// A deliberate bug to switch on; see `vcispec list defects`. May be given several times.
    #[arg(long, value_name = "NAME")]
    defect: Vec<String>,
    /// Another use of what the profile leaves open; see `vcispec list readings`. May be given several times.
    #[arg(long, value_name = "NAME")]
    reading: Vec<String>,
    /// The readings that the profile `ebsi-v3-strict` asks for.
    #[arg(long)]
    strict: bool,
}

impl Serve {
    /// Serves until the process is told to stop.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        runtime()?.block_on(self.serve())
    }

    async fn serve(&self) -> Result<Exit, Stop> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(tls::configure(certificate, key)?),
            _ => None,
        };
        let address = SocketAddr::new(self.listen, self.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Stop::usage(format!("could not listen on {address}: {error}")))?;
        let bound = listener.local_addr().map_err(Stop::internal)?;
        let site = Site::new(self.issuer(bound)?);
        let stop = told_to_stop().map_err(Stop::internal)?;
        anstream::println!("listening on {}", site.issuer().issuer_url());
        // Whoever waited for the line above may have closed the pipe by now.
        let _ = writeln!(
            anstream::stdout(),
            "a page for people is at {}/",
            site.origin()
        );
        issuer::serve(Arc::new(site), listener, tls, stop)
            .await
            .map_err(Stop::internal)?;
        Ok(Exit::Clean)
    }

    fn issuer(&self, bound: SocketAddr) -> Result<Issuer, Stop> {
        let origin = self
            .public_url
            .clone()
            .unwrap_or_else(|| self.origin(bound));
        // Fresh keys for each process: tokens of an earlier one, whose use nobody remembers, are void.
        let seed = OsRng.try_next_u64().map_err(Stop::internal)?;
        let mut builder = Issuer::builder()
            .origin(origin.trim_end_matches('/'))
            .prefix(&self.prefix)
            .seed(seed)
            .deferred_delay(Duration::from_secs(self.deferred_delay));
        if let Some(jwk) = &self.as_key {
            builder = builder.auth_key(read_jwk(jwk)?);
        }
        if let Some(jwk) = &self.issuer_key {
            builder = builder.issuer_key(read_jwk(jwk)?);
        }
        if let Some(did) = &self.issuer_did {
            builder = builder.issuer_did(did);
        }
        if let Some(folder) = &self.did_registry {
            let known = did_documents::read(folder)?;
            let resolver = did_documents::Folder::new(folder, known.clone());
            builder = builder.did_registry(known).did_resolver(Arc::new(resolver));
        }
        if let Some(file) = &self.clients {
            builder = builder.clients(read_clients(file)?);
        }
        let fetcher = GuardedFetcher::new().allow_private_network(self.allow_private_network);
        builder = builder.fetcher(Arc::new(fetcher));
        for name in &self.defect {
            let defect: Defect = name.parse().map_err(|_| {
                let names = Defect::ALL.iter().map(|defect| defect.slug());
                Stop::usage(UnknownName::new("defect", name, names))
            })?;
            builder = builder.defect(defect);
        }
        let strict = readings::STRICT.iter().filter(|_| self.strict);
        builder = strict.fold(builder, |builder, reading| builder.reading(*reading));
        for name in &self.reading {
            let reading: Reading = name.parse().map_err(|_| {
                let names = Reading::ALL.iter().map(|reading| reading.slug());
                Stop::usage(UnknownName::new("reading", name, names))
            })?;
            builder = builder.reading(reading);
        }
        builder.build().map_err(|error| Stop::wrong(&error))
    }

    /// The origin under which the socket can be reached from this machine.
    fn origin(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        if bound.ip().is_unspecified() {
            format!("{scheme}://localhost:{}", bound.port())
        } else {
            format!("{scheme}://{bound}")
        }
    }
}

fn read_clients(file: &Path) -> Result<Vec<ClientMetadata>, Stop> {
    let text = fs::read(file)
        .map_err(|error| Stop::usage(format!("could not read {}: {error}", file.display())))?;
    ClientMetadata::read_all(&text)
        .map_err(|error| Stop::usage(format!("could not read {}: {error}", file.display())))
}
