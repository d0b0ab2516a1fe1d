//! One request in, one response out: what holds for every endpoint, and the way to each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, CONTENT_LENGTH, EXPECT,
    TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::Value;

use super::builder::Builder;
use super::clients::Clients;
use super::clock::Clock;
use super::defect::Defect;
use super::did::DidResolver;
use super::fetch::Fetcher;
use super::keys::SigningKey;
use super::lies::{self, Memory};
use super::named::Switches;
use super::randomness::Randomness;
use super::reading::{self, Reading};
use super::registry::DidRegistry;
use super::reply::{self, Refusal, RefusedAt, Reply};
use super::route::Route;
use super::signatures::Signatures;
use super::store::Store;
use super::{
    auth_metadata, authorize, credential, credential_deferred, direct_post, initiate_offer,
    issuer_metadata, jwks, offer, openapi, request_uri, status_list, token,
};

/// The most bytes that the body of a request may have: 1 MiB.
pub const BODY_LIMIT: usize = 1 << 20;

/// The most bytes that the header fields of a request may have, names and values together.
pub(crate) const HEADER_LIMIT: usize = 16 << 10;

/// A credential issuer with its authorization server. Share it in an `Arc`.
pub struct Issuer {
    pub(super) origin: String,
    pub(super) prefix: String,
    pub(super) issuer_url: String,
    pub(super) auth_url: String,
    pub(super) registries: String,
    /// The path of the registries, if they stand at this origin.
    pub(super) registries_path: Option<String>,
    pub(super) issuer_did: String,
    /// The id of the issuer's key in its DID document.
    pub(super) issuer_kid: String,
    /// The issuer's accreditation in the trusted issuers registry.
    pub(super) attribute_id: String,
    pub(super) auth_key: SigningKey,
    pub(super) issuer_key: SigningKey,
    pub(super) deferred_delay: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) randomness: Arc<dyn Randomness>,
    pub(super) signatures: Arc<dyn Signatures>,
    pub(super) did_registry: DidRegistry,
    pub(super) did_resolver: Arc<dyn DidResolver>,
    pub(super) clients: Clients,
    pub(super) fetcher: Arc<dyn Fetcher>,
    pub(super) defects: Switches<Defect>,
    pub(super) readings: Switches<Reading>,
    pub(super) store: Store,
    /// What only defects look at.
    pub(super) memory: Memory,
}

/// What an issuer remembers of its sessions at one time.
#[derive(Clone, Default)]
pub struct Sessions {
    store: Store,
    memory: Memory,
}

impl Issuer {
    /// Starts with an issuer at `http://localhost:3000/conformance/v3` whose keys and randomness come of seed 0.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Answers a request. Never panics, whatever the request holds, unless it has a [`Defect`] that says so.
    ///
    /// Opens no socket of its own, and blocks for no longer than a few signatures take, unless a service wallet asks to be
    /// authorised: then the [`Fetcher`](super::Fetcher) gets its keys.
    pub fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let request = lies::http::understood(self, request);
        let mut reply =
            lies::http::early_end(self, &request).unwrap_or_else(|| self.dispatch(&request));
        reading::answer::word(self, &request, &mut reply);
        lies::answer::change(self, &request, &mut reply);
        if request.method() == Method::HEAD {
            // The header of the answer to GET, and no body (RFC 9110 §9.3.2).
            let length = HeaderValue::from(reply.body().len());
            reply.headers_mut().insert(CONTENT_LENGTH, length);
            *reply.body_mut() = Bytes::new();
        }
        // Wallets run in browsers too. Nothing here depends on cookies, so any origin may read every answer.
        reply
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        reply
    }

    /// Scheme, host and port under which clients reach the issuer.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where the description of the API stands.
    pub fn openapi_url(&self) -> String {
        format!("{}{}/openapi.json", self.origin, self.prefix)
    }

    /// The path at which a holder wallet asks for an offer.
    pub fn initiate_offer_path(&self) -> String {
        format!("{}/issuer-mock/initiate-credential-offer", self.prefix)
    }

    /// The credential issuer identifier, without a trailing slash.
    pub fn issuer_url(&self) -> &str {
        &self.issuer_url
    }

    /// The identifier of the authorization server, without a trailing slash.
    pub fn auth_url(&self) -> &str {
        &self.auth_url
    }

    /// The DID that stands in credentials as their issuer.
    pub fn issuer_did(&self) -> &str {
        &self.issuer_did
    }

    /// The PRIVATE key of the authorization server as a JWK, so that a harness can mint access tokens.
    pub fn auth_key_jwk(&self) -> Value {
        self.auth_key.private_jwk().clone()
    }

    /// The PRIVATE key of the credential issuer as a JWK, for tests that are reproducible to the byte.
    pub fn issuer_key_jwk(&self) -> Value {
        self.issuer_key.private_jwk().clone()
    }

    /// Whether answering may take as long as another server does.
    #[cfg(feature = "cli")]
    pub(super) fn may_fetch(&self, request: &Request<Bytes>) -> bool {
        Route::find(&self.prefix, None, request.uri().path()) == Some(Route::Authorize)
    }

    fn dispatch(&self, request: &Request<Bytes>) -> Reply {
        let registries = self.registries_path.as_deref();
        let path = reading::request::path(self, request.uri().path());
        let route = path.and_then(|path| Route::find(&self.prefix, registries, &path));
        let Some(route) = route else {
            return reply::problem(
                StatusCode::NOT_FOUND,
                format!("Cannot {} {}", request.method(), request.uri().path()),
            );
        };
        if request.method() == Method::OPTIONS {
            let mut reply = preflight(&route, request.headers());
            reading::answer::options(self, &route, &mut reply);
            return reply;
        }
        let mut reply = match refuse_as_http(self, &route, request) {
            None => return self.answer(&route, request),
            Some(reply) => reply,
        };
        reply.extensions_mut().insert(RefusedAt("http"));
        reply
    }

    fn answer(&self, route: &Route, request: &Request<Bytes>) -> Reply {
        match route {
            Route::Credential => credential::answer(self, request),
            Route::CredentialDeferred => credential_deferred::answer(self, request),
            Route::Authorize => authorize::answer(self, request.uri().query().unwrap_or_default()),
            Route::RequestUri(id) => request_uri::answer(self, id),
            Route::DirectPost => direct_post::answer(self, request),
            Route::Token => token::answer(self, request),
            Route::InitiateOffer => {
                initiate_offer::answer(self, request.uri().query().unwrap_or_default())
            }
            Route::Offer(id) => offer::answer(self, id),
            Route::IssuerMetadata => issuer_metadata::answer(self),
            Route::IssuerJwks => jwks::answer(&self.issuer_key),
            Route::AuthMetadata => auth_metadata::answer(self),
            Route::AuthJwks => jwks::answer(&self.auth_key),
            Route::StatusList => status_list::answer(self),
            Route::OpenApi => openapi::answer(self),
            Route::Registry(record) => record.answer(self),
        }
    }

    /// Whether a rule is to be broken here.
    pub(super) fn lies(&self, defect: Defect) -> bool {
        self.defects.contains(defect)
    }

    /// Whether what the profile leaves open is to be used in this way.
    pub(super) fn reads(&self, reading: Reading) -> bool {
        self.readings.contains(reading)
    }

    /// Whether any rule is to be broken.
    pub(super) fn is_buggy(&self) -> bool {
        !self.defects.is_empty()
    }

    /// Now, in whole seconds since the Unix epoch.
    pub(super) fn now(&self) -> u64 {
        self.clock.now().as_secs()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn randomness(&self) -> &dyn Randomness {
        &*self.randomness
    }

    pub(super) fn signatures(&self) -> &dyn Signatures {
        &*self.signatures
    }

    pub(super) fn did_registry(&self) -> &DidRegistry {
        &self.did_registry
    }

    pub(super) fn did_resolver(&self) -> &dyn DidResolver {
        &*self.did_resolver
    }

    pub(super) fn clients(&self) -> &Clients {
        &self.clients
    }

    pub(super) fn fetcher(&self) -> &dyn Fetcher {
        &*self.fetcher
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Forgets every session: offers, codes, nonces, what waits. What it handed out and can check by itself stays good.
    pub fn forget(&mut self) {
        self.go_back(&Sessions::default());
    }

    /// Every session as it stands: offers, codes, nonces, what waits.
    pub fn sessions(&self) -> Sessions {
        Sessions {
            store: self.store.clone(),
            memory: self.memory.clone(),
        }
    }

    /// Goes back to the sessions as they stood once; later ones are forgotten.
    pub fn go_back(&mut self, sessions: &Sessions) {
        self.store = sessions.store.clone();
        self.memory = sessions.memory.clone();
    }

    /// What defects remember. The clean issuer never looks.
    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(super) fn auth_key(&self) -> &SigningKey {
        &self.auth_key
    }

    pub(super) fn issuer_key(&self) -> &SigningKey {
        &self.issuer_key
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer")
            .field("issuer_url", &self.issuer_url)
            .field("defects", &self.defects)
            .finish_non_exhaustive()
    }
}

/// What HTTP itself forbids, whatever the endpoint (RFC 9110, RFC 9112 §6.1).
fn refuse_as_http(issuer: &Issuer, route: &Route, request: &Request<Bytes>) -> Option<Reply> {
    let headers = request.headers();
    let is_posted = *route == Route::Authorize && request.method() == Method::POST;
    let is_allowed =
        route.allows(request.method()) || is_posted && issuer.reads(Reading::AuthorizeByPost);
    if !is_allowed {
        let detail = format!("{} is not allowed here", request.method());
        let mut reply = reply::problem(StatusCode::METHOD_NOT_ALLOWED, detail);
        reply
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(route.allow()));
        return Some(reply);
    }
    let header_limit = match issuer.reads(Reading::HeaderLimit4Kib) {
        true => 4 << 10,
        false => HEADER_LIMIT,
    };
    if headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum::<usize>()
        > header_limit
    {
        return Some(reply::problem(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "the header fields are too large",
        ));
    }
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        return Some(reply::problem(
            StatusCode::BAD_REQUEST,
            "the length of the body is given in two ways",
        ));
    }
    if headers
        .get(EXPECT)
        .is_some_and(|expectation| !expectation.as_bytes().eq_ignore_ascii_case(b"100-continue"))
        && !issuer.reads(Reading::ExpectationsIgnored)
    {
        return Some(reply::problem(
            StatusCode::EXPECTATION_FAILED,
            "only 100-continue can be expected",
        ));
    }
    let limit = match issuer.reads(Reading::BodyLimit64Kib) {
        true => 64 << 10,
        false => BODY_LIMIT,
    };
    if request.body().len() > limit {
        return Some(reply::problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {limit} bytes"),
        ));
    }
    reading::request::refuse_as_http(issuer, route, request).map(Refusal::into_reply)
}

/// The answer to OPTIONS, which is also that to a CORS preflight (Fetch, CORS protocol).
fn preflight(route: &Route, headers: &HeaderMap) -> Reply {
    let mut reply = reply::empty(StatusCode::NO_CONTENT);
    let allow = HeaderValue::from_static(route.allow());
    // A wildcard would not cover Authorization, so the headers asked for are repeated.
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let allowed = asked.unwrap_or(HeaderValue::from_static("authorization, content-type"));
    let answer = reply.headers_mut();
    answer.insert(ALLOW, allow.clone());
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, allow);
    answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    reply
}
