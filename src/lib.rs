//! Conformance tester for verifiable-credential issuers: mints credential requests, valid and malformed, and judges the answers.
//!
//! The paved path is [`check`], inside a test of your own issuer, with no socket:
//!
//! ```no_run
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use bytes::Bytes;
//! # #[derive(Clone)] struct Router;
//! # impl tower_service::Service<Request<Full<Bytes>>> for Router {
//! #     type Response = Response<Full<Bytes>>;
//! #     type Error = Infallible;
//! #     type Future = std::future::Ready<Result<Self::Response, Infallible>>;
//! #     fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> { Ok(()).into() }
//! #     fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future { std::future::ready(Ok(Response::default())) }
//! # }
//! # fn my_issuer() -> Router { Router }
//! vcispec::check(my_issuer())
//!     .issuer("https://issuer.example/v1")
//!     .cases(500)
//!     .run_blocking()
//!     .assert_clean();
//! ```
//!
//! Underneath: [`engine::run`] takes a [`target`] (a service or a URL), makes cases ([`generate`]), has the [`wallet`] render
//! and sign them, asks the [`oracle`] which answers the [`profile`] allows and the [`invariants`] which rules were broken,
//! and shrinks what it finds. [`report`] puts the outcome into words. [`issuer`] is the reference issuer.

pub mod case;
pub mod clauses;
#[cfg(feature = "cli")]
pub mod cli;
pub mod corpus;
pub mod engine;
pub mod fuzzing;
pub mod generate;
pub mod invariants;
pub mod issuer;
pub mod oracle;
pub mod profile;
pub mod report;
pub mod target;
pub mod transcript;
pub mod wallet;
pub mod zoo;

pub use engine::Phase;
pub use profile::Profile;
pub use transcript::Finding;

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use engine::{
    Clock, Config, Environment, Logins, Offers, Outcome, Registrar, SystemClock, Tokens, Unusable,
    VirtualClock,
};
use target::{InProcess, InProcessFn, Target};
use wallet::{GivenToken, Login, SessionSource};

/// Begins to check an issuer: any tower service over `http` requests, such as an axum router.
pub fn check<S, B>(service: S) -> Check
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Display,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Display,
{
    check_target(InProcess::new(service))
}

/// Begins to check an issuer that is a function.
pub fn check_fn<F>(answer: F) -> Check
where
    F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
{
    check_target(InProcessFn::new(answer))
}

/// Begins to check an issuer that is reached in another way, or with other limits: see [`target`].
pub fn check_target(target: impl Target + 'static) -> Check {
    Check::new(Arc::new(target))
}

/// A check about to be run.
#[derive(Debug)]
#[must_use = "a check does nothing until it is run"]
pub struct Check {
    environment: Environment,
    config: Config,
}

impl Check {
    fn new(target: Arc<dyn Target>) -> Self {
        let mut config = Config::new("http://localhost:3000");
        config.target = "the service under test".into();
        config.replay = "vcispec::check(service).replay({case})".into();
        config.rerun = "vcispec::check(service) with the rule {invariant}".into();
        Self {
            environment: Environment {
                target,
                clock: Arc::new(SystemClock),
                offers: None,
                tokens: None,
                logins: None,
                registrar: None,
            },
            config,
        }
    }

    /// The credential issuer identifier. Requests go to its path and to the endpoints that its metadata names.
    /// Default `http://localhost:3000`.
    pub fn issuer(mut self, identifier: impl Into<String>) -> Self {
        self.config.issuer = identifier.into().trim_end_matches('/').to_owned();
        self
    }

    /// What keys and random cases are made from. Default 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// How many random cases; a quarter as many sequences are drawn. Default 1000.
    pub fn cases(mut self, cases: u64) -> Self {
        self.config.cases = cases;
        self
    }

    /// Which phases. Default all.
    pub fn phases(mut self, phases: impl IntoIterator<Item = Phase>) -> Self {
        self.config.phases = phases.into_iter().collect();
        self
    }

    /// The dialect. Default [`profile::EBSI_V3`].
    pub fn profile(mut self, profile: &'static Profile) -> Self {
        self.config.profile = profile;
        self
    }

    /// The private key of the authorization server as a JWK, so that access tokens can be minted.
    pub fn auth_key(mut self, jwk: serde_json::Value) -> Self {
        self.config.auth_key = Some(jwk);
        self
    }

    /// How long a deferred credential takes. Default: as long as the profile says.
    pub fn deferred_delay(mut self, seconds: u64) -> Self {
        self.config.deferred_delay = Some(seconds);
        self
    }

    /// Where offers come from, for issuers without an `initiate-credential-offer` endpoint.
    pub fn offers(mut self, offers: impl Offers + 'static) -> Self {
        self.environment.offers = Some(Arc::new(offers));
        self.config.sessions = SessionSource::Ask;
        self
    }

    /// Where access tokens come from, one for each session: nothing is offered then, and none is asked for.
    pub fn tokens(mut self, tokens: impl Tokens + 'static) -> Self {
        self.environment.tokens = Some(Arc::new(tokens));
        self.config.sessions = SessionSource::AskToken;
        self
    }

    /// One access token for all sessions, which are carried out one after the other. What needs a fresh one is not tried.
    pub fn access_token(mut self, given: GivenToken) -> Self {
        self.config.sessions = SessionSource::Token(given);
        self
    }

    /// Who logs in: sessions begin with an authorization request, which says what `login` does.
    pub fn logins(mut self, login: Login, logins: impl Logins + 'static) -> Self {
        self.environment.logins = Some(Arc::new(logins));
        self.config.sessions = SessionSource::Login(login);
        self
    }

    /// Who registers the DIDs of service wallets that are yet to be onboarded.
    pub fn registrar(mut self, registrar: impl Registrar + 'static) -> Self {
        self.environment.registrar = Some(Arc::new(registrar));
        self
    }

    /// Lets no time pass but by waiting, so that deferred credentials cost none. `moved` is told each new time since the
    /// Unix epoch, at once and whenever it moves; the service must take its time from there.
    pub fn virtual_time(
        self,
        start: Duration,
        moved: impl FnMut(Duration) + Send + 'static,
    ) -> Self {
        self.clock(VirtualClock::new(start, moved))
    }

    /// The clock. Default: that of the operating system.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.environment.clock = Arc::new(clock);
        self
    }

    /// Anything else.
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Runs the check.
    ///
    /// # Panics
    /// The service cannot be tested; [`Check::try_run`] says so without.
    pub async fn run(self) -> Report {
        usable(self.try_run().await)
    }

    /// Runs the check, if the service can be tested.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub async fn try_run(self) -> Result<Report, Unusable> {
        let outcome = engine::run(&self.environment, &self.config, &mut |_| {}).await?;
        Ok(Report { outcome })
    }

    /// Runs the check and waits for it. May be called inside and outside an async runtime.
    ///
    /// # Panics
    /// The service cannot be tested.
    pub fn run_blocking(self) -> Report {
        usable(blocking(self.try_run()))
    }

    /// Carries out one case, given as the JSON that stands in a finding.
    ///
    /// # Panics
    /// The JSON is no case, or the service cannot be tested.
    pub fn replay(self, case: &str) -> Report {
        let case =
            serde_json::from_str(case).unwrap_or_else(|error| panic!("this is no case: {error}"));
        let replay = async {
            engine::replay(&self.environment, &self.config, vec![case], &mut |_| {}).await
        };
        let outcome = blocking(replay);
        usable(outcome.map(|outcome| Report { outcome }))
    }
}

/// What a check came to.
#[derive(Debug, Clone)]
pub struct Report {
    outcome: Outcome,
}

impl Report {
    /// The findings: the worst first, then what most cases show.
    pub fn findings(&self) -> &[Finding] {
        &self.outcome.findings
    }

    /// Everything there is to know.
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Fails the test that calls it, with a summary, if a rule was broken. Notes and tolerable differences do not count.
    ///
    /// # Panics
    /// A rule was broken.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(!self.outcome.has_failures(), "\n{self}");
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::summary::text(
            &report::json::Report::new(&self.outcome),
            &report::summary::Style::default(),
        ))
    }
}

#[track_caller]
fn usable(report: Result<Report, Unusable>) -> Report {
    report.unwrap_or_else(|reason| panic!("the service cannot be tested: {reason}"))
}

/// Waits on a thread of its own, because a runtime must not be started inside another.
fn blocking<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("the operating system has threads");
        let wait = move || {
            let done = runtime.block_on(work);
            // A service that never answered keeps its thread; nobody waits for it.
            runtime.shutdown_background();
            done
        };
        let done = scope.spawn(wait).join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
