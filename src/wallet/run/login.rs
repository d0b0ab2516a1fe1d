//! What a session needs whose authorization code comes of a login: the offer, if there is one, and the code.

use std::sync::Arc;
use std::time::Duration;

use super::{Action, CaseRun, Wanted};
use crate::case::Endpoint;
use crate::wallet::SessionSource;
use crate::wallet::login::code_of;

impl CaseRun {
    /// What the session still needs before a token request.
    pub(super) fn login(&mut self, number: u8, now: Duration) -> Option<Action> {
        let wallet = Arc::clone(&self.wallet);
        let session = self.session(number);
        if session.code.is_some() {
            return None;
        }
        let SessionSource::Login(login) = &wallet.source else {
            return Some(Action::Stop("nobody is there to log in".into()));
        };
        if let (Some(uri), None) = (&login.offer, &session.offer) {
            if session.offer_url.is_none()
                && let Err(reason) = session.take_offer_uri(uri)
            {
                return Some(Action::Stop(reason));
            }
            if session.offer.is_none() {
                return Some(self.preparation(Endpoint::Offer, number, now));
            }
        }
        // The browser of whoever logs in sends it.
        let request = self.outgoing(Endpoint::Authorize, None, number, Vec::new(), now);
        Some(match request {
            Ok(outgoing) => {
                let url = outgoing.request.uri().to_string();
                self.outside(number, Wanted::Code(url))
            }
            Err(reason) => Action::Stop(reason),
        })
    }

    /// Takes what the login that [`Action::Fetch`] asked for ended with: the URL that it was redirected to, or the
    /// authorization code alone.
    ///
    /// # Errors
    /// The server refused, there is no code, or the `state` is another.
    pub fn redirected(&mut self, text: &str) -> Result<(), String> {
        let asking = self.asking.take();
        let Some(session) = asking.and_then(|number| self.sessions.get_mut(&number)) else {
            return Ok(());
        };
        session.code = Some(code_of(text, session.client_state())?);
        Ok(())
    }
}
