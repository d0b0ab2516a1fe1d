//! Every mutation of the catalogue alone.

use super::{Flag, Idea, Topic};
use crate::case::{Case, Effect, Endpoint, Flow, Mutation, Op, Step};
use crate::clauses::ebsi_v3::PROBLEM_DETAILS;
use crate::clauses::rfc::HTTP_ALLOW;
use crate::corpus::BugType;
use crate::oracle::latitude;
use crate::profile::{Answer, Profile};

/// The near-misses of a compared value that stand in the corpus: shorter, longer, in the other letter
/// case, with white space, of another type. The others are more of the same; a run sends them all.
const NEAR: [&str; 7] = [
    "last-missing",
    "first-half",
    "appended",
    "other-case",
    "trailing-space",
    "in-array",
    "null",
];

/// A file for each part of an issuer.
pub(super) fn topics(profile: &Profile) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for mutation in Mutation::all() {
        if !is_wanted(*mutation) {
            continue;
        }
        let Some(idea) = idea(profile, *mutation) else {
            continue;
        };
        let name = file_of(*mutation);
        match topics.iter_mut().find(|topic| topic.name == name) {
            Some(topic) => topic.ideas.push(idea),
            None => topics.push(Topic {
                name: name.into(),
                ideas: vec![idea],
            }),
        }
    }
    topics
}

fn is_wanted(mutation: Mutation) -> bool {
    let near = mutation.id.rsplit_once("/near-").map(|(_, near)| near);
    !mutation.expansion || near.is_some_and(|near| NEAR.contains(&near))
}

fn file_of(mutation: Mutation) -> &'static str {
    let id = mutation.id.as_str();
    let topic = id.split('/').next().unwrap_or_default();
    match mutation.endpoint {
        Endpoint::Credential => match topic {
            "token" | "token-alg" => "alone-access-token",
            "minted" => "alone-minted",
            "http" | "media-type" | "authorization" => "alone-http",
            "proof-type" => "alone-body",
            _ if topic.starts_with("proof-") => "alone-proof",
            _ => "alone-body",
        },
        Endpoint::Authorize if topic == "request-object" => "alone-request-object",
        Endpoint::Authorize => "alone-authorize",
        Endpoint::DirectPost => "alone-direct-post",
        Endpoint::Token if topic == "client-assertion" => "alone-client-assertion",
        Endpoint::Token => "alone-token-request",
        Endpoint::Deferred => "alone-deferred",
        Endpoint::InitiateOffer | Endpoint::Offer | Endpoint::RequestUri => "alone-offer",
        Endpoint::IssuerMetadata
        | Endpoint::IssuerJwks
        | Endpoint::AuthMetadata
        | Endpoint::AuthJwks => "alone-discovery",
    }
}

fn idea(profile: &Profile, mutation: Mutation) -> Option<Idea> {
    let mut clauses = vec![mutation.clause];
    let rule = mutation
        .stage
        .and_then(|stage| profile.rule(mutation.endpoint, stage));
    clauses.extend(rule.map(|rule| rule.clause));
    if rule.is_some_and(|rule| rule.answer == Answer::Problem) {
        clauses.push(PROBLEM_DETAILS);
    }
    if mutation.ops.iter().any(|op| matches!(op, Op::Method(_))) {
        clauses.push(HTTP_ALLOW);
    }
    let topic = mutation.id.split('/').next().unwrap_or_default();
    Some(Idea {
        slug: mutation.id.clone(),
        group: format!(
            "A {} request with one change to its {}.",
            mutation.endpoint.slug(),
            topic.replace('-', " ")
        ),
        comment: mutation.doc.clone(),
        flag: flag(profile, mutation),
        clauses,
        case: Case::new(flow(profile, &[mutation])?, steps(&[mutation])),
    })
}

/// The bug that a mutation hunts.
pub(super) fn flag(profile: &Profile, mutation: Mutation) -> Flag {
    let rule = mutation
        .stage
        .and_then(|stage| profile.rule(mutation.endpoint, stage));
    match (mutation.effect, rule) {
        (Effect::Either(id), _) => Flag {
            name: format!("latitude-{id}"),
            bug_type: BugType::Latitude,
            description: format!(
                "Conformant issuers differ: {}.",
                latitude::find(id).map_or("see docs/latitude.md", |point| point.reason)
            ),
        },
        (Effect::Malformed, Some(rule)) => Flag {
            name: format!("unchecked-{}", rule.stage.slug()),
            bug_type: BugType::Specification,
            description: format!(
                "The issuer does not hold requests to a rule. {}",
                rule.clause.text
            ),
        },
        (Effect::Benign | Effect::Malformed, _) => Flag::over_strict(),
    }
}

/// The first flow of the profile whose sessions have a request that all of these can be made to.
pub(super) fn flow(profile: &Profile, mutations: &[Mutation]) -> Option<Flow> {
    let needs_deferred = mutations
        .iter()
        .any(|mutation| mutation.endpoint == Endpoint::Deferred);
    let known = profile.types.iter().find(|known| {
        (!needs_deferred || known.deferred)
            && mutations
                .iter()
                .all(|mutation| profile.has_request_for(known.name, *mutation))
    })?;
    Some(Flow::new(known.name, *profile.formats.first()?))
}

/// What is sent to try these mutations of one request.
pub(super) fn steps(mutations: &[Mutation]) -> Vec<Step> {
    let to = mutations
        .first()
        .map_or(Endpoint::Credential, |mutation| mutation.endpoint);
    let mut steps = Vec::new();
    if to == Endpoint::Deferred {
        steps.push(Step::send(Endpoint::Credential, Vec::new()));
        steps.push(Step::WaitUntilReady);
    }
    steps.push(Step::send(to, mutations.to_vec()));
    steps
}
