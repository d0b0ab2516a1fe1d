//! The reference issuer behind the protocol of `exec:`: an example of the few lines that an issuer needs to be tested
//! without a server. Read a line, answer the request, write a line; `docs/exec.md` describes the lines.
//!
//! ```sh
//! cargo run --release -- replay corpus/ebsi-v3 'exec:cargo run --release --example exec_issuer'
//! ```
//!
//! Its keys are the same each time; with `--fixed` so are its nonces and the time.

use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::Parser;
use http::{HeaderValue, Request};
use rand_core::{OsRng, TryRngCore as _};
use serde::Deserialize;
use serde_json::{Value, json};
use vcispec::corpus::frozen::{Setup, State};
use vcispec::fuzzing::frozen_issuer;
use vcispec::issuer::{
    Builder, ClientMetadata, Clock, Defect, DidDocument, DidRegistry, DidResolver, Issuer,
    SeededRandomness, SystemClock,
};

/// The reference issuer behind the protocol of exec:.
#[derive(Debug, Parser)]
struct Options {
    /// A deliberate bug; see `vcispec list defects`. May be given several times.
    #[arg(long, value_name = "NAME")]
    defect: Vec<Defect>,
    /// It is 2024-01-01T00:00:00Z until another time is told, and a reset begins with the same nonces again. Without this, time
    /// passes until one is told, and nonces never come again.
    #[arg(long)]
    fixed: bool,
    /// What keys are made from.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    seed: u64,
    /// How long a deferred credential takes, in seconds.
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    deferred_delay: u64,
    /// The authorization server's private key: a file with a JWK.
    #[arg(long, value_name = "FILE")]
    as_key: Option<PathBuf>,
    /// The service wallets that are registered beforehand: a JSON array of OAuth client metadata.
    #[arg(long, value_name = "FILE")]
    clients: Option<PathBuf>,
    /// A folder of DID documents (*.json) that the issuer looks DIDs up in.
    #[arg(long, value_name = "DIR")]
    did_registry: Option<PathBuf>,
}

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let clock = Arc::new(ToldClock::default());
    if options.fixed {
        clock.set(1_704_067_200);
    }
    let mut issuer = options.issuer(&clock)?;
    for line in std::io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        match line.control.as_deref() {
            None => {
                // Several requests may be under way, and are answered in any order.
                let issuer = Arc::clone(&issuer);
                thread::spawn(move || write(&line.answer(&issuer)));
                continue;
            }
            Some("reset") => issuer = options.issuer(&clock)?,
            Some("set_clock") => clock.set(line.time),
            Some("remember") => issuer = options.frozen(&line.setup, &line.state)?,
            Some(_) => {
                write(&json!({ "id": line.id, "error": "unsupported" }));
                continue;
            }
        }
        write(&json!({ "id": line.id }));
    }
    Ok(())
}

/// A line that is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    id: u64,
    control: Option<String>,
    time: u64,
    setup: Value,
    state: Value,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body_base64: String,
}

impl Line {
    /// What the issuer answers. A panic of it is told and not left to the caller's time limit.
    fn answer(&self, issuer: &Issuer) -> Value {
        let answer = catch_unwind(AssertUnwindSafe(|| self.response(issuer)));
        let text = match answer {
            Ok(Ok(answer)) => return answer,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the issuer panicked".to_owned(),
        };
        json!({ "id": self.id, "error": text })
    }

    fn response(&self, issuer: &Issuer) -> Result<Value, Error> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.path);
        for (name, value) in &self.headers {
            // One character for each byte.
            let value: Vec<u8> = value.chars().map(|letter| letter as u8).collect();
            request = request.header(name, HeaderValue::from_bytes(&value)?);
        }
        let body = Bytes::from(STANDARD.decode(&self.body_base64)?);
        let response = issuer.handle(request.body(body)?);
        let headers = response.headers().iter().map(|(name, value)| {
            let value: String = value.as_bytes().iter().copied().map(char::from).collect();
            json!([name.as_str(), value])
        });
        Ok(json!({
            "id": self.id,
            "status": response.status().as_u16(),
            "headers": headers.collect::<Value>(),
            "body_base64": STANDARD.encode(response.body()),
        }))
    }
}

/// Writes a line at once. Nobody may be there to read it.
fn write(line: &Value) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

impl Options {
    /// What nonces and identifiers are made from.
    fn nonces(&self) -> Result<u64, Error> {
        Ok(if self.fixed { 0 } else { OsRng.try_next_u64()? })
    }

    /// An issuer as a frozen vector wants it.
    fn frozen(&self, setup: &Value, state: &Value) -> Result<Arc<Issuer>, Error> {
        let setup = Setup::deserialize(setup)?;
        let state = State::deserialize(state)?;
        let issuer = frozen_issuer(&setup, &state, |builder| self.lying(builder))?;
        Ok(Arc::new(issuer))
    }

    fn lying(&self, builder: Builder) -> Builder {
        let defects = self.defect.iter();
        defects.fold(builder, |builder, defect| builder.defect(*defect))
    }

    /// An issuer that nobody has talked to yet.
    fn issuer(&self, clock: &Arc<ToldClock>) -> Result<Arc<Issuer>, Error> {
        let mut builder = self
            .lying(Issuer::builder())
            .seed(self.seed)
            .clock(clock.clone())
            .randomness(Arc::new(SeededRandomness::new(self.nonces()?)))
            .deferred_delay(Duration::from_secs(self.deferred_delay));
        if let Some(file) = &self.as_key {
            builder = builder.auth_key(serde_json::from_slice(&fs::read(file)?)?);
        }
        if let Some(file) = &self.clients {
            builder = builder.clients(ClientMetadata::read_all(&fs::read(file)?)?);
        }
        if let Some(folder) = &self.did_registry {
            let resolver = Folder(folder.clone());
            builder = builder
                .did_registry(read(folder))
                .did_resolver(Arc::new(resolver));
        }
        Ok(Arc::new(builder.build()?))
    }
}

/// The clock of this machine until a time is told.
#[derive(Default)]
struct ToldClock {
    /// Seconds since the Unix epoch; 0 if none was told.
    told: AtomicU64,
}

impl ToldClock {
    fn set(&self, seconds: u64) {
        self.told.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for ToldClock {
    fn now(&self) -> Duration {
        match self.told.load(Ordering::SeqCst) {
            0 => SystemClock.now(),
            seconds => Duration::from_secs(seconds),
        }
    }
}

/// A folder of DID documents, to which others may be added while the issuer runs.
struct Folder(PathBuf);

impl DidResolver for Folder {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        read(&self.0).resolve(did)
    }
}

/// The documents of a folder; what is none, or the second of its DID, is passed over.
fn read(folder: &Path) -> DidRegistry {
    let mut registry = DidRegistry::default();
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    for path in files.map(|entry| entry.path()).filter(is_json) {
        let document = fs::read(path).ok();
        let document = document.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
        if let Some(document) = document {
            let _ = registry.register(document);
        }
    }
    registry
}
