//! What a case costs the harness: random cases of every flow, each with a session of its own, against the reference issuer in
//! this process. The issuer's share is in the figures; `issuance.rs` measures it alone.

use divan::Bencher;
use vcispec::case::Case;
use vcispec::corpus;
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::invariants::{self, Scene};
use vcispec::issuer::Issuer;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Transcript, Verdict};

fn main() {
    divan::main();
}

/// A random case from the start of its session to the last verdict.
#[divan::bench(sample_count = 1000, sample_size = 1)]
fn mixed_random_cycle(bencher: Bencher) {
    let bench = Bench::new(Issuer::builder());
    let mut cases = random_cases(&bench);
    bencher
        .with_inputs(|| cases.next())
        .bench_local_refs(|case| {
            let (salt, case) = case.as_ref().expect("there is no end of cases");
            judge(&bench, &bench.play(case, *salt))
        });
}

/// The part of it that minting, sending and answering take.
#[divan::bench(sample_count = 1000, sample_size = 1)]
fn mixed_random_cycle_unjudged(bencher: Bencher) {
    let bench = Bench::new(Issuer::builder());
    let mut cases = random_cases(&bench);
    bencher
        .with_inputs(|| cases.next())
        .bench_local_refs(|case| {
            let (salt, case) = case.as_ref().expect("there is no end of cases");
            bench.play(case, *salt)
        });
}

/// A thousand vectors of the corpus from the start of their sessions to the last verdict, on one processor.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn thousand_vectors(bencher: Bencher) {
    let files = corpus::embedded().iter();
    let all: Vec<&Case> = files
        .flat_map(|(_, file)| file.vectors())
        .map(|vector| &vector.case)
        .collect();
    // Evenly from all files.
    let stride = all.len() as f64 / 1000.0;
    let cases: Vec<_> = (0..1000)
        .map(|at| all[(f64::from(at) * stride) as usize])
        .collect();
    let bench = Bench::new(Issuer::builder());
    bencher.bench_local(|| {
        let play = |(case, salt): (&&Case, u64)| judge(&bench, &bench.play(case, salt));
        cases.iter().zip(0..).map(play).sum::<usize>()
    });
}

/// The random phase of a run, case after case, with a salt for each.
fn random_cases(bench: &Bench) -> impl Iterator<Item = (u64, Case)> {
    let (flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
    (0..).map(move |index| {
        let case = generate::random(&EBSI_V3, &flows, &CAPABILITIES, 1, index);
        (index, case)
    })
}

/// How many rules are broken: none.
fn judge(bench: &Bench, transcript: &Transcript) -> usize {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let exchanges = transcript
        .exchanges
        .iter()
        .flat_map(|exchange| invariants::judge_exchange(exchange, &scene));
    let broken = exchanges
        .chain(invariants::judge_transcript(transcript, &scene))
        .filter(|(_, verdict)| matches!(verdict, Verdict::Fail(_)))
        .count();
    assert_eq!(broken, 0);
    broken
}
