//! Where conformant issuers may differ: the one list. A finding never rests on one of these points.
//!
//! Each point says which answers it adds, and to what: to every refusal at certain stages, or to the
//! mutations of the catalogue that name it. `docs/latitude.md` explains each at length.

mod points;

pub use points::POINTS;

use crate::case::Stage;
use crate::transcript::{Allowed, Body};

/// One point of latitude.
#[derive(Debug)]
pub struct Point {
    /// Stable name.
    pub id: &'static str,
    /// The stages whose refusals it widens; empty if only mutations name it.
    pub stages: &'static [Stage],
    /// The answers it adds.
    pub adds: &'static [Added],
    /// Why issuers may differ here.
    pub reason: &'static str,
}

/// An answer that a point adds.
#[derive(Debug, Clone, Copy)]
pub struct Added {
    /// The HTTP statuses.
    pub statuses: &'static [u16],
    /// What the body holds.
    pub body: AddedBody,
}

/// What the body of an added answer holds.
#[derive(Debug, Clone, Copy)]
pub enum AddedBody {
    /// An OAuth error with one of these codes.
    OAuth(&'static [&'static str]),
    /// A problem document.
    Problem,
    /// Anything but a credential.
    NoCredential,
    /// An acceptance token.
    AcceptanceToken,
    /// A credential.
    Credential,
    /// What was asked for.
    Success,
    /// A redirection with an OAuth error of one of these codes.
    RedirectError(&'static [&'static str]),
    /// A redirection with one of these parameters.
    Redirect(&'static [&'static str]),
}

impl Added {
    /// As an allowed answer of an expectation.
    pub(super) fn allowed(&self, point: &'static str) -> Allowed {
        let body = match self.body {
            AddedBody::OAuth(codes) => Body::OAuthError(codes.to_vec()),
            AddedBody::Problem => Body::Problem,
            AddedBody::NoCredential => Body::NoCredential,
            AddedBody::AcceptanceToken => Body::AcceptanceToken,
            AddedBody::Credential => Body::Credential,
            AddedBody::Success => Body::Success,
            AddedBody::RedirectError(codes) => Body::RedirectError(codes.to_vec()),
            AddedBody::Redirect(names) => Body::Redirect(names),
        };
        Allowed::by_latitude(point, self.statuses, body)
    }
}

/// The point with this name.
pub fn find(id: &str) -> Option<&'static Point> {
    POINTS.iter().find(|point| point.id == id)
}
