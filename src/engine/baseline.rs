//! Valid requests first: which flows work, and which kinds of keys the issuer takes.

use super::event::Stage;
use super::run::Run;
use super::stages::{See, enter, is_other_format, numbered};
use crate::case::{Endpoint, Flow, KeyType};
use crate::generate;
use crate::transcript::Transcript;

impl Run<'_> {
    /// One valid run of each flow. The flows that work.
    pub(super) async fn baselines(&mut self, flows: Vec<Flow>) -> Vec<Flow> {
        let config = self.config;
        let cases: Vec<_> = flows
            .iter()
            .map(|flow| generate::baseline(config.profile, flow))
            .collect();
        let mut broken: Vec<(Flow, String)> = Vec::new();
        // Which formats the issuer has is seen here.
        let probing = self.new_oracle().probing().into();
        let (stage, total) = (Stage::Baseline, cases.len());
        self.stage_with(probing, stage, total, numbered(stage, cases), |judged| {
            let transcript = &judged.transcript;
            let Some(case) = &transcript.case else {
                return See::Counts;
            };
            let reason = if is_other_format(transcript, config) {
                Some(format!("the issuer does not issue {}", case.flow.format))
            } else {
                why_unusable(transcript)
            };
            broken.extend(reason.map(|reason| (case.flow.clone(), reason)));
            See::Counts
        })
        .await;
        let usable = flows
            .into_iter()
            .filter(|flow| !broken.iter().any(|(other, _)| other == flow))
            .collect();
        self.skip(
            broken
                .into_iter()
                .map(|(flow, reason)| (flow.to_string(), reason)),
        );
        usable
    }

    /// One valid run with each kind of key but the usual one, on the first of these flows. The kinds that the issuer does not
    /// take.
    ///
    /// An issuer may take the usual kind alone. One that takes others has to take all that the profile lists.
    pub(super) async fn keys(&mut self, usable: &[Flow]) -> Vec<KeyType> {
        let config = self.config;
        let Some(first) = usable.first() else {
            return Vec::new();
        };
        let cases = generate::key_types(config.profile, first);
        let (stage, total) = (Stage::Baseline, cases.len());
        let oracle = self.new_oracle().into();
        let mut taken = Vec::new();
        let held = self
            .stage_with(oracle, stage, total, numbered(stage, cases), |judged| {
                let transcript = &judged.transcript;
                if refuses_the_holder(transcript) {
                    return See::CountsNot;
                }
                taken.extend(transcript.case.as_ref().map(|case| case.flow.key));
                See::Counts
            })
            .await;
        let listed = config.profile.key_types;
        let takes_others = taken.iter().any(|key| listed.contains(key));
        let mut refused = Vec::new();
        for judged in held {
            let Some(flow) = judged
                .transcript
                .case
                .as_ref()
                .map(|case| case.flow.clone())
            else {
                continue;
            };
            refused.push(flow.key);
            if takes_others && listed.contains(&flow.key) {
                let (shared, ledger) = (&self.shared, &mut self.ledger);
                enter(ledger, judged, stage, shared, config, self.listener);
            } else {
                self.ledger.requests += judged.transcript.exchanges.len() as u64;
                let reason = "the issuer does not take such keys, and need not".to_owned();
                self.skip([(flow.to_string(), reason)].into_iter());
            }
        }
        refused
    }
}

/// Why mutations of this flow would show nothing: the valid run of it went wrong.
fn why_unusable(transcript: &Transcript) -> Option<String> {
    if let Some(reason) = &transcript.stopped {
        return Some(format!("a valid run stopped: {reason}"));
    }
    let refused = transcript
        .exchanges
        .iter()
        .find(|exchange| exchange.expectation.is_valid() && !exchange.is_allowed())?;
    Some(format!(
        "a valid {} request was answered {}",
        refused.endpoint.slug(),
        refused.outcome_words()
    ))
}

/// Whether the issuer refuses a valid request of a holder to whom it has never given anything.
fn refuses_the_holder(transcript: &Transcript) -> bool {
    transcript.stopped.is_none()
        && transcript.steps().next().is_some_and(|first| {
            first.endpoint == Endpoint::Credential
                && first.expectation.is_valid()
                && (400..500).contains(&first.status())
        })
}
