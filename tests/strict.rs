//! The strict profile: what it asks for beyond `ebsi-v3`, and that the reference issuer can do it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use vcispec::case::{Case, Endpoint, Flow};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::invariants::{self, Scene};
use vcispec::issuer::{Builder, Issuer};
use vcispec::oracle::Oracle;
use vcispec::profile::EBSI_V3_STRICT;
use vcispec::transcript::Verdict;
use vcispec::zoo::readings;

use crate::thorough::every_nth;

#[test]
fn the_strict_issuer_draws_no_finding() {
    assert_eq!(STRICT.broken, BTreeSet::new());
}

#[test]
fn every_rule_of_the_strict_profile_speaks() {
    assert!(
        STRICT
            .passed
            .contains("access-token/refusal-has-a-challenge")
    );
}

#[test]
fn the_plain_issuer_draws_the_strict_findings_and_no_other() {
    let said = said(Issuer::builder());
    let stages = EBSI_V3_STRICT.stages.iter();
    let strict_stages: BTreeSet<_> = stages
        .filter(|rule| rule.endpoint == Endpoint::Credential && rule.statuses == [401])
        .filter(|rule| rule.stage != vcispec::case::Stage::TypesAuthorised)
        .map(|rule| rule.stage)
        .collect();
    let of_tokens = invariants::ALL.iter().filter(|rule| match rule.check {
        invariants::Check::Refusal(stages) => stages.iter().any(|one| strict_stages.contains(one)),
        _ => false,
    });
    let mut expected: BTreeSet<_> = of_tokens.map(|rule| rule.id).collect();
    expected.extend([
        "access-token/algorithm-fits-the-key",
        "proof/signature-verified",
    ]);
    assert_eq!(said.broken, expected);
}

static STRICT: LazyLock<Said> = LazyLock::new(|| said(strict()));

/// The readings that the strict profile asks for.
fn strict() -> Builder {
    let readings = readings::STRICT.iter();
    readings.fold(Issuer::builder(), |builder, reading| {
        builder.reading(*reading)
    })
}

/// What the rules say of an issuer under the strict profile.
struct Said {
    passed: BTreeSet<&'static str>,
    broken: BTreeSet<&'static str>,
}

fn said(builder: Builder) -> Said {
    let profile = &EBSI_V3_STRICT;
    let bench = Bench::with_profile(builder, profile, Oracle::new(profile));
    let flow = Flow::new("CTWalletSamePreAuthorisedInTime", "jwt_vc");
    let (mutated, _) = generate::systematic(profile, std::slice::from_ref(&flow), &CAPABILITIES);
    let about_credentials = |case: &Case| {
        let mut mutations = case.mutations();
        mutations.any(|one| one.endpoint == Endpoint::Credential)
    };
    let mut cases = vec![generate::baseline(profile, &flow)];
    let (few, named): (Vec<Case>, Vec<Case>) = mutated
        .into_iter()
        .filter(about_credentials)
        .partition(|case| case.mutations().any(|mutation| mutation.expansion));
    cases.extend(named.into_iter().chain(every_nth(4, few)));
    let scene = Scene {
        context: bench.context(),
        profile,
    };
    let (mut passed, mut broken) = (BTreeSet::new(), BTreeSet::new());
    for (case, salt) in cases.iter().zip(0..) {
        let transcript = bench.play(case, salt);
        let mut verdicts = invariants::judge_transcript(&transcript, &scene);
        for exchange in &transcript.exchanges {
            verdicts.extend(invariants::judge_exchange(exchange, &scene));
        }
        for (rule, verdict) in verdicts {
            match verdict {
                Verdict::Pass => passed.insert(rule.id),
                Verdict::Fail(_) => broken.insert(rule.id),
                Verdict::NotApplicable => false,
            };
        }
    }
    Said { passed, broken }
}
