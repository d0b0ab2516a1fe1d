//! A reference issuer with wallet and oracle, without sockets, threads or sleeping: the clock jumps.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::memo::RememberedSignatures;
use super::play::Prologues;
use crate::engine::Registrar;
use crate::issuer::{
    Builder, ClientMetadata, Clock as _, DidDocument, DidRegistry, DidResolver, FetchError,
    Fetcher, Issuer, ManualClock, SeededRandomness,
};
use crate::oracle::Oracle;
use crate::profile::{EBSI_V3, Profile};
use crate::transcript::{Context, Exchange, Expectation, Transcript};
use crate::wallet::{AuthKey, Discovery, Outgoing, ServiceClient, SessionSource, Wallet};

/// A reference issuer and everything that asks and judges it.
#[derive(Debug)]
pub struct Bench {
    pub(super) issuer: Issuer,
    pub(super) registry: OpenRegistry,
    pub(super) clock: Arc<ManualClock>,
    pub(super) wallet: Arc<Wallet>,
    pub(super) oracle: Oracle,
    context: Arc<Context>,
    profile: &'static Profile,
    discovery: Transcript,
    start: Duration,
    /// What nonces and identifiers are made from, if it can be made to give the same ones again.
    pub(super) randomness: Option<Arc<SeededRandomness>>,
    pub(super) prologues: Prologues,
}

/// Introduces a service wallet to a reference issuer: its keys as a client, its DID document, and where its keys are if they
/// are found through a redirect.
pub fn acquainted(builder: Builder, client: &ServiceClient) -> Builder {
    let clients = serde_json::to_vec(&[client.client_metadata()]).unwrap_or_default();
    let clients = ClientMetadata::read_all(&clients).expect("our own client metadata is sound");
    let builder = builder.clients(clients).did_registry(registry_of(client));
    match client.redirected() {
        Some(redirected) => builder.fetcher(Arc::new(Moved {
            from: redirected.jwks_uri.clone(),
            to: format!("{}/moved", redirected.jwks_uri),
            jwks: client.jwks().to_string().into(),
        })),
        None => builder,
    }
}

/// A key set that was moved, and nothing else.
struct Moved {
    from: String,
    to: String,
    jwks: Bytes,
}

impl Fetcher for Moved {
    fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        if url == self.to {
            Ok(self.jwks.clone())
        } else if url == self.from {
            Err(FetchError::Redirect {
                location: Some(self.to.clone()),
            })
        } else {
            Err(FetchError::Disabled)
        }
    }
}

fn registry_of(client: &ServiceClient) -> DidRegistry {
    let mut registry = DidRegistry::default();
    registry
        .register(client.did_document())
        .expect("our own DID document is sound");
    registry
}

/// Where a reference issuer looks DIDs up, while others are registered.
#[derive(Debug, Clone)]
pub struct OpenRegistry {
    at_first: DidRegistry,
    now: Arc<RwLock<DidRegistry>>,
}

impl OpenRegistry {
    /// A registry that knows the service wallet.
    pub fn of(client: &ServiceClient) -> Self {
        let at_first = registry_of(client);
        Self {
            now: Arc::new(RwLock::new(at_first.clone())),
            at_first,
        }
    }

    /// Forgets what was registered.
    pub(super) fn reset(&self) {
        self.go_back(&self.at_first);
    }

    /// What is registered.
    pub(super) fn standing(&self) -> DidRegistry {
        let registry = self.now.read().unwrap_or_else(PoisonError::into_inner);
        registry.clone()
    }

    /// Goes back to what was registered once.
    pub(super) fn go_back(&self, standing: &DidRegistry) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = standing.clone();
    }

    /// Registers a DID.
    ///
    /// # Errors
    /// The document is none, or its DID is registered already.
    pub fn register(&self, document: Value) -> Result<(), String> {
        let mut registry = self.now.write().unwrap_or_else(PoisonError::into_inner);
        registry
            .register(document)
            .map_err(|error| error.to_string())
    }
}

impl DidResolver for OpenRegistry {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        let registry = self.now.read().unwrap_or_else(PoisonError::into_inner);
        registry.resolve(did)
    }
}

impl Registrar for OpenRegistry {
    fn register(&self, _did: String, document: Value) -> BoxFuture<'_, Result<(), String>> {
        std::future::ready(Self::register(self, document)).boxed()
    }
}

/// When a bench begins: 2024-01-01T00:00:00Z, in seconds since the Unix epoch.
const START: u64 = 1_704_067_200;

impl Bench {
    /// A bench around the issuer that `builder` describes. Clock and origin are set here.
    ///
    /// # Panics
    /// If the issuer cannot be built or does not describe itself.
    pub fn new(builder: Builder) -> Self {
        Self::with_profile(builder, &EBSI_V3, Oracle::new(&EBSI_V3))
    }

    /// A bench with another profile or oracle.
    ///
    /// # Panics
    /// As [`Bench::new`].
    pub fn with_profile(builder: Builder, profile: &'static Profile, oracle: Oracle) -> Self {
        Self::beginning_at(builder, profile, oracle, Duration::from_secs(START))
    }

    /// A bench whose clock shows another time at first, given since the Unix epoch.
    ///
    /// # Panics
    /// As [`Bench::new`].
    pub fn beginning_at(
        builder: Builder,
        profile: &'static Profile,
        oracle: Oracle,
        start: Duration,
    ) -> Self {
        Self::build(builder, profile, oracle, start, None)
    }

    fn build(
        builder: Builder,
        profile: &'static Profile,
        oracle: Oracle,
        start: Duration,
        randomness: Option<Arc<SeededRandomness>>,
    ) -> Self {
        let clock = Arc::new(ManualClock::new(start));
        let service = ServiceClient::derive(1);
        let registry = OpenRegistry::of(&service);
        let issuer = acquainted(builder, &service)
            .did_resolver(Arc::new(registry.clone()))
            .clock(clock.clone())
            .build()
            .expect("the reference issuer can be built");
        let mut discovery = Discovery::new(profile, issuer.issuer_url());
        let mut exchanges = Vec::new();
        while let Some(outgoing) = discovery.next_request() {
            let exchange = answer(&issuer, &clock, outgoing, Expectation::default());
            discovery.receive(&exchange);
            exchanges.push(exchange);
        }
        let context = Arc::new(
            discovery
                .finish()
                .expect("the reference issuer describes itself"),
        );
        let key =
            AuthKey::from_jwk(&issuer.auth_key_jwk()).expect("the reference issuer has a key");
        let wallet = Wallet::new(
            profile,
            Arc::clone(&context),
            1,
            Some(key),
            SessionSource::EbsiInitiate,
        );
        let wallet = wallet.with_service(Some(service));
        let wallet = Arc::new(match &randomness {
            Some(_) => wallet.remembering(),
            None => wallet,
        });
        let discovery = Transcript {
            case: None,
            exchanges,
            stopped: None,
        };
        Self {
            discovery,
            issuer,
            registry,
            clock,
            wallet,
            oracle,
            context,
            profile,
            start,
            randomness,
            prologues: Prologues::default(),
        }
    }

    /// A bench that can be rewound, and then does the same again: every nonce comes again, and what was signed or verified
    /// before is remembered. For fuzz targets, where all but a part of each input is the same.
    ///
    /// # Panics
    /// As [`Bench::new`].
    pub fn repeatable(builder: Builder) -> Self {
        let randomness = Arc::new(SeededRandomness::new(0));
        let builder = builder
            .randomness(Arc::clone(&randomness) as _)
            .signatures(Arc::new(RememberedSignatures::default()));
        let start = Duration::from_secs(START);
        Self::build(
            builder,
            &EBSI_V3,
            Oracle::new(&EBSI_V3),
            start,
            Some(randomness),
        )
    }

    /// Forgets every session, and sets the clock to the beginning.
    pub fn rewind(&mut self) {
        self.issuer.forget();
        self.registry.reset();
        self.clock.set(self.start);
        if let Some(randomness) = &self.randomness {
            randomness.go_to(0);
        }
    }

    /// What discovery told.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The exchanges of discovery.
    pub fn discovery(&self) -> &Transcript {
        &self.discovery
    }

    /// The dialect.
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// The issuer.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }
}

pub(super) fn answer(
    issuer: &Issuer,
    clock: &ManualClock,
    outgoing: Outgoing,
    expectation: Expectation,
) -> Exchange {
    let request = outgoing.request.clone();
    let response = issuer.handle(outgoing.request);
    let mut exchange = Exchange::new(outgoing.endpoint, request, Ok(response));
    exchange.step = outgoing.step;
    exchange.session = outgoing.session;
    exchange.mutations = outgoing.mutations;
    exchange.facts = outgoing.facts;
    exchange.expectation = expectation;
    exchange.sent_at = clock.now();
    exchange.received_at = clock.now();
    exchange
}
