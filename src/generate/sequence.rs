//! Sequences over several sessions and holders, as the choices fall; [`notable`](super::notable()) lists those that every
//! flow is worth. Which answers are right follows from what was issued, used and pending before.
//!
//! Start at [`sequence`].

use super::random::{earlier_endpoints, mutations};
use super::{Capabilities, Choices, Seeded};
use crate::case::{Case, Endpoint, Flow, Grant, Mutation, Need, Send, Step};
use crate::profile::Profile;

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
        Grant::PreAuthorized | Grant::Given => &[0, 1, 2, 4],
        Grant::Shared => &[0],
        Grant::IdToken | Grant::Service | Grant::Login => &[0, 1, 2],
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
    let earlier = earlier_endpoints(profile, flow);
    if !earlier.is_empty() && choices.happens(1, 3) {
        let endpoint = choices.pick(&earlier).copied().unwrap_or(Endpoint::Token);
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
    } else if !grant.presents() && grant != Grant::Shared && choices.happens(1, 3) {
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

pub(super) fn swaps(mutation: Mutation) -> bool {
    mutation.needs(Need::OtherSession) || mutation.needs(Need::OtherHolder)
}
