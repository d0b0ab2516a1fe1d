//! The rules, tried on exchanges made by hand: none of them came from the reference issuer.
//!
//! Each topic file lists samples: for every rule one telling that satisfies it and one that breaks
//! it. A broken telling must draw that one finding and no other. Start at [`Sample`].

mod acceptance;
mod arbitrary;
mod authorize;
mod credential;
mod deferred;
mod discovery;
mod error;
mod leak;
mod offer;
mod one_cause;
mod race;
mod refusals;
mod registry;
mod response;
mod robustness;
mod schemas;
mod token;
pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};

use vcispec::invariants::{self, Check, Memory, Scene};
use vcispec::profile::{EBSI_V3, Profile};
use vcispec::transcript::{Context, Exchange, Transcript, Verdict, Violation};

/// A rule with what satisfies and what breaks it.
struct Sample {
    id: &'static str,
    context: Context,
    profile: &'static Profile,
    holds: Vec<Exchange>,
    breaks: Vec<Exchange>,
}

impl Sample {
    /// A rule that one exchange satisfies and another breaks.
    fn new(id: &'static str, holds: Exchange, breaks: Exchange) -> Self {
        Self::of_cases(id, vec![holds], vec![breaks])
    }

    /// A rule about several exchanges.
    fn of_cases(id: &'static str, holds: Vec<Exchange>, breaks: Vec<Exchange>) -> Self {
        Self {
            id,
            context: world::context(),
            profile: &EBSI_V3,
            holds,
            breaks,
        }
    }
}

fn samples() -> Vec<Sample> {
    [
        robustness::samples(),
        response::samples(),
        error::samples(),
        leak::samples(),
        refusals::samples(),
        acceptance::samples(),
        credential::samples(),
        deferred::samples(),
        offer::samples(),
        authorize::samples(),
        token::samples(),
        race::samples(),
        discovery::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What all rules make of the exchanges, taken as one case and as the whole run.
struct Judgement {
    passed: BTreeSet<&'static str>,
    failed: BTreeMap<&'static str, Violation>,
}

fn judge(context: &Context, exchanges: Vec<Exchange>) -> Judgement {
    judge_by(&EBSI_V3, context, exchanges)
}

/// The same by the rules of a profile.
fn judge_by(profile: &Profile, context: &Context, exchanges: Vec<Exchange>) -> Judgement {
    let scene = Scene { context, profile };
    let mut memory = Memory::default();
    let mut verdicts = Vec::new();
    for exchange in &exchanges {
        verdicts.extend(invariants::judge_exchange(exchange, &scene));
        verdicts.extend(invariants::remember(&mut memory, exchange, &scene));
    }
    let count = exchanges.len();
    let transcript = Transcript {
        case: None,
        exchanges,
        stopped: None,
    };
    for (invariant, verdict) in invariants::judge_transcript(&transcript, &scene) {
        if let Verdict::Fail(violation) = &verdict {
            let at = violation.exchange.expect("it names the exchange");
            assert!(
                at < count,
                "{} names exchange {at} of {count}",
                invariant.id
            );
        }
        verdicts.push((invariant, verdict));
    }
    let mut judgement = Judgement {
        passed: BTreeSet::new(),
        failed: BTreeMap::new(),
    };
    for (invariant, verdict) in verdicts {
        match verdict {
            Verdict::NotApplicable => {}
            Verdict::Pass => {
                judgement.passed.insert(invariant.id);
            }
            Verdict::Fail(violation) => {
                judgement.failed.insert(invariant.id, *violation);
            }
        }
    }
    judgement
}

/// The rules that a single exchange breaks.
fn broken_by(exchange: Exchange) -> Vec<&'static str> {
    judge(&world::context(), vec![exchange])
        .failed
        .into_keys()
        .collect()
}

#[test]
fn every_rule_passes_what_satisfies_it() {
    for sample in samples() {
        let judgement = judge_by(sample.profile, &sample.context, sample.holds);
        assert!(
            judgement.passed.contains(sample.id),
            "{} has nothing to say about its own sample",
            sample.id
        );
        assert!(
            judgement.failed.is_empty(),
            "the sample that satisfies {} breaks {:?}",
            sample.id,
            judgement.failed
        );
    }
}

#[test]
fn every_rule_and_no_other_fails_what_breaks_it() {
    for sample in samples() {
        let judgement = judge_by(sample.profile, &sample.context, sample.breaks);
        let failed: Vec<_> = judgement.failed.keys().copied().collect();
        assert_eq!(
            failed,
            [sample.id],
            "the sample that breaks {}: {:?}",
            sample.id,
            judgement.failed
        );
        let violation = &judgement.failed[sample.id];
        assert!(
            !violation.expected.is_empty(),
            "{} expects nothing",
            sample.id
        );
        assert!(!violation.actual.is_empty(), "{} saw nothing", sample.id);
    }
}

#[test]
fn every_rule_has_a_sample() {
    let sampled: BTreeSet<_> = samples().iter().map(|sample| sample.id).collect();
    let all: BTreeSet<_> = invariants::ALL
        .iter()
        .map(|invariant| invariant.id)
        .collect();
    assert_eq!(sampled, all);
}

/// Whether a rule is one about refusals, with its stages.
fn refusal_stages(check: &Check) -> Option<&'static [vcispec::case::Stage]> {
    match check {
        Check::Refusal(stages) => Some(stages),
        Check::Exchange(_) | Check::Transcript(_) | Check::Run(_) => None,
    }
}
