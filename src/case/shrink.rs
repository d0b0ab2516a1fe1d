//! The one shrinker. It proposes smaller cases; whoever asks keeps those that still show the
//! finding. A smaller case is rendered and signed anew, so it never degenerates into a request
//! whose only fault is a broken signature.

use super::{Case, Flow, KeyType, Send, Step};

/// Cases one change smaller than `case`, the most promising first: halves of the mutations, single
/// mutations, requests and steps removed, waiting and racing given up, fewer sessions, then the
/// simplest key.
pub(super) fn candidates(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    halves_of_the_steps(case, &mut out);
    for (index, step) in case.steps.iter().enumerate() {
        for (member, send) in step.sends().iter().enumerate() {
            let count = send.mutations.len();
            let mut keep = |keep: &dyn Fn(usize) -> bool| {
                out.push(with_mutations(case, (index, member), keep));
            };
            if count > 2 {
                keep(&|at| at < count / 2);
                keep(&|at| at >= count / 2);
            }
            for dropped in 0..count {
                keep(&|at| at != dropped);
            }
        }
    }
    for index in (0..case.steps.len()).rev() {
        if case.steps.len() > 1 {
            let mut smaller = case.clone();
            smaller.steps.remove(index);
            out.push(smaller);
        }
        if let Step::Race(sends) = &case.steps[index] {
            out.extend(calmer(case, index, sends));
        }
    }
    out.extend(in_fewer_sessions(case));
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

/// The case without any step and any mutation that one of the smaller ones lacks. Those that are smaller in another way do not
/// count.
pub(super) fn without(case: &Case, smaller: &[&Case]) -> Case {
    let mut left: Vec<Option<Step>> = case.steps.iter().cloned().map(Some).collect();
    for other in smaller {
        if other.steps.len() == case.steps.len() {
            let pairs = case.steps.iter().zip(&other.steps);
            for (at, (before, after)) in pairs.enumerate() {
                if let Some(step) = &mut left[at] {
                    leave_out(step, before, after);
                }
            }
        } else if let Some(lacking) = lacking(&case.steps, &other.steps) {
            for at in lacking {
                left[at] = None;
            }
        }
    }
    Case {
        steps: left.into_iter().flatten().collect(),
        ..case.clone()
    }
}

/// Takes those mutations from a step that it had before and has no longer.
fn leave_out(step: &mut Step, before: &Step, after: &Step) {
    let (before, after) = (before.sends(), after.sends());
    let is_alike =
        |(one, other): (&Send, &Send)| one.to == other.to && one.session == other.session;
    if before.len() != after.len() || !before.iter().zip(after).all(is_alike) {
        return;
    }
    for (send, (before, after)) in step.sends_mut().iter_mut().zip(before.iter().zip(after)) {
        let gone = before
            .mutations
            .iter()
            .filter(|one| !after.mutations.contains(one));
        for gone in gone {
            send.mutations.retain(|mutation| mutation != gone);
        }
    }
}

/// The positions of the steps that are left out in `after`, if nothing else is different.
fn lacking(before: &[Step], after: &[Step]) -> Option<Vec<usize>> {
    let mut rest = after.iter().peekable();
    let lacking = before
        .iter()
        .enumerate()
        .filter(|(_, step)| rest.next_if(|next| next == step).is_none())
        .map(|(at, _)| at)
        .collect();
    rest.next().is_none().then_some(lacking)
}

/// Long sequences lose half of their steps at once.
fn halves_of_the_steps(case: &Case, out: &mut Vec<Case>) {
    let count = case.steps.len();
    if count < 6 {
        return;
    }
    let with = |steps: Vec<Step>| Case {
        steps,
        ..case.clone()
    };
    out.push(with(case.steps[..count / 2].to_vec()));
    out.push(with(case.steps[count / 2..].to_vec()));
    // Without the middle: what happens late may rest on what happened first.
    let (first, last) = (count / 4, count - count / 4);
    let ends = [&case.steps[..first], &case.steps[last..]].concat();
    out.push(with(ends));
}

/// Fewer requests at the same time, or one after the other.
fn calmer(case: &Case, index: usize, sends: &[Send]) -> Vec<Case> {
    let with = |steps: Vec<Step>| {
        let mut smaller = case.clone();
        smaller.steps.splice(index..=index, steps);
        smaller
    };
    let mut out = Vec::new();
    if let [only] = sends {
        out.push(with(vec![Step::Send(only.clone())]));
    }
    if sends.len() > 1 {
        out.push(with(vec![Step::Send(sends[0].clone())]));
        for dropped in (0..sends.len()).rev() {
            let mut fewer = sends.to_vec();
            fewer.remove(dropped);
            out.push(with(vec![Step::Race(fewer)]));
        }
    }
    out
}

/// The same steps with the highest session joined to a lower one, or numbered lower.
fn in_fewer_sessions(case: &Case) -> Vec<Case> {
    let sends = || case.steps.iter().flat_map(Step::sends);
    let highest = sends().map(|send| send.session).max().unwrap_or(0);
    if highest == 0 {
        return Vec::new();
    }
    let renumbered = |to: u8| {
        let mut smaller = case.clone();
        for send in smaller.steps.iter_mut().flat_map(Step::sends_mut) {
            if send.session == highest {
                send.session = to;
            }
        }
        smaller
    };
    (0..highest).take(4).map(renumbered).collect()
}

fn with_mutations(
    case: &Case,
    (step, member): (usize, usize),
    keep: &dyn Fn(usize) -> bool,
) -> Case {
    let mut smaller = case.clone();
    if let Some(send) = smaller.steps[step].sends_mut().get_mut(member) {
        let mut at = 0;
        send.mutations.retain(|_| {
            at += 1;
            keep(at - 1)
        });
    }
    smaller
}
