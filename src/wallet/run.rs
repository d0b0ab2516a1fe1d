//! A case on its way: says what to send or how long to wait, learns from answers. No sockets, no
//! clock of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::keys::Key;
use super::live::Values;
use super::render::{self, Rendered};
use super::session::Session;
use super::{SessionSource, Wallet};
use crate::case::{Case, Endpoint, Mutation, Need, Send, Step};
use crate::transcript::{Exchange, Facts};

/// What the engine is to do next.
#[derive(Debug)]
pub enum Action {
    /// Send this, and hand the exchange to [`CaseRun::receive`].
    Send(Box<Outgoing>),
    /// Ask again at this time, since the Unix epoch.
    WaitUntil(Duration),
    /// Get a fresh offer for this holder and type, and hand its URI to [`CaseRun::offer`].
    FetchOffer {
        /// The holder's DID.
        holder: String,
        /// The credential type that the case is about.
        credential_type: String,
    },
    /// The case is over.
    Done,
    /// The case cannot be carried out to its end, for this reason.
    Stop(String),
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
    waiting: Option<Duration>,
}

/// A day: how long a deferred credential may take at most before a case gives up waiting.
const PATIENCE: u64 = 86_400;

impl CaseRun {
    pub(super) fn new(wallet: Arc<Wallet>, case: Case, salt: u64) -> Self {
        Self {
            wallet,
            case,
            salt,
            at: 0,
            sessions: BTreeMap::new(),
            waiting: None,
        }
    }

    /// The case.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// What to do at this time, given since the Unix epoch.
    pub fn next(&mut self, now: Duration) -> Action {
        loop {
            let Some(step) = self.case.steps.get(self.at).cloned() else {
                return Action::Done;
            };
            match step {
                Step::Send(send) => return self.send(&send, now),
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
                        + Duration::from_millis(500);
                    if let Some(action) = self.wait(now, ready.saturating_sub(now)) {
                        return action;
                    }
                }
            }
        }
    }

    /// Learns from the answer to the last [`Action::Send`].
    pub fn receive(&mut self, exchange: &Exchange) {
        if let Some(session) = self.sessions.get_mut(&exchange.session) {
            session.learn(exchange);
        }
        if exchange.step.is_some() {
            self.at += 1;
        }
    }

    /// Takes the offer that [`Action::FetchOffer`] asked for.
    ///
    /// # Errors
    /// If the text is no offer URI.
    pub fn offer(&mut self, uri: &str) -> Result<(), String> {
        let waiting = self
            .sessions
            .values_mut()
            .find(|session| session.offer_url.is_none() && session.offer.is_none());
        waiting.map_or(Ok(()), |session| session.take_offer_uri(uri))
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
        let needs_other = send
            .mutations
            .iter()
            .any(|mutation| mutation.needs(Need::OtherSession));
        if needs_other
            && let Some(action) = self.prepare(send.session ^ 1, Endpoint::Credential, now)
        {
            return action;
        }
        if let Some(action) = self.prepare(send.session, send.to, now) {
            return action;
        }
        self.outgoing(
            send.to,
            Some(self.at),
            send.session,
            send.mutations.clone(),
            now,
        )
    }

    /// What a session still needs before a request to `endpoint` can be made.
    fn prepare(&mut self, number: u8, endpoint: Endpoint, now: Duration) -> Option<Action> {
        let (flow, wallet, salt) = (&self.case.flow, &self.wallet, self.salt);
        let session = self.sessions.entry(number).or_insert_with(|| {
            let label = format!("case {salt} holder {}", number / 2);
            Session::new(
                Key::derive(flow.key, wallet.seed, &label),
                wallet.strangers.key(flow.key),
            )
        });
        let missing = match endpoint {
            Endpoint::InitiateOffer => None,
            Endpoint::Offer => session
                .offer_url
                .is_none()
                .then_some(Endpoint::InitiateOffer),
            Endpoint::Token => session.offer.is_none().then_some(Endpoint::Offer),
            Endpoint::Credential => session.tokens.is_none().then_some(Endpoint::Token),
            Endpoint::Deferred => {
                let reason = "there is no acceptance token to ask with";
                return session
                    .acceptance
                    .is_none()
                    .then(|| Action::Stop(reason.into()));
            }
            _ => None,
        }?;
        if missing == Endpoint::InitiateOffer {
            match &self.wallet.source {
                SessionSource::EbsiInitiate => {}
                SessionSource::Offer(uri) => {
                    let uri = uri.clone();
                    if let Err(reason) = session.take_offer_uri(&uri) {
                        return Some(Action::Stop(reason));
                    }
                    return self.prepare(number, endpoint, now);
                }
                SessionSource::Ask => {
                    return Some(Action::FetchOffer {
                        holder: session.holder.did(),
                        credential_type: self.case.flow.credential_type.clone(),
                    });
                }
            }
        }
        if missing == Endpoint::Offer && session.offer_url.is_none() {
            // An offer by value, or none yet.
            return match self.prepare(number, Endpoint::Offer, now) {
                Some(action) => Some(action),
                None => self.prepare(number, endpoint, now),
            };
        }
        Some(
            self.prepare(number, missing, now)
                .unwrap_or_else(|| self.preparation(missing, number, now)),
        )
    }

    /// A request that prepares a session. One that was answered without the thing asked for would be
    /// repeated for ever, so a case gives up at the second attempt.
    fn preparation(&mut self, endpoint: Endpoint, number: u8, now: Duration) -> Action {
        let session = self
            .sessions
            .get_mut(&number)
            .filter(|session| !session.asked.contains(&endpoint));
        match session {
            Some(session) => {
                session.asked.push(endpoint);
                self.outgoing(endpoint, None, number, Vec::new(), now)
            }
            None => Action::Stop(format!(
                "the session could not be prepared: the {} request gave nothing to go on with",
                endpoint.slug()
            )),
        }
    }

    fn outgoing(
        &self,
        endpoint: Endpoint,
        step: Option<usize>,
        number: u8,
        mutations: Vec<Mutation>,
        now: Duration,
    ) -> Action {
        let Some(session) = self.sessions.get(&number) else {
            return Action::Stop("there is no such session".into());
        };
        let wallet = &*self.wallet;
        let flow = &self.case.flow;
        let values = self.values(session, number, now);
        let types = match wallet.source {
            SessionSource::EbsiInitiate => None,
            SessionSource::Offer(_) | SessionSource::Ask => session.offered_types(),
        }
        .unwrap_or_else(|| wallet.profile.types_of(&flow.credential_type));
        let mut facts = self.facts(session, &types, &values);
        let scene = render::Scene {
            profile: wallet.profile,
            context: &wallet.context,
            session,
            auth_key: wallet.auth_key.as_ref(),
            credential_type: &flow.credential_type,
            types: &types,
            format: &flow.format,
            values,
        };
        match render::render(scene, endpoint, &mutations) {
            Ok(Rendered {
                request,
                proof,
                bearer,
            }) => {
                facts.secrets.extend(
                    proof
                        .filter(|text| text.len() > 40)
                        .map(|text| (text, "proof")),
                );
                facts.secrets.extend(
                    bearer
                        .filter(|text| text.len() > 20)
                        .map(|text| (text, "bearer_token")),
                );
                Action::Send(Box::new(Outgoing {
                    endpoint,
                    step,
                    session: number,
                    mutations,
                    request,
                    facts,
                }))
            }
            Err(void) => {
                let ids: Vec<_> = mutations
                    .iter()
                    .map(|mutation| mutation.id.as_str())
                    .collect();
                Action::Stop(format!(
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

    fn values(&self, session: &Session, number: u8, now: Duration) -> Values {
        let wallet = &*self.wallet;
        let mut values = Values::at(now);
        values.describe_issuer(&wallet.context);
        values.describe_profile(wallet.profile);
        values.set("type", self.case.flow.credential_type.as_str());
        let other = wallet
            .profile
            .offered_types
            .iter()
            .find(|offered| offered.name != self.case.flow.credential_type);
        values.set("other_type", other.map_or("", |offered| offered.name));
        session.describe(wallet.profile.pin, &mut values);
        if let Some(tokens) = self
            .sessions
            .get(&(number ^ 1))
            .and_then(|other| other.tokens.as_ref())
        {
            values.set("other_token", &tokens.access_token);
            values.set("other_c_nonce", tokens.c_nonce.clone().unwrap_or_default());
        }
        values
    }

    fn facts(&self, session: &Session, types: &[String], values: &Values) -> Facts {
        let wallet = &*self.wallet;
        let flow = &self.case.flow;
        let named = |names: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            names
                .iter()
                .filter_map(|(name, placeholder)| {
                    Some((values.get(name)?.to_owned(), *placeholder))
                })
                .filter(|(text, _)| !text.is_empty())
                .collect()
        };
        Facts {
            holder: session.holder.did(),
            client_id: session.holder.did(),
            c_nonce: session
                .tokens
                .as_ref()
                .and_then(|tokens| tokens.c_nonce.clone()),
            requested_types: types.to_vec(),
            requested_format: flow.format.clone(),
            deferred: wallet.profile.is_deferred(&flow.credential_type),
            pin: session.pin(wallet.profile.pin),
            secrets: named(&[
                ("token", "access_token"),
                ("other_token", "other_access_token"),
                ("id_token", "id_token"),
                ("code", "pre-authorized_code"),
                ("acceptance_token", "acceptance_token"),
            ]),
            public: named(&[
                ("did", "did"),
                ("frag", "frag"),
                ("other_did", "other_did"),
                ("other_frag", "other_frag"),
                ("c_nonce", "c_nonce"),
                ("other_c_nonce", "other_c_nonce"),
                ("issuer", "issuer"),
                ("as", "as"),
                ("origin", "origin"),
            ]),
        }
    }
}
