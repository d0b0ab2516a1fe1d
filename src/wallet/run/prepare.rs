//! What a session needs before a request can be made: offer, authorization, tokens, and the credentials
//! that a presentation shows. One request at a time, so that the engine can wait between them.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::{Action, CaseRun, Wanted};
use crate::case::{Endpoint, Flow, Grant, KeyType, Send};
use crate::wallet::session::Session;
use crate::wallet::{SessionSource, Wallet};

impl CaseRun {
    /// Why the session has no such request to change, if so: the case was made for another grant.
    pub(super) fn lacks(&self, send: &Send) -> Option<String> {
        let session = self.sessions.get(&send.session)?;
        if self.lacks_a_nonce(send) {
            let ids: Vec<_> = send.mutations.iter().map(|one| one.id.as_str()).collect();
            return Some(format!(
                "{} cannot be sent: the issuer told no c_nonce",
                ids.join(" + ")
            ));
        }
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
    pub(super) fn prepare(
        &mut self,
        number: u8,
        endpoint: Endpoint,
        now: Duration,
    ) -> Option<Action> {
        let by_offer = self.begins_with_offer(number);
        let session = self.session(number);
        let (grant, pending) = (session.grant(), session.pending.as_ref());
        if !grant.makes(endpoint) {
            return Some(Action::Stop(format!(
                "a {} session makes no {} request",
                grant.slug(),
                endpoint.slug()
            )));
        }
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
            Endpoint::Offer if session.offer.is_some() && session.offer_url.is_none() => {
                let reason = "the offer came by value, and there is none to fetch";
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
            Endpoint::DirectPost if grant.presents() => return self.gather(number, now),
            Endpoint::Token if grant == Grant::Login => return self.login(number, now),
            Endpoint::Token if grant.has_code() => {
                session.code.is_none().then_some(Endpoint::DirectPost)
            }
            Endpoint::Token => session.offer.is_none().then_some(Endpoint::Offer),
            Endpoint::Credential if grant.is_given() => return self.given(number, now),
            Endpoint::Credential if grant == Grant::Login && session.tokens.is_some() => {
                return self.first_nonce(number, now);
            }
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
                Ok(()) if self.session(number).offer_url.is_some() => {
                    self.prepare(number, endpoint, now)
                }
                // The offer came by value, and is there.
                Ok(()) => None,
                Err(reason) => Some(Action::Stop(reason)),
            }),
            SessionSource::Ask => Some(Some(self.outside(number, Wanted::Offer))),
            SessionSource::Login(_) | SessionSource::Token(_) | SessionSource::AskToken => {
                let reason = "sessions of this kind do not begin with an offer of the issuer";
                Some(Some(Action::Stop(reason.into())))
            }
        }
    }

    /// Asks whoever is outside for what a session begins with.
    pub(super) fn outside(&mut self, number: u8, wanted: Wanted) -> Action {
        self.asking = Some(number);
        let session = self.session(number);
        Action::Fetch {
            holder: session.did().to_owned(),
            credential_type: session.flow.credential_type.clone(),
            wanted,
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
    pub(super) fn session(&mut self, number: u8) -> &mut Session {
        let (wallet, case, birth) = (&self.wallet, &self.case, self.birth(number, number));
        self.sessions
            .entry(number)
            .or_insert_with(|| begin(wallet, case.flow.clone(), birth))
    }

    /// What tells a session from others; `owner` is the one whose holder it has.
    fn birth(&self, number: u8, owner: u8) -> Birth {
        Birth {
            salt: self.salt,
            began: self.began.unwrap_or_default(),
            number,
            round: if number == owner { self.renewed } else { 0 },
            owner,
        }
    }

    /// Asks for a credential that comes later, if that was not done yet.
    pub(super) fn promise(&mut self, number: u8, now: Duration) -> Option<Action> {
        let has = self.session(number).acceptance.is_some();
        (!has).then(|| self.preparation(Endpoint::Credential, number, now))
    }

    /// Begins a session anew: all that is left is the holder, and what was gathered to be presented.
    pub(super) fn renew(&mut self, number: u8) {
        self.renewed += 1;
        self.sessions.remove(&number);
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
        self.registration(number)
    }

    /// A newcomer who has gathered what there is to present gets its DID registered: whoever is to
    /// verify the presentation looks the key up.
    fn registration(&mut self, number: u8) -> Option<Action> {
        let wallet = Arc::clone(&self.wallet);
        let client = wallet.service.as_ref()?;
        let session = self.session(number);
        let is_newcomer = wallet
            .profile
            .is_for_newcomers(&session.flow.credential_type);
        (is_newcomer && !session.registered).then(|| Action::Register {
            did: session.did().to_owned(),
            document: client.document_of(session.did()),
        })
    }

    /// Begins the session of a credential that is to be presented: the same holder, another type.
    fn begin_presented(&mut self, sub: u8, number: u8, credential_type: &str) {
        let (wallet, case, birth) = (&self.wallet, &self.case, self.birth(sub, number));
        self.sessions.entry(sub).or_insert_with(|| {
            let flow = Flow {
                credential_type: credential_type.to_owned(),
                ..case.flow.clone()
            };
            begin(wallet, flow, birth)
        });
    }

    /// A request that prepares a session. One that was answered without the thing asked for would be
    /// repeated for ever, so a case gives up at the second attempt.
    pub(super) fn preparation(&mut self, endpoint: Endpoint, number: u8, now: Duration) -> Action {
        let session = self
            .sessions
            .get_mut(&number)
            .filter(|session| !session.asked.contains(&endpoint));
        match session {
            Some(session) => {
                session.asked.push(endpoint);
                self.outgoing(endpoint, None, number, Vec::new(), now)
                    .map_or_else(Action::Stop, |outgoing| Action::Send(Box::new(outgoing)))
            }
            None => Action::Stop(format!(
                "the session could not be prepared: the {} request gave nothing to go on with",
                endpoint.slug()
            )),
        }
    }
}

/// How long after the delay a deferred credential is asked for.
pub(super) const AFTER_READY: Duration = Duration::from_millis(500);

/// What tells a session from others.
#[derive(Debug, Clone, Copy)]
struct Birth {
    salt: u64,
    /// When the case began.
    began: Duration,
    number: u8,
    /// How often sessions of the case were begun anew before.
    round: u32,
    /// The session whose holder it has: its own number, but for what is gathered for another.
    owner: u8,
}

/// A new session. Keys and what the client makes up follow from seed and case.
fn begin(wallet: &Wallet, flow: Flow, birth: Birth) -> Session {
    let Birth {
        salt,
        began,
        number,
        round,
        owner,
    } = birth;
    let holder = owner / 2;
    let of_type = || wallet.profile.grant_of(&flow.credential_type);
    let grant = wallet.source.grant().unwrap_or_else(of_type);
    let is_newcomer = wallet.profile.is_for_newcomers(&flow.credential_type);
    let is_to_be_registered = owner != number || grant.presents();
    let label = format!("case {salt} holder {holder}");
    let key = wallet.key(flow.key, &label);
    let stranger = wallet.strangers.key(flow.key);
    let label = match round {
        0 => format!("{} {salt} {number}", wallet.seed),
        _ => format!("{} {salt} {number} {round}", wallet.seed),
    };
    let keys = (key, stranger);
    let session = Session::new(flow, grant, wallet.holder(), keys, &label)
        .taking(wallet.pin_source(), wallet.nonce_source());
    match &wallet.service {
        // The time too, because an issuer that goes on running may know the DIDs of an earlier run.
        Some(client) if grant.is_service() && is_newcomer => {
            let label = format!("{} {salt} {owner} {}", wallet.seed, began.as_secs());
            session.of_service(client, client.newcomer(&label, is_to_be_registered))
        }
        Some(client) if grant.is_service() => session.of_service(client, client.did().to_owned()),
        _ => match wallet.login().and_then(|login| login.client_id.clone()) {
            Some(client_id) => session.of_client(client_id),
            None => session,
        },
    }
}

/// How many credentials a presentation may ask for.
const MOST_PRESENTED: u8 = 16;

/// The numbers of the sessions in which the credentials of a presentation are obtained, above those
/// of a case's own sessions.
pub(super) fn presented_sessions(number: u8) -> RangeInclusive<u8> {
    let first = 0x80 | (number & 7) << 4;
    first..=first | (MOST_PRESENTED - 1)
}
