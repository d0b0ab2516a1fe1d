//! Sequences that every flow is worth: what must keep sessions and holders apart, what must work once only, what must go
//! on working, and requests at the same time. Which answers are right follows from what was issued, used and pending
//! before, as the oracle's history keeps it.
//!
//! Start at [`notable`].

use std::collections::BTreeMap;

use super::Capabilities;
use super::sequence::swaps;
use crate::case::{Case, Effect, Endpoint, Flow, Grant, Mutation, Send, Step};
use crate::clauses::{Clause, ebsi_v3 as c};
use crate::profile::Profile;

/// A sequence that has a name.
#[derive(Debug, Clone)]
pub struct Notable {
    /// Its name among those of a flow.
    pub slug: String,
    /// What it is about, in a sentence.
    pub doc: &'static str,
    /// The rules that it puts to the test.
    pub clauses: &'static [&'static Clause],
    /// The sequence.
    pub case: Case,
}

/// The sequences that every flow is tried on.
pub fn notable(profile: &Profile, flow: &Flow, capabilities: &Capabilities) -> Vec<Notable> {
    let grant = profile.grant_of(&flow.credential_type);
    let deferred = profile.is_deferred(&flow.credential_type);
    let mut plans = vec![
        Plan(
            "used-again-later",
            "What was used is used again after a while.",
            &[c::TOKEN_UNUSED],
            again_much_later(deferred, capabilities),
        ),
        Plan(
            "crossed",
            "The requests of two holders cross at every endpoint.",
            if deferred {
                &[c::DEFERRED_TOKEN, c::VC_SUBJECT]
            } else {
                &[c::VC_SUBJECT]
            },
            crossed(grant, deferred),
        ),
        Plan(
            "race-for-one-token",
            "An access token is used four times at once.",
            &[c::TOKEN_UNUSED],
            Step::race_of(&[0; RIVALS], Endpoint::Credential),
        ),
    ];
    // A presentation takes a dozen sessions of its own; what comes after it is as elsewhere.
    if !grant.presents() {
        plans.extend([
            Plan(
                "repeated",
                "Many sessions get their credentials, then the first uses its access token again.",
                &[c::TOKEN_UNUSED],
                repeated(grant),
            ),
            Plan(
                "begun-anew",
                "A holder begins anew again and again, and what was used before stays used.",
                if grant.has_code() {
                    &[c::CODE_SINGLE_USE, c::DIRECT_POST_STATE]
                } else {
                    &[c::TOKEN_UNUSED]
                },
                begun_anew(grant),
            ),
            Plan(
                "race-of-holders",
                "Four holders ask for their credentials at once.",
                &[c::VC_SUBJECT, c::VC_UNIQUE],
                Step::race_of(&HOLDERS, Endpoint::Credential),
            ),
            Plan(
                "race-of-holders-for-tokens",
                "Four holders ask for their access tokens at once.",
                &[c::TOKEN_RESPONSE],
                Step::race_of(&HOLDERS, Endpoint::Token),
            ),
        ]);
        plans.extend(with(
            "used-again-respelt",
            "An access token that was used is spelt in other ways and used again.",
            &[c::TOKEN_UNUSED],
            vec![Step::of(0, Endpoint::Credential)],
            Endpoint::Credential,
            &RESPELT,
        ));
        plans.extend(with(
            "tampered-after-it-was-verified",
            "An access token that was verified before is changed behind its signature.",
            &[c::TOKEN_SIGNATURE],
            sent(0, Endpoint::Credential, "proof-nonce/random"),
            Endpoint::Credential,
            &TAMPERED,
        ));
        plans.extend(in_several_formats(profile).map(|steps| {
            Plan(
                "race-of-formats",
                "Four holders ask for their credentials at once, in different formats.",
                &[c::RESPONSE_FORMAT],
                steps,
            )
        }));
        let refused = refused_elsewhere(profile, flow, capabilities);
        plans.extend(refused.into_iter().map(|steps| {
            Plan(
                "refused-elsewhere",
                "What one session was refused changes nothing for it or for another holder.",
                &[c::REFUSED_CONSUMES_NOTHING],
                steps,
            )
        }));
    }
    if grant.has_code() {
        plans.push(Plan(
            "race-for-one-code",
            "An authorization code is redeemed four times at once.",
            &[c::CODE_SINGLE_USE],
            Step::race_of(&[0; RIVALS], Endpoint::Token),
        ));
        plans.push(Plan(
            "race-for-one-state",
            "The wallet's answer is posted four times at once.",
            &[c::DIRECT_POST_STATE],
            Step::race_of(&[0; RIVALS], Endpoint::DirectPost),
        ));
        if capabilities.clock {
            plans.push(Plan(
                "code-redeemed-the-day-after",
                "An authorization code is redeemed a day after it was issued.",
                &[c::CODE_SINGLE_USE],
                vec![
                    Step::of(0, Endpoint::DirectPost),
                    Step::Wait(A_DAY),
                    Step::of(0, Endpoint::Token),
                ],
            ));
        }
    }
    if grant == Grant::PreAuthorized
        && let Some(wrong) = Mutation::find("pin/near-last-changed")
    {
        plans.push(Plan(
            "pin-guessed",
            "A wrong PIN is tried again and again.",
            &[c::PIN],
            guessed(wrong),
        ));
    }
    if grant == Grant::PreAuthorized {
        let theirs = Mutation::find("token-request/pin-of-other-holder");
        plans.extend(theirs.map(|theirs| {
            Plan(
                "pin-of-another-used-before",
                "The PIN with which another holder has just got an access token is tried, again and again.",
                &[c::PIN],
                used_before(theirs),
            )
        }));
        plans.extend(with(
            "types-of-the-token-request",
            "A token request asks for another type than was offered, and a credential request for that type follows.",
            &[c::TYPES_AUTHORISED],
            sent(0, Endpoint::Token, "token-request/details-of-other-type"),
            Endpoint::Credential,
            &["types/of-another-offer"],
        ));
        plans.extend(with(
            "members-left-behind",
            "One holder's request says in __proto__ what another's leaves out.",
            &[c::BODY_TYPES],
            sent(2, Endpoint::Credential, "json/proto-member-with-types"),
            Endpoint::Credential,
            &["types/absent"],
        ));
    }
    if deferred {
        plans.push(Plan(
            "polled-while-another-waits",
            "A credential that is ready is fetched while another holder waits for one.",
            &[c::DEFERRED_READY],
            polled_while_another_waits(),
        ));
        plans.push(Plan(
            "polled-on-the-way",
            "A credential is asked for too early, twice, and obtained when it is ready.",
            &[c::DEFERRED_READY],
            polled_on_the_way(profile),
        ));
    }
    named(flow, plans)
}

/// Other spellings of an access token: what stands in it, and who signed it, is the same.
const RESPELT: [&str; 4] = [
    "token/signature-high-s",
    "token/signature-trailing-bits",
    "token/signature-padded",
    "token/header-padded",
];

/// Changes that leave an access token its signature, and would let it pass if nobody looked.
const TAMPERED: [&str; 3] = [
    "token/claim-added",
    "token/expiry-tampered",
    "token/issued-tampered",
];

/// The first session of each of the first holders: two sessions belong to one holder.
const HOLDERS: [u8; 4] = [0, 2, 4, 6];

/// How often the happy path is repeated by one holder and another, and how many sessions go by before
/// a used token is sent again.
const REPEATS: u8 = 12;

/// How often a wrong value is tried.
const GUESSES: usize = 5;

/// How many requests race for one value.
const RIVALS: usize = 4;

/// Seconds that go by before what was used is used again, where waiting takes its time and where not.
const LATER: u64 = 3;
const MUCH_LATER: u64 = 2 * 3600;

/// Seconds after which nothing is good any more that was to be used shortly.
const A_DAY: u64 = 24 * 3600;

/// A sequence before it has a flow: its name, what it is about, its rules, its steps.
struct Plan(
    &'static str,
    &'static str,
    &'static [&'static Clause],
    Vec<Step>,
);

/// Steps, and behind them a request to `to` with each of the mutations; nothing where the catalogue lacks one.
fn with(
    slug: &'static str,
    doc: &'static str,
    clauses: &'static [&'static Clause],
    mut steps: Vec<Step>,
    to: Endpoint,
    mutations: &[&str],
) -> Option<Plan> {
    for id in mutations {
        steps.push(Step::send(to, vec![Mutation::find(id)?]));
    }
    Some(Plan(slug, doc, clauses, steps))
}

/// A request with one mutation, for what it may leave behind.
fn sent(session: u8, to: Endpoint, mutation: &str) -> Vec<Step> {
    let send = |mutation| Send {
        to,
        session,
        mutations: vec![mutation],
    };
    let mutation = Mutation::find(mutation).into_iter();
    mutation.map(send).map(Step::Send).collect()
}

/// The plans on a flow. Those that share a name are numbered.
fn named(flow: &Flow, plans: Vec<Plan>) -> Vec<Notable> {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let name = |Plan(slug, doc, clauses, steps)| {
        let number = met.entry(slug).or_default();
        *number += 1;
        Notable {
            slug: match number {
                1 => slug.to_owned(),
                _ => format!("{slug}-{number}"),
            },
            doc,
            clauses,
            case: Case::new(flow.clone(), steps),
        }
    };
    plans.into_iter().map(name).collect()
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

/// What another holder has just used is no good for this one. Somebody else may come between the two, so more than once.
fn used_before(theirs: Mutation) -> Vec<Step> {
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
fn guessed(wrong: Mutation) -> Vec<Step> {
    vec![Step::send(Endpoint::Token, vec![wrong]); GUESSES]
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
