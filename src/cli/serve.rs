//! `vcispec serve`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::{Done, Exit, key, usage};
use crate::engine::UnknownName;
use crate::issuer::{self, Defect, Issuer};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The port; 0 picks a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    listen: IpAddr,
    /// Scheme, host and port under which clients reach the issuer [default: http://ADDRESS:PORT]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The path before /issuer-mock and /auth-mock
    #[arg(long, default_value = "/conformance/v3", value_name = "PATH")]
    prefix: String,
    /// What keys, nonces and identifiers are made from [default: fresh ones]
    #[arg(long)]
    seed: Option<u64>,
    /// The authorization server's private key (P-256)
    #[arg(long, value_name = "JWK_FILE")]
    as_key: Option<PathBuf>,
    /// The issuer's private key (P-256)
    #[arg(long, value_name = "JWK_FILE")]
    issuer_key: Option<PathBuf>,
    /// The issuer's DID, as credentials name it
    #[arg(long, value_name = "DID")]
    issuer_did: Option<String>,
    /// How long a deferred credential takes
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    deferred_delay: u64,
    /// Have this bug; may be repeated. `vcispec list defects` shows those there are
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    defect: Vec<String>,
}

pub(super) async fn run(arguments: Arguments) -> Done {
    let listener = TcpListener::bind((arguments.listen, arguments.port))
        .await
        .map_err(|error| {
            usage(format!(
                "could not listen on {} port {}: {error}",
                arguments.listen, arguments.port
            ))
        })?;
    let address = listener.local_addr().map_err(usage)?;
    let issuer = build(&arguments, &format!("http://{address}"))?;
    println!("listening on {}", issuer.issuer_url());
    issuer::serve(Arc::new(issuer), listener, stopped())
        .await
        .map_err(|error| (Exit::Bug, error.to_string()))?;
    Ok(Exit::Clean)
}

fn build(arguments: &Arguments, address: &str) -> Result<Issuer, (Exit, String)> {
    let origin = arguments.public_url.as_deref().unwrap_or(address);
    let mut builder = Issuer::builder()
        .origin(origin)
        .prefix(&arguments.prefix)
        .seed(arguments.seed.unwrap_or_else(fresh_seed))
        .deferred_delay(Duration::from_secs(arguments.deferred_delay));
    if let Some(path) = &arguments.as_key {
        builder = builder.auth_key(key::read(path).map_err(usage)?);
    }
    if let Some(path) = &arguments.issuer_key {
        builder = builder.issuer_key(key::read(path).map_err(usage)?);
    }
    if let Some(did) = &arguments.issuer_did {
        builder = builder.issuer_did(did);
    }
    for name in &arguments.defect {
        let defect = name.parse().map_err(|_| {
            let names = Defect::ALL.iter().map(|defect| defect.slug());
            usage(UnknownName::new("defect", name, names))
        })?;
        builder = builder.defect(defect);
    }
    builder.build().map_err(usage)
}

/// A seed from the operating system: two servers do not share keys by accident.
fn fresh_seed() -> u64 {
    use rand_core::{OsRng, TryRngCore as _};
    OsRng
        .try_next_u64()
        .expect("the operating system has randomness")
}

/// Ready when the process is asked to end.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
