//! What has happened to the single-use values of a case's sessions, as far as answers tell.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::case::Endpoint;
use crate::transcript::Exchange;

/// The sessions of one case.
#[derive(Debug, Default)]
pub struct History {
    sessions: BTreeMap<u8, SessionHistory>,
}

/// One session.
#[derive(Debug, Default, Clone)]
pub(super) struct SessionHistory {
    /// Whether the access token has yielded a credential.
    pub(super) token_used: Used,
    /// Whether a credential request was refused.
    pub(super) refused: bool,
    /// Whether the pre-authorised code was redeemed.
    pub(super) code_used: Used,
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
        let session = self.sessions.entry(exchange.session).or_default();
        let lost = exchange.response().is_none() || exchange.status() >= 500;
        let sound = exchange.expectation.faults.is_empty();
        let outcome = match (exchange.is_success(), sound) {
            _ if lost => Used::Unknown,
            (true, true) => Used::Yes,
            (true, false) => Used::Unknown,
            (false, _) => Used::No,
        };
        match exchange.endpoint {
            Endpoint::Credential => {
                let outcome = if outcome == Used::Yes && !exchange.hands_out() {
                    Used::Unknown
                } else {
                    outcome
                };
                session.token_used = session.token_used.then(outcome);
                session.refused |= (400..500).contains(&exchange.status());
                if exchange.is_success() && exchange.acceptance_token().is_some() {
                    session.deferred_since = Some((exchange.sent_at, exchange.received_at));
                }
            }
            Endpoint::Token => session.code_used = session.code_used.then(outcome),
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
