//! STUB of the client side.
#![allow(missing_docs, missing_debug_implementations, clippy::all, unused_variables, clippy::allow_attributes, clippy::allow_attributes_without_reason)]
use crate::case::{Case, Endpoint, Mutation};
use crate::profile::Profile;
use crate::transcript::{Context, Exchange, Facts};
use bytes::Bytes;
use http::Request;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug)]
pub enum SessionSource { EbsiInitiate, Offer(String), Ask }
pub struct AuthKey;
#[derive(Debug, thiserror::Error)]
#[error("bad key")]
pub struct KeyError;
impl AuthKey { pub fn from_jwk(jwk: &serde_json::Value) -> Result<Self, KeyError> { if jwk.get("d").is_some() { Ok(Self) } else { Err(KeyError) } } }
pub struct Wallet { context: Arc<Context> }
impl Wallet {
    pub fn new(profile: &'static Profile, context: Arc<Context>, seed: u64, auth_key: Option<AuthKey>, source: SessionSource) -> Self { Self { context } }
    pub fn start(self: &Arc<Self>, case: Case, salt: u64) -> CaseRun { CaseRun { url: self.context.credential_endpoint.clone(), case, step: 0, waited: false } }
}
pub enum Action { Send(Outgoing), WaitUntil(Duration), FetchOffer { holder: String, credential_type: String }, Done, Stop(String) }
pub struct Outgoing { pub endpoint: Endpoint, pub step: Option<usize>, pub session: u8, pub mutations: Vec<Mutation>, pub request: Request<Bytes>, pub facts: Facts }
pub struct CaseRun { url: String, case: Case, step: usize, waited: bool }
impl CaseRun {
    pub fn next(&mut self, now: Duration) -> Action {
        use crate::case::Step;
        let Some(step) = self.case.steps.get(self.step) else { return Action::Done };
        match step {
            Step::Send(send) => {
                let mut ids: Vec<_> = send.mutations.iter().map(|m| m.id.clone()).collect(); ids.sort();
                Action::Send(Outgoing { endpoint: send.to, step: Some(self.step), session: send.session, mutations: send.mutations.clone(),
                    request: Request::post(&self.url).header("x-mutations", ids.join(",")).header("x-type", &self.case.flow.credential_type).body(Bytes::from_static(b"{}")).unwrap(), facts: Facts::default() })
            }
            Step::Wait(_) | Step::WaitUntilReady => {
                let secs = if let Step::Wait(s) = step { *s } else { 6 };
                self.step += 1;
                Action::WaitUntil(now + Duration::from_secs(secs))
            }
        }
    }
    pub fn receive(&mut self, exchange: &Exchange) { self.step += 1; }
    pub fn offer(&mut self, uri: String) {}
    pub fn case(&self) -> &Case { &self.case }
}
pub struct Discovery { url: String, stage: u8, ok: bool }
#[derive(Debug, thiserror::Error)]
#[error("no issuer metadata at {0}")]
pub struct DiscoveryError(pub String);
impl Discovery {
    pub fn new(issuer_url: &str) -> Self { Self { url: issuer_url.into(), stage: 0, ok: false } }
    pub fn next(&mut self) -> Option<Outgoing> {
        self.stage += 1;
        (self.stage == 1).then(|| Outgoing { endpoint: Endpoint::IssuerMetadata, step: None, session: 0, mutations: vec![], request: Request::get(format!("{}/.well-known/openid-credential-issuer", self.url)).body(Bytes::new()).unwrap(), facts: Facts::default() })
    }
    pub fn receive(&mut self, exchange: &Exchange) { self.ok = exchange.is_success(); }
    pub fn finish(self) -> Result<Context, DiscoveryError> {
        if !self.ok { return Err(DiscoveryError(self.url)); }
        Ok(Context { credential_endpoint: format!("{}/credential", self.url), issuer: self.url, ..Context::default() })
    }
}
