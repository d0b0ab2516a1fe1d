//! Deviations that are known: what they show is told of and fails no run, and one that no longer shows does.

use super::file::ExpectationKeys;
use crate::engine::{Outcome, UnknownName};
use crate::invariants;
use crate::transcript::Finding;

/// The deviations that a configuration names.
#[derive(Debug, Default)]
pub(crate) struct Expected(Vec<ExpectationKeys>);

impl Expected {
    /// Entries whose rules exist and whose reasons say something.
    pub(super) fn new(entries: &[ExpectationKeys]) -> Result<Self, String> {
        for entry in entries {
            if invariants::find(&entry.invariant).is_none() {
                let names = invariants::ALL.iter().map(|rule| rule.id);
                return Err(UnknownName::new("invariant", &entry.invariant, names).to_string());
            }
            if entry.reason.trim().is_empty() {
                return Err(format!(
                    "the expectation of {} has no reason",
                    entry.invariant
                ));
            }
        }
        Ok(Self(entries.to_vec()))
    }

    /// Takes the known deviations out of what a run came to. What there is to say: a line for each, and whether one is stale.
    pub(crate) fn take_from(&self, outcome: &mut Outcome) -> (Vec<String>, bool) {
        let mut lines = Vec::new();
        let mut is_stale = false;
        for entry in &self.0 {
            let before = outcome.findings.len();
            outcome.findings.retain(|finding| !is_meant(entry, finding));
            let name = match &entry.endpoint {
                Some(endpoint) => format!("{} at {endpoint}", entry.invariant),
                None => entry.invariant.clone(),
            };
            let mut asked = outcome.asked.iter();
            if outcome.findings.len() < before {
                lines.push(format!("known: {name}: {}", entry.reason));
            } else if outcome.stopped.is_none() && asked.any(|rule| rule.id == entry.invariant) {
                is_stale = true;
                lines.push(format!(
                    "stale: {name} is expected to be broken and is not; take the expectation out"
                ));
            }
        }
        (lines, is_stale)
    }
}

/// A finding's identifier is `invariant@endpoint:class`.
fn is_meant(entry: &ExpectationKeys, finding: &Finding) -> bool {
    let at = finding.id.split_once('@').map_or("", |(_, at)| at);
    let endpoint = at.split_once(':').map_or(at, |(endpoint, _)| endpoint);
    finding.invariant == entry.invariant
        && entry
            .endpoint
            .as_deref()
            .is_none_or(|wanted| wanted == endpoint)
}
