//! Makes cases. Written once over a small source of [`Choices`], so that systematic enumeration,
//! the random phase, proptest and the fuzzer draw from the same generators.
//!
//! Start at [`systematic`] and [`random`].

mod choices;
mod crowd;
mod edit;
mod notable;
mod random;
mod sequence;
#[cfg(feature = "proptest")]
mod strategy;
mod systematic;

pub use choices::{Choices, Seeded};
pub use crowd::crowds;
pub use edit::edit;
pub use notable::{Notable, notable};
pub use random::{case, random};
pub use sequence::{sequence, waits};
#[cfg(feature = "proptest")]
pub use strategy::{CaseStrategy, CaseTree};
pub use systematic::{Screening, baseline, key_types, screened, systematic};
pub(crate) use systematic::{TOKEN_IS_GIVEN, TOKEN_IS_SHARED};

use serde_json::Value;

use crate::case::{Flow, Jws, KeyTypes, Mutation, Need, Slot};
use crate::profile::{CredentialType, Profile};
use crate::transcript::Context;

/// What the run can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Access tokens can be minted.
    pub auth_key: bool,
    /// There is a service wallet that the issuer knows.
    pub service: bool,
    /// DIDs can be registered where the issuer looks them up.
    pub registrar: bool,
    /// The service wallet has a name whose keys are found through a redirect only.
    pub redirected_keys: bool,
    /// The kinds of keys that the issuer does not take.
    pub refused_keys: KeyTypes,
    /// Waiting costs no time, because the clock is virtual.
    pub clock: bool,
    /// Proofs name their key by `jwk` and not by `kid`.
    pub bare_key: bool,
}

/// Something that a run leaves out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    /// The identifier of the mutation, flow or invariant.
    pub id: String,
    /// Why.
    pub reason: String,
}

impl Capabilities {
    /// Why a mutation cannot be sent, if it cannot.
    pub fn lacks(self, mutation: Mutation) -> Option<&'static str> {
        if mutation.needs(Need::AuthKey) && !self.auth_key {
            return Some("needs the authorization server's private key (--as-key)");
        }
        if mutation.needs(Need::RedirectedKeys) && !self.redirected_keys {
            return Some(
                "needs a service wallet whose keys are found through a redirect (redirected in the file of --service-wallet)",
            );
        }
        let kid = Slot::JwsHeader(Jws::Proof, "kid");
        (self.bare_key && mutation.slots().any(|slot| slot == kid))
            .then_some("proofs of this holder have no kid")
    }

    /// Why a credential of this type cannot be asked for, if it cannot.
    pub fn lacks_for(self, known: &CredentialType) -> Option<&'static str> {
        if known.grant.is_service() && !self.service {
            return Some("needs a service wallet that the issuer knows (--service-wallet)");
        }
        (known.registers() && !self.registrar)
            .then_some("needs a way to register the DID of a newcomer (--register-command)")
    }
}

/// The flows that the issuer's metadata offers, and those of the profile that it does not.
///
/// An issuer that offers none of the profile's types is asked for its own types instead.
pub fn flows(
    profile: &Profile,
    context: &Context,
    capabilities: Capabilities,
) -> (Vec<Flow>, Vec<NotApplicable>) {
    if profile.conduct.types_of_metadata {
        let flows = profile.types.iter().flat_map(|known| {
            let formats = profile.formats_of(known.name);
            formats.map(|format| Flow::new(known.name, format))
        });
        return (flows.collect(), Vec::new());
    }
    let offered = offered_types(&context.issuer_metadata);
    let of = |name: &str| {
        profile
            .formats_of(name)
            .map(|format| Flow::new(name, format))
            .collect::<Vec<_>>()
    };
    let (mut flows, mut missing) = (Vec::new(), Vec::new());
    for known in profile.types {
        if !offered.iter().any(|name| name == known.name) {
            missing.push(NotApplicable {
                id: format!("flow {}", known.name),
                reason: "the issuer's metadata does not offer the type".into(),
            });
        } else if known.grant.has_code() && context.authorization_endpoint.is_none() {
            missing.push(NotApplicable {
                id: format!("flow {}", known.name),
                reason: "the authorization server's metadata names no authorization_endpoint"
                    .into(),
            });
        } else if let Some(reason) = capabilities.lacks_for(known) {
            missing.push(NotApplicable {
                id: format!("flow {}", known.name),
                reason: reason.into(),
            });
        } else if known.deferred && context.deferred_endpoint.is_none() {
            missing.push(NotApplicable {
                id: format!("flow {}", known.name),
                reason: "the issuer's metadata names no deferred_credential_endpoint".into(),
            });
        } else {
            flows.extend(of(known.name));
        }
    }
    if flows.is_empty() {
        flows = offered.iter().flat_map(|name| of(name)).collect();
    }
    (flows, missing)
}

/// The most specific type of each credential in the metadata.
fn offered_types(metadata: &Value) -> Vec<String> {
    let entries = metadata
        .get("credentials_supported")
        .and_then(Value::as_array);
    let mut names: Vec<String> = Vec::new();
    for entry in entries.into_iter().flatten() {
        let last = entry
            .get("types")
            .and_then(Value::as_array)
            .and_then(|types| types.last()?.as_str());
        if let Some(name) = last.filter(|name| !names.iter().any(|known| known == name)) {
            names.push(name.to_owned());
        }
    }
    names
}
