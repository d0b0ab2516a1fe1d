//! A good request at every endpoint that a session comes by: it keeps to every rule there, and must be
//! accepted.

use super::{Flag, Idea, Topic};
use crate::case::{Case, Effect, Endpoint, Flow, Mutation, Step};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};
use crate::profile::{CredentialType, Profile};

/// The endpoints, and what is asked there beyond the steps of validation.
const ENDPOINTS: [(Endpoint, &[&Clause]); 8] = [
    (Endpoint::InitiateOffer, &[c::OFFER]),
    (Endpoint::Offer, &[c::OFFER]),
    (Endpoint::Authorize, &[c::AUTHORIZE_RESPONSE]),
    (Endpoint::RequestUri, &[c::REQUEST_URI]),
    (Endpoint::DirectPost, &[c::DIRECT_POST_RESPONSE]),
    (
        Endpoint::Token,
        &[
            c::TOKEN_RESPONSE,
            c::TOKEN_RESPONSE_NO_STORE,
            rfc::OAUTH_NO_STORE,
            rfc::HTTP_ANSWERS,
        ],
    ),
    (
        Endpoint::Credential,
        &[
            c::HTTP_METHOD,
            c::HTTP_PATH,
            c::TOKEN_UNUSED,
            rfc::JSON_GRAMMAR,
            rfc::JSON_UNIQUE_NAMES,
            rfc::JSON_UTF8,
            rfc::JWS_COMPACT,
            rfc::JWS_BASE64URL,
            rfc::JWA_ECDSA,
            rfc::JWT_ALG,
            rfc::JWT_TYP,
            rfc::JWT_EXP,
            rfc::BEARER_QUERY,
        ],
    ),
    (
        Endpoint::Deferred,
        &[
            c::DEFERRED_READY,
            c::DEFERRED_TOKEN,
            c::ACCEPTANCE_NOT_ACCESS,
        ],
    ),
];

/// One flow of each grant, in time and deferred.
pub(super) fn topic(profile: &Profile) -> Topic {
    let mut met = Vec::new();
    let mut ideas = Vec::new();
    for known in profile.types {
        let kind = (known.grant, known.deferred);
        if !met.contains(&kind) && known.left_out.is_empty() {
            met.push(kind);
            let kept = ENDPOINTS
                .iter()
                .filter_map(|(endpoint, more)| idea(profile, known, *endpoint, more));
            ideas.extend(kept);
        }
    }
    Topic {
        name: "kept".into(),
        ideas,
    }
}

fn idea(
    profile: &Profile,
    known: &CredentialType,
    endpoint: Endpoint,
    more: &[&'static Clause],
) -> Option<Idea> {
    let send = |endpoint| Step::send(endpoint, Vec::new());
    let steps = match endpoint {
        Endpoint::Deferred if !known.deferred => return None,
        Endpoint::InitiateOffer | Endpoint::Offer if !known.by_offer => return None,
        Endpoint::Authorize | Endpoint::RequestUri | Endpoint::DirectPost
            if !known.grant.has_code() =>
        {
            return None;
        }
        // The token request is a step of its own, so that its answer is looked at too.
        Endpoint::Credential => vec![send(Endpoint::Token), send(endpoint)],
        Endpoint::Deferred => vec![
            send(Endpoint::Token),
            send(Endpoint::Credential),
            Step::WaitUntilReady,
            send(endpoint),
        ],
        _ => vec![send(endpoint)],
    };
    let is_checked = |mutation: &Mutation, stage| {
        mutation.stage == Some(stage)
            && mutation.effect == Effect::Malformed
            && profile.has_request_for(known.name, *mutation)
    };
    let mut clauses = more.to_vec();
    if endpoint == Endpoint::Token && known.grant.has_code() {
        clauses.push(c::CODE_SINGLE_USE);
    }
    for rule in profile
        .stages
        .iter()
        .filter(|rule| rule.endpoint == endpoint)
    {
        // What none of the session's requests can break is not checked there.
        let mut mutations = Mutation::of(endpoint).filter(|one| is_checked(one, rule.stage));
        if mutations.next().is_some() {
            clauses.push(rule.clause);
        }
    }
    // Not every server passes its request by reference.
    if endpoint == Endpoint::RequestUri && clauses.len() == more.len() {
        return None;
    }
    let later = if known.deferred { "-deferred" } else { "" };
    Some(Idea {
        slug: format!("{}{later}/{}", known.grant.slug(), endpoint.slug()),
        group: format!(
            "Good requests on the way by the grant {}.",
            known.grant.slug()
        ),
        comment: format!(
            "A {} request that keeps to every rule must be accepted.",
            endpoint.slug()
        ),
        flag: Flag::over_strict(),
        clauses,
        case: Case::new(Flow::new(known.name, *profile.formats.first()?), steps),
    })
}
