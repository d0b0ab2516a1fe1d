//! STUB of the generators.
#![allow(missing_docs, missing_debug_implementations, clippy::all, unused_variables, clippy::allow_attributes, clippy::allow_attributes_without_reason)]
use crate::case::{Case, Endpoint, Flow, Mutation, Need, Step};
use crate::profile::Profile;
use crate::transcript::Context;
pub struct Capabilities { pub auth_key: bool }
#[derive(Debug, Clone)]
pub struct NotApplicable { pub id: String, pub reason: String }
pub fn flows(profile: &'static Profile, context: &Context) -> (Vec<Flow>, Vec<(String, String)>) {
    (profile.offered_types.iter().flat_map(|t| profile.formats.iter().map(|f| Flow::new(t.name, *f))).collect(), vec![])
}
pub fn baseline(profile: &'static Profile, flow: &Flow) -> Case {
    let mut steps = vec![Step::send(Endpoint::Credential, vec![])];
    if profile.is_deferred(&flow.credential_type) { steps.push(Step::WaitUntilReady); steps.push(Step::send(Endpoint::Credential, vec![])); }
    Case::new(flow.clone(), steps)
}
pub fn systematic(profile: &'static Profile, flows: &[Flow], capabilities: &Capabilities) -> (Vec<Case>, Vec<NotApplicable>) {
    let mut skipped = vec![]; let mut cases = vec![];
    for m in Mutation::of(Endpoint::Credential) {
        if m.needs(Need::AuthKey) && !capabilities.auth_key { skipped.push(NotApplicable { id: m.id.clone(), reason: "needs the authorization server's key: --as-key".into() }); continue; }
        for f in flows { cases.push(Case::with_twin(f.clone(), Endpoint::Credential, vec![m])); }
    }
    (cases, skipped)
}
pub fn random(profile: &'static Profile, flows: &[Flow], capabilities: &Capabilities, seed: u64, index: u64) -> Case {
    let all: Vec<_> = Mutation::of(Endpoint::Credential).collect();
    let at = (seed.wrapping_mul(6364136223846793005).wrapping_add(index.wrapping_mul(1442695040888963407)) >> 20) as usize;
    let a = all[at % all.len()]; let b = all[(at / 7 + 13) % all.len()];
    let ms = if a.combines_with(b) { vec![a, b] } else { vec![a] };
    Case::with_twin(flows[at % flows.len()].clone(), Endpoint::Credential, ms)
}
