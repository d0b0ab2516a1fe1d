//! The deliberate bugs of the reference issuer, each with the rule that catches it: what the harness is measured by.
//!
//! `vcispec list defects` shows the table; `tests/engine/kills.rs` holds the harness to it in this process, `scripts/defects-over-http.py`
//! over HTTP. It switches nothing on; `issuer/defect.rs` does. One file a class. Start at [`ALL`].

mod access_token;
mod authorize;
mod body;
mod credential;
mod deferred;
mod error;
mod leak;
mod matrix;
mod nonce_and_replay;
mod offer;
mod proof_claims;
mod proof_header;
mod race;
pub mod readings;
mod response;
mod robustness;
mod session;
mod table;
mod token_endpoint;

pub use matrix::{Caught, Matrix, Row};
pub use table::ALL;

use serde::Serialize;

use crate::issuer::Defect;

/// A defect and what catches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What kind of bug it is.
    pub class: Class,
    /// The bug.
    pub defect: Defect,
    /// The identifier of the invariant that must catch it.
    pub invariant: &'static str,
    /// Where somebody had this bug, or one like it.
    pub source: &'static str,
    /// What the smallest case that shows it needs.
    pub needs: Needs,
    /// What the harness must have to show it, beyond a connection.
    pub capability: Capability,
    /// A credential type whose flow shows it.
    pub shown_by: &'static str,
    /// The format of that flow.
    pub format: &'static str,
}

/// The size of a case, as `Case::size` counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Needs {
    /// How many mutations.
    pub mutations: usize,
    /// How many steps.
    pub steps: usize,
}

/// What kind of bug a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Nonces, and what is good once only.
    NonceReplay,
    /// The header of the key proof.
    ProofHeader,
    /// The claims and the signature of the key proof.
    ProofClaims,
    /// The access token at the credential endpoint.
    AccessToken,
    /// Reading the request.
    Body,
    /// The shape of a success.
    Response,
    /// The shape of a refusal.
    Error,
    /// What nobody should hear.
    Leak,
    /// What stands in a credential.
    Credential,
    /// Acceptance tokens.
    Deferred,
    /// The token endpoint.
    Token,
    /// The authorisation endpoint and the direct post.
    Authorize,
    /// Offers and metadata.
    Offer,
    /// What one request leaves behind for the next.
    Session,
    /// Two requests at once.
    Race,
    /// Crashes and server errors.
    Robustness,
}

/// What it takes to show a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Nothing but requests.
    Nothing,
    /// The key of the authorization server, to mint access tokens.
    AuthKey,
    /// More time than the harness waits by itself.
    Clock,
    /// A service wallet that the issuer knows.
    ServiceWallet,
    /// A service wallet whose keys are found through a redirect only.
    RedirectedKeys,
}

impl Entry {
    /// The entry of a defect.
    pub fn of(defect: Defect) -> Option<&'static Self> {
        ALL.iter().find(|entry| entry.defect == defect)
    }

    const fn from(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    const fn shown_by(mut self, credential_type: &'static str) -> Self {
        self.shown_by = credential_type;
        self
    }

    const fn as_jwt_vc_json(mut self) -> Self {
        self.format = "jwt_vc_json";
        self
    }

    const fn with(mut self, capability: Capability) -> Self {
        self.capability = capability;
        self
    }
}

impl Class {
    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NonceReplay => "nonce-and-replay",
            Self::ProofHeader => "proof-header",
            Self::ProofClaims => "proof-claims",
            Self::AccessToken => "access-token",
            Self::Body => "body",
            Self::Response => "response",
            Self::Error => "error",
            Self::Leak => "leak",
            Self::Credential => "credential",
            Self::Deferred => "deferred",
            Self::Token => "token-endpoint",
            Self::Authorize => "authorize",
            Self::Offer => "offer",
            Self::Session => "session",
            Self::Race => "race",
            Self::Robustness => "robustness",
        }
    }
}

const fn entry(class: Class, defect: Defect, invariant: &'static str, needs: Needs) -> Entry {
    Entry {
        class,
        defect,
        invariant,
        source: "own",
        needs,
        capability: Capability::Nothing,
        shown_by: PRE_AUTHORISED,
        format: "jwt_vc",
    }
}

const fn needs(mutations: usize, steps: usize) -> Needs {
    Needs { mutations, steps }
}

/// A flow that shows every defect of the credential endpoint, the one of a single type included.
const PRE_AUTHORISED: &str = "CTWalletCrossPreAuthorised";
const BY_ID_TOKEN: &str = "CTWalletSameAuthorisedInTime";
const BY_PRESENTATION: &str = "CTWalletQualificationCredential";
const BY_SERVICE_WALLET: &str = "VerifiableAccreditationToAttest";
const DEFERRED: &str = "CTWalletCrossPreAuthorisedDeferred";

/// Discovery is enough.
const NO_CASE: Needs = needs(0, 0);

/// One faulty request.
const ONE_MUTATION: Needs = needs(1, 1);

/// One valid request.
const VALID: Needs = needs(0, 1);

/// A valid request, sent twice.
const SAID_TWICE: Needs = needs(0, 2);

/// A faulty request and a valid one after it.
const REFUSED_THEN_VALID: Needs = needs(1, 2);
