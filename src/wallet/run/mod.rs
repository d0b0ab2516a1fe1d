//! A case on its way: says what to send or how long to wait, learns from answers. No sockets, no
//! clock of its own.

mod given;
mod known;
mod login;
mod prepare;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::render::{self, Rendered};
use super::session::Session;
use super::{Offered, SessionSource, Wallet};
use crate::case::{Case, Endpoint, Grant, Mutation, Need, Send, Step};
use crate::transcript::{Exchange, Facts};
use prepare::AFTER_READY;

/// What the engine is to do next.
#[derive(Debug)]
pub enum Action {
    /// Send this, and hand the exchange to [`CaseRun::receive`].
    Send(Box<Outgoing>),
    /// Send these at the same time, and hand the exchanges to [`CaseRun::receive`] in this order.
    Race(Vec<Outgoing>),
    /// Ask again at this time, since the Unix epoch.
    WaitUntil(Duration),
    /// Get from outside what a session begins with, for this holder and type: most often an offer, whose URI goes to
    /// [`CaseRun::offer`].
    Fetch {
        /// The holder's DID.
        holder: String,
        /// The credential type that the case is about.
        credential_type: String,
        /// What is wanted.
        wanted: Wanted,
    },
    /// Put this DID document into the registry that the issuer asks, and tell
    /// [`CaseRun::registered`].
    Register {
        /// The DID.
        did: String,
        /// Its document.
        document: Value,
    },
    /// The case is over.
    Done,
    /// The case cannot be carried out to its end, for this reason.
    Stop(String),
}

/// What a session gets from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// An offer; see [`CaseRun::offer`].
    Offer,
    /// An access token; see [`CaseRun::token`].
    Token,
    /// A login at this URL, the authorization request, that ends with an authorization code; see [`CaseRun::redirected`].
    Code(String),
}

/// A request that is ready to be sent, and what was known when it was made.
#[derive(Debug)]
pub struct Outgoing {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The index of the case's step; `None` for what a session needs before it.
    pub step: Option<usize>,
    /// The session.
    pub session: u8,
    /// What deviates.
    pub mutations: Vec<Mutation>,
    /// The request.
    pub request: Request<Bytes>,
    /// What the harness knows.
    pub facts: Facts,
}

/// A case that is being carried out.
#[derive(Debug)]
pub struct CaseRun {
    wallet: Arc<Wallet>,
    case: Case,
    salt: u64,
    at: usize,
    sessions: BTreeMap<u8, Session>,
    /// How often sessions were begun anew.
    renewed: u32,
    waiting: Option<Duration>,
    /// How many answers the step still waits for.
    outstanding: usize,
    /// When the case began, since the Unix epoch.
    began: Option<Duration>,
    /// Whether the issuer took a proof without a nonce, and told none.
    nonce_is_needless: bool,
    /// The session that waits for something from outside.
    asking: Option<u8>,
}

/// What sessions have come to before the first request of a case. Every case with the same flow and salt whose first step sends
/// requests of the same kind gets so far alike.
#[derive(Debug, Clone)]
pub struct Standing {
    sessions: BTreeMap<u8, Session>,
    began: Option<Duration>,
}

/// A day: how long a deferred credential may take at most before a case gives up waiting.
const PATIENCE: u64 = 86_400;

impl CaseRun {
    pub(super) fn resumed(wallet: Arc<Wallet>, case: Case, salt: u64, standing: Standing) -> Self {
        Self {
            sessions: standing.sessions,
            began: standing.began,
            ..Self::new(wallet, case, salt)
        }
    }

    pub(super) fn new(wallet: Arc<Wallet>, case: Case, salt: u64) -> Self {
        Self {
            wallet,
            case,
            salt,
            at: 0,
            sessions: BTreeMap::new(),
            renewed: 0,
            waiting: None,
            outstanding: 0,
            began: None,
            nonce_is_needless: false,
            asking: None,
        }
    }

    /// What the sessions have come to, for other cases that begin alike.
    pub fn standing(&self) -> Standing {
        Standing {
            sessions: self.sessions.clone(),
            began: self.began,
        }
    }

    /// The case.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// What to do at this time, given since the Unix epoch.
    pub fn next(&mut self, now: Duration) -> Action {
        self.began.get_or_insert(now);
        loop {
            let Some(step) = self.case.steps.get(self.at).cloned() else {
                return Action::Done;
            };
            match step {
                Step::Send(send) => return self.send(&send, now),
                Step::Race(sends) => return self.race(&sends, now),
                Step::Renew(session) => {
                    self.renew(session);
                    self.at += 1;
                }
                Step::Wait(seconds) => {
                    if let Some(action) = self.wait(now, Duration::from_secs(seconds.min(PATIENCE)))
                    {
                        return action;
                    }
                }
                Step::WaitUntilReady => {
                    let since = self
                        .sessions
                        .values()
                        .filter_map(|session| session.acceptance.as_ref())
                        .map(|(_, at)| *at)
                        .max();
                    let ready = since.unwrap_or(now)
                        + Duration::from_secs(self.wallet.context.deferred_delay)
                        + AFTER_READY;
                    if let Some(action) = self.wait(now, ready.saturating_sub(now)) {
                        return action;
                    }
                }
            }
        }
    }

    /// Learns from the answer to the last [`Action::Send`], or to one request of [`Action::Race`].
    pub fn receive(&mut self, exchange: &Exchange) {
        if let Some(session) = self.sessions.get_mut(&exchange.session) {
            session.learn(exchange);
        }
        let has_proof = matches!(exchange.endpoint, Endpoint::Credential | Endpoint::Deferred);
        if has_proof && exchange.facts.grant == Grant::Shared {
            let told = exchange.json().and_then(|json| json.get("c_nonce"));
            self.wallet.common_nonce.learn(told.and_then(Value::as_str));
        }
        if exchange.step.is_some() {
            self.outstanding = self.outstanding.saturating_sub(1);
            if self.outstanding == 0 {
                self.at += 1;
            }
        }
    }

    /// Takes the offer that [`Action::Fetch`] asked for.
    ///
    /// # Errors
    /// If the text is no offer URI.
    pub fn offer(&mut self, offered: &Offered) -> Result<(), String> {
        let waiting = self
            .sessions
            .values_mut()
            .find(|session| session.offer_url.is_none() && session.offer.is_none());
        waiting.map_or(Ok(()), |session| {
            session.take_pin(offered.pin.clone());
            session.take_offer_uri(&offered.uri)
        })
    }

    /// Learns that the DID of [`Action::Register`] is registered.
    pub fn registered(&mut self, did: &str) {
        for session in self.sessions.values_mut() {
            session.registered |= session.did() == did;
        }
    }

    fn wait(&mut self, now: Duration, time: Duration) -> Option<Action> {
        let until = *self.waiting.get_or_insert(now + time);
        if now < until {
            return Some(Action::WaitUntil(until));
        }
        self.waiting = None;
        self.at += 1;
        None
    }

    fn send(&mut self, send: &Send, now: Duration) -> Action {
        if let Some(action) = self.make_ready(send, now) {
            return action;
        }
        self.outstanding = 1;
        self.outgoing(
            send.to,
            Some(self.at),
            send.session,
            send.mutations.clone(),
            now,
        )
        .map_or_else(Action::Stop, |outgoing| Action::Send(Box::new(outgoing)))
    }

    fn race(&mut self, sends: &[Send], now: Duration) -> Action {
        for send in sends {
            if let Some(action) = self.make_ready(send, now) {
                return action;
            }
        }
        if sends.is_empty() {
            return Action::Stop("a race of no requests".into());
        }
        self.outstanding = sends.len();
        let outgoing = |send: &Send| {
            let (step, mutations) = (Some(self.at), send.mutations.clone());
            self.outgoing(send.to, step, send.session, mutations, now)
        };
        let all: Result<Vec<_>, _> = sends.iter().map(outgoing).collect();
        all.map_or_else(Action::Stop, Action::Race)
    }

    /// What is still to be done before a request of a step can be made.
    fn make_ready(&mut self, send: &Send, now: Duration) -> Option<Action> {
        let needs = |need| send.mutations.iter().any(|mutation| mutation.needs(need));
        for (need, other, to) in [
            (Need::OtherSession, 1, send.to),
            (Need::OtherHolder, 2, send.to),
            // What a session needs for a credential request includes its tokens.
            (Need::OtherTokens, 1, Endpoint::Credential),
        ] {
            if needs(need)
                && let Some(action) = self.prepare(send.session ^ other, to, now)
            {
                return Some(action);
            }
        }
        if let Some(action) = self.prepare(send.session, send.to, now) {
            return Some(action);
        }
        if needs(Need::AcceptanceToken)
            && let Some(action) = self.promise(send.session, now)
        {
            return Some(action);
        }
        self.lacks(send).map(Action::Stop)
    }

    fn outgoing(
        &self,
        endpoint: Endpoint,
        step: Option<usize>,
        number: u8,
        mutations: Vec<Mutation>,
        now: Duration,
    ) -> Result<Outgoing, String> {
        let session = self.sessions.get(&number);
        let session = session.ok_or("there is no such session")?;
        let wallet = &*self.wallet;
        let flow = &session.flow;
        let values = self.values(session, number, now);
        let types = match wallet.source {
            SessionSource::EbsiInitiate
            | SessionSource::Login(_)
            | SessionSource::Token(_)
            | SessionSource::AskToken => None,
            SessionSource::Offer(_) | SessionSource::Ask => session.offered_types(wallet.profile),
        }
        .unwrap_or_else(|| wallet.profile.types_of(&flow.credential_type));
        let mut facts = self.facts(session, &types, &values);
        let scene = render::Scene {
            profile: wallet.profile,
            context: &wallet.context,
            session,
            auth_key: wallet.auth_key.as_ref(),
            login: wallet.login(),
            token_parameters: &wallet.manner.token_parameters,
            credential_type: &flow.credential_type,
            types: &types,
            format: &flow.format,
            presented: self.presented(session, number),
            values,
        };
        match render::render(scene, endpoint, &mutations) {
            Ok(Rendered { request, made }) => {
                let long = made.into_iter().filter(|(text, _)| text.len() > 20);
                facts.secrets.extend(long);
                Ok(Outgoing {
                    endpoint,
                    step,
                    session: number,
                    mutations,
                    request,
                    facts,
                })
            }
            Err(void) => {
                let ids: Vec<_> = mutations
                    .iter()
                    .map(|mutation| mutation.id.as_str())
                    .collect();
                Err(format!(
                    "{} cannot be sent: {}",
                    if ids.is_empty() {
                        endpoint.slug().into()
                    } else {
                        ids.join(" + ")
                    },
                    void.0
                ))
            }
        }
    }
}
