//! Issuer, wallet, oracle and invariants together: the clean issuer draws no finding. What each defect draws is
//! in `tests/engine/kills.rs`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use vcispec::case::{Case, Flow};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::invariants::{self, Memory, Scene};
use vcispec::issuer::Issuer;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Transcript, Verdict};

use crate::played::PLAYED;
use crate::thorough::every_nth;

/// What the rules say of transcripts.
#[derive(Default)]
struct Judged {
    /// Every broken rule, with what was seen.
    findings: Vec<String>,
    /// The rules that had something to say.
    spoken: BTreeSet<&'static str>,
}

/// What the clean issuer answered to every mutation alone, judged once for all tests that look at it.
static ALONE: LazyLock<Judged> = LazyLock::new(|| judge(&PLAYED.bench, &PLAYED.transcripts));

fn judge<'a>(bench: &Bench, transcripts: impl IntoIterator<Item = &'a Transcript>) -> Judged {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let mut memory = Memory::default();
    let mut judged = Judged::default();
    for transcript in transcripts {
        let mut verdicts = invariants::judge_transcript(transcript, &scene);
        for exchange in &transcript.exchanges {
            verdicts.extend(invariants::judge_exchange(exchange, &scene));
            verdicts.extend(invariants::remember(&mut memory, exchange, &scene));
        }
        for (invariant, verdict) in verdicts {
            if verdict == Verdict::NotApplicable {
                continue;
            }
            judged.spoken.insert(invariant.id);
            if let Verdict::Fail(violation) = verdict {
                let case = serde_json::to_string(&transcript.case).unwrap();
                judged.findings.push(format!(
                    "{} ({:?}): expected {}; {}; {case}",
                    invariant.id, violation.grade, violation.expected, violation.actual
                ));
            }
        }
    }
    judged
}

fn assert_none(findings: &[String]) {
    let some: Vec<&str> = findings.iter().take(40).map(String::as_str).collect();
    assert!(some.is_empty(), "{}:\n{}", findings.len(), some.join("\n"));
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
    assert_none(&ALONE.findings);
}

#[test]
fn the_clean_issuer_draws_no_finding_at_random() {
    let bench = Bench::new(Issuer::builder());
    let (flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
    let cases: Vec<Case> = every_nth(5, 0..800)
        .map(|index| generate::random(&EBSI_V3, &flows, &CAPABILITIES, 11, index))
        .collect();
    assert_none(&judge(&bench, &play(&bench, &cases)).findings);
}

#[test]
fn every_invariant_speaks_at_least_once() {
    let bench = &PLAYED.bench;
    let flow = Flow::new("CTWalletSameAuthorisedInTime", "jwt_vc");
    let notable = generate::notable(&EBSI_V3, &flow, &CAPABILITIES).into_iter();
    let cases: Vec<_> = notable.map(|notable| notable.case).collect();
    let sequences = play(bench, &cases);
    let more = judge(bench, std::iter::once(bench.discovery()).chain(&sequences));
    let spoken: BTreeSet<&str> = ALONE.spoken.union(&more.spoken).copied().collect();
    let all = invariants::ALL.iter().map(|invariant| invariant.id);
    let silent: BTreeSet<&str> = all.filter(|id| !spoken.contains(id)).collect();
    // What other profiles ask for is tried in `tests/strict.rs`.
    let others = BTreeSet::from(["access-token/refusal-has-a-challenge"]);
    assert_eq!(silent, others);
}
