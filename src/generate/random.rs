//! Combinations of several mutations, in one request or over a few.

use super::{Capabilities, Choices, Seeded};
use crate::case::{Case, Endpoint, Flow, KeyType, Mutation, Step};
use crate::profile::Profile;

/// The case with this index of the random phase.
pub fn random(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    seed: u64,
    index: u64,
) -> Case {
    case(profile, flows, capabilities, &mut Seeded::new(seed, index))
}

/// A case, as the choices fall. `flows` must not be empty, or an empty case comes out.
pub fn case<C: Choices>(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    choices: &mut C,
) -> Case {
    let Some(flow) = choices.pick(flows).cloned() else {
        return Case::new(Flow::new("", ""), Vec::new());
    };
    let grant = profile.grant_of(&flow.credential_type);
    // ID tokens and presentations are signed with ES256 alone.
    let key = if choices.happens(1, 16) && !grant.has_code() && profile.conduct.every_key_type {
        *choices.pick(KeyType::ALL).unwrap_or(&KeyType::P256)
    } else {
        flow.key
    };
    let key = if capabilities.refused_keys.contains(key) {
        KeyType::P256
    } else {
        key
    };
    let flow = Flow { key, ..flow };
    let mut steps = Vec::new();
    let earlier = earlier_endpoints(profile, &flow);
    if !earlier.is_empty() && choices.happens(1, 8) {
        let endpoint = choices.pick(&earlier).copied().unwrap_or(Endpoint::Token);
        steps.push(Step::send(
            endpoint,
            mutations(profile, &flow, endpoint, capabilities, choices),
        ));
        steps.push(Step::send(endpoint, Vec::new()));
    }
    let requests = 1 + choices.below(3) / 2;
    for _ in 0..requests {
        steps.push(Step::send(
            Endpoint::Credential,
            mutations(profile, &flow, Endpoint::Credential, capabilities, choices),
        ));
    }
    steps.push(Step::send(Endpoint::Credential, Vec::new()));
    if profile.is_deferred(&flow.credential_type) && choices.happens(1, 2) {
        if choices.happens(1, 2) {
            steps.push(Step::send(Endpoint::Deferred, Vec::new()));
        }
        steps.push(Step::WaitUntilReady);
        if choices.happens(1, 2) {
            steps.push(Step::send(
                Endpoint::Deferred,
                mutations(profile, &flow, Endpoint::Deferred, capabilities, choices),
            ));
        }
        steps.push(Step::send(Endpoint::Deferred, Vec::new()));
    }
    Case::new(flow, steps)
}

/// The endpoints that a session comes by before the credential endpoint.
pub(super) fn earlier_endpoints(profile: &Profile, flow: &Flow) -> Vec<Endpoint> {
    use Endpoint::{Authorize, DirectPost, InitiateOffer, Offer, RequestUri, Token};
    let by_offer = profile
        .find_type(&flow.credential_type)
        .is_none_or(|known| known.by_offer);
    let grant = profile.grant_of(&flow.credential_type);
    let endpoints: &[Endpoint] = match (grant.has_code(), by_offer) {
        (true, true) => &[
            Token,
            DirectPost,
            Authorize,
            RequestUri,
            Offer,
            InitiateOffer,
        ],
        (true, false) => &[Token, DirectPost, Authorize, RequestUri],
        (false, _) => &[Token, Offer, InitiateOffer],
    };
    // What a dialect says nothing of is no step of a case.
    let has_rules = |endpoint: &&Endpoint| {
        let mut stages = profile.stages.iter();
        stages.any(|rule| rule.endpoint == **endpoint)
    };
    let made = endpoints.iter().filter(|endpoint| grant.makes(**endpoint));
    made.filter(has_rules).copied().collect()
}

/// One to four mutations that do not undo one another. Half of the time only those are drawn that
/// let a request come far, so that the late checks get their share.
pub(super) fn mutations<C: Choices>(
    profile: &Profile,
    flow: &Flow,
    endpoint: Endpoint,
    capabilities: &Capabilities,
    choices: &mut C,
) -> Vec<Mutation> {
    let far = choices.happens(5, 8);
    let pool: Vec<Mutation> = Mutation::of(endpoint)
        .filter(|mutation| capabilities.lacks(*mutation).is_none() && fits(*mutation, flow))
        .filter(|mutation| profile.has_request_for(&flow.credential_type, *mutation))
        .filter(|mutation| !far || comes_far(profile, endpoint, *mutation))
        .collect();
    let wanted = 1 + choices.below(4);
    let mut chosen: Vec<Mutation> = Vec::new();
    for _ in 0..wanted {
        let Some(next) = choices.pick(&pool).copied() else {
            break;
        };
        if chosen.iter().all(|other| next.combines_with(*other)) {
            chosen.push(next);
        }
    }
    chosen
}

/// Whether the mutation makes sense for the flow's kind of key.
fn fits(mutation: Mutation, flow: &Flow) -> bool {
    // Edits of R and S, and forms of the public key, are written for P-256.
    flow.key == KeyType::P256
        || !(mutation.id.starts_with("proof-signature/") || mutation.id.starts_with("proof-alg/"))
}

/// Whether a request with this mutation passes the first half of the stages.
fn comes_far(profile: &Profile, endpoint: Endpoint, mutation: Mutation) -> bool {
    let Some(stage) = mutation.stage.filter(|_| !mutation.reference_accepts) else {
        return true;
    };
    let stages = profile
        .stages
        .iter()
        .filter(|rule| rule.endpoint == endpoint)
        .count();
    let first = profile
        .stages
        .iter()
        .position(|rule| rule.endpoint == endpoint)
        .unwrap_or(0);
    (profile.rank(endpoint, stage) - first) * 3 >= stages * 2
}
