//! What the authorization server remembers of an authorisation from one of its steps to the next.

use std::sync::Arc;

use serde_json::{Value, json};

use super::client_keys::Jwks;
use super::issues::{Issues, Kind};
use super::reading::Reading;
use super::redirect::Return;
use super::schema::authorization_details;
use super::service::Issuer;

/// What a client wants to be authorised for, and what it will have to show at the token endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) client_id: String,
    /// Repeated in the ID token that the client gets (OpenID Connect Core §2).
    pub(crate) nonce: Option<String>,
    pub(crate) details: Details,
    pub(crate) proof: ClientProof,
}

impl Wanted {
    /// Whether the holder of `did` may be the one who is authorised: a holder wallet acts for the DID that names it.
    pub(crate) fn is_for(&self, did: &str) -> bool {
        self.client_id == did || !self.client_id.starts_with("did:")
    }
}

/// How the token endpoint will know the client again.
#[derive(Debug, Clone)]
pub(crate) enum ClientProof {
    /// A holder wallet: by the verifier to this S256 challenge (RFC 7636). Without a challenge the code is good for nothing.
    Verifier(Option<String>),
    /// A service wallet: by an assertion signed with one of its keys (RFC 7523).
    Assertion(Arc<Jwks>),
}

/// Valid `authorization_details`. Only the first entry counts.
#[derive(Debug, Clone)]
pub(crate) struct Details {
    /// The entries with their known members.
    pub(crate) entries: Vec<Value>,
    /// The types of the first.
    pub(crate) types: Vec<&'static str>,
}

/// An authorisation whose holder has yet to show who they are, by the `state` of the request to their wallet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) wanted: Wanted,
    pub(crate) back: Return,
    /// What the wallet must repeat in its ID token or presentation.
    pub(crate) nonce: String,
}

/// An authorisation that was given, by its code.
#[derive(Debug)]
pub(crate) struct Authorisation {
    pub(crate) wanted: Wanted,
    /// The DID that was shown.
    pub(crate) subject: String,
}

impl Details {
    /// Reads the value that stands at `path`, and drops the members that the profile does not know.
    pub(crate) fn read(issues: &mut Issues, value: Option<&Value>, path: &str) -> Self {
        let types = authorization_details(issues, value, path);
        let entries = value.and_then(Value::as_array).into_iter().flatten();
        let entries = entries.map(known_members).collect();
        Self { entries, types }
    }

    /// Finds fault with the later name of the format, where the issuer does not know it.
    pub(crate) fn check_formats(&self, issuer: &Issuer, issues: &mut Issues) {
        let names_other = self
            .entries
            .iter()
            .any(|entry| entry["format"] == "jwt_vc_json");
        if names_other && issuer.reads(Reading::OneFormat) {
            issues.add(Kind::Enumeration, "format".to_owned(), "Invalid format");
        }
    }
}

fn known_members(entry: &Value) -> Value {
    let mut kept = json!({});
    for name in ["type", "format", "locations", "types"] {
        if let Some(value) = entry.get(name) {
            kept[name] = value.clone();
        }
    }
    kept
}

/// How long an authorisation waits for its holder, and a code for its client, in seconds.
pub(crate) const LIFETIME: u64 = 120;
