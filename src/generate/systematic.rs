//! Every mutation alone, on every flow, each with its repaired twin.

use std::collections::HashMap;

use super::{Capabilities, NotApplicable};
use crate::case::{Case, Effect, Endpoint, Flow, Grant, KeyType, Mutation, Need, Stage, Step};
use crate::profile::{CredentialType, Profile};

/// The happy path of a flow, and what must not work afterwards: using the access token again, and
/// the authorization code and the state that led to it.
pub fn baseline(profile: &Profile, flow: &Flow) -> Case {
    let credential = || Step::send(Endpoint::Credential, Vec::new());
    let poll = || Step::send(Endpoint::Deferred, Vec::new());
    let mut steps = if profile.is_deferred(&flow.credential_type) {
        vec![
            credential(),
            poll(),
            Step::WaitUntilReady,
            poll(),
            poll(),
            credential(),
        ]
    } else {
        vec![credential(), credential()]
    };
    let grant = profile.grant_of(&flow.credential_type);
    if grant.has_code() {
        let again = [Endpoint::Token, Endpoint::DirectPost];
        let again = again.into_iter().filter(|endpoint| grant.makes(*endpoint));
        steps.extend(again.map(|endpoint| Step::send(endpoint, Vec::new())));
    }
    Case::new(flow.clone(), steps)
}

/// The happy path of a flow with every kind of key but the usual one.
pub fn key_types(profile: &Profile, flow: &Flow) -> Vec<Case> {
    // ID tokens and presentations are signed with ES256 alone.
    let usable =
        profile.conduct.every_key_type && !profile.grant_of(&flow.credential_type).has_code();
    let other = KeyType::ALL
        .iter()
        .filter(|key| usable && **key != flow.key);
    other
        .map(|key| {
            baseline(
                profile,
                &Flow {
                    key: *key,
                    ..flow.clone()
                },
            )
        })
        .collect()
}

/// Every mutation that can be sent, alone, on each of `flows`; and what is left out.
pub fn systematic(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
) -> (Vec<Case>, Vec<NotApplicable>) {
    let mut left_out = Vec::new();
    let mut sendable = Vec::new();
    for mutation in Mutation::all() {
        if !profile.tries(*mutation) {
            left_out.push(NotApplicable {
                id: mutation.id.clone(),
                reason: format!("{} has no such rule", profile.title),
            });
            continue;
        }
        let grants = flows
            .iter()
            .map(|flow| profile.grant_of(&flow.credential_type));
        let unsent = without_request(grants, *mutation).or_else(|| {
            let has_some = |known: &CredentialType| mutation.fits(known.grant);
            (!profile.types.iter().any(has_some)).then_some(OTHER_SESSIONS)
        });
        match capabilities.lacks(*mutation).or(unsent) {
            Some(reason) => left_out.push(NotApplicable {
                id: mutation.id.clone(),
                reason: reason.into(),
            }),
            None => sendable.push(*mutation),
        }
    }
    // The near-misses of what goes before the credential request are tried on one type of each grant:
    // nothing there depends on the type as much as a credential request does. Those of the credential
    // request take turns: each is tried on every fourth flow.
    let mut met = Vec::new();
    let mut cases = Vec::new();
    let grant_of = |flow: &Flow| profile.grant_of(&flow.credential_type);
    for flow in flows {
        let grant = grant_of(flow);
        let before = met.iter().filter(|other| **other == grant).count();
        met.push(grant);
        let alike = flows
            .iter()
            .filter(|other| grant_of(other) == grant)
            .count();
        let turns = alike.clamp(1, 4);
        let tries = |index: usize, mutation: Mutation| match mutation.endpoint {
            // A session by an ID token takes nine requests: one such flow tries every second
            // mutation of the credential request, the next the others.
            Endpoint::Credential if grant == Grant::IdToken => {
                (index + before / 2).is_multiple_of(2)
            }
            Endpoint::Credential => !mutation.expansion || (index + before).is_multiple_of(turns),
            Endpoint::Deferred => true,
            _ => before == 0 || !mutation.expansion,
        };
        let tried = sendable
            .iter()
            .enumerate()
            .filter(|(index, mutation)| tries(*index, **mutation));
        for (_, mutation) in tried {
            cases.extend(alone(profile, flow, *mutation));
            if is_worth_using(profile, flow, *mutation) {
                cases.push(made_use_of(flow, *mutation));
            }
        }
    }
    (cases, left_out)
}

/// Why sessions of these grants cannot send a mutation, where that is for how they come to their tokens.
fn without_request(
    grants: impl Iterator<Item = Grant>,
    mutation: Mutation,
) -> Option<&'static str> {
    let mut reason = None;
    for grant in grants {
        reason = Some(match grant {
            Grant::Given | Grant::Shared if !grant.makes(mutation.endpoint) => TOKEN_IS_GIVEN,
            Grant::Shared if mutation.takes_another_session() => TOKEN_IS_SHARED,
            _ => return None,
        });
    }
    reason
}

/// Why what goes before an access token is not tried.
pub(crate) const TOKEN_IS_GIVEN: &str = "the access token is given, so there is no such request";

/// Why what belongs to sessions of another kind is not tried.
const OTHER_SESSIONS: &str = "no session of this run has such a request";

/// Why what takes several sessions is not tried.
pub(crate) const TOKEN_IS_SHARED: &str = "takes several sessions, and all share one access token (a command that prints a fresh one gives each its own)";

/// The case of one mutation on one flow; `None` where the flow has no such request, or where another
/// flow shows as much.
fn alone(profile: &Profile, flow: &Flow, mutation: Mutation) -> Option<Case> {
    let grant = profile.grant_of(&flow.credential_type);
    let is_newcomer = profile.is_for_newcomers(&flow.credential_type);
    if !profile.has_request_for(&flow.credential_type, mutation)
        || is_newcomer && !is_peculiar_to_newcomers(profile, flow, mutation)
    {
        return None;
    }
    let is_usual = profile
        .formats
        .first()
        .is_some_and(|format| *format == flow.format);
    let credential = || Step::send(Endpoint::Credential, Vec::new());
    let with_twin = |before: Vec<Step>, after: Vec<Step>| {
        let mut steps = before;
        steps.push(Step::send(mutation.endpoint, vec![mutation]));
        steps.push(Step::send(mutation.endpoint, Vec::new()));
        steps.extend(after);
        Some(Case::new(flow.clone(), steps))
    };
    match mutation.endpoint {
        Endpoint::Credential if is_newcomer && is_usual => with_twin(Vec::new(), Vec::new()),
        Endpoint::Credential if is_worth_it(grant, is_usual, mutation) => {
            with_twin(Vec::new(), Vec::new())
        }
        Endpoint::Deferred if profile.is_deferred(&flow.credential_type) => {
            with_twin(vec![credential(), Step::WaitUntilReady], Vec::new())
        }
        Endpoint::Token if is_usual => with_twin(Vec::new(), vec![credential()]),
        Endpoint::Offer | Endpoint::InitiateOffer | Endpoint::RequestUri if is_usual => {
            with_twin(Vec::new(), Vec::new())
        }
        // What must not matter must not matter later either; the answer to it is used.
        Endpoint::Authorize | Endpoint::DirectPost | Endpoint::Token
            if is_usual && mutation.effect == Effect::Benign =>
        {
            Some(made_use_of(flow, mutation))
        }
        Endpoint::Authorize if is_usual => with_twin(Vec::new(), vec![credential()]),
        Endpoint::DirectPost if is_usual => with_twin(Vec::new(), Vec::new()),
        _ => None,
    }
}

/// Whether the answer is to be made use of: to what some take and others do not. Whoever took it must not be led astray.
fn is_worth_using(profile: &Profile, flow: &Flow, mutation: Mutation) -> bool {
    let leads_to_a_token = matches!(
        mutation.endpoint,
        Endpoint::Authorize | Endpoint::DirectPost | Endpoint::Token
    );
    let is_usual = profile.formats.first() == Some(&flow.format.as_str());
    let is_left_open = matches!(mutation.effect, Effect::Either(_)) && !mutation.expansion;
    let usable = profile.has_request_for(&flow.credential_type, mutation);
    leads_to_a_token && is_left_open && is_usual && usable
}

/// One mutation, and the credential request to which it leads.
pub(super) fn made_use_of(flow: &Flow, mutation: Mutation) -> Case {
    let mut steps = vec![Step::send(mutation.endpoint, vec![mutation])];
    if mutation.endpoint != Endpoint::Credential {
        steps.push(Step::send(Endpoint::Credential, Vec::new()));
    }
    Case::new(flow.clone(), steps)
}

/// Whether a mutation of the credential request is tried on flows of this grant. The request is the
/// same whatever the grant, so flows that take more requests to get there go without the expansions,
/// and a flow that presents other credentials first tries none.
fn is_worth_it(grant: Grant, is_usual: bool, mutation: Mutation) -> bool {
    match grant {
        Grant::PreAuthorized | Grant::Login | Grant::Given | Grant::Shared => true,
        Grant::IdToken => is_usual && !mutation.expansion,
        Grant::VpToken | Grant::Service | Grant::ServiceVp => false,
    }
}

/// Whether a mutation shows something on the flow of a newcomer that it does not show on others:
/// those of the proof where some of its stages are left out, and those of a presentation that is
/// not the client's own by its name.
fn is_peculiar_to_newcomers(profile: &Profile, flow: &Flow, mutation: Mutation) -> bool {
    let Some(stage) = mutation.stage.filter(|_| !mutation.expansion) else {
        return false;
    };
    let rank = |stage| profile.rank(mutation.endpoint, stage);
    match mutation.endpoint {
        Endpoint::Credential => {
            profile.leaves_out(&flow.credential_type, Stage::ProofSignature)
                && rank(stage) >= rank(Stage::ProofDecodes)
        }
        Endpoint::DirectPost => matches!(stage, Stage::VpTokenHolder | Stage::VpTokenCredentials),
        _ => false,
    }
}

/// Cases that can share a session, and the one case that stands for them.
#[derive(Debug, Clone)]
pub struct Screening {
    /// The requests of all of them, then one twin.
    pub together: Case,
    /// Each by itself. One alone is `together` itself.
    pub alone: Vec<Case>,
}

/// How many mutations share a session.
const SHARING: usize = 8;

/// Puts cases together whose mutated requests change nothing when they are refused: one session, one
/// twin. As long as all goes as it should this shows as much as each case alone, with a fraction of
/// the requests; where something does not, run them alone.
///
/// Unless they are to share sessions, each stands for itself.
pub fn screened(profile: &Profile, cases: Vec<Case>, sharing: bool) -> Vec<Screening> {
    let mut open: HashMap<Shape, usize> = HashMap::new();
    let mut screenings: Vec<Screening> = Vec::new();
    for case in cases {
        let Some((shape, at)) = shape(profile, &case).filter(|_| sharing) else {
            screenings.push(Screening {
                together: case.clone(),
                alone: vec![case],
            });
            continue;
        };
        match open.get(&shape).map(|index| &mut screenings[*index]) {
            Some(screening) if screening.alone.len() < SHARING => {
                let behind = at + screening.alone.len();
                let step = case.steps[at].clone();
                screening.together.steps.insert(behind, step);
                screening.alone.push(case);
            }
            _ => {
                open.insert(shape, screenings.len());
                screenings.push(Screening {
                    together: case.clone(),
                    alone: vec![case],
                });
            }
        }
    }
    screenings
}

/// What cases that share a session have in common: all but the mutation.
type Shape = (Flow, Endpoint, Vec<Step>);

/// The shape of a case and the index of its mutated request, if it may share its session.
fn shape(profile: &Profile, case: &Case) -> Option<(Shape, usize)> {
    let mutated = |step: &Step| step.sends().iter().any(|send| !send.mutations.is_empty());
    let at = case.steps.iter().position(mutated)?;
    let Step::Send(send) = &case.steps[at] else {
        return None;
    };
    let [mutation] = send.mutations[..] else {
        return None;
    };
    // A refused token request or wallet answer may end the code or the state.
    let consumes = matches!(send.to, Endpoint::Token | Endpoint::DirectPost);
    let is_refused = mutation.effect == Effect::Malformed
        && mutation
            .stage
            .is_some_and(|stage| !profile.leaves_out(&case.flow.credential_type, stage));
    let is_by_itself = ![
        Need::OtherSession,
        Need::OtherHolder,
        Need::OtherTokens,
        Need::AcceptanceToken,
    ]
    .iter()
    .any(|need| mutation.needs(*need));
    let mut others = case.steps.clone();
    others.remove(at);
    let is_single = !others.iter().any(mutated);
    (is_refused && !consumes && is_by_itself && is_single)
        .then(|| ((case.flow.clone(), send.to, others), at))
}
