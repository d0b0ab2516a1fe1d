//! Issuer, wallet, oracle and invariants together: the clean issuer draws no finding, each defect
//! draws the one it should.

use std::collections::BTreeSet;

use vcispec::case::{Case, Flow};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::invariants::{self, Memory, Scene};
use vcispec::issuer::{Defect, Issuer};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Grade, Transcript, Verdict};

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

/// The types on which every mutation is tried here: one of each grant, and a deferred one.
const TRIED: [&str; 5] = [
    "CTWalletSamePreAuthorisedInTime",
    "CTWalletSamePreAuthorisedDeferred",
    "CTWalletSameAuthorisedInTime",
    "CTWalletQualificationCredential",
    "VerifiableAccreditationToAttest",
];

fn systematic(bench: &Bench) -> Vec<Case> {
    let (flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
    assert_eq!(flows.len(), 33);
    let mut cases: Vec<Case> = flows
        .iter()
        .map(|flow| generate::baseline(&EBSI_V3, flow))
        .collect();
    cases.extend(generate::key_types(&EBSI_V3, &flows[0]));
    let some: Vec<Flow> = TRIED
        .iter()
        .map(|name| Flow::new(*name, "jwt_vc"))
        .collect();
    cases.extend(generate::systematic(&EBSI_V3, &some, &CAPABILITIES).0);
    cases
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
    let bench = Bench::new(Issuer::builder());
    let transcripts = play(&bench, &systematic(&bench));
    let found = findings(&bench, &transcripts);
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
    let cases: Vec<Case> = (0..1500)
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
    let bench = Bench::new(Issuer::builder());
    let transcripts = play(&bench, &systematic(&bench));
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
    for transcript in std::iter::once(discovery).chain(&transcripts) {
        hear(invariants::judge_transcript(transcript, &scene));
        for exchange in &transcript.exchanges {
            hear(invariants::judge_exchange(exchange, &scene));
            hear(invariants::remember(&mut memory, exchange, &scene));
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}

/// The rule that each defect breaks, and the flow that shows it.
const CAUGHT_BY: &[(&str, &str, &str)] = &[
    (
        "nonce-unchecked",
        "proof/nonce-is-the-c-nonce-of-this-token",
        IN_TIME,
    ),
    ("token-replay-accepted", "access-token/single-use", IN_TIME),
    (
        "refused-request-burns-token",
        "access-token/refused-request-consumes-nothing",
        IN_TIME,
    ),
    (
        "proof-aud-by-prefix",
        "proof/audience-is-the-issuer",
        IN_TIME,
    ),
    (
        "kid-by-did-prefix",
        "proof/kid-names-the-subjects-key",
        IN_TIME,
    ),
    ("alg-none-accepted", "proof/algorithm-fits-the-key", IN_TIME),
    (
        "hs256-with-public-key",
        "proof/algorithm-fits-the-key",
        IN_TIME,
    ),
    (
        "signature-skipped-for-one-type",
        "proof/signature-verified",
        "CTWalletCrossPreAuthorised",
    ),
    ("proof-typ-ignored", "proof/typ-tells-a-proof", IN_TIME),
    (
        "missing-proof-500",
        "robustness/a-client-fault-is-no-server-error",
        IN_TIME,
    ),
    (
        "credential-is-the-word-error",
        "response/credential-is-a-compact-jws",
        IN_TIME,
    ),
    (
        "subject-of-another-session",
        "credential/subject-is-the-holder",
        IN_TIME,
    ),
];

const IN_TIME: &str = "CTWalletSamePreAuthorisedInTime";

/// Whoever skips the signature skips what its verification includes.
fn part_of(slug: &str, id: &str) -> bool {
    slug == "signature-skipped-for-one-type"
        && [
            "proof/algorithm-fits-the-key",
            "proof/critical-extensions-understood",
            "proof/expiry-honoured",
        ]
        .contains(&id)
}

#[test]
fn each_defect_draws_its_finding_and_no_other() {
    let listed: BTreeSet<&str> = CAUGHT_BY.iter().map(|(slug, ..)| *slug).collect();
    assert_eq!(
        listed,
        // After those of the credential endpoint come those of the authorization server, which no flow here reaches.
        Defect::ALL[..listed.len()]
            .iter()
            .map(|defect| defect.slug())
            .collect()
    );
    for (slug, invariant, flow) in CAUGHT_BY {
        let bench = Bench::new(Issuer::builder().defect(slug.parse().unwrap()));
        let flow = Flow::new(*flow, "jwt_vc");
        let mut cases = vec![generate::baseline(&EBSI_V3, &flow)];
        // Each by the named mutations; a whole run, near-misses included, is for release builds.
        let (all, _) = generate::systematic(&EBSI_V3, &[flow], &CAPABILITIES);
        cases.extend(
            all.into_iter()
                .filter(|case| case.mutations().all(|mutation| !mutation.expansion)),
        );
        let found = findings(&bench, &play(&bench, &cases));
        let ids: BTreeSet<&str> = found.iter().map(|(id, ..)| *id).collect();
        let others: Vec<_> = found
            .iter()
            .filter(|(id, ..)| id != invariant && !part_of(slug, id))
            .take(5)
            .collect();
        assert!(ids.contains(invariant), "{slug}: {ids:?}");
        assert!(others.is_empty(), "{slug}: {others:#?}");
    }
}
