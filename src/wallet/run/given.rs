//! What a session needs whose access token is given: the token. And what a session needs that was told no nonce with its token:
//! the nonce of its first proof.

use std::sync::Arc;
use std::time::Duration;

use super::{Action, CaseRun, Wanted};
use crate::case::{Endpoint, Grant, Jws, Send, Slot};
use crate::profile::NonceSource;
use crate::wallet::session::FirstNonce;
use crate::wallet::{GivenToken, SessionSource};

impl CaseRun {
    /// What the session still needs before a credential can be requested.
    pub(super) fn given(&mut self, number: u8, now: Duration) -> Option<Action> {
        let wallet = Arc::clone(&self.wallet);
        let session = self.session(number);
        if session.tokens.is_none() {
            match &wallet.source {
                SessionSource::Token(given) => {
                    session.take_shared_token(given, wallet.common_nonce.known());
                }
                _ => return Some(self.outside(number, Wanted::Token)),
            }
        }
        self.first_nonce(number, now)
    }

    /// Asks for the nonce of the first proof, where none came with the access token.
    pub(super) fn first_nonce(&mut self, number: u8, now: Duration) -> Option<Action> {
        let wallet = Arc::clone(&self.wallet);
        let nonce_is_needless = self.nonce_is_needless;
        let session = self.session(number);
        if !session.has_no_nonce() {
            return None;
        }
        if nonce_is_needless && session.first_nonce == FirstNonce::Unasked {
            session.first_nonce = FirstNonce::Settled;
        }
        let grant = session.grant();
        match session.first_nonce.clone() {
            FirstNonce::Unasked if wallet.nonce_source() == NonceSource::Latest => {
                session.first_nonce = FirstNonce::Asked;
                let asking = self.outgoing(Endpoint::Credential, None, number, Vec::new(), now);
                Some(asking.map_or_else(Action::Stop, |asking| Action::Send(Box::new(asking))))
            }
            FirstNonce::Unasked | FirstNonce::Settled => None,
            FirstNonce::Asked => Some(Action::Stop("the issuer did not answer".into())),
            FirstNonce::Refused(_) if session.settle_for_old_nonce() => None,
            FirstNonce::Refused(words) => Some(Action::Stop(format!(
                "the issuer told no c_nonce: a credential request with an access token and without a nonce was answered {words}"
            ))),
            // The token may be used up, and no nonce is wanted: another token goes on.
            FirstNonce::Accepted if grant != Grant::Shared => {
                self.nonce_is_needless = true;
                self.renew(number);
                self.prepare(number, Endpoint::Credential, now)
            }
            FirstNonce::Accepted => {
                session.settle_for_old_nonce();
                None
            }
        }
    }

    /// Takes the access token that [`Action::Fetch`] asked for.
    pub fn token(&mut self, given: &GivenToken) {
        let asking = self.asking.take();
        if let Some(session) = asking.and_then(|number| self.sessions.get_mut(&number)) {
            session.take_token(given);
        }
    }

    /// Whether the request would have a wrong nonce in place of none.
    pub(super) fn lacks_a_nonce(&self, send: &Send) -> bool {
        let Some(session) = self.sessions.get(&send.session) else {
            return false;
        };
        let nonce = Slot::JwsClaim(Jws::Proof, "nonce");
        let mut slots = send.mutations.iter().flat_map(|one| one.slots());
        session.grant().asks_for_nonce()
            && session.has_no_nonce()
            && slots.any(|slot| slot == nonce)
    }
}
