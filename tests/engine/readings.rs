//! Other conformant uses of the latitude: no reading of the reference issuer draws a finding, and each does as soon as the oracle
//! is without the point that the reading uses.

use std::collections::{BTreeMap, BTreeSet};

use vcispec::case::{Case, Effect, Endpoint, Flow, KeyType, Step};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate::{self, Choices as _, Seeded};
use vcispec::invariants::{self, Memory, Scene};
use vcispec::issuer::{Issuer, Reading};
use vcispec::oracle::Oracle;
use vcispec::oracle::latitude::{POINTS, Point};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::Verdict;
use vcispec::zoo::readings::{self, Entry, Key};

use super::support::in_parallel;
use crate::thorough::{every_nth, seeds};

#[test]
fn every_reading_is_listed_once_with_a_point_that_there_is() {
    let mut listed: Vec<_> = readings::ALL.iter().map(|entry| entry.reading).collect();
    listed.sort_unstable();
    assert_eq!(listed, Reading::ALL);
}

#[test]
fn every_point_has_a_reading_and_every_reading_a_point() {
    let used: BTreeSet<_> = readings::ALL.iter().map(|entry| entry.point).collect();
    let known: BTreeSet<_> = POINTS.iter().map(|point| point.id).collect();
    assert_eq!(used, known);
}

#[test]
fn no_reading_draws_a_finding() {
    let entries: Vec<_> = every_nth(3, readings::ALL).collect();
    let found = in_parallel(&entries, |entry| {
        let found = findings(entry, Oracle::new(&EBSI_V3), usize::MAX);
        (!found.is_empty())
            .then(|| format!("{}: {:#?}", entry.reading, &found[..found.len().min(3)]))
    });
    assert!(found.is_empty(), "{}: {}", found.len(), found.join("\n"));
}

#[test]
fn every_reading_draws_one_without_its_point() {
    let unseen = in_parallel(readings::ALL, |entry| {
        let found = findings(entry, Oracle::new(&EBSI_V3).without(entry.point), 1);
        (found.is_empty() != entry.unseen.is_some())
            .then(|| format!("{}: {found:?}", entry.reading))
    });
    assert!(unseen.is_empty(), "{}: {}", unseen.len(), unseen.join("\n"));
}

#[test]
fn readings_draw_no_finding_together() {
    // The clean issuer has none of them.
    let sets = std::iter::once(Vec::new()).chain(every_nth(3, readings::together()));
    let sets: Vec<_> = sets.collect();
    let drawn: Vec<_> = seeds()
        .flat_map(|seed| {
            let any = std::iter::once(drawn_set(seed));
            let sets = sets.iter().cloned().chain(any);
            sets.map(move |set| (seed, set))
        })
        .collect();
    let found = in_parallel(&drawn, |(seed, set)| {
        let builder = set.iter().fold(Issuer::builder(), |builder, reading| {
            builder.reading(*reading)
        });
        let bench = Bench::new(builder);
        let (mut flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
        flows.retain(|flow| flow.format == "jwt_vc" || !set.contains(&Reading::OneFormat));
        let valid = flows.iter().map(|flow| generate::baseline(&EBSI_V3, flow));
        let random = |index| generate::random(&EBSI_V3, &flows, &CAPABILITIES, *seed, index);
        let sequence = |index| generate::sequence(&EBSI_V3, &flows, &CAPABILITIES, *seed, index);
        let cases: Vec<_> = valid
            .chain((0..80).map(random))
            .chain((0..50).map(sequence))
            .collect();
        let found = broken(&bench, &cases, 5);
        (!found.is_empty()).then(|| format!("seed {seed}, {set:?}: {found:#?}"))
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// For each question one of the readings that answer it, or none, as the choices fall.
fn drawn_set(seed: u64) -> Vec<Reading> {
    let mut choices = Seeded::new(seed, 0);
    let mut questions: BTreeMap<&str, Vec<Reading>> = BTreeMap::new();
    for entry in readings::ALL {
        let answers = questions.entry(entry.question).or_default();
        answers.push(entry.reading);
    }
    let pick = |answers: Vec<Reading>| answers.get(choices.below(answers.len() + 1)).copied();
    questions.into_values().filter_map(pick).collect()
}

/// What an issuer with this reading draws on the flow that shows it, at most `most`.
fn findings(entry: &Entry, oracle: Oracle, most: usize) -> Vec<String> {
    let bench = Bench::with_profile(Issuer::builder().reading(entry.reading), &EBSI_V3, oracle);
    broken(&bench, &cases(entry), most)
}

/// What these cases draw.
fn broken(bench: &Bench, cases: &[Case], most: usize) -> Vec<String> {
    let mut found = Vec::new();
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let mut memory = Memory::default();
    for at in 0..=cases.len() {
        let played = at
            .checked_sub(1)
            .map(|index| bench.play(&cases[index], index as u64));
        let transcript = played.as_ref().unwrap_or(bench.discovery());
        let mut verdicts = invariants::judge_transcript(transcript, &scene);
        for exchange in &transcript.exchanges {
            verdicts.extend(invariants::judge_exchange(exchange, &scene));
            verdicts.extend(invariants::remember(&mut memory, exchange, &scene));
        }
        let mutations = transcript.case.iter().flat_map(Case::mutations);
        let mutations: Vec<_> = mutations.map(|one| one.id.clone()).collect();
        for (invariant, verdict) in verdicts {
            if let Verdict::Fail(violation) = verdict {
                found.push(format!(
                    "{} ({:?}) with {mutations:?}: expected {}; {}",
                    invariant.id, violation.grade, violation.expected, violation.actual
                ));
            }
        }
        if found.len() >= most {
            break;
        }
    }
    found
}

/// The happy path, the mutations that the point is about, and what several sessions show.
fn cases(entry: &Entry) -> Vec<Case> {
    let point = POINTS.iter().find(|point| point.id == entry.point);
    let point = point.expect("there is such a point");
    let key = match entry.key {
        Key::Usual => KeyType::default(),
        Key::Es256k => KeyType::Secp256k1,
    };
    let flow = Flow {
        key,
        ..Flow::new(entry.shown_by, "jwt_vc")
    };
    let (systematic, _) =
        generate::systematic(&EBSI_V3, std::slice::from_ref(&flow), &CAPABILITIES);
    let concerned: Vec<_> = systematic
        .into_iter()
        .filter(|case| concerns(case, point))
        .collect();
    // Of many alike, some.
    let step = concerned.len().div_ceil(MOST).max(1);
    let mut cases = vec![generate::baseline(&EBSI_V3, &flow)];
    if entry.point == "code-twice" {
        let redeem = || Step::send(Endpoint::Token, Vec::new());
        cases.push(Case::new(flow.clone(), vec![redeem(), redeem()]));
    }
    cases.extend(concerned.into_iter().step_by(step));
    if matches!(
        entry.point,
        "code-after-refusal" | "state-after-refusal" | "code-twice" | "deferred-again"
    ) {
        let notable = generate::notable(&EBSI_V3, &flow, &CAPABILITIES);
        cases.extend(notable.into_iter().map(|notable| notable.case));
    }
    cases
}

fn concerns(case: &Case, point: &Point) -> bool {
    let left_out = |stage| EBSI_V3.leaves_out(&case.flow.credential_type, stage);
    case.mutations().any(|mutation| {
        let is_of_history = match point.id {
            "code-after-refusal" => mutation.endpoint == Endpoint::Token,
            "state-after-refusal" => mutation.endpoint == Endpoint::DirectPost,
            "onboarding-proof" => mutation.stage.is_some_and(left_out),
            _ => false,
        };
        if is_of_history {
            return true;
        }
        mutation.effect == Effect::Either(point.id)
            || mutation.latitude.contains(&point.id)
            || mutation
                .stage
                .is_some_and(|stage| point.stages.contains(&stage))
    })
}

/// How many mutations of one point are tried at most.
const MOST: usize = 40;
