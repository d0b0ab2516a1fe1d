//! What has happened to the single-use values of a case's sessions, as far as answers tell.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::case::{Endpoint, Grant, Mutation, Need, Stage};
use crate::transcript::{Exchange, Facts};

/// The sessions of one case.
#[derive(Debug, Clone, Default)]
pub struct History {
    sessions: BTreeMap<u8, SessionHistory>,
}

/// One session.
#[derive(Debug, Default, Clone)]
pub(super) struct SessionHistory {
    /// Whether the access token has yielded a credential.
    pub(super) token_used: Used,
    /// The access token that is meant: another one begins unused.
    token: Option<String>,
    /// The code that is meant, where no exchange tells it.
    code: Option<String>,
    /// Whether the server may have revoked the access token, because somebody tried to redeem its code again (RFC 6749, 4.1.2).
    pub(super) token_may_be_revoked: bool,
    /// Whether a credential request was refused.
    pub(super) refused: bool,
    /// Whether a credential request of another session that carried the token was refused.
    pub(super) refused_elsewhere: bool,
    /// When the authorization code came.
    pub(super) code_since: Option<Duration>,
    /// Whether the code of the session was redeemed.
    pub(super) code_used: Used,
    /// Whether a token request with the session's code got as far as the code and was refused.
    pub(super) code_tried: bool,
    /// Whether the state of the authorization request was used in a direct post.
    pub(super) state_used: Used,
    /// When the request that was answered with an acceptance token was sent, and answered.
    pub(super) deferred_since: Option<(Duration, Duration)>,
    /// Whether the deferred credential was fetched.
    pub(super) deferred_fetched: bool,
}

/// Whether a single-use value is used up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    /// Not yet.
    #[default]
    No,
    /// For certain.
    Yes,
    /// An answer left it open: a server error, none at all, or a wrong acceptance.
    Unknown,
}

impl History {
    /// Learns from an exchange.
    pub fn record(&mut self, exchange: &Exchange) {
        for other in others(exchange.session, &exchange.mutations) {
            let other = self.sessions.entry(other).or_default();
            other.record_of_another(exchange);
        }
        let session = self.sessions.entry(exchange.session).or_default();
        let lost = exchange.response().is_none() || exchange.status() >= 500;
        let sound = exchange.expectation.faults.is_empty();
        let outcome = match (exchange.is_accepted(), sound) {
            _ if lost => Used::Unknown,
            (true, true) => Used::Yes,
            (true, false) => Used::Unknown,
            (false, _) => Used::No,
        };
        match exchange.endpoint {
            Endpoint::Credential => {
                session.meet_token(&exchange.facts);
                let outcome = if outcome == Used::Yes && !exchange.hands_out() {
                    Used::Unknown
                } else {
                    outcome
                };
                session.token_used = session.token_used.then(outcome);
                // Who asks for a nonce is told it in a refusal (OpenID4VCI draft 11, 7.3.2).
                session.refused |=
                    (400..500).contains(&exchange.status()) && !asks_for_nonce(&exchange.facts);
                if exchange.is_success() && exchange.acceptance_token().is_some() {
                    session.deferred_since = Some((exchange.sent_at, exchange.received_at));
                    session.deferred_fetched = false;
                }
            }
            Endpoint::Token => {
                session.meet(own_code(&exchange.facts));
                if replaced(&mut session.token, exchange, "/access_token") {
                    session.token_used = Used::No;
                    session.refused = false;
                    session.refused_elsewhere = false;
                    session.token_may_be_revoked = false;
                } else {
                    session.token_may_be_revoked |= session.code_used != Used::No;
                }
                // The code may have been that of another session.
                let is_foreign = exchange
                    .mutations
                    .iter()
                    .any(|one| one.takes_another_session());
                let redeemed = match outcome {
                    Used::Yes if is_foreign => Used::Unknown,
                    outcome => outcome,
                };
                session.code_used = session.code_used.then(redeemed);
                session.code_tried |= outcome == Used::No && reached_the_code(exchange);
            }
            Endpoint::Offer if replaced(&mut session.code, exchange, PRE_AUTHORIZED_CODE) => {
                session.code_used = Used::No;
                session.code_tried = false;
            }
            // A new request of the server brings a new state, and a new code in the end.
            Endpoint::Authorize if exchange.is_accepted() => session.state_used = Used::No,
            Endpoint::DirectPost => {
                // Whether a refused answer of the wallet ends the request is not documented.
                let ended = if outcome == Used::No && !exchange.mutations.is_empty() {
                    Used::Unknown
                } else {
                    outcome
                };
                session.state_used = session.state_used.then(ended);
                // Beside a pre-authorised code it is another one, and tokens are asked for with the first.
                if exchange.is_accepted() && exchange.facts.grant.has_code() {
                    session.code_since = Some(exchange.received_at);
                    session.code_used = Used::No;
                    session.code_tried = false;
                }
            }
            Endpoint::Deferred => {
                session.deferred_fetched |=
                    exchange.is_success() && exchange.credential_member().is_some() && sound;
            }
            _ => {}
        }
    }

    pub(super) fn session(&self, number: u8) -> SessionHistory {
        self.sessions.get(&number).cloned().unwrap_or_default()
    }
}

impl SessionHistory {
    /// Learns which code the session has: an offer by value brings one without a request, and so does a login.
    pub(super) fn meet(&mut self, code: Option<&str>) {
        if let Some(code) = code.filter(|code| self.code.as_deref() != Some(*code)) {
            self.code = Some(code.to_owned());
            self.code_used = Used::No;
            self.code_tried = false;
        }
    }

    /// Learns which access token the session has, where no token response tells it.
    pub(super) fn meet_token(&mut self, facts: &Facts) {
        let mut secrets = facts.secrets.iter();
        let token = secrets.find(|(_, name)| *name == "access_token");
        let token = token
            .map(|(token, _)| token)
            .filter(|_| facts.grant.is_given());
        if let Some(token) = token.filter(|token| self.token.as_ref() != Some(token)) {
            // Another session may have carried the first before.
            if self.token.replace(token.clone()).is_none() {
                return;
            }
            self.token_used = Used::No;
            self.refused = false;
            self.refused_elsewhere = false;
            self.token_may_be_revoked = false;
        }
    }

    /// Learns from a request of another session that may have carried a value of this one.
    fn record_of_another(&mut self, exchange: &Exchange) {
        let refused = (400..500).contains(&exchange.status());
        match exchange.endpoint {
            // Nothing but a wrong acceptance uses the token up; it is a finding by itself.
            Endpoint::Credential if !refused => {
                self.token_used = self.token_used.then(Used::Unknown);
            }
            Endpoint::Credential => self.refused_elsewhere = true,
            Endpoint::Token if refused => {
                self.code_tried |= reached_the_code(exchange);
                self.token_may_be_revoked |= self.code_used != Used::No;
            }
            Endpoint::Token => self.code_used = self.code_used.then(Used::Unknown),
            Endpoint::DirectPost => self.state_used = self.state_used.then(Used::Unknown),
            _ => {}
        }
    }
}

/// Whether the request has no nonce because none is known yet.
pub(super) fn asks_for_nonce(facts: &Facts) -> bool {
    facts.grant.asks_for_nonce() && facts.c_nonce.is_none()
}

/// The code of a session that no exchange tells: a pre-authorised one may come by value, and one of a login comes from outside.
pub(super) fn own_code(facts: &Facts) -> Option<&str> {
    let wanted = match facts.grant {
        Grant::Login => "authorization_code",
        _ => "pre-authorized_code",
    };
    let mut secrets = facts.secrets.iter();
    let code = secrets.find(|(_, name)| *name == wanted);
    code.map(|(code, _)| code.as_str())
}

/// Where an offer has its pre-authorised code.
const PRE_AUTHORIZED_CODE: &str =
    "/grants/urn:ietf:params:oauth:grant-type:pre-authorized_code/pre-authorized_code";

/// Whether an accepted answer holds another value at `pointer` than the one before, which it replaces.
fn replaced(known: &mut Option<String>, exchange: &Exchange, pointer: &str) -> bool {
    let found = exchange.json().and_then(|json| json.pointer(pointer));
    let found = found.and_then(serde_json::Value::as_str);
    match found.filter(|_| exchange.is_accepted()) {
        Some(found) if known.as_deref() != Some(found) => {
            *known = Some(found.to_owned());
            true
        }
        _ => false,
    }
}

/// The sessions from which a request with these mutations may carry a value.
pub(super) fn others(session: u8, mutations: &[Mutation]) -> impl Iterator<Item = u8> {
    let needs = |need| mutations.iter().any(|mutation| mutation.needs(need));
    let others = [(Need::OtherSession, 1), (Need::OtherHolder, 2)];
    let others = others.map(|(need, other)| needs(need).then_some(session ^ other));
    others.into_iter().flatten()
}

/// Whether a refused token request may have got as far as the code that it carries: servers may end a code when somebody
/// fails to redeem it (RFC 6749, 4.1.2 and 10.5). Which parameters a server looks at before, it decides itself.
fn reached_the_code(exchange: &Exchange) -> bool {
    !matches!(
        exchange.expectation.first().map(|fault| fault.stage),
        Some(Stage::TokenRequestMediaType | Stage::TokenRequestGrant)
    )
}

impl Used {
    /// The state after a further request with this outcome.
    fn then(self, outcome: Self) -> Self {
        match (self, outcome) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::No, Self::No) => Self::No,
        }
    }
}
