//! The catalogue of mutations, one file a topic. To add one, add a line to the file it belongs to:
//! identifier, stage, clause, a sentence, and what it does. `expand` derives near-misses and wrong
//! types for every compared value, so a topic file names only what is special.

mod authorization;
mod authorize;
mod authorize_details;
mod claim_times;
mod claims;
mod client_assertion;
mod code_grant;
mod compared;
mod compared_answer;
mod compared_request;
mod deferred;
mod direct_post;
mod expand;
mod http;
mod id_token;
mod id_token_holder;
mod issuer_state;
mod json;
mod json_lenient;
mod jws;
mod minted;
mod minted_times;
mod offers;
mod pkce;
mod pre_authorized_code;
mod presentation;
mod proof;
mod proof_header;
mod proof_key;
mod redirect_uri;
mod request_object;
mod session;
mod signature;
mod token;
mod token_others;
mod types;

use super::grant::Grant;
use super::mutation::{Effect, Entry, Need};
use super::op::Op;
use super::stage::{Endpoint, Stage};
use crate::clauses::Clause;

/// Every entry: the named ones, then what follows from them.
pub(super) fn entries() -> Vec<Entry> {
    let mut all = Vec::new();
    for topic in [
        http::entries,
        authorization::entries,
        json::entries,
        types::entries,
        proof::entries,
        claims::entries,
        signature::entries,
        token::entries,
        minted::entries,
        offers::entries,
        authorize::entries,
        authorize_details::entries,
        issuer_state::entries,
        pkce::entries,
        request_object::entries,
        direct_post::entries,
        id_token::entries,
        id_token_holder::entries,
        presentation::entries,
        session::entries,
        pre_authorized_code::entries,
        code_grant::entries,
        client_assertion::entries,
        deferred::entries,
        expand::entries,
        redirect_uri::entries,
    ] {
        all.extend(topic());
    }
    for entry in &mut all {
        // A server that does not know the grant says so, whatever else is wrong.
        let names_grant = entry
            .ops
            .iter()
            .any(|op| matches!(op, Op::Form("grant_type", _)));
        if names_grant && !entry.latitude.contains(&"grant-unsupported") {
            entry.latitude.push("grant-unsupported");
        }
    }
    all
}

/// A request with this fault must be refused at `stage`.
fn malformed(
    id: &str,
    stage: Stage,
    clause: &'static Clause,
    doc: &str,
    ops: impl Into<Vec<Op>>,
) -> Entry {
    entry(id, Effect::Malformed, Some(stage), clause, doc, ops)
}

/// A request with this change must be treated as if it had not been made.
fn benign(id: &str, clause: &'static Clause, doc: &str, ops: impl Into<Vec<Op>>) -> Entry {
    entry(id, Effect::Benign, None, clause, doc, ops)
}

/// Conformant issuers differ over this change; `stage` is where the reference issuer refuses it, or
/// where another issuer would, if `accepted`.
fn either(
    id: &str,
    point: &'static str,
    stage: Stage,
    clause: &'static Clause,
    doc: &str,
    ops: impl Into<Vec<Op>>,
) -> Entry {
    entry(id, Effect::Either(point), Some(stage), clause, doc, ops)
}

fn entry(
    id: &str,
    effect: Effect,
    stage: Option<Stage>,
    clause: &'static Clause,
    doc: &str,
    ops: impl Into<Vec<Op>>,
) -> Entry {
    Entry {
        id: id.to_owned(),
        doc: doc.to_owned(),
        endpoint: Endpoint::Credential,
        effect,
        stage,
        reference_accepts: effect == Effect::Benign,
        clause,
        needs: Vec::new(),
        grants: &[],
        latitude: Vec::new(),
        ops: ops.into(),
        expansion: false,
    }
}

impl Entry {
    fn needs(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    fn only(mut self, grants: &'static [Grant]) -> Self {
        self.grants = grants;
        self
    }

    fn also(mut self, point: &'static str) -> Self {
        self.latitude.push(point);
        self
    }

    /// The reference issuer accepts what other issuers may refuse.
    fn accepted(mut self) -> Self {
        self.reference_accepts = true;
        self
    }
}
