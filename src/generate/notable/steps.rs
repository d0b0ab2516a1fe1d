//! The steps of the notable sequences.

use std::collections::BTreeMap;

use crate::case::{Effect, Endpoint, Flow, Grant, Mutation, Send, Step};
use crate::generate::Capabilities;
use crate::generate::sequence::swaps;
use crate::profile::Profile;

/// The first session of each of the first holders: two sessions belong to one holder.
pub(super) const HOLDERS: [u8; 4] = [0, 2, 4, 6];

/// How often the happy path is repeated by one holder and another, and how many sessions go by before
/// a used token is sent again.
const REPEATS: u8 = 12;

/// How often a wrong value is tried.
const GUESSES: usize = 5;

/// Seconds that go by before what was used is used again, where waiting takes its time and where not.
const LATER: u64 = 3;
const MUCH_LATER: u64 = 2 * 3600;

/// Requests of several holders at the same time, every other one for another format.
pub(super) fn in_several_formats(profile: &Profile) -> Option<Vec<Step>> {
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
pub(super) fn again_much_later(deferred: bool, capabilities: &Capabilities) -> Vec<Step> {
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
pub(super) fn repeated(grant: Grant) -> Vec<Step> {
    let repeats = if grant.has_code() { 3 } else { REPEATS };
    let mut steps: Vec<_> = (0..repeats)
        .map(|session| Step::of(session, Endpoint::Credential))
        .collect();
    steps.push(Step::of(0, Endpoint::Credential));
    steps
}

/// Two holders whose requests cross at every endpoint.
pub(super) fn crossed(grant: Grant, deferred: bool) -> Vec<Step> {
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
pub(super) fn refused_elsewhere(
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
pub(super) fn begun_anew(grant: Grant) -> Vec<Step> {
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

/// What another holder has just used is no good for this one. Somebody else may come between the two, so more than once.
pub(super) fn used_before(theirs: Mutation) -> Vec<Step> {
    let mut steps = vec![Step::of(0, Endpoint::Offer)];
    for _ in 0..GUESSES {
        steps.extend([
            Step::Renew(2),
            Step::of(2, Endpoint::Token),
            Step::send(Endpoint::Token, vec![theirs]),
        ]);
    }
    steps
}

/// What was refused is refused however often it is tried.
pub(super) fn guessed(wrong: Mutation) -> Vec<Step> {
    vec![Step::send(Endpoint::Token, vec![wrong]); GUESSES]
}

/// A credential that is ready is not held up, nor handed out early, for another that is asked for later.
pub(super) fn polled_while_another_waits() -> Vec<Step> {
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
pub(super) fn polled_on_the_way(profile: &Profile) -> Vec<Step> {
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
    pub(super) fn race_of(sessions: &[u8], to: Endpoint) -> Vec<Self> {
        let send = |session: &u8| Send {
            to,
            session: *session,
            mutations: Vec::new(),
        };
        vec![Self::Race(sessions.iter().map(send).collect())]
    }
}
