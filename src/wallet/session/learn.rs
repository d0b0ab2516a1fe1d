//! What a session learns from each answer.

use serde_json::Value;

use super::{Pending, Session, Tokens};
use crate::case::{Endpoint, Slot};
use crate::profile::NonceSource;
use crate::transcript::Exchange;

impl Session {
    /// Learns from an answer.
    pub(in crate::wallet) fn learn(&mut self, exchange: &Exchange) {
        match exchange.endpoint {
            Endpoint::InitiateOffer => return self.learn_offer_uri(exchange),
            Endpoint::Authorize => return self.learn_request(exchange),
            Endpoint::RequestUri => return self.learn_request_object(exchange),
            Endpoint::DirectPost => return self.learn_code(exchange),
            _ => {}
        }
        if exchange.endpoint == Endpoint::Token {
            let form = form_urlencoded::parse(exchange.request.body());
            let sent = form
                .into_iter()
                .find(|(name, _)| name == "client_assertion");
            self.assertion = sent.map(|(_, assertion)| assertion.into_owned());
        }
        if matches!(exchange.endpoint, Endpoint::Credential | Endpoint::Deferred) {
            self.learn_nonce(exchange);
            self.learn_first_nonce(exchange);
        }
        let Some(json) = exchange.json().filter(|_| exchange.is_success()) else {
            return;
        };
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        match exchange.endpoint {
            Endpoint::Offer => self.offer = Some(json.clone()),
            Endpoint::Token => {
                if let Some(access_token) = text("access_token") {
                    self.tokens = Some(Tokens {
                        access_token,
                        c_nonce: text("c_nonce"),
                        id_token: text("id_token"),
                    });
                }
            }
            Endpoint::Credential | Endpoint::Deferred => {
                self.credential = text("credential").or(self.credential.take());
                let token = exchange
                    .acceptance_token()
                    .filter(|_| exchange.endpoint == Endpoint::Credential);
                if let Some(token) = token {
                    self.acceptance = Some((token.to_owned(), exchange.received_at));
                }
            }
            _ => {}
        }
    }

    /// An answer may bring the `c_nonce` of the next proof, a refusal too (OpenID4VCI draft 11, 7.3.2).
    fn learn_nonce(&mut self, exchange: &Exchange) {
        if self.nonce_source != NonceSource::Latest {
            return;
        }
        let nonce = exchange
            .json()
            .and_then(|json| json.get("c_nonce")?.as_str());
        if let (Some(nonce), Some(tokens)) = (nonce, &mut self.tokens) {
            tokens.c_nonce = Some(nonce.to_owned());
        }
    }

    /// The authorization server asks for an ID token or a presentation, by redirection.
    fn learn_request(&mut self, exchange: &Exchange) {
        let redirect = exchange.redirect().filter(|_| exchange.is_accepted());
        let Some(redirect) = redirect else { return };
        let mut pending = Pending::default();
        let definition = redirect
            .parameter("presentation_definition")
            .and_then(|text| serde_json::from_str(text).ok());
        let text = |name: &str| redirect.parameter(name).map(str::to_owned);
        pending.learn(text, definition);
        if let Some(object) = redirect.parameter("request") {
            pending.learn_object(object);
        }
        self.pending = Some(pending);
        let details = Slot::Parameter("authorization_details");
        let mut slots = exchange
            .mutations
            .iter()
            .flat_map(|mutation| mutation.slots());
        self.asked_otherwise = slots.any(|slot| slot == details);
    }

    fn learn_request_object(&mut self, exchange: &Exchange) {
        if let (Some(response), Some(pending), true) = (
            exchange.response(),
            &mut self.pending,
            exchange.is_success(),
        ) {
            pending.learn_object(&String::from_utf8_lossy(response.body()));
        }
    }

    fn learn_code(&mut self, exchange: &Exchange) {
        let code = exchange
            .redirect()
            .filter(|_| exchange.is_accepted())
            .and_then(|redirect| redirect.parameter("code"));
        if let Some(code) = code {
            self.code = Some(code.to_owned());
        }
    }

    /// The offer URI comes as a redirect (same device) or as the text of the body (cross device).
    fn learn_offer_uri(&mut self, exchange: &Exchange) {
        let Some(response) = exchange.response() else {
            return;
        };
        let body = String::from_utf8_lossy(response.body());
        let uri = exchange
            .header("location")
            .unwrap_or_else(|| body.trim().trim_matches('"'));
        // An answer without an offer shows later, when there is none to fetch.
        let _ = self.take_offer_uri(uri);
    }
}
