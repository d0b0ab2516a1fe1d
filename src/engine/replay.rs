//! Carries out cases that are given, and says of each what became of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::config::{Config, Environment};
use super::event::{Event, Stage};
use super::outcome::{Outcome, Unusable};
use super::run::{Run, Span, capabilities};
use super::stages::{Planned, See, is_other_format};
use crate::case::{Case, Flow, Mutation};
use crate::generate::{self, Capabilities, NotApplicable};
use crate::invariants::Memory;
use crate::transcript::{Grade, Transcript};

/// A case to carry out again.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its name. The target is told of it as `replay/<name>`.
    pub name: String,
    /// The case.
    pub case: Case,
    /// Whether it is one of a collection: what the issuer does not offer, and what takes hours, is left
    /// out then.
    pub is_of_a_collection: bool,
}

/// What became of a case.
#[derive(Debug)]
pub enum Fate<'a> {
    /// It was carried out, as far as it went.
    CarriedOut {
        /// What was said.
        transcript: &'a Transcript,
        /// The rules that it breaks, the worst first.
        broken: Vec<(&'static str, Grade)>,
    },
    /// It was left out.
    NotTried(&'a str),
}

/// What is to be made of a case that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// What it shows is found.
    Counts,
    /// What it shows is known and no finding.
    IsKnown,
    /// No more is wanted.
    IsEnough,
}

/// A case of a collection that waits longer than this, in seconds, is left out where time has to pass.
const LONGEST_WAIT: u64 = 60;

/// Carries out cases that are given, without shrinking what they show.
///
/// # Errors
/// There was no run: see [`Unusable`].
pub async fn replay(
    environment: &Environment,
    config: &Config,
    cases: Vec<Case>,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
) -> Result<Outcome, Unusable> {
    let recorded = |(index, case): (usize, Case)| Recorded {
        name: index.to_string(),
        case,
        is_of_a_collection: false,
    };
    let cases = cases.into_iter().enumerate().map(recorded).collect();
    replay_each(environment, config, cases, listener, &mut |_, _| {
        Take::Counts
    })
    .await
}

/// As [`replay`]; `take` is told what became of each case, by its index: first of those that are left
/// out, then of the others in their order.
///
/// # Errors
/// As [`replay`].
pub async fn replay_each(
    environment: &Environment,
    config: &Config,
    cases: Vec<Recorded>,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
    take: &mut (dyn FnMut(usize, Fate<'_>) -> Take + Send),
) -> Result<Outcome, Unusable> {
    if cases.is_empty() {
        return Err(Unusable::NothingToRun);
    }
    let span = Span::of(config);
    let (context, transcript) = span.discovered(environment, config).await?;
    let config = &config.for_issuer(&context);
    let mut run = Run::begin(environment, config, (span, context, transcript), listener)?;
    let capabilities = capabilities(environment, config);
    let (_, absent) = generate::flows(config.profile, &run.shared.context, capabilities);
    let mut wanted = Vec::new();
    let mut skipped = Vec::new();
    for (index, recorded) in cases.into_iter().enumerate() {
        match obstacle(&recorded, config, capabilities, &absent) {
            Some((id, reason)) => {
                take(index, Fate::NotTried(&reason));
                skipped.push((id, reason));
            }
            None => wanted.push((index, recorded)),
        }
    }
    run.skip(skipped.into_iter());
    if wanted.is_empty() {
        return Err(Unusable::NoSession(run.why_unusable()));
    }
    let flows: BTreeSet<Flow> = wanted
        .iter()
        .map(|(_, recorded)| recorded.case.flow.clone())
        .collect();
    run.announce(&flows.into_iter().collect::<Vec<_>>());
    let indices: Vec<usize> = wanted.iter().map(|(index, _)| *index).collect();
    let names: Vec<String> = wanted.iter().map(|(_, one)| one.name.clone()).collect();
    let planned = wanted.into_iter().enumerate();
    let planned = planned.map(|(at, (_, Recorded { name, case, .. }))| {
        Planned::named(at, format!("{}/{name}", Stage::Replay.slug()), case)
    });
    let plan = (indices.len(), planned);
    let shared = Arc::clone(&run.shared);
    let (mut at, mut stopped) = (0, Vec::new());
    run.stage_with(
        Arc::clone(&run.oracle),
        (Stage::Replay, 0),
        plan,
        |judged| {
            let (index, name) = (indices[at], &names[at]);
            at += 1;
            let transcript = &judged.transcript;
            if is_other_format(transcript, config) {
                take(
                    index,
                    Fate::NotTried("the issuer does not issue this format"),
                );
                return See::Counts;
            }
            let memorable = shared.remember(&mut Memory::default(), transcript);
            let mut broken: Vec<_> = judged
                .verdicts
                .iter()
                .chain(&memorable)
                .filter_map(|said| Some((said.invariant.id, said.violation.as_ref()?.grade)))
                .collect();
            broken.sort_by_key(|(rule, grade)| (std::cmp::Reverse(*grade), *rule));
            broken.dedup();
            let went_wrong = broken.iter().any(|(_, grade)| *grade == Grade::Failure);
            if let (Some(reason), false) = (&transcript.stopped, went_wrong) {
                stopped.push((name.clone(), reason.clone()));
            }
            match take(index, Fate::CarriedOut { transcript, broken }) {
                // Whose fault it is that it stopped shows in the rules; if in none, nothing was tried.
                Take::Counts if transcript.stopped.is_some() && !went_wrong => See::CountsNot,
                Take::Counts => See::Counts,
                Take::IsKnown => See::CountsNot,
                Take::IsEnough => See::CountsNotAndIsEnough,
            }
        },
    )
    .await;
    // Of many cases some may stop; if all do, nothing was tried.
    let all_stopped = at > 0 && stopped.len() == at;
    match stopped.first() {
        Some((_, reason)) if all_stopped && !run.has_failures() => {
            return Err(Unusable::NoSession(reason.clone()));
        }
        _ => run.skip(stopped.into_iter()),
    }
    Ok(run.finish())
}

/// Why a case cannot be carried out, if it cannot: what is lacking, and the reason.
fn obstacle(
    recorded: &Recorded,
    config: &Config,
    capabilities: Capabilities,
    absent: &[NotApplicable],
) -> Option<(String, String)> {
    let case = &recorded.case;
    let credential_type = &case.flow.credential_type;
    let known = config.profile.find_type(credential_type);
    let flow = format!("flow {credential_type}");
    if let Some(reason) = known.and_then(|known| capabilities.lacks_for(known)) {
        return Some((flow, reason.to_owned()));
    }
    let lacking = |mutation: Mutation| Some((mutation.id.clone(), capabilities.lacks(mutation)?));
    if let Some((id, reason)) = case.mutations().find_map(lacking) {
        return Some((id, reason.to_owned()));
    }
    if !recorded.is_of_a_collection {
        return None;
    }
    if let Some(left) = absent.iter().find(|left| left.id == flow) {
        return Some((flow, left.reason.clone()));
    }
    let waits = generate::waits(config.profile, case);
    (waits > LONGEST_WAIT && !capabilities.clock).then(|| {
        let reason = format!("waits longer than {LONGEST_WAIT} s");
        (recorded.name.clone(), reason)
    })
}
