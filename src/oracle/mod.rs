//! STUB of the oracle.
#![allow(missing_docs, missing_debug_implementations, clippy::all, unused_variables, clippy::allow_attributes, clippy::allow_attributes_without_reason)]
use crate::case::{Endpoint, Flow, Mutation, Effect};
use crate::profile::{Profile, Answer};
use crate::transcript::{Allowed, Body, Exchange, Expectation, Facts, Fault};
use std::time::Duration;
pub struct Oracle { profile: &'static Profile }
impl Oracle {
    pub fn new(profile: &'static Profile) -> Self { Self { profile } }
    pub fn expect(&self, history: &History, flow: &Flow, endpoint: Endpoint, session: u8, mutations: &[Mutation], facts: &Facts, now: Duration) -> Expectation {
        let mut e = Expectation::default();
        if endpoint != Endpoint::Credential { return e; }
        for m in mutations {
            if let (Effect::Malformed, Some(stage)) = (m.effect, m.stage) {
                let Some(rule) = self.profile.rule(endpoint, stage) else { continue };
                e.faults.push(Fault { stage, label: rule.label, clause: rule.clause, mutation: Some(*m) });
                e.allowed.push(Allowed::new(rule.statuses, match rule.answer { Answer::OAuth(c) => Body::OAuthError(c.to_vec()), Answer::Problem => Body::Problem, Answer::Http => Body::NoCredential }));
            } else { e.either = true; }
        }
        e.faults.sort_by_key(|f| self.profile.rank(endpoint, f.stage));
        if e.faults.is_empty() { e.allowed.push(Allowed::new(&[200], Body::Credential)); }
        e
    }
}
#[derive(Default)]
pub struct History;
impl History { pub fn record(&mut self, exchange: &Exchange) {} }
