//! Which answers the specification allows to a request. The oracle writes it, rules read it.

use crate::case::{Mutation, Stage};
use crate::clauses::Clause;

/// What a request may be answered with, and why.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// What is wrong with the request, in the order in which the profile's stages come. Empty for a
    /// request that must be accepted.
    pub faults: Vec<Fault>,
    /// The answers that are allowed. Empty means that nothing is known, and anything goes that is
    /// well formed.
    pub allowed: Vec<Allowed>,
    /// Whether acceptance is allowed for latitude alone.
    pub either: bool,
}

/// One reason why a request is to be refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// The stage at which it is found.
    pub stage: Stage,
    /// The profile's label of that stage, for example `9d`.
    pub label: &'static str,
    /// The rule it breaks.
    pub clause: &'static Clause,
    /// The mutation behind it; `None` if it follows from what went before in the session.
    pub mutation: Option<Mutation>,
}

/// One kind of answer that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The HTTP statuses.
    pub statuses: Vec<u16>,
    /// What the body holds.
    pub body: Body,
    /// The point of latitude that allows it; `None` for what the specification itself says.
    pub latitude: Option<&'static str>,
}

/// What the body of an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A credential.
    Credential,
    /// An acceptance token for a credential to come.
    AcceptanceToken,
    /// A JSON object without `error`, for endpoints other than the credential endpoints.
    Success,
    /// An OAuth error object with one of these codes.
    OAuthError(Vec<&'static str>),
    /// A problem document (RFC 7807).
    Problem,
    /// A redirection whose query holds one of these parameters, and no `error`.
    Redirect(&'static [&'static str]),
    /// A redirection whose query holds `error` with one of these codes.
    RedirectError(Vec<&'static str>),
    /// A request object: a compact JWS and nothing else.
    RequestObject,
    /// Anything that is neither a credential nor an acceptance token: refusals of the HTTP layer.
    NoCredential,
}

impl Expectation {
    /// The fault that is found first.
    pub fn first(&self) -> Option<&Fault> {
        self.faults.first()
    }

    /// Whether the request must be accepted.
    pub fn is_valid(&self) -> bool {
        self.faults.is_empty() && !self.either
    }

    /// Whether an answer that hands out what was asked for is among the allowed.
    pub fn allows_success(&self) -> bool {
        self.allowed.iter().any(Allowed::is_success)
    }

    /// The allowed answers in words, those of the specification first.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for allowed in self
            .allowed
            .iter()
            .filter(|a| a.latitude.is_none())
            .chain(self.allowed.iter().filter(|a| a.latitude.is_some()))
        {
            let text = allowed.words();
            if !words.contains(&text) {
                words.push(text);
            }
        }
        words.join(", or ")
    }
}

impl Allowed {
    /// An answer that the specification itself names.
    pub fn new(statuses: &[u16], body: Body) -> Self {
        Self {
            statuses: statuses.to_vec(),
            body,
            latitude: None,
        }
    }

    /// An answer that a point of latitude allows.
    pub fn by_latitude(point: &'static str, statuses: &[u16], body: Body) -> Self {
        Self {
            statuses: statuses.to_vec(),
            body,
            latitude: Some(point),
        }
    }

    /// Whether it hands out what was asked for.
    pub fn is_success(&self) -> bool {
        matches!(
            self.body,
            Body::Credential
                | Body::AcceptanceToken
                | Body::Success
                | Body::Redirect(_)
                | Body::RequestObject
        )
    }

    /// In words, for the report.
    pub fn words(&self) -> String {
        let statuses = self
            .statuses
            .iter()
            .map(u16::to_string)
            .collect::<Vec<_>>()
            .join("/");
        match &self.body {
            Body::Credential => format!("{statuses} with a credential"),
            Body::AcceptanceToken => format!("{statuses} with an acceptance token"),
            Body::Success => format!("{statuses} success"),
            Body::OAuthError(codes) => format!("{statuses} {}", codes.join("/")),
            Body::Problem => format!("{statuses} problem document"),
            Body::Redirect(names) => format!("{statuses} to a URI with {}", names.join(" or ")),
            Body::RedirectError(codes) => format!("{statuses} with error={}", codes.join("/")),
            Body::RequestObject => format!("{statuses} with a request object"),
            Body::NoCredential => format!("{statuses} without a credential"),
        }
    }
}
