//! The reference issuer in this process, on a clock that jumps.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Stop;
use crate::engine::{Environment, VirtualClock};
use crate::fuzzing::{self, OpenRegistry};
use crate::issuer::{Builder, Defect, Issuer, ManualClock};
use crate::target::InProcessFn;
use crate::wallet::ServiceClient;

/// What the report calls it.
pub(super) const NAME: &str = "embedded reference issuer";

/// Its credential issuer identifier, and what `--issuer` is by default.
pub(super) const ISSUER: &str = "http://localhost:3000/conformance/v3/issuer-mock";

/// 2024-01-01T00:00:00Z: the same for every run, so that equal seeds give equal runs.
pub(super) const START: Duration = Duration::from_secs(1_704_067_200);

/// How long a bug may take to answer before it counts as one that hangs: an answer takes a millisecond.
const HASTE: Duration = Duration::from_secs(3);

/// An issuer and the environment of a run against it.
pub(super) struct Embedded {
    pub(super) environment: Environment,
    /// Its credential issuer identifier.
    pub(super) issuer: String,
    /// The private key of its authorization server.
    pub(super) auth_key: Value,
    /// A service wallet that it knows.
    pub(super) service: ServiceClient,
}

/// Builds it, to be given up on when an answer takes longer than `limit`.
pub(super) fn embedded(
    seed: u64,
    limit: Duration,
    auth_key: Option<Value>,
    deferred_delay: Option<u64>,
) -> Result<Embedded, Stop> {
    build(seed, limit, |mut builder| {
        if let Some(jwk) = auth_key {
            builder = builder.auth_key(jwk);
        }
        if let Some(seconds) = deferred_delay {
            builder = builder.deferred_delay(Duration::from_secs(seconds));
        }
        builder
    })
}

/// Builds it with this deliberate bug.
pub(super) fn with_defect(seed: u64, defect: Option<Defect>) -> Result<Embedded, Stop> {
    build(seed, HASTE, |builder| match defect {
        Some(defect) => builder.defect(defect),
        None => builder,
    })
}

fn build(
    seed: u64,
    limit: Duration,
    change: impl FnOnce(Builder) -> Builder,
) -> Result<Embedded, Stop> {
    let clock = Arc::new(ManualClock::new(START));
    let service = ServiceClient::derive(seed);
    let registry = OpenRegistry::of(&service);
    let builder = fuzzing::acquainted(Issuer::builder(), &service)
        .did_resolver(Arc::new(registry.clone()))
        .seed(seed)
        .clock(clock.clone());
    let issuer = Arc::new(
        change(builder)
            .build()
            .map_err(|error| Stop::wrong(&error))?,
    );
    let (identifier, auth_key) = (issuer.issuer_url().to_owned(), issuer.auth_key_jwk());
    let environment = Environment {
        target: Arc::new(InProcessFn::new(move |request| issuer.handle(request)).limit(limit)),
        clock: Arc::new(VirtualClock::new(START, move |time| clock.set(time))),
        offers: None,
        tokens: None,
        logins: None,
        registrar: Some(Arc::new(registry)),
    };
    Ok(Embedded {
        environment,
        issuer: identifier,
        auth_key,
        service,
    })
}
