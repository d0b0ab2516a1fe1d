//! `vcispec serve`: the reference issuer over HTTP.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rand_core::{OsRng, TryRngCore as _};
use tokio::net::TcpListener;

use super::target::read_jwk;
use super::{Exit, Stop, runtime};
use crate::engine::UnknownName;
use crate::issuer::{self, ClientMetadata, Defect, GuardedFetcher, Issuer};

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
    /// The authorization server's private key (a JWK, or a file with one).
    #[arg(long, value_name = "JWK")]
    as_key: Option<String>,
    /// The credential issuer's private key (a JWK, or a file with one).
    #[arg(long, value_name = "JWK")]
    issuer_key: Option<String>,
    /// The DID that issues.
    #[arg(long, value_name = "DID")]
    issuer_did: Option<String>,
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
}

impl Serve {
    /// Serves until the process is told to stop.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        runtime()?.block_on(self.serve())
    }

    async fn serve(&self) -> Result<Exit, Stop> {
        let address = SocketAddr::new(self.listen, self.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Stop::usage(format!("could not listen on {address}: {error}")))?;
        let bound = listener.local_addr().map_err(Stop::internal)?;
        let issuer = Arc::new(self.issuer(bound)?);
        let stop = told_to_stop().map_err(Stop::internal)?;
        anstream::println!("listening on {}", issuer.issuer_url());
        issuer::serve(issuer, listener, stop)
            .await
            .map_err(Stop::internal)?;
        Ok(Exit::Clean)
    }

    fn issuer(&self, bound: SocketAddr) -> Result<Issuer, Stop> {
        let host = if bound.ip().is_unspecified() {
            "localhost".to_owned()
        } else {
            SocketAddr::new(bound.ip(), 0)
                .to_string()
                .trim_end_matches(":0")
                .to_owned()
        };
        let origin = self
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{host}:{}", bound.port()));
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
        builder.build().map_err(|error| Stop::wrong(&error))
    }
}

fn read_clients(file: &Path) -> Result<Vec<ClientMetadata>, Stop> {
    let text = fs::read(file)
        .map_err(|error| Stop::usage(format!("could not read {}: {error}", file.display())))?;
    ClientMetadata::read_all(&text)
        .map_err(|error| Stop::usage(format!("could not read {}: {error}", file.display())))
}

/// Ready when the process is told to stop. Listens from the call on, not only when it is waited for: whoever reads that the
/// server is up may stop it at once.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the process is told to stop.
#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
