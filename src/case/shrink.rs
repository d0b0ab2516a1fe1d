//! The one shrinker. It proposes smaller cases; whoever asks keeps those that still show the
//! finding. A smaller case is rendered and signed anew, so it never degenerates into a request
//! whose only fault is a broken signature.

use super::{Case, Flow, KeyType, Step};

/// Cases one change smaller than `case`, the most promising first: halves of the mutations, single
/// mutations and steps removed, then the simplest key.
pub(super) fn candidates(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    for (index, step) in case.steps.iter().enumerate() {
        let Step::Send(send) = step else { continue };
        let count = send.mutations.len();
        if count > 2 {
            out.push(with_mutations(case, index, |at| at < count / 2));
            out.push(with_mutations(case, index, |at| at >= count / 2));
        }
        for dropped in 0..count {
            out.push(with_mutations(case, index, |at| at != dropped));
        }
    }
    for index in (0..case.steps.len()).rev() {
        if case.steps.len() > 1 {
            let mut smaller = case.clone();
            smaller.steps.remove(index);
            out.push(smaller);
        }
    }
    if case.flow.key != KeyType::P256 {
        let flow = Flow {
            key: KeyType::P256,
            ..case.flow.clone()
        };
        out.push(Case {
            flow,
            ..case.clone()
        });
    }
    out
}

fn with_mutations(case: &Case, step: usize, keep: impl Fn(usize) -> bool) -> Case {
    let mut smaller = case.clone();
    if let Step::Send(send) = &mut smaller.steps[step] {
        let mut at = 0;
        send.mutations.retain(|_| {
            at += 1;
            keep(at - 1)
        });
    }
    smaller
}
