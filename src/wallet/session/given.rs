//! A session whose access token is given: how it comes to the nonce of its first proof.
//!
//! Whoever has a token and no nonce sends a proof without one: an issuer answers it with the nonce that it wants (OpenID4VCI
//! draft 11, 7.3.2), or takes it, because it wants none.

use super::{Session, Tokens};
use crate::case::Endpoint;
use crate::transcript::Exchange;
use crate::wallet::given::{GivenToken, Known};

/// How far a session has come that asks for the nonce of its first proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::wallet) enum FirstNonce {
    /// None was asked for.
    #[default]
    Unasked,
    /// A request without a nonce is under way.
    Asked,
    /// It was refused, in these words.
    Refused(String),
    /// It was accepted.
    Accepted,
    /// The issuer wants none, or there is no better one than what is there.
    Settled,
}

impl Session {
    /// Takes the access token that is given.
    pub(in crate::wallet) fn take_token(&mut self, given: &GivenToken) {
        self.tokens = Some(Tokens {
            access_token: given.access_token.clone(),
            c_nonce: given.c_nonce.clone(),
            id_token: None,
        });
    }

    /// Takes an access token that other sessions have used, with what is known of its nonce.
    pub(in crate::wallet) fn take_shared_token(&mut self, given: &GivenToken, known: Known) {
        let (fresh, old) = match known {
            Known::Nothing => (None, None),
            Known::Fresh(nonce) => (Some(nonce), None),
            Known::Old(nonce) => (None, Some(nonce)),
        };
        self.old_nonce = old;
        self.take_token(&GivenToken {
            c_nonce: fresh,
            ..given.clone()
        });
    }

    /// Whether there is no nonce for a proof.
    pub(in crate::wallet) fn has_no_nonce(&self) -> bool {
        let tokens = self.tokens.as_ref();
        tokens.is_some_and(|tokens| tokens.c_nonce.is_none())
    }

    /// Goes on with the nonce that was known before, where the issuer told no newer one. Whether there is one.
    pub(in crate::wallet) fn settle_for_old_nonce(&mut self) -> bool {
        self.first_nonce = FirstNonce::Settled;
        let old = self.old_nonce.take();
        match (&mut self.tokens, old) {
            (Some(tokens), Some(nonce)) => {
                tokens.c_nonce = Some(nonce);
                true
            }
            _ => false,
        }
    }

    /// Learns what became of the request that asked for a nonce.
    pub(super) fn learn_first_nonce(&mut self, exchange: &Exchange) {
        let is_asking = self.first_nonce == FirstNonce::Asked
            && exchange.step.is_none()
            && exchange.endpoint == Endpoint::Credential;
        if is_asking {
            self.first_nonce = if exchange.is_accepted() {
                FirstNonce::Accepted
            } else {
                FirstNonce::Refused(exchange.outcome_words())
            };
        }
    }
}
