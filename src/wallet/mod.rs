//! The harness's client side: keys, sessions, rendering a case into HTTP requests, signing last.
//!
//! Sans-IO: it says what to send or how long to wait, the engine moves bytes and time. Knows how to
//! build what is broken, and nothing about which answers are right.
//! Start at [`Wallet::start`] and [`CaseRun::next`].

mod body;
mod discovery;
mod edit;
mod given;
mod holder;
mod jws;
mod keys;
mod live;
mod login;
mod remembered;
mod render;
mod run;
mod service;
mod session;

pub use discovery::{Discovery, DiscoveryError, Endpoints};
pub use given::GivenToken;
pub use keys::{Key, KeyError, thumbprint};
pub use login::Login;
pub use run::{Action, CaseRun, Outgoing, Standing, Wanted};
pub use service::{Redirected, ServiceClient, ServiceClientError};
pub use session::ebsi_pin;

use std::sync::Arc;

use given::CommonNonce;
use keys::Strangers;
use remembered::Keyring;

use crate::case::{Case, Grant, KeyType};
use crate::profile::{Holder, NonceSource, PinRule, Profile};
use crate::transcript::Context;

/// Where sessions come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionSource {
    /// The issuer's `initiate-credential-offer` endpoint, as EBSI's conformance service has it.
    EbsiInitiate,
    /// This offer URI, again and again.
    Offer(String),
    /// The engine's environment gives a fresh offer for each session.
    Ask,
    /// The engine's environment logs in, which gives an authorization code for each session.
    Login(Login),
    /// There is no offer: each session has this access token.
    Token(GivenToken),
    /// There is no offer: the engine's environment gives a fresh access token for each session.
    AskToken,
}

impl SessionSource {
    /// How sessions come to their access tokens, where that does not depend on the credential type.
    pub const fn grant(&self) -> Option<Grant> {
        match self {
            Self::EbsiInitiate | Self::Offer(_) | Self::Ask => None,
            Self::Login(_) => Some(Grant::Login),
            Self::Token(_) => Some(Grant::Shared),
            Self::AskToken => Some(Grant::Given),
        }
    }
}

/// Where the PINs of sessions come from. One is sent if the offer asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PinSource {
    /// There is none.
    #[default]
    None,
    /// From the holder's DID, as EBSI has it.
    EbsiDid,
    /// Always this one.
    Fixed(String),
    /// It comes with each offer.
    OfOffer,
}

/// What makes an offer, and the PIN that goes with it if it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The offer URI.
    pub uri: String,
    /// The PIN.
    pub pin: Option<String>,
}

/// How a run departs from the conduct of the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manner {
    /// Who the holder is; as the profile has it, if not said.
    pub holder: Option<Holder>,
    /// Where PINs come from; from the rule of the profile, if not said.
    pub pin: Option<PinSource>,
    /// Which `c_nonce` proofs hold; as the profile has it, if not said.
    pub nonce: Option<NonceSource>,
    /// Parameters that every token request has besides its own.
    pub token_parameters: Vec<(String, String)>,
}

/// A private key of the authorization server, to mint access tokens with.
pub type AuthKey = Key;

/// What all cases of a run have in common.
#[derive(Debug)]
pub struct Wallet {
    profile: &'static Profile,
    context: Arc<Context>,
    seed: u64,
    auth_key: Option<AuthKey>,
    source: SessionSource,
    service: Option<ServiceClient>,
    manner: Manner,
    strangers: Strangers,
    /// The nonce of an access token that all sessions share.
    common_nonce: CommonNonce,
    /// Where keys are remembered, if they are.
    keyring: Option<Keyring>,
}

impl Wallet {
    /// A wallet for the issuer that `context` describes.
    pub fn new(
        profile: &'static Profile,
        context: Arc<Context>,
        seed: u64,
        auth_key: Option<AuthKey>,
        source: SessionSource,
    ) -> Self {
        let told = match &source {
            SessionSource::Token(given) => given.c_nonce.as_deref(),
            _ => None,
        };
        Self {
            profile,
            context,
            seed,
            auth_key,
            common_nonce: CommonNonce::told(told),
            source,
            service: None,
            manner: Manner::default(),
            strangers: Strangers::new(seed),
            keyring: None,
        }
    }

    /// The same, but what was computed once is not computed again: keys and signatures of sessions that begin alike. Nothing
    /// that is sent changes.
    #[must_use]
    pub fn remembering(mut self) -> Self {
        self.keyring = Some(Keyring::default());
        self.auth_key = self.auth_key.map(Key::remembering);
        self.service = self.service.map(ServiceClient::remembering);
        self
    }

    fn key(&self, key_type: KeyType, label: &str) -> Key {
        match &self.keyring {
            Some(keyring) => keyring.key(key_type, self.seed, label),
            None => Key::derive(key_type, self.seed, label),
        }
    }

    /// With another conduct than the profile's.
    #[must_use]
    pub fn with_manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    fn holder(&self) -> Holder {
        self.manner.holder.unwrap_or(self.profile.conduct.holder)
    }

    /// What authorization requests say, where somebody logs in.
    fn login(&self) -> Option<&Login> {
        match &self.source {
            SessionSource::Login(login) => Some(login),
            _ => None,
        }
    }

    /// Which nonce proofs hold. Where no session has a token response, the latest.
    fn nonce_source(&self) -> NonceSource {
        let has_token_response = !self.source.grant().is_some_and(Grant::is_given);
        self.manner.nonce.unwrap_or(match has_token_response {
            true => self.profile.conduct.nonce,
            false => NonceSource::Latest,
        })
    }

    fn pin_source(&self) -> PinSource {
        self.manner.pin.clone().unwrap_or(match self.profile.pin {
            PinRule::None => PinSource::None,
            PinRule::EbsiDid => PinSource::EbsiDid,
        })
    }

    /// With a service wallet that is registered with the issuer under test.
    #[must_use]
    pub fn with_service(mut self, client: Option<ServiceClient>) -> Self {
        self.service = client;
        self
    }

    /// Begins a case. `salt` tells the holders of different cases apart; the index of the case will do.
    pub fn start(self: &Arc<Self>, case: Case, salt: u64) -> CaseRun {
        CaseRun::new(Arc::clone(self), case, salt)
    }

    /// Begins a case where another one, of the same flow, salt and kinds of requests in its first step, stood before that step.
    pub fn resume(self: &Arc<Self>, case: Case, salt: u64, standing: Standing) -> CaseRun {
        CaseRun::resumed(Arc::clone(self), case, salt, standing)
    }
}
