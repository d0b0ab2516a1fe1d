//! Every mutation alone, on every flow, each with its repaired twin.

use super::{Capabilities, NotApplicable};
use crate::case::{Case, Endpoint, Flow, KeyType, Mutation, Step};
use crate::profile::Profile;

/// The happy path of a flow, and what must not work afterwards: using the access token again.
pub fn baseline(profile: &Profile, flow: &Flow) -> Case {
    let credential = || Step::send(Endpoint::Credential, Vec::new());
    let poll = || Step::send(Endpoint::Deferred, Vec::new());
    let steps = if profile.is_deferred(&flow.credential_type) {
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
    Case::new(flow.clone(), steps)
}

/// The happy path of a flow with every kind of key but the usual one.
pub fn key_types(profile: &Profile, flow: &Flow) -> Vec<Case> {
    let other = KeyType::ALL.iter().filter(|key| **key != flow.key);
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
        match capabilities.lacks(*mutation) {
            Some(reason) => left_out.push(NotApplicable {
                id: mutation.id.clone(),
                reason: reason.into(),
            }),
            None => sendable.push(*mutation),
        }
    }
    let cases = flows
        .iter()
        .flat_map(|flow| {
            sendable
                .iter()
                .filter_map(|mutation| alone(profile, flow, *mutation))
        })
        .collect();
    (cases, left_out)
}

/// The case of one mutation on one flow; `None` where the flow has no such request, or where the
/// flow's format makes no difference to it.
fn alone(profile: &Profile, flow: &Flow, mutation: Mutation) -> Option<Case> {
    let usual_format = profile
        .formats
        .first()
        .is_some_and(|format| *format == flow.format);
    let deferred = profile.is_deferred(&flow.credential_type);
    let with_twin = |before: Vec<Step>, after: Vec<Step>| {
        let mut steps = before;
        steps.push(Step::send(mutation.endpoint, vec![mutation]));
        steps.push(Step::send(mutation.endpoint, Vec::new()));
        steps.extend(after);
        Some(Case::new(flow.clone(), steps))
    };
    match mutation.endpoint {
        Endpoint::Credential => with_twin(Vec::new(), Vec::new()),
        Endpoint::Deferred if deferred => with_twin(
            vec![
                Step::send(Endpoint::Credential, Vec::new()),
                Step::WaitUntilReady,
            ],
            Vec::new(),
        ),
        Endpoint::Token if usual_format => with_twin(
            Vec::new(),
            vec![Step::send(Endpoint::Credential, Vec::new())],
        ),
        Endpoint::Offer | Endpoint::InitiateOffer if usual_format => {
            with_twin(Vec::new(), Vec::new())
        }
        _ => None,
    }
}
