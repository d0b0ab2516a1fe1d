//! Valid requests first: which flows work, and which kinds of keys the issuer takes.

use super::event::Stage;
use super::run::Run;
use super::stages::{See, is_other_format, numbered};
use crate::case::{Endpoint, Flow, KeyType};
use crate::generate;
use crate::transcript::{Exchange, Transcript};

impl Run<'_> {
    /// One valid run of each flow. The flows that work.
    pub(super) async fn baselines(&mut self, flows: Vec<Flow>) -> Vec<Flow> {
        let config = self.config;
        let cases: Vec<_> = flows
            .iter()
            .map(|flow| generate::baseline(config.profile, flow))
            .collect();
        let (mut broken, mut sound): (Vec<(Flow, String)>, Vec<Flow>) = Default::default();
        // Which formats the issuer has is seen here.
        let probing = self.new_oracle().probing().into();
        let (stage, see) = (Stage::Baseline, self.see_valid_runs());
        let plan = (cases.len(), numbered(stage, cases));
        let held = self
            .stage_with(probing, (stage, 0), plan, |judged| {
                let transcript = &judged.transcript;
                let Some(case) = &transcript.case else {
                    return see;
                };
                let reason = if is_other_format(transcript, config) {
                    Some(format!("the issuer does not issue {}", case.flow.format))
                } else {
                    why_unusable(transcript)
                };
                match reason {
                    Some(reason) => broken.push((case.flow.clone(), reason)),
                    None => sound.push(case.flow.clone()),
                }
                see
            })
            .await;
        let usable: Vec<Flow> = flows
            .into_iter()
            .filter(|flow| sound.contains(flow))
            .collect();
        if usable.is_empty() {
            // Then it is all that there is to tell.
            held.into_iter()
                .for_each(|judged| self.enter(judged, stage));
        } else {
            self.requests_of(&held);
        }
        self.skip(
            broken
                .into_iter()
                .map(|(flow, reason)| (flow.to_string(), reason)),
        );
        usable
    }

    /// Every part of a run makes the valid runs; what they show is found by the first.
    fn see_valid_runs(&self) -> See {
        if self.config.shard.is_first() {
            See::Counts
        } else {
            See::CountsNot
        }
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
        let (stage, see) = (Stage::Baseline, self.see_valid_runs());
        let oracle = self.new_oracle().into();
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        let plan = (cases.len(), numbered(stage, cases));
        let held = self
            .stage_with(oracle, (stage, 1), plan, |judged| {
                let transcript = &judged.transcript;
                let key = transcript.case.as_ref().map(|case| case.flow.key);
                if refuses_the_holder(transcript) {
                    refused.extend(key);
                    return See::CountsNot;
                }
                taken.extend(key);
                see
            })
            .await;
        let listed = config.profile.key_types;
        let takes_others = taken.iter().any(|key| listed.contains(key));
        for judged in held {
            let case = judged.transcript.case.as_ref();
            let Some(flow) = case.map(|case| case.flow.clone()) else {
                continue;
            };
            let is_refused = refused.contains(&flow.key);
            let is_owed = takes_others && listed.contains(&flow.key);
            if is_refused && !is_owed {
                let reason = "the issuer does not take such keys, and need not".to_owned();
                self.skip([(flow.to_string(), reason)].into_iter());
            }
            if is_refused && is_owed && see == See::Counts {
                self.enter(judged, stage);
            } else {
                self.ledger.requests += judged.transcript.exchanges.len() as u64;
            }
        }
        refused
    }
}

/// Why mutations of this flow would show nothing: the valid run of it went wrong.
pub(super) fn why_unusable(transcript: &Transcript) -> Option<String> {
    if let Some(reason) = &transcript.stopped {
        return Some(format!("a valid run stopped: {reason}"));
    }
    let is_wrong = |exchange: &&Exchange| exchange.expectation.is_valid() && !exchange.is_allowed();
    // Where nothing at all came of it, whatever was allowed, mutations would show nothing either.
    let is_something = |exchange: &Exchange| exchange.is_success() && exchange.json().is_some();
    let last = transcript.steps().last();
    let last = last.filter(|_| !transcript.steps().any(is_something));
    let refused = transcript.exchanges.iter().find(is_wrong).or(last)?;
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
