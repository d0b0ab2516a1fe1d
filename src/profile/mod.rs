//! Dialects as data: where the slots sit in a request, which stages validate it in which order and
//! how a refusal at each looks, which types are deferred, which schemas answers follow.
//!
//! The catalogue of mutations, the wallet, the oracle and the invariants know logical names only;
//! another dialect is another value of [`Profile`]. Start at [`EBSI_V3`].

mod by_grant;
mod conduct;
mod ebsi_v3;
mod openid4vci;
mod reading;
mod schemas;

pub use conduct::{Conduct, DidMethod, Holder, KeyId, NonceSource};
pub use ebsi_v3::{EBSI_V3, EBSI_V3_STRICT};
pub use openid4vci::OPENID4VCI_DRAFT11;
pub use reading::{Clauses, Reading};
pub use schemas::{Schema, Schemas};

use serde_json::Value;

use crate::case::{Endpoint, Grant, KeyType, Member, Mutation, Need, Stage};
use crate::clauses::Clause;

/// A dialect of credential issuance.
#[derive(Debug)]
pub struct Profile {
    /// Stable name, as given to `--profile`.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// How the logical members of a credential request are called.
    pub members: Members,
    /// The value of the proof type member.
    pub proof_type: &'static str,
    /// The `typ` of a key proof.
    pub proof_typ: &'static str,
    /// The types that every request names besides the one it is about.
    pub required_types: &'static [&'static str],
    /// The credential types that the harness can obtain, in the order in which they are tried.
    pub types: &'static [CredentialType],
    /// Credential types that the specification knows but a session does not authorise.
    pub unauthorised_types: &'static [&'static str],
    /// The formats, the default first.
    pub formats: &'static [&'static str],
    /// The stages of each endpoint in the order of precedence.
    pub stages: &'static [StageRule],
    /// Where issuers of this dialect may differ.
    pub latitude: Latitude,
    /// The changes over which others may differ, by the identifiers of mutations, that must be refused here.
    pub refused: &'static [&'static str],
    /// What is asked for beyond the rules of every dialect.
    pub demands: &'static [Demand],
    /// The kinds of keys besides P-256 that the dialect lists for proofs. An issuer takes all of them or none.
    pub key_types: &'static [KeyType],
    /// How long a deferred credential takes, in seconds.
    pub deferred_delay: u64,
    /// How PINs come about.
    pub pin: PinRule,
    /// The schemas of answers.
    pub schemas: &'static [Schema],
    /// How the catalogue of mutations and the rules, which are written in EBSI's words, read in this dialect.
    pub reading: Reading,
    /// How the harness conducts itself as a wallet of this dialect.
    pub conduct: Conduct,
}

/// What the logical members of a credential request are called.
#[derive(Debug, Clone, Copy)]
pub struct Members {
    /// The credential format.
    pub format: &'static str,
    /// The requested types.
    pub types: &'static str,
    /// The object that the types stand in, if they do not stand in the body itself.
    pub definition: Option<&'static str>,
    /// The proof object.
    pub proof: &'static str,
    /// The proof's type, inside the proof object.
    pub proof_type: &'static str,
    /// The proof's JWT, inside the proof object.
    pub proof_jwt: &'static str,
}

/// A credential type that the harness asks for.
#[derive(Debug, Clone, Copy)]
pub struct CredentialType {
    /// The type's name.
    pub name: &'static str,
    /// How a session comes to an access token for it.
    pub grant: Grant,
    /// Whether the session begins with an offer.
    pub by_offer: bool,
    /// Whether the credential comes later.
    pub deferred: bool,
    /// The types of a request for it; those that every request names and the name, if empty.
    pub types: &'static [&'static str],
    /// The formats in which it is issued; those of the profile, if empty.
    pub formats: &'static [&'static str],
    /// The identifier by which an offer may name it, if there is one.
    pub id: Option<&'static str>,
    /// Whose credential it is.
    pub subject: Subject,
    /// The stages of the credential request that are left out for this type.
    pub left_out: &'static [Stage],
}

/// Whose credential a type is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Subject {
    /// The wallet's own, under the DID that the issuer can look up.
    #[default]
    Known,
    /// That of a service wallet whose DID is in no registry when the session begins. To present a
    /// credential, it has its DID registered first.
    Newcomer,
}

/// Something that only some dialects ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// A bad access token is refused with a challenge (RFC 6750, 3).
    BearerChallenge,
    /// No cache may store an answer that holds a secret.
    NoStore,
}

/// Which points of the oracle's latitude apply to a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latitude {
    /// Every point.
    Whole,
    /// The points of these names and no other.
    Only(&'static [&'static str]),
    /// Every point but those of these names.
    Except(&'static [&'static str]),
}

/// How a PIN comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinRule {
    /// There is none.
    None,
    /// From the last four bytes of the SHA-256 of the holder's DID, each modulo 10.
    EbsiDid,
}

/// A validation stage of an endpoint, and how a refusal at it looks.
#[derive(Debug, Clone, Copy)]
pub struct StageRule {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The stage.
    pub stage: Stage,
    /// What the specification calls it, for example `9d`.
    pub label: &'static str,
    /// The clause.
    pub clause: &'static Clause,
    /// The HTTP statuses of a refusal.
    pub statuses: &'static [u16],
    /// What the body of a refusal is.
    pub answer: Answer,
}

/// What the body of a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// An OAuth error object with one of these codes.
    OAuth(&'static [&'static str]),
    /// A problem document.
    Problem,
    /// A redirection to the client whose query holds `error`, with one of these codes.
    Redirect(&'static [&'static str]),
    /// Whatever the HTTP layer says.
    Http,
}

impl Profile {
    /// Every profile that is built in.
    pub const ALL: &[&Self] = &[&EBSI_V3, &EBSI_V3_STRICT, &OPENID4VCI_DRAFT11];

    /// The profile of this name.
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|profile| profile.id == id)
    }

    /// Whether something is asked for that not every dialect asks for.
    pub fn demands(&self, demand: Demand) -> bool {
        self.demands.contains(&demand)
    }

    /// The rule of a stage at an endpoint.
    pub fn rule(&self, endpoint: Endpoint, stage: Stage) -> Option<&StageRule> {
        self.stages
            .iter()
            .find(|rule| rule.endpoint == endpoint && rule.stage == stage)
    }

    /// Where a stage stands in the order of precedence.
    pub fn rank(&self, endpoint: Endpoint, stage: Stage) -> usize {
        self.stages
            .iter()
            .position(|rule| rule.endpoint == endpoint && rule.stage == stage)
            .unwrap_or(self.stages.len())
    }

    /// Whether credentials of this type come later.
    pub fn is_deferred(&self, credential_type: &str) -> bool {
        self.find_type(credential_type)
            .is_some_and(|known| known.deferred)
    }

    /// The credential type of this name, if the profile knows it.
    pub fn find_type(&self, name: &str) -> Option<&'static CredentialType> {
        self.types.iter().find(|known| known.name == name)
    }

    /// Whether the stage of the credential request is left out for this type.
    pub fn leaves_out(&self, credential_type: &str, stage: Stage) -> bool {
        self.find_type(credential_type)
            .is_some_and(|known| known.left_out.contains(&stage))
    }

    /// Whether a session for this type begins without a registered DID.
    pub fn is_for_newcomers(&self, credential_type: &str) -> bool {
        self.find_type(credential_type)
            .is_some_and(|known| known.subject == Subject::Newcomer)
    }

    /// The formats in which a credential type is asked for. A presentation takes a session for each
    /// credential that it shows, so what is behind one is asked for in the first format alone.
    pub fn formats_of(&self, credential_type: &str) -> impl Iterator<Item = &'static str> {
        let own = self
            .find_type(credential_type)
            .map_or(&[][..], |known| known.formats);
        let formats = if own.is_empty() { self.formats } else { own };
        let most = if self.grant_of(credential_type).presents() {
            1
        } else {
            formats.len()
        };
        formats.iter().take(most).copied()
    }

    /// Whether the sessions of this credential type have a request that can be changed so.
    pub fn has_request_for(&self, credential_type: &str, mutation: Mutation) -> bool {
        let by_offer = self
            .find_type(credential_type)
            .is_none_or(|known| known.by_offer);
        self.tries(mutation)
            && mutation.fits(self.grant_of(credential_type))
            && (by_offer || !mutation.needs_offer())
            && (self.is_deferred(credential_type) || !mutation.needs(Need::AcceptanceToken))
    }

    /// How a session comes to an access token for this credential type. A type that the profile does
    /// not know is taken to be pre-authorised.
    pub fn grant_of(&self, credential_type: &str) -> Grant {
        self.find_type(credential_type)
            .map_or(Grant::PreAuthorized, |known| known.grant)
    }

    /// The types of a request for this credential type.
    pub fn types_of(&self, credential_type: &str) -> Vec<String> {
        let own = self.find_type(credential_type).map(|known| known.types);
        if let Some(types) = own.filter(|types| !types.is_empty()) {
            return types.iter().map(|name| (*name).to_owned()).collect();
        }
        self.required_types
            .iter()
            .copied()
            .chain([credential_type])
            .map(str::to_owned)
            .collect()
    }
}

impl CredentialType {
    /// A type that an offer brings.
    pub const fn offered(name: &'static str, grant: Grant, deferred: bool) -> Self {
        Self {
            name,
            grant,
            by_offer: true,
            deferred,
            types: &[],
            formats: &[],
            id: None,
            subject: Subject::Known,
            left_out: &[],
        }
    }

    /// A type that a wallet asks for on its own.
    pub const fn unoffered(name: &'static str, grant: Grant, deferred: bool) -> Self {
        Self {
            name,
            grant,
            by_offer: false,
            deferred,
            types: &[],
            formats: &[],
            id: None,
            subject: Subject::Known,
            left_out: &[],
        }
    }

    /// Whether a session registers a DID on its way.
    pub fn registers(&self) -> bool {
        self.subject == Subject::Newcomer && self.grant.presents()
    }

    /// The same for a wallet whose DID is not registered yet.
    pub const fn of_newcomer(self) -> Self {
        Self {
            subject: Subject::Newcomer,
            ..self
        }
    }

    /// The same, with stages of the credential request that are left out.
    pub const fn without(self, left_out: &'static [Stage]) -> Self {
        Self { left_out, ..self }
    }
}

impl Latitude {
    /// Whether the point of this name applies.
    pub fn grants(self, point: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Only(points) => points.contains(&point),
            Self::Except(points) => !points.contains(&point),
        }
    }
}

impl Members {
    /// The name of a logical member.
    pub const fn name(&self, member: Member) -> &'static str {
        match member {
            Member::Format => self.format,
            Member::Types => self.types,
            Member::Proof => self.proof,
            Member::ProofType => self.proof_type,
            Member::ProofJwt => self.proof_jwt,
        }
    }

    /// The requested types of a credential request, whatever they are.
    pub fn types_in<'a>(&self, body: &'a Value) -> Option<&'a Value> {
        let holder = match self.definition {
            Some(name) => body.get(name)?,
            None => body,
        };
        holder.get(self.types)
    }
}
