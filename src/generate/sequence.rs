//! Sequences over several sessions and holders: what must keep them apart, what must work once only,
//! what must go on working, and requests at the same time. Which answers are right follows from what
//! was issued, used and pending before, as the oracle's history keeps it.
//!
//! [`notable`] lists those that every flow is worth; [`sequence`] draws others.

use std::collections::BTreeMap;

use super::random::{earlier_endpoints, mutations};
use super::{Capabilities, Choices, Seeded};
use crate::case::{Case, Effect, Endpoint, Flow, Grant, Mutation, Need, Send, Step};
use crate::profile::Profile;

/// The first session of each of the first holders: two sessions belong to one holder.
const HOLDERS: [u8; 4] = [0, 2, 4, 6];

/// How often the happy path is repeated by one holder and another, and how many sessions go by before
/// a used token is sent again.
const REPEATS: u8 = 12;

/// How many requests race for one value.
const RIVALS: usize = 4;

/// Seconds that go by before what was used is used again, where waiting takes its time and where not.
const LATER: u64 = 3;
const MUCH_LATER: u64 = 2 * 3600;

/// The sequences that every flow is tried on.
pub fn notable(profile: &Profile, flow: &Flow, capabilities: &Capabilities) -> Vec<Case> {
    let grant = profile.grant_of(&flow.credential_type);
    let deferred = profile.is_deferred(&flow.credential_type);
    let mut plans = vec![
        again_much_later(deferred, capabilities),
        crossed(grant, deferred),
        Step::race_of(&[0; RIVALS], Endpoint::Credential),
    ];
    // A presentation takes a dozen sessions of its own; what comes after it is as elsewhere.
    if !grant.presents() {
        plans.push(repeated(grant));
        plans.push(begun_anew(grant));
        plans.push(Step::race_of(&HOLDERS, Endpoint::Credential));
        plans.extend(in_several_formats(profile));
        plans.push(Step::race_of(&HOLDERS, Endpoint::Token));
        plans.extend(refused_elsewhere(profile, flow, capabilities));
    }
    if grant.has_code() {
        plans.push(Step::race_of(&[0; RIVALS], Endpoint::Token));
        plans.push(Step::race_of(&[0; RIVALS], Endpoint::DirectPost));
    }
    if deferred {
        plans.push(polled_while_another_waits());
        plans.push(polled_on_the_way(profile));
    }
    let case = |steps| Case::new(flow.clone(), steps);
    plans.into_iter().map(case).collect()
}

/// The sequence with this index of the sequence phase. `flows` must not be empty, or an empty case
/// comes out.
pub fn sequence(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    seed: u64,
    index: u64,
) -> Case {
    // Other choices than those of the random phase.
    let mut choices = Seeded::new(seed ^ 0x7365_7175_656e_6365, index);
    drawn(profile, flows, capabilities, &mut choices)
}

/// A sequence, as the choices fall.
fn drawn<C: Choices>(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    choices: &mut C,
) -> Case {
    let Some(flow) = choices.pick(flows).cloned() else {
        return Case::new(Flow::new("", ""), Vec::new());
    };
    let grant = profile.grant_of(&flow.credential_type);
    let sessions: &[u8] = match grant {
        Grant::VpToken | Grant::ServiceVp => &[0],
        Grant::PreAuthorized => &[0, 1, 2, 4],
        Grant::IdToken | Grant::Service => &[0, 1, 2],
    };
    let count = 1 + choices.below(sessions.len());
    let mut chains: Vec<std::vec::IntoIter<Step>> = sessions[..count]
        .iter()
        .map(|session| chain(profile, &flow, capabilities, *session, choices).into_iter())
        .collect();
    let mut steps = Vec::new();
    while !chains.is_empty() {
        let at = choices.below(chains.len());
        match chains[at].next() {
            Some(step) => steps.push(step),
            None => drop(chains.remove(at)),
        }
    }
    // Waiting takes its time at a real issuer.
    let mut waits = 0;
    steps.retain(|step| {
        waits += usize::from(waiting(step, profile) > 0);
        waiting(step, profile) == 0 || waits <= MOST_WAITS
    });
    Case::new(flow, steps)
}

/// How often a drawn sequence waits at most.
const MOST_WAITS: usize = 2;

/// For how many seconds a case waits, about.
pub fn waits(profile: &Profile, case: &Case) -> u64 {
    let seconds = case.steps.iter().map(|step| waiting(step, profile));
    seconds.sum()
}

fn waiting(step: &Step, profile: &Profile) -> u64 {
    match step {
        Step::Wait(seconds) => *seconds,
        Step::WaitUntilReady => profile.deferred_delay,
        Step::Send(_) | Step::Race(_) | Step::Renew(_) => 0,
    }
}

/// What one session does, alone or between others.
fn chain<C: Choices>(
    profile: &Profile,
    flow: &Flow,
    capabilities: &Capabilities,
    session: u8,
    choices: &mut C,
) -> Vec<Step> {
    let grant = profile.grant_of(&flow.credential_type);
    let mut steps = Vec::new();
    if choices.happens(1, 3) {
        let endpoint = *choices
            .pick(earlier_endpoints(profile, flow))
            .unwrap_or(&Endpoint::Token);
        steps.push(Step::of(session, endpoint));
    }
    for _ in 0..choices.below(3) {
        let mutations = swap_or_fault(profile, flow, capabilities, choices);
        steps.push(Step::Send(Send {
            to: Endpoint::Credential,
            session,
            mutations,
        }));
    }
    steps.push(Step::of(session, Endpoint::Credential));
    if choices.happens(1, 4) {
        steps.push(Step::Wait(1 + choices.below(5) as u64));
    }
    if choices.happens(1, 2) {
        steps.push(Step::of(session, Endpoint::Credential));
    }
    if profile.is_deferred(&flow.credential_type) {
        if choices.happens(1, 2) {
            steps.push(Step::of(session, Endpoint::Deferred));
        }
        steps.push(Step::WaitUntilReady);
        for _ in 0..=choices.below(3) {
            steps.push(Step::of(session, Endpoint::Deferred));
        }
    }
    if grant.has_code() && choices.happens(1, 2) {
        steps.push(Step::of(session, Endpoint::Token));
    } else if !grant.presents() && choices.happens(1, 3) {
        steps.push(Step::Renew(session));
        steps.push(Step::of(session, Endpoint::Credential));
    }
    steps
}

/// A value of another session, or else one to four other mutations.
fn swap_or_fault<C: Choices>(
    profile: &Profile,
    flow: &Flow,
    capabilities: &Capabilities,
    choices: &mut C,
) -> Vec<Mutation> {
    if choices.happens(1, 2) {
        let swaps: Vec<_> = Mutation::of(Endpoint::Credential)
            .filter(|mutation| swaps(*mutation) && capabilities.lacks(*mutation).is_none())
            .filter(|mutation| profile.has_request_for(&flow.credential_type, *mutation))
            .collect();
        return choices.pick(&swaps).copied().into_iter().collect();
    }
    mutations(profile, flow, Endpoint::Credential, capabilities, choices)
}

fn swaps(mutation: Mutation) -> bool {
    mutation.needs(Need::OtherSession) || mutation.needs(Need::OtherHolder)
}

/// Requests of several holders at the same time, every other one for another format.
fn in_several_formats(profile: &Profile) -> Option<Vec<Step>> {
    let another = Mutation::find("format/another").filter(|_| profile.formats.len() > 1)?;
    let send = |(index, session): (usize, &u8)| Send {
        to: Endpoint::Credential,
        session: *session,
        mutations: if index % 2 == 0 {
            Vec::new()
        } else {
            vec![another]
        },
    };
    let sends = HOLDERS.iter().enumerate().map(send).collect();
    Some(vec![Step::Race(sends)])
}

/// A credential and its poll, where it comes later.
fn obtained(session: u8, deferred: bool) -> Vec<Step> {
    let mut steps = vec![Step::of(session, Endpoint::Credential)];
    if deferred {
        steps.extend([Step::WaitUntilReady, Step::of(session, Endpoint::Deferred)]);
    }
    steps
}

/// What was used stays used, after time and others have gone by.
fn again_much_later(deferred: bool, capabilities: &Capabilities) -> Vec<Step> {
    let mut steps = obtained(0, deferred);
    steps.push(Step::Wait(if capabilities.clock {
        MUCH_LATER
    } else {
        LATER
    }));
    steps.push(Step::of(0, Endpoint::Credential));
    steps
}

/// The happy path, by one holder twice and by others, then what the first session used once more.
fn repeated(grant: Grant) -> Vec<Step> {
    let repeats = if grant.has_code() { 3 } else { REPEATS };
    let mut steps: Vec<_> = (0..repeats)
        .map(|session| Step::of(session, Endpoint::Credential))
        .collect();
    steps.push(Step::of(0, Endpoint::Credential));
    steps
}

/// Two holders whose requests cross at every endpoint.
fn crossed(grant: Grant, deferred: bool) -> Vec<Step> {
    let mut endpoints = vec![Endpoint::Token, Endpoint::Credential];
    if grant.has_code() {
        endpoints.insert(0, Endpoint::Authorize);
        endpoints.insert(1, Endpoint::DirectPost);
    }
    let sessions: &[u8] = if grant.presents() { &[0] } else { &[0, 2] };
    let both = |endpoint| {
        sessions
            .iter()
            .map(move |session| Step::of(*session, endpoint))
    };
    let mut steps: Vec<_> = endpoints.into_iter().flat_map(both).collect();
    if deferred {
        steps.push(Step::WaitUntilReady);
        // The later first, and the first again.
        let polls = sessions.iter().rev().chain(sessions);
        steps.extend(polls.map(|session| Step::of(*session, Endpoint::Deferred)));
    }
    steps
}

/// What one session was given is no credit for the next of the same holder, and what it was refused
/// changes nothing for others. The late checks come first: what they passed before they failed must
/// not be taken for good afterwards.
fn refused_elsewhere(
    profile: &Profile,
    flow: &Flow,
    capabilities: &Capabilities,
) -> Vec<Vec<Step>> {
    let a_few = if profile.grant_of(&flow.credential_type).has_code() {
        1
    } else {
        3
    };
    let chosen = spread_over_the_stages(profile, flow, capabilities, a_few);
    // Each sequence goes from late stages to early ones.
    let sequences = chosen.len().div_ceil(6).max(1);
    let shares = (0..sequences).map(|first| chosen.iter().rev().skip(first).step_by(sequences));
    let valid = |session| Step::of(session, Endpoint::Credential);
    shares
        .map(|refused| {
            let refused = refused.map(|mutation| {
                Step::Send(Send {
                    to: Endpoint::Credential,
                    session: 1,
                    mutations: vec![*mutation],
                })
            });
            let before = std::iter::once(valid(0));
            before.chain(refused).chain([2, 1].map(valid)).collect()
        })
        .collect()
}

/// Faults of the credential request, in the order of the stages: at each at most `a_few`, as unlike
/// one another as the catalogue has them.
fn spread_over_the_stages(
    profile: &Profile,
    flow: &Flow,
    capabilities: &Capabilities,
    a_few: usize,
) -> Vec<Mutation> {
    let mut by_stage: BTreeMap<usize, Vec<Mutation>> = BTreeMap::new();
    for mutation in Mutation::of(Endpoint::Credential) {
        let Some(stage) = mutation.stage else {
            continue;
        };
        let usable = mutation.effect == Effect::Malformed
            && !mutation.expansion
            && !swaps(mutation)
            && capabilities.lacks(mutation).is_none()
            && profile.has_request_for(&flow.credential_type, mutation);
        if usable {
            let rank = profile.rank(Endpoint::Credential, stage);
            by_stage.entry(rank).or_default().push(mutation);
        }
    }
    by_stage
        .into_values()
        .flat_map(|at_stage| {
            let stride = at_stage.len().div_ceil(a_few).max(1);
            at_stage.into_iter().step_by(stride).collect::<Vec<_>>()
        })
        .collect()
}

/// The same holder again and again, each time from the start; what was used stays used.
fn begun_anew(grant: Grant) -> Vec<Step> {
    let round = [Step::Renew(0), Step::of(0, Endpoint::Credential)];
    let mut steps = vec![Step::of(0, Endpoint::Credential)];
    steps.extend(std::iter::repeat_n(round, 3).flatten());
    steps.push(Step::of(0, Endpoint::Credential));
    if grant.has_code() {
        steps.push(Step::of(0, Endpoint::Token));
        steps.push(Step::of(0, Endpoint::DirectPost));
    }
    steps
}

/// A credential that is ready is not held up, nor handed out early, for another that is asked for later.
fn polled_while_another_waits() -> Vec<Step> {
    vec![
        Step::of(0, Endpoint::Credential),
        Step::WaitUntilReady,
        Step::of(2, Endpoint::Credential),
        Step::of(2, Endpoint::Deferred),
        Step::of(0, Endpoint::Deferred),
        Step::of(2, Endpoint::Deferred),
        Step::WaitUntilReady,
        Step::of(2, Endpoint::Deferred),
        Step::of(0, Endpoint::Deferred),
    ]
}

/// Asking too early neither hands the credential out nor puts it off.
fn polled_on_the_way(profile: &Profile) -> Vec<Step> {
    let half = Step::Wait(profile.deferred_delay.div_ceil(2));
    vec![
        Step::of(0, Endpoint::Credential),
        Step::of(0, Endpoint::Deferred),
        half,
        Step::of(0, Endpoint::Deferred),
        Step::WaitUntilReady,
        Step::of(0, Endpoint::Deferred),
    ]
}

impl Step {
    /// Valid requests of these sessions at the same time.
    fn race_of(sessions: &[u8], to: Endpoint) -> Vec<Self> {
        let send = |session: &u8| Send {
            to,
            session: *session,
            mutations: Vec::new(),
        };
        vec![Self::Race(sessions.iter().map(send).collect())]
    }
}
