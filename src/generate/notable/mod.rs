//! Sequences that every flow is worth: what must keep sessions and holders apart, what must work once only, what must go
//! on working, and requests at the same time. Which answers are right follows from what was issued, used and pending
//! before, as the oracle's history keeps it.
//!
//! Start at [`notable()`]; `steps.rs` puts the sequences together.

mod steps;

use std::collections::BTreeMap;

use super::Capabilities;
use crate::case::{Case, Endpoint, Flow, Grant, Mutation, Send, Step};
use crate::clauses::{Clause, ebsi_v3 as c};
use crate::profile::Profile;
use steps::{
    HOLDERS, again_much_later, begun_anew, crossed, guessed, in_several_formats, polled_on_the_way,
    polled_while_another_waits, refused_elsewhere, repeated, used_before,
};

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
    let plans = plans.into_iter().filter_map(|plan| plan.of(grant));
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

/// How many requests race for one value.
const RIVALS: usize = 4;

/// Seconds after which nothing is good any more that was to be used shortly.
const A_DAY: u64 = 24 * 3600;

/// A sequence before it has a flow: its name, what it is about, its rules, its steps.
struct Plan(
    &'static str,
    &'static str,
    &'static [&'static Clause],
    Vec<Step>,
);

impl Plan {
    /// What sessions of this grant can carry out of it, if that is anything. Where all share an access token, there is one
    /// session and no other.
    fn of(mut self, grant: Grant) -> Option<Self> {
        let steps = &mut self.3;
        steps.retain(|step| step.sends().iter().all(|send| grant.makes(send.to)));
        let takes_others = |step: &Step| {
            let mut sends = step.sends().iter();
            matches!(step, Step::Renew(_)) || sends.any(|send| send.session != 0)
        };
        let is_possible = grant != Grant::Shared || !steps.iter().any(takes_others);
        let sends = steps.iter().any(|step| !step.sends().is_empty());
        (is_possible && sends).then_some(self)
    }
}

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
fn named(flow: &Flow, plans: impl Iterator<Item = Plan>) -> Vec<Notable> {
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
    plans.map(name).collect()
}
