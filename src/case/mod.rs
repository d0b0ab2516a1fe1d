//! A case: one symbolic test. Plain data without any live value, so that it can be generated,
//! shrunk, stored, compared and replayed against any issuer; the wallet renders and signs it.
//!
//! Start at [`Case`] and [`Mutation`]; `catalogue/` holds the mutations, one file a topic.

pub mod catalogue;
mod grant;
mod mutation;
mod near;
mod op;
mod raw;
mod shrink;
mod stage;

pub use grant::Grant;
pub use mutation::{Effect, Entry, Mutation, Need};
pub use near::Near;
pub use op::{
    BodyEdit, Edit, FormEdit, Jws, JwsEdit, Member, Op, PathEdit, Place, Position, PublicKeyForm,
    Segment, SignatureEdit, Signer, Slot, Text,
};
pub use raw::{Bytes, Live, Raw, Time, TimeForm};
pub use stage::{Endpoint, Stage};

use serde::{Deserialize, Serialize};

/// The version of the JSON form. A reader refuses any other.
pub const VERSION: u32 = 1;

/// One symbolic test: what is asked for, and the requests in order with what deviates in each.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Version of this form; [`VERSION`].
    #[serde(deserialize_with = "version")]
    pub version: u32,
    /// What is asked for.
    pub flow: Flow,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// What a session asks for: a credential type, a format and the holder's kind of key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The credential type that is offered and requested.
    #[serde(rename = "type")]
    pub credential_type: String,
    /// The format that is requested.
    pub format: String,
    /// The holder's kind of key.
    #[serde(default, skip_serializing_if = "KeyType::is_default")]
    pub key: KeyType,
}

/// A kind of key, and with it the JWS algorithm.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum KeyType {
    /// P-256, ES256.
    #[default]
    #[serde(rename = "P-256")]
    P256,
    /// secp256k1, ES256K.
    #[serde(rename = "secp256k1")]
    Secp256k1,
    /// Ed25519, EdDSA.
    Ed25519,
    /// RSA with 2048 bits, RS256.
    #[serde(rename = "RSA")]
    Rsa,
    /// P-384, ES384.
    #[serde(rename = "P-384")]
    P384,
}

/// Some kinds of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyTypes(u8);

impl KeyTypes {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// Whether the kind is one of them.
    pub const fn contains(self, key: KeyType) -> bool {
        self.0 & (1 << key as u8) != 0
    }
}

impl FromIterator<KeyType> for KeyTypes {
    fn from_iter<T: IntoIterator<Item = KeyType>>(keys: T) -> Self {
        Self(keys.into_iter().fold(0, |set, key| set | 1 << key as u8))
    }
}

/// One thing that a case does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Sends a request; what a session needs before it (offer, access token) is obtained first.
    Send(Send),
    /// Sends these requests at the same time; what each session needs before is obtained first.
    Race(Vec<Send>),
    /// The holder begins this session anew, with nothing but the key.
    Renew(u8),
    /// Lets time pass, in seconds.
    Wait(u64),
    /// Lets the time pass that a deferred credential takes, and a little more.
    WaitUntilReady,
}

/// A request of a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// Where to.
    pub to: Endpoint,
    /// Whose session: 0 and 1 are two sessions of one holder, 2 and 3 of another, and so on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub session: u8,
    /// What deviates from a request that would be accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutations: Vec<Mutation>,
}

impl Case {
    /// A case from its flow and steps.
    pub const fn new(flow: Flow, steps: Vec<Step>) -> Self {
        Self {
            version: VERSION,
            flow,
            steps,
        }
    }

    /// One request with these mutations, and behind it the repaired twin in the same session.
    pub fn with_twin(flow: Flow, to: Endpoint, mutations: Vec<Mutation>) -> Self {
        Self::new(
            flow,
            vec![Step::send(to, mutations), Step::send(to, Vec::new())],
        )
    }

    /// Every mutation of every request.
    pub fn mutations(&self) -> impl Iterator<Item = Mutation> {
        let sends = self.steps.iter().flat_map(Step::sends);
        sends.flat_map(|send| send.mutations.iter().copied())
    }

    /// Whether it sends requests at the same time.
    pub fn races(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::Race(_)))
    }

    /// Cases that are a little smaller, the most promising first. See [`shrink`](self).
    pub fn smaller(&self) -> Vec<Self> {
        shrink::candidates(self)
    }

    /// What is left when all is left out that one of these smaller cases leaves out.
    pub fn without(&self, smaller: &[&Self]) -> Self {
        shrink::without(self, smaller)
    }

    /// How large a case is: mutations first, then steps. Requests at the same time count as one step
    /// each.
    pub fn size(&self) -> (usize, usize) {
        let steps = self.steps.iter().map(|step| step.sends().len().max(1));
        (self.mutations().count(), steps.sum())
    }
}

impl Step {
    /// A request of session 0.
    pub const fn send(to: Endpoint, mutations: Vec<Mutation>) -> Self {
        Self::Send(Send {
            to,
            session: 0,
            mutations,
        })
    }

    /// A valid request of a session.
    pub const fn of(session: u8, to: Endpoint) -> Self {
        Self::Send(Send {
            to,
            session,
            mutations: Vec::new(),
        })
    }

    /// The requests of the step.
    pub fn sends(&self) -> &[Send] {
        match self {
            Self::Send(send) => std::slice::from_ref(send),
            Self::Race(sends) => sends,
            Self::Renew(_) | Self::Wait(_) | Self::WaitUntilReady => &[],
        }
    }

    /// The requests of the step, to be changed.
    pub fn sends_mut(&mut self) -> &mut [Send] {
        match self {
            Self::Send(send) => std::slice::from_mut(send),
            Self::Race(sends) => sends,
            Self::Renew(_) | Self::Wait(_) | Self::WaitUntilReady => &mut [],
        }
    }
}

/// In words, for the report: `credential request with proof-nonce/random`.
impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(send) => send.fmt(f),
            Self::Race(sends) => {
                f.write_str("at the same time: ")?;
                for (index, send) in sends.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    send.fmt(f)?;
                }
                Ok(())
            }
            Self::Renew(session) => write!(f, "session {session} anew"),
            Self::Wait(seconds) => write!(f, "wait {seconds} s"),
            Self::WaitUntilReady => f.write_str("wait until ready"),
        }
    }
}

impl std::fmt::Display for Send {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} request", self.to.slug())?;
        if self.session > 0 {
            write!(f, " of session {}", self.session)?;
        }
        let mutations: Vec<_> = self.mutations.iter().map(|m| m.id.as_str()).collect();
        if !mutations.is_empty() {
            write!(f, " with {}", mutations.join(" and "))?;
        }
        Ok(())
    }
}

impl Flow {
    /// A flow with a P-256 key.
    pub fn new(credential_type: impl Into<String>, format: impl Into<String>) -> Self {
        Self {
            credential_type: credential_type.into(),
            format: format.into(),
            key: KeyType::P256,
        }
    }
}

impl std::fmt::Display for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.credential_type, self.format)?;
        if !self.key.is_default() {
            write!(f, "/{}", self.key.alg())?;
        }
        Ok(())
    }
}

impl KeyType {
    /// Every kind of key.
    pub const ALL: &[Self] = &[
        Self::P256,
        Self::Secp256k1,
        Self::Ed25519,
        Self::Rsa,
        Self::P384,
    ];

    /// The JWS algorithm of the key.
    pub const fn alg(self) -> &'static str {
        match self {
            Self::P256 => "ES256",
            Self::Secp256k1 => "ES256K",
            Self::Ed25519 => "EdDSA",
            Self::Rsa => "RS256",
            Self::P384 => "ES384",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(session: &u8) -> bool {
    *session == 0
}

fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let found = u32::deserialize(deserializer)?;
    if found == VERSION {
        return Ok(found);
    }
    Err(serde::de::Error::custom(format!(
        "case version {found} is not supported, this build reads version {VERSION}"
    )))
}
