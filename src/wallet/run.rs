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
use crate::case::{Case, Endpoint, Flow, Grant, KeyType, Mutation, Need, Send, Step};
use crate::profile::CredentialType;
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

/// How long after the delay a deferred credential is asked for.
const AFTER_READY: Duration = Duration::from_millis(500);

/// A new session of this number. Keys and what the client makes up follow from seed and case.
fn begin(wallet: &Wallet, flow: Flow, salt: u64, number: u8, holder: u8) -> Session {
    let grant = wallet.profile.grant_of(&flow.credential_type);
    let label = format!("case {salt} holder {holder}");
    let key = Key::derive(flow.key, wallet.seed, &label);
    let stranger = wallet.strangers.key(flow.key);
    let label = format!("{} {salt} {number}", wallet.seed);
    let session = Session::new(flow, grant, key, stranger, &label);
    match &wallet.service {
        Some(client) if grant == Grant::Service => session.of_service(client),
        _ => session,
    }
}

/// How many credentials a presentation may ask for.
const MOST_PRESENTED: u8 = 16;

/// The numbers of the sessions in which the credentials of a presentation are obtained, above those
/// of a case's own sessions.
fn presented_sessions(number: u8) -> std::ops::RangeInclusive<u8> {
    let first = 0x80 | (number & 7) << 4;
    first..=first | (MOST_PRESENTED - 1)
}

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
                        + AFTER_READY;
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
        let needs = |need| send.mutations.iter().any(|mutation| mutation.needs(need));
        for (need, other) in [(Need::OtherSession, 1), (Need::OtherHolder, 2)] {
            if needs(need)
                && let Some(action) = self.prepare(send.session ^ other, send.to, now)
            {
                return action;
            }
        }
        if let Some(action) = self.prepare(send.session, send.to, now) {
            return action;
        }
        if let Some(reason) = self.lacks(send) {
            return Action::Stop(reason);
        }
        self.outgoing(
            send.to,
            Some(self.at),
            send.session,
            send.mutations.clone(),
            now,
        )
    }

    /// Why the session has no such request to change, if so: the case was made for another grant.
    fn lacks(&self, send: &Send) -> Option<String> {
        let session = self.sessions.get(&send.session)?;
        let by_offer = session.offer.is_some() || session.offer_url.is_some();
        let begins = send.to == Endpoint::InitiateOffer;
        let odd = send.mutations.iter().find(|mutation| {
            !mutation.fits(session.grant()) || (mutation.needs_offer() && !by_offer && !begins)
        })?;
        Some(format!(
            "{} cannot be sent: a {} session has no such request",
            odd.id,
            session.grant().slug()
        ))
    }

    /// What a session still needs before a request to `endpoint` can be made.
    fn prepare(&mut self, number: u8, endpoint: Endpoint, now: Duration) -> Option<Action> {
        let by_offer = self.begins_with_offer(number);
        let session = self.session(number);
        let (grant, pending) = (session.grant(), session.pending.as_ref());
        let by_reference =
            pending.is_some_and(|pending| pending.request_uri.is_some() && pending.nonce.is_none());
        let needs_object = pending.is_some_and(|pending| pending.request_uri.is_some())
            && !session.asked.contains(&Endpoint::RequestUri);
        let signs_with_es256 = session.flow.key == KeyType::P256;
        let missing = match endpoint {
            Endpoint::DirectPost if !signs_with_es256 => {
                let reason = "ID tokens and presentations are signed with ES256 alone";
                return Some(Action::Stop(reason.into()));
            }
            Endpoint::InitiateOffer | Endpoint::Offer if !by_offer => {
                let reason = "credentials of this type are not offered";
                return Some(Action::Stop(reason.into()));
            }
            Endpoint::Offer => session
                .offer_url
                .is_none()
                .then_some(Endpoint::InitiateOffer),
            Endpoint::Authorize if by_offer => session.offer.is_none().then_some(Endpoint::Offer),
            Endpoint::RequestUri => pending.is_none().then_some(Endpoint::Authorize),
            Endpoint::DirectPost if pending.is_none() => Some(Endpoint::Authorize),
            Endpoint::DirectPost if by_reference || needs_object => Some(Endpoint::RequestUri),
            Endpoint::DirectPost if grant == Grant::VpToken => return self.gather(number, now),
            Endpoint::Token if grant.has_code() => {
                session.code.is_none().then_some(Endpoint::DirectPost)
            }
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
        if missing == Endpoint::InitiateOffer
            && let Some(action) = self.other_source(number, endpoint, now)
        {
            return action;
        }
        if missing == Endpoint::Offer && self.session(number).offer_url.is_none() {
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

    /// Where an offer comes from if not from the initiate endpoint; `None` if it does come from there.
    #[expect(
        clippy::option_option,
        reason = "the outer says whether there is another source, the inner what is to be done"
    )]
    fn other_source(
        &mut self,
        number: u8,
        endpoint: Endpoint,
        now: Duration,
    ) -> Option<Option<Action>> {
        match self.wallet.source.clone() {
            SessionSource::EbsiInitiate => None,
            SessionSource::Offer(uri) => Some(match self.session(number).take_offer_uri(&uri) {
                Ok(()) => self.prepare(number, endpoint, now),
                Err(reason) => Some(Action::Stop(reason)),
            }),
            SessionSource::Ask => {
                let session = self.session(number);
                Some(Some(Action::FetchOffer {
                    holder: session.did().to_owned(),
                    credential_type: session.flow.credential_type.clone(),
                }))
            }
        }
    }

    /// Whether the session asks for something that has to be offered.
    fn begins_with_offer(&mut self, number: u8) -> bool {
        let profile = self.wallet.profile;
        let session = self.session(number);
        profile
            .find_type(&session.flow.credential_type)
            .is_none_or(|known| known.by_offer)
    }

    /// The session of this number, begun if it is new.
    fn session(&mut self, number: u8) -> &mut Session {
        let (wallet, case, salt) = (&self.wallet, &self.case, self.salt);
        self.sessions
            .entry(number)
            .or_insert_with(|| begin(wallet, case.flow.clone(), salt, number, number / 2))
    }

    /// Obtains the credentials that a presentation is to show, in sessions of their own: first the
    /// requests for all of them, then what comes later.
    fn gather(&mut self, number: u8, now: Duration) -> Option<Action> {
        let wanted = match self.session(number).pending.as_ref()?.wanted() {
            Ok(wanted) => wanted,
            Err(reason) => return Some(Action::Stop(reason.into())),
        };
        if wanted.len() > usize::from(MOST_PRESENTED) {
            let reason = format!("{} credentials are to be presented", wanted.len());
            return Some(Action::Stop(reason));
        }
        let profile = self.wallet.profile;
        let is_known = |name: &str| profile.find_type(name).is_some();
        if let Some((_, name)) = wanted.iter().find(|(_, name)| !is_known(name)) {
            let reason = format!("a {name} is to be presented, which this wallet cannot obtain");
            return Some(Action::Stop(reason));
        }
        let numbers = presented_sessions(number);
        for ((_, credential_type), sub) in wanted.iter().zip(numbers.clone()) {
            self.begin_presented(sub, number, credential_type);
            let session = self.session(sub);
            if session.credential.is_some() || session.acceptance.is_some() {
                continue;
            }
            return Some(
                self.prepare(sub, Endpoint::Credential, now)
                    .unwrap_or_else(|| self.preparation(Endpoint::Credential, sub, now)),
            );
        }
        for (_, sub) in wanted.iter().zip(numbers) {
            let delay = Duration::from_secs(self.wallet.context.deferred_delay);
            let session = self.session(sub);
            let (None, Some((_, since))) = (&session.credential, &session.acceptance) else {
                continue;
            };
            let ready = *since + delay + AFTER_READY;
            if now < ready {
                return Some(Action::WaitUntil(ready));
            }
            return Some(self.preparation(Endpoint::Deferred, sub, now));
        }
        None
    }

    /// Begins the session of a credential that is to be presented: the same holder, another type.
    fn begin_presented(&mut self, sub: u8, number: u8, credential_type: &str) {
        let (wallet, case, salt) = (&self.wallet, &self.case, self.salt);
        self.sessions.entry(sub).or_insert_with(|| {
            let flow = Flow {
                credential_type: credential_type.to_owned(),
                ..case.flow.clone()
            };
            begin(wallet, flow, salt, sub, number / 2)
        });
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
        let flow = &session.flow;
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
            presented: self.presented(session, number),
            values,
        };
        match render::render(scene, endpoint, &mutations) {
            Ok(Rendered { request, made }) => {
                let long = made.into_iter().filter(|(text, _)| text.len() > 20);
                facts.secrets.extend(long);
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
        values.set("type", session.flow.credential_type.as_str());
        // A type that could be obtained in the same way, where there is one.
        let alike = |other: &&CredentialType| other.name != session.flow.credential_type;
        let types = || wallet.profile.types.iter().filter(alike);
        let other = types()
            .find(|other| other.grant == session.grant())
            .or_else(|| types().next());
        values.set("other_type", other.map_or("", |offered| offered.name));
        session.describe(wallet.profile.pin, &mut values);
        if let Some(other) = self.sessions.get(&(number ^ 1)) {
            other.describe_as_other(&mut values);
        }
        if let Some(other) = self.sessions.get(&(number ^ 2)) {
            other.describe_as_other_holder(&mut values);
            if let Some((_, credential)) = self.presented(other, number ^ 2).first() {
                values.set("other_holder_presented", credential);
            }
        }
        describe_presented(&self.presented(session, number), &mut values);
        values
    }

    /// The credentials that were gathered for the session, each with its descriptor.
    fn presented(&self, session: &Session, number: u8) -> Vec<(String, String)> {
        let pending = session.pending.as_ref();
        let wanted = pending.and_then(|pending| pending.wanted().ok());
        wanted
            .unwrap_or_default()
            .into_iter()
            .zip(presented_sessions(number))
            .filter_map(|((descriptor, _), sub)| {
                Some((descriptor, self.sessions.get(&sub)?.credential.clone()?))
            })
            .collect()
    }

    fn facts(&self, session: &Session, types: &[String], values: &Values) -> Facts {
        let wallet = &*self.wallet;
        let flow = &session.flow;
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
            holder: session.did().to_owned(),
            client_id: session.client_id().to_owned(),
            c_nonce: session
                .tokens
                .as_ref()
                .and_then(|tokens| tokens.c_nonce.clone()),
            requested_types: types.to_vec(),
            requested_format: flow.format.clone(),
            deferred: wallet.profile.is_deferred(&flow.credential_type),
            pin: session.pin(wallet.profile.pin),
            grant: session.grant(),
            client_state: session
                .grant()
                .has_code()
                .then(|| session.client_state().to_owned()),
            secrets: named(&[
                ("token", "access_token"),
                ("other_token", "other_access_token"),
                ("id_token", "id_token"),
                ("code", "pre-authorized_code"),
                ("auth_code", "authorization_code"),
                ("other_auth_code", "other_authorization_code"),
                ("verifier", "code_verifier"),
                ("issuer_state", "issuer_state"),
                ("acceptance_token", "acceptance_token"),
            ]),
            public: named(&[
                ("did", "did"),
                ("frag", "frag"),
                ("other_did", "other_did"),
                ("other_frag", "other_frag"),
                ("c_nonce", "c_nonce"),
                ("other_c_nonce", "other_c_nonce"),
                ("client", "client_id"),
                ("client_state", "client_state"),
                ("client_nonce", "client_nonce"),
                ("challenge", "code_challenge"),
                ("request_state", "request_state"),
                ("request_nonce", "request_nonce"),
                ("issuer", "issuer"),
                ("as", "as"),
                ("origin", "origin"),
            ]),
        }
    }
}

/// Gives the placeholders of the first two credentials of a presentation their values, whole and in
/// segments.
fn describe_presented(presented: &[(String, String)], values: &mut Values) {
    const NAMES: [(&str, [&str; 3]); 2] = [
        (
            "presented",
            [
                "presented_header",
                "presented_payload",
                "presented_signature",
            ],
        ),
        (
            "presented_second",
            [
                "presented_second_header",
                "presented_second_payload",
                "presented_second_signature",
            ],
        ),
    ];
    for ((_, credential), (whole, segments)) in presented.iter().zip(NAMES) {
        values.set(whole, credential);
        for (name, segment) in segments.into_iter().zip(credential.split('.')) {
            values.set(name, segment);
        }
    }
}
