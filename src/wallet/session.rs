//! What a holder knows of one session: offer, code, tokens.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::keys::Key;
use super::live::Values;
use crate::case::Endpoint;
use crate::profile::PinRule;
use crate::transcript::{Compact, Context, Exchange};

/// The grant type of the pre-authorised code flow (OpenID4VCI).
pub(super) const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// One session of one holder.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) holder: Key,
    /// The key of nobody in the session.
    pub(super) other: Arc<Key>,
    /// Where the offer can be fetched.
    pub(super) offer_url: Option<String>,
    pub(super) offer: Option<Value>,
    pub(super) tokens: Option<Tokens>,
    /// Preparations that were sent already.
    pub(super) asked: Vec<Endpoint>,
    /// The acceptance token, and when it came.
    pub(super) acceptance: Option<(String, Duration)>,
}

/// A token response.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) c_nonce: Option<String>,
    pub(super) id_token: Option<String>,
}

impl Session {
    /// A session of the holder with this key.
    pub(super) fn new(holder: Key, other: Arc<Key>) -> Self {
        Self {
            holder,
            other,
            offer_url: None,
            offer: None,
            tokens: None,
            asked: Vec::new(),
            acceptance: None,
        }
    }

    /// Takes an offer URI: by reference, or with the offer inside.
    pub(super) fn take_offer_uri(&mut self, uri: &str) -> Result<(), String> {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "credential_offer_uri" => {
                    self.offer_url = Some(value.into_owned());
                    return Ok(());
                }
                "credential_offer" => {
                    self.offer = Some(
                        serde_json::from_str(&value)
                            .map_err(|error| format!("the offer is no JSON: {error}"))?,
                    );
                    return Ok(());
                }
                _ => {}
            }
        }
        if uri.starts_with("http") && !uri.contains("credential_offer") {
            self.offer_url = Some(uri.to_owned());
            return Ok(());
        }
        Err("the offer URI has neither credential_offer_uri nor credential_offer".to_owned())
    }

    /// The pre-authorised code of the offer.
    pub(super) fn code(&self) -> Option<&str> {
        self.offer
            .as_ref()?
            .get("grants")?
            .get(PRE_AUTHORIZED)?
            .get("pre-authorized_code")?
            .as_str()
    }

    /// Whether the offer asks for a PIN.
    fn pin_required(&self) -> bool {
        let grant = self
            .offer
            .as_ref()
            .and_then(|offer| offer.get("grants")?.get(PRE_AUTHORIZED));
        grant
            .and_then(|grant| grant.get("user_pin_required")?.as_bool())
            .unwrap_or(false)
    }

    /// The holder's PIN, if there is one.
    pub(super) fn pin(&self, rule: PinRule) -> Option<String> {
        match rule {
            PinRule::EbsiDid if self.pin_required() => Some(ebsi_pin(&self.holder.did())),
            _ => None,
        }
    }

    /// The types that the offer names, for offers that the harness did not choose itself.
    pub(super) fn offered_types(&self) -> Option<Vec<String>> {
        let types = self
            .offer
            .as_ref()?
            .get("credentials")?
            .get(0)?
            .get("types")?
            .as_array()?;
        types
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// Learns from an answer.
    pub(super) fn learn(&mut self, exchange: &Exchange) {
        let Some(json) = exchange.json().filter(|_| exchange.is_success()) else {
            if exchange.endpoint == Endpoint::InitiateOffer {
                self.learn_offer_uri(exchange);
            }
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
            Endpoint::Credential => {
                if let Some(token) = exchange.acceptance_token() {
                    self.acceptance = Some((token.to_owned(), exchange.received_at));
                }
            }
            Endpoint::InitiateOffer => self.learn_offer_uri(exchange),
            _ => {}
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

    /// Gives the placeholders of this session their values.
    pub(super) fn describe(&self, rule: PinRule, values: &mut Values) {
        let (holder, other) = (&self.holder, &self.other);
        values.set("did", holder.did());
        values.set("frag", holder.multibase());
        values.set("jwk", holder.canonical_jwk());
        values.set("thumbprint", holder.thumbprint());
        values.set("other_did", other.did());
        values.set("other_frag", other.multibase());
        values.set("other_jwk", other.canonical_jwk());
        values.set("other_thumbprint", other.thumbprint());
        values.set("pin", self.pin(rule).unwrap_or_default());
        values.set(
            "other_pin",
            different_pin(&ebsi_pin(&other.did()), &ebsi_pin(&holder.did())),
        );
        if let Some(code) = self.code() {
            values.set("code", code);
        }
        if let Some((token, _)) = &self.acceptance {
            values.set("acceptance_token", token);
        }
        let Some(tokens) = &self.tokens else { return };
        values.set("token", &tokens.access_token);
        if let Some(nonce) = Compact::parse(&tokens.access_token)
            .as_ref()
            .and_then(|token| token.text_claim("/nonce"))
        {
            values.set("token_nonce", nonce);
        }
        if let Some(c_nonce) = &tokens.c_nonce {
            values.set("c_nonce", c_nonce);
            values.set("c_nonce_without_hyphens", c_nonce.replace('-', ""));
        }
        if let Some(id_token) = &tokens.id_token {
            values.set("id_token", id_token);
        }
    }
}

/// EBSI's PIN: the last four bytes of the DID's SHA-256, each modulo 10.
pub fn ebsi_pin(did: &str) -> String {
    let hash = Sha256::digest(did);
    hash[hash.len() - 4..]
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}

/// Another holder's PIN may happen to be the same; one digit then makes the difference.
fn different_pin(candidate: &str, pin: &str) -> String {
    if candidate != pin {
        return candidate.to_owned();
    }
    let first = if pin.starts_with('9') { '8' } else { '9' };
    format!("{first}{}", &candidate[1..])
}

/// What the issuer is to offer: the EBSI initiate endpoint of the issuer.
pub(super) fn initiate_url(context: &Context) -> String {
    format!("{}/initiate-credential-offer", context.issuer)
}

/// The path and query of a URL, decoded no further than a server would.
pub(super) fn last_segment_replaced(url: &str, segment: &str) -> String {
    let end = Url::parse(url)
        .ok()
        .and_then(|parsed| parsed.query().map(|query| url.len() - query.len() - 1))
        .unwrap_or(url.len());
    let path_end = &url[..end];
    let cut = path_end.rfind('/').map_or(end, |at| at + 1);
    format!("{}{segment}{}", &url[..cut], &url[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::KeyType;

    #[test]
    fn pin_follows_the_recorded_vector() {
        let did = "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6";
        assert_eq!(ebsi_pin(did), "5910");
        assert_ne!(different_pin("5910", "5910"), "5910");
    }

    #[test]
    fn offers_come_by_reference_or_inside() {
        let key = |label| Key::derive(KeyType::P256, 1, label);
        let mut session = Session::new(key("holder"), key("other").into());
        session
            .take_offer_uri(
                "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fx%2Foffers%2F1",
            )
            .unwrap();
        assert_eq!(session.offer_url.as_deref(), Some("http://x/offers/1"));
        session
            .take_offer_uri(
                "openid-credential-offer://?credential_offer=%7B%22grants%22%3A%7B%7D%7D",
            )
            .unwrap();
        assert!(session.offer.is_some());
        assert!(
            session
                .take_offer_uri("openid-credential-offer://?x=1")
                .is_err()
        );
    }

    #[test]
    fn the_last_segment_is_replaced() {
        assert_eq!(last_segment_replaced("http://x/a/b", "c"), "http://x/a/c");
        assert_eq!(
            last_segment_replaced("http://x/a/b?q=/", "c"),
            "http://x/a/c?q=/"
        );
    }
}
