//! Two faults in one request: the earlier step decides what it is answered with.

use super::{Flag, Idea, Topic, alone};
use crate::case::{Case, Effect, Endpoint, Mutation, Need, Stage};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};
use crate::corpus::BugType;
use crate::profile::{Answer, Profile};

/// Requests that are checked in many steps.
const ENDPOINTS: [Endpoint; 5] = [
    Endpoint::Credential,
    Endpoint::Token,
    Endpoint::Authorize,
    Endpoint::DirectPost,
    Endpoint::Deferred,
];

/// What is asked of every OAuth error.
const OF_AN_ERROR: [&Clause; 6] = [
    c::RESPONSE_JSON,
    c::ERROR_OBJECT,
    c::ERROR_CODES,
    c::NO_SERVER_ERROR,
    c::NO_LEAK,
    rfc::OAUTH_ERROR_CHARS,
];

/// Every step with the one after it, and with the last.
pub(super) fn topic(profile: &Profile) -> Topic {
    let mut ideas = Vec::new();
    for endpoint in ENDPOINTS {
        let stages: Vec<Stage> = profile
            .stages
            .iter()
            .filter(|rule| rule.endpoint == endpoint)
            .map(|rule| rule.stage)
            .filter(|stage| !faults(endpoint, *stage).is_empty())
            .collect();
        for (at, earlier) in stages.iter().enumerate() {
            let mut later = vec![
                stages.get(at + 1),
                stages.last().filter(|_| at + 2 < stages.len()),
            ];
            later.dedup();
            let found = later.into_iter().flatten();
            ideas.extend(found.filter_map(|later| idea(profile, endpoint, *earlier, *later)));
        }
    }
    Topic {
        name: "precedence".into(),
        ideas,
    }
}

fn idea(profile: &Profile, endpoint: Endpoint, earlier: Stage, later: Stage) -> Option<Idea> {
    let (first, second, flow) = faults(endpoint, earlier).into_iter().find_map(|first| {
        faults(endpoint, later).into_iter().find_map(|second| {
            let flow = alone::flow(profile, &[first, second])?;
            let is_checked = |stage| !profile.leaves_out(&flow.credential_type, stage);
            let fit = first.combines_with(second) && is_checked(earlier) && is_checked(later);
            fit.then_some((first, second, flow))
        })
    })?;
    let mut clauses = vec![first.clause, second.clause];
    if endpoint == Endpoint::Credential {
        clauses.insert(0, c::PRECEDENCE);
    }
    let rule = profile.rule(endpoint, earlier)?;
    clauses.extend(match rule.answer {
        Answer::OAuth(_) => &OF_AN_ERROR[..],
        Answer::Redirect(_) => &[c::REDIRECT_ERROR, c::NO_LEAK],
        Answer::Problem => &[c::PROBLEM_DETAILS, c::NO_LEAK],
        Answer::Http => &[c::NO_SERVER_ERROR, c::NO_LEAK],
    });
    let both = [first, second];
    Some(Idea {
        slug: format!(
            "{}/{}-before-{}",
            endpoint.slug(),
            earlier.slug(),
            later.slug()
        ),
        group: format!("Two faults in one {} request.", endpoint.slug()),
        comment: format!("{} {} The first of the two decides.", first.doc, second.doc),
        flag: Flag {
            name: "precedence".into(),
            bug_type: BugType::Specification,
            description:
                "The checks come in another order, so that the code speaks of the lesser fault."
                    .into(),
        },
        clauses,
        case: Case::new(flow, alone::steps(&both)),
    })
}

/// Changes that are refused at this stage, the simplest first: those that take nothing but a session.
fn faults(endpoint: Endpoint, stage: Stage) -> Vec<Mutation> {
    let takes_others = |mutation: &Mutation| {
        [
            Need::OtherSession,
            Need::OtherHolder,
            Need::OtherTokens,
            Need::AcceptanceToken,
        ]
        .iter()
        .any(|need| mutation.needs(*need))
    };
    let mut faults: Vec<_> = Mutation::of(endpoint)
        .filter(|mutation| mutation.stage == Some(stage) && mutation.effect == Effect::Malformed)
        .filter(|mutation| !mutation.expansion && !takes_others(mutation))
        .collect();
    faults.sort_by_key(|mutation| mutation.needs(Need::AuthKey));
    faults
}
