//! What holds for all cases, requests, answers and values; proptest looks for the one for which it
//! does not. `PROPTEST_CASES` scales every property; a failure writes its seed under
//! `proptest-regressions/`, and a committed seed is tried first.
//!
//! Start at `requests.rs`. A new property says "for all" in its name.

mod bytes;
mod cases;
mod judge;
mod planted;
mod requests;
mod seeds;
mod shrinking;
mod values;

use proptest::prelude::*;
use vcispec::case::{Case, Effect, Endpoint, Flow, Grant, Mutation, Step};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate::CaseStrategy;
use vcispec::invariants::{self, Scene};
use vcispec::issuer::Issuer;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Exchange, Grade, Transcript, Verdict};

/// A share of the cases that `PROPTEST_CASES` asks for, for properties that take long.
fn one_in(share: u32) -> ProptestConfig {
    let whole = ProptestConfig::default();
    ProptestConfig {
        cases: (whole.cases / share).max(1),
        ..whole
    }
}

thread_local! {
    // One for each property: the clock of a bench jumps, and properties run side by side.
    static CLEAN: Bench = Bench::new(Issuer::builder());
}

/// Plays a case against the clean issuer.
fn play(case: &Case) -> Transcript {
    CLEAN.with(|bench| bench.play(case, 0))
}

/// Every credential type in every format.
fn flows() -> Vec<Flow> {
    let of = |name: &'static str| {
        EBSI_V3
            .formats_of(name)
            .map(move |format| Flow::new(name, format))
    };
    let known = EBSI_V3.types.iter();
    known.flat_map(|known| of(known.name)).collect()
}

/// A flow whose credential requests go through every stage.
fn flow() -> impl Strategy<Value = Flow> {
    let is_whole = |flow: &Flow| {
        let known = EBSI_V3.find_type(&flow.credential_type);
        known.is_some_and(|known| known.left_out.is_empty())
    };
    let flows: Vec<_> = flows().into_iter().filter(is_whole).collect();
    prop::sample::select(flows)
}

/// A flow whose tokens may be signed with any kind of key: ID tokens and presentations are signed
/// with ES256 alone.
fn pre_authorised_flow() -> impl Strategy<Value = Flow> {
    let is_pre_authorised =
        |flow: &Flow| EBSI_V3.grant_of(&flow.credential_type) == Grant::PreAuthorized;
    let flows: Vec<_> = flows().into_iter().filter(is_pre_authorised).collect();
    prop::sample::select(flows)
}

/// A case of the random phase.
fn any_case() -> CaseStrategy {
    CaseStrategy {
        profile: &EBSI_V3,
        flows: flows(),
        capabilities: CAPABILITIES,
    }
}

/// Up to `most` changes of this effect to a credential request, none of which undoes another.
fn changes(effect: Effect, most: usize) -> impl Strategy<Value = Vec<Mutation>> {
    let all: Vec<_> = Mutation::of(Endpoint::Credential)
        .filter(|mutation| mutation.effect == effect)
        .collect();
    prop::collection::vec(prop::sample::select(all), 1..=most).prop_map(|drawn| combined(&drawn))
}

/// Those of `drawn` that can be made together, the first among them.
fn combined(drawn: &[Mutation]) -> Vec<Mutation> {
    let mut chosen: Vec<Mutation> = Vec::new();
    for mutation in drawn {
        if chosen.iter().all(|other| mutation.combines_with(*other)) {
            chosen.push(*mutation);
        }
    }
    chosen
}

/// A credential request with these changes, and the repaired twin.
fn request(flow: &Flow, mutations: Vec<Mutation>) -> Case {
    Case::with_twin(flow.clone(), Endpoint::Credential, mutations)
}

fn just(flow: &Flow, mutations: Vec<Mutation>) -> Case {
    let step = Step::send(Endpoint::Credential, mutations);
    Case::new(flow.clone(), vec![step])
}

/// The exchange of the step with this index, unless the case could not be carried out that far.
fn at(transcript: &Transcript, step: usize) -> Option<&Exchange> {
    transcript
        .steps()
        .find(|exchange| exchange.step == Some(step))
}

/// Whether the answer is a refusal. Preflights are answered by another layer, without a credential.
fn is_refused(exchange: &Exchange) -> bool {
    let is_preflight = exchange.request.method() == http::Method::OPTIONS;
    !exchange.hands_out() && (is_preflight || (400..500).contains(&exchange.status()))
}

/// What the rules find, notes apart: rule, expected, seen.
fn findings(bench: &Bench, transcript: &Transcript) -> Vec<(&'static str, String, String)> {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    transcript
        .exchanges
        .iter()
        .flat_map(|exchange| invariants::judge_exchange(exchange, &scene))
        .chain(invariants::judge_transcript(transcript, &scene))
        .filter_map(|(invariant, verdict)| match verdict {
            Verdict::Fail(violation) if violation.grade != Grade::Note => {
                Some((invariant.id, violation.expected, violation.actual))
            }
            _ => None,
        })
        .collect()
}
