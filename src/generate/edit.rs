//! Small edits to a case, for the fuzzer's custom mutator.

use super::random::mutations;
use super::systematic::made_use_of;
use super::{Capabilities, Choices};
use crate::case::{Case, Endpoint, Flow, KeyType, Mutation, Send, Step};
use crate::profile::Profile;

/// How many steps a case grows to at most.
const MAX_STEPS: usize = 12;

/// `case` with one small change. May change nothing.
pub fn edit<C: Choices>(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    case: &Case,
    choices: &mut C,
) -> Case {
    // What piles up hides what comes last: every third time begins with one deviation alone.
    if choices.happens(1, 3)
        && let Some(alone) = alone(profile, flows, capabilities, choices)
    {
        return alone;
    }
    let mut edited = case.clone();
    let at = choices.below(edited.steps.len());
    match choices.below(8) {
        0 => {
            if let Some(flow) = choices.pick(flows) {
                edited.flow = Flow {
                    key: edited.flow.key,
                    ..flow.clone()
                };
            }
        }
        1 => edited.flow.key = *choices.pick(KeyType::ALL).unwrap_or(&KeyType::P256),
        2 if edited.steps.len() > 1 => {
            edited.steps.remove(at);
        }
        3 if edited.steps.len() < MAX_STEPS => {
            let session = u8::try_from(choices.below(4)).unwrap_or(0);
            let to = *choices
                .pick(&[
                    Endpoint::Credential,
                    Endpoint::Token,
                    Endpoint::Offer,
                    Endpoint::Deferred,
                ])
                .unwrap_or(&Endpoint::Credential);
            edited.steps.insert(
                at,
                Step::Send(Send {
                    to,
                    session,
                    mutations: Vec::new(),
                }),
            );
        }
        4 if edited.steps.len() < MAX_STEPS => {
            let wait = if choices.happens(1, 2) {
                Step::WaitUntilReady
            } else {
                Step::Wait(1 + choices.below(10) as u64)
            };
            edited.steps.insert(at, wait);
        }
        5 => {
            if let Some(Step::Send(send)) = edited.steps.get_mut(at) {
                let dropped = choices.below(send.mutations.len());
                if dropped < send.mutations.len() {
                    send.mutations.remove(dropped);
                }
            }
        }
        _ => {
            let flow = edited.flow.clone();
            if let Some(Step::Send(send)) = edited.steps.get_mut(at) {
                for next in mutations(profile, &flow, send.to, capabilities, choices) {
                    if send
                        .mutations
                        .iter()
                        .all(|other| next.combines_with(*other))
                    {
                        send.mutations.push(next);
                    }
                }
            }
        }
    }
    edited
}

/// A flow with one mutation, and the credential request to which it leads. Near-misses are many and much alike: of three
/// mutations two are none.
fn alone<C: Choices>(
    profile: &Profile,
    flows: &[Flow],
    capabilities: &Capabilities,
    choices: &mut C,
) -> Option<Case> {
    let flow = choices.pick(flows)?;
    let is_near = choices.happens(1, 3);
    let fitting: Vec<_> = Mutation::all()
        .iter()
        .filter(|one| one.expansion == is_near && capabilities.lacks(**one).is_none())
        .filter(|one| profile.has_request_for(&flow.credential_type, **one))
        .collect();
    let mutation = **choices.pick(&fitting)?;
    Some(made_use_of(flow, mutation))
}
