//! TARGET: a URL, or nothing for the reference issuer in this process.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::engine::{Environment, SystemClock, VirtualClock};
use crate::issuer::{Issuer, ManualClock};
use crate::target::{Http, InProcessFn, Limits};

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The reference issuer in this process.
    Embedded,
    /// An issuer with this identifier.
    Url(String),
}

/// When a run against the embedded issuer begins: reports of equal seeds are equal. 15 June 2025.
const EPOCH: Duration = Duration::from_secs(1_750_000_000);

impl Place {
    pub(super) fn parse(target: Option<&str>) -> Result<Self, String> {
        let Some(target) = target else {
            return Ok(Self::Embedded);
        };
        let expects = "TARGET is the issuer's URL, such as https://localhost:8443/issuer";
        let url = Url::parse(target)
            .map_err(|error| format!("\"{target}\" is no URL ({error}); {expects}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(format!("\"{target}\" is no http or https URL; {expects}"));
        }
        Ok(Self::Url(target.trim_end_matches('/').to_owned()))
    }

    /// What reports call it.
    pub(super) fn name(&self) -> &str {
        self.url().unwrap_or("the embedded reference issuer")
    }

    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Self::Embedded => None,
            Self::Url(url) => Some(url),
        }
    }

    /// How many cases are under way at once, unless somebody says otherwise.
    pub(super) fn workers(&self) -> usize {
        match self {
            Self::Embedded => std::thread::available_parallelism().map_or(2, usize::from),
            Self::Url(_) => 8,
        }
    }
}

/// The environment of a run, the issuer's identifier, and the authorization server's key if there is one.
pub(super) fn prepare(
    place: &Place,
    seed: u64,
    auth_key: Option<Value>,
    deferred_delay: Option<u64>,
    request_timeout: u64,
) -> Result<(Environment, String, Option<Value>), String> {
    match place {
        Place::Embedded => embedded(seed, auth_key, deferred_delay),
        Place::Url(url) => {
            let target = Http::new(Limits {
                timeout: Duration::from_secs(request_timeout),
                ..Limits::default()
            });
            let environment = Environment {
                target: Arc::new(target),
                clock: Arc::new(SystemClock),
                offers: None,
            };
            Ok((environment, url.clone(), auth_key))
        }
    }
}

/// The reference issuer, whose time stands still until everybody waits.
fn embedded(
    seed: u64,
    auth_key: Option<Value>,
    deferred_delay: Option<u64>,
) -> Result<(Environment, String, Option<Value>), String> {
    let clock = Arc::new(ManualClock::new(EPOCH));
    let mut builder = Issuer::builder().seed(seed).clock(Arc::clone(&clock) as _);
    if let Some(jwk) = auth_key {
        builder = builder.auth_key(jwk);
    }
    if let Some(seconds) = deferred_delay {
        builder = builder.deferred_delay(Duration::from_secs(seconds));
    }
    let issuer = builder.build().map_err(|error| error.to_string())?;
    let (url, key) = (issuer.issuer_url().to_owned(), issuer.auth_key_jwk());
    let environment = Environment {
        target: Arc::new(InProcessFn::new(move |request| issuer.handle(request))),
        clock: Arc::new(VirtualClock::new(EPOCH, move |now| clock.set(now))),
        offers: None,
    };
    Ok((environment, url, Some(key)))
}
