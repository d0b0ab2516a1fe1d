//! Issuer, wallet, oracle and invariants together: the clean issuer draws no finding. What each defect draws is
//! in `tests/engine/kills.rs`.

use std::collections::BTreeSet;

use vcispec::case::{Case, Flow};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::invariants::{self, Memory, Scene};
use vcispec::issuer::Issuer;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Grade, Transcript, Verdict};

use crate::played::PLAYED;

/// Every broken rule of these transcripts, with what was seen.
fn findings(bench: &Bench, transcripts: &[Transcript]) -> Vec<(&'static str, Grade, String)> {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let mut memory = Memory::default();
    let mut found = Vec::new();
    for transcript in transcripts {
        let mut verdicts = invariants::judge_transcript(transcript, &scene);
        for exchange in &transcript.exchanges {
            verdicts.extend(invariants::judge_exchange(exchange, &scene));
            verdicts.extend(invariants::remember(&mut memory, exchange, &scene));
        }
        let case = serde_json::to_string(&transcript.case).unwrap();
        found.extend(
            verdicts
                .into_iter()
                .filter_map(|(invariant, verdict)| match verdict {
                    Verdict::Fail(violation) => Some((
                        invariant.id,
                        violation.grade,
                        format!(
                            "expected {}; {}; {case}",
                            violation.expected, violation.actual
                        ),
                    )),
                    _ => None,
                }),
        );
    }
    found
}

fn play(bench: &Bench, cases: &[Case]) -> Vec<Transcript> {
    cases
        .iter()
        .enumerate()
        .map(|(salt, case)| bench.play(case, salt as u64))
        .collect()
}

#[test]
fn the_clean_issuer_draws_no_finding() {
    let found = findings(&PLAYED.bench, &PLAYED.transcripts);
    let lines: BTreeSet<String> = found
        .iter()
        .take(200)
        .map(|(id, grade, text)| format!("{id} ({grade:?}): {text}"))
        .collect();
    assert!(
        found.is_empty(),
        "{}:\n{}",
        found.len(),
        lines.into_iter().take(40).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_clean_issuer_draws_no_finding_at_random() {
    let bench = Bench::new(Issuer::builder());
    let (flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
    let cases: Vec<Case> = (0..800)
        .map(|index| generate::random(&EBSI_V3, &flows, &CAPABILITIES, 11, index))
        .collect();
    let found = findings(&bench, &play(&bench, &cases));
    let lines: Vec<String> = found
        .iter()
        .take(20)
        .map(|(id, grade, text)| format!("{id} ({grade:?}): {text}"))
        .collect();
    assert!(found.is_empty(), "{}:\n{}", found.len(), lines.join("\n"));
}

#[test]
fn every_invariant_speaks_at_least_once() {
    let bench = &PLAYED.bench;
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let mut memory = Memory::default();
    let mut silent: BTreeSet<&str> = invariants::ALL
        .iter()
        .map(|invariant| invariant.id)
        .collect();
    let mut hear = |verdicts: Vec<(&'static invariants::Invariant, Verdict)>| {
        for (invariant, verdict) in verdicts {
            if verdict != Verdict::NotApplicable {
                silent.remove(invariant.id);
            }
        }
    };
    let discovery = bench.discovery();
    let flow = Flow::new("CTWalletSameAuthorisedInTime", "jwt_vc");
    let notable = generate::notable(&EBSI_V3, &flow, &CAPABILITIES).into_iter();
    let cases: Vec<_> = notable.map(|notable| notable.case).collect();
    let sequences = play(bench, &cases);
    let played = PLAYED.transcripts.iter().chain(&sequences);
    for transcript in std::iter::once(discovery).chain(played) {
        hear(invariants::judge_transcript(transcript, &scene));
        for exchange in &transcript.exchanges {
            hear(invariants::judge_exchange(exchange, &scene));
            hear(invariants::remember(&mut memory, exchange, &scene));
        }
    }
    // What other profiles ask for is tried in `tests/strict.rs`.
    let others = BTreeSet::from(["access-token/refusal-has-a-challenge"]);
    assert_eq!(silent, others);
}
