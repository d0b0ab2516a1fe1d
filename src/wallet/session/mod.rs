//! What a holder knows of one session: offer, code, tokens.

mod given;
mod learn;
mod pending;
mod values;

pub(super) use given::FirstNonce;
pub(super) use pending::Pending;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::PinSource;
use super::holder::Identity;
use super::keys::Key;
use super::service::ServiceClient;
use crate::case::{Endpoint, Flow, Grant};
use crate::profile::{Holder, NonceSource, Profile};
use crate::transcript::Context;

/// The grant type of the pre-authorised code flow (OpenID4VCI).
pub(super) const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// One session of one holder.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// What is asked for.
    pub(super) flow: Flow,
    /// The grant by which the profile's type is obtained; an offer may say otherwise.
    grant: Grant,
    pub(super) holder: Key,
    /// The key of nobody in the session.
    pub(super) other: Arc<Key>,
    identity: Identity,
    /// The DID of that nobody, and how proofs name the holder's key.
    stranger: Identity,
    pub(super) conduct: Holder,
    nonce_source: NonceSource,
    pin_source: PinSource,
    /// The PIN that came with the offer.
    offered_pin: Option<String>,
    /// What the client made up: its `state`, its `nonce` and its PKCE verifier.
    client_state: String,
    client_nonce: String,
    verifier: String,
    /// Where the offer can be fetched.
    pub(super) offer_url: Option<String>,
    pub(super) offer: Option<Value>,
    /// The request of the authorization server that waits for the wallet's answer.
    pub(super) pending: Option<Pending>,
    /// Whether its `authorization_details` were others than usual.
    pub(super) asked_otherwise: bool,
    /// The authorization code.
    pub(super) code: Option<String>,
    pub(super) tokens: Option<Tokens>,
    /// How the nonce of the first proof comes about, where no token response tells it.
    pub(super) first_nonce: FirstNonce,
    /// A nonce from before, which may be used up.
    old_nonce: Option<String>,
    /// Preparations that were sent already.
    pub(super) asked: Vec<Endpoint>,
    /// The acceptance token, and when it came.
    pub(super) acceptance: Option<(String, Duration)>,
    /// The credential.
    pub(super) credential: Option<String>,
    /// The client assertion of the last token request.
    pub(super) assertion: Option<String>,
    /// Whether the DID of a newcomer has been registered.
    pub(super) registered: bool,
}

/// A token response.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) c_nonce: Option<String>,
    pub(super) id_token: Option<String>,
}

impl Session {
    /// A session of the holder with this key. What the client makes up follows from `label`.
    pub(super) fn new(
        flow: Flow,
        grant: Grant,
        conduct: Holder,
        (holder, other): (Key, Arc<Key>),
        label: &str,
    ) -> Self {
        let made_up = |role: &str| Sha256::digest(format!("{label} {role}"));
        Self {
            grant,
            identity: Identity::of(&holder, conduct.key_id),
            stranger: Identity::of(&other, conduct.key_id),
            conduct,
            nonce_source: NonceSource::TokenResponse,
            pin_source: PinSource::None,
            offered_pin: None,
            other,
            client_state: uuid_like(&made_up("state")),
            client_nonce: uuid_like(&made_up("nonce")),
            verifier: URL_SAFE_NO_PAD.encode(made_up("verifier")),
            holder,
            flow,
            offer_url: None,
            offer: None,
            pending: None,
            asked_otherwise: false,
            code: None,
            tokens: None,
            first_nonce: FirstNonce::default(),
            old_nonce: None,
            asked: Vec::new(),
            acceptance: None,
            credential: None,
            assertion: None,
            registered: false,
        }
    }

    /// With these sources of PINs and nonces.
    pub(super) fn taking(self, pin_source: PinSource, nonce_source: NonceSource) -> Self {
        Self {
            pin_source,
            nonce_source,
            ..self
        }
    }

    /// Takes the PIN that came with the offer.
    pub(super) fn take_pin(&mut self, pin: Option<String>) {
        self.offered_pin = pin;
    }

    /// A session of a service wallet under this DID.
    pub(super) fn of_service(mut self, client: &ServiceClient, did: String) -> Self {
        self.identity = Identity {
            did,
            fragment: client.key().thumbprint(),
            client_id: client.client_id().to_owned(),
            redirected: client.redirected().cloned(),
        };
        self.holder = client.key().clone();
        self
    }

    /// A session of a client with this identifier.
    pub(super) fn of_client(mut self, client_id: String) -> Self {
        self.identity.client_id = client_id;
        self
    }

    /// The DID that authenticates.
    pub(super) fn did(&self) -> &str {
        &self.identity.did
    }

    /// The client's identifier.
    pub(super) fn client_id(&self) -> &str {
        &self.identity.client_id
    }

    /// The client's own `state`.
    pub(super) fn client_state(&self) -> &str {
        &self.client_state
    }

    /// The grant of the session: what the offer holds, if there is one.
    pub(super) fn grant(&self) -> Grant {
        let grants = self.offer.as_ref().and_then(|offer| offer.get("grants"));
        let has = |name: &str| grants.is_some_and(|grants| grants.get(name).is_some());
        match (self.grant, has(PRE_AUTHORIZED), has("authorization_code")) {
            (Grant::Login, ..) => Grant::Login,
            (_, true, false) => Grant::PreAuthorized,
            (Grant::PreAuthorized, false, true) => Grant::IdToken,
            (grant, ..) => grant,
        }
    }

    /// The issuer state of the offer.
    pub(super) fn issuer_state(&self) -> Option<&str> {
        self.offer
            .as_ref()?
            .pointer("/grants/authorization_code/issuer_state")?
            .as_str()
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
    pub(super) fn pre_authorized_code(&self) -> Option<&str> {
        self.offer
            .as_ref()?
            .get("grants")?
            .get(PRE_AUTHORIZED)?
            .get("pre-authorized_code")?
            .as_str()
    }

    fn pre_authorized_grant(&self) -> Option<&Value> {
        self.offer.as_ref()?.get("grants")?.get(PRE_AUTHORIZED)
    }

    /// Whether the offer asks for a PIN.
    fn pin_required(&self) -> bool {
        self.asks_for_tx_code()
            || self
                .pre_authorized_grant()
                .and_then(|grant| grant.get("user_pin_required")?.as_bool())
                .unwrap_or(false)
    }

    /// Whether the offer asks for it as draft 13 of OpenID4VCI does.
    fn asks_for_tx_code(&self) -> bool {
        let grant = self.pre_authorized_grant();
        grant.is_some_and(|grant| grant.get("tx_code").is_some_and(Value::is_object))
    }

    /// The name of the parameter that a PIN is sent in.
    pub(super) fn pin_parameter(&self) -> &'static str {
        if self.asks_for_tx_code() {
            "tx_code"
        } else {
            "user_pin"
        }
    }

    /// The PIN, if the offer asks for one.
    pub(super) fn pin(&self) -> Option<String> {
        self.own_pin().filter(|_| self.pin_required())
    }

    /// What the PIN is or would be.
    fn own_pin(&self) -> Option<String> {
        match &self.pin_source {
            PinSource::None => None,
            PinSource::EbsiDid => Some(ebsi_pin(self.did())),
            PinSource::Fixed(pin) => Some(pin.clone()),
            PinSource::OfOffer => self.offered_pin.clone(),
        }
    }

    /// The types that the offer names, for offers that the harness did not choose itself. An offer may name a credential by the
    /// identifier that it has in the metadata.
    pub(super) fn offered_types(&self, profile: &Profile) -> Option<Vec<String>> {
        let offer = self.offer.as_ref()?;
        let entries = ["credentials", "credential_configuration_ids"]
            .into_iter()
            .find_map(|name| offer.get(name)?.as_array())?;
        let of = |entry: &Value| -> Option<Vec<String>> {
            if let Some(id) = entry.as_str() {
                let known = profile.types.iter().find(|known| known.id == Some(id))?;
                return Some(profile.types_of(known.name));
            }
            let types = ["/types", "/credential_definition/type"]
                .into_iter()
                .find_map(|pointer| entry.pointer(pointer)?.as_array())?;
            types
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let is_wanted = |types: &Vec<String>| types.last() == Some(&self.flow.credential_type);
        let wanted = entries.iter().filter_map(of).find(is_wanted);
        wanted.or_else(|| of(entries.first()?))
    }
}

/// The text form of a UUID of version 4 with these bytes.
fn uuid_like(bytes: &[u8]) -> String {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    uuid::Builder::from_random_bytes(id).into_uuid().to_string()
}

/// EBSI's PIN: the last four bytes of the DID's SHA-256, each modulo 10.
pub fn ebsi_pin(did: &str) -> String {
    let hash = Sha256::digest(did);
    hash[hash.len() - 4..]
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
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
    }

    #[test]
    fn offers_come_by_reference_or_inside() {
        let key = |label| Key::derive(KeyType::P256, 1, label);
        let flow = Flow::new("T", "jwt_vc");
        let mut session = Session::new(
            flow,
            Grant::PreAuthorized,
            crate::profile::Conduct::EBSI.holder,
            (key("holder"), key("other").into()),
            "label",
        );
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
