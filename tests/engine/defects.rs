//! Each deliberate bug draws the finding it should, shrunk to one mutation, or to two steps where it takes a sequence.

use vcispec::Phase;
use vcispec::issuer::Defect;

use super::support::{FLOW, check};

/// The rule that each bug breaks, and how many mutations and steps show it.
const EXPECTED: &[(Defect, &str, (usize, usize))] = &[
    (
        Defect::TokenReplayAccepted,
        "access-token/single-use",
        (0, 2),
    ),
    (
        Defect::MissingProof500,
        "robustness/a-client-fault-is-no-server-error",
        (1, 1),
    ),
    (
        Defect::NonceUnchecked,
        "proof/nonce-is-the-c-nonce-of-this-token",
        (1, 1),
    ),
    (
        Defect::ProofAudByPrefix,
        "proof/audience-is-the-issuer",
        (1, 1),
    ),
    (Defect::ProofTypIgnored, "proof/typ-tells-a-proof", (1, 1)),
    (
        Defect::KidByDidPrefix,
        "proof/kid-names-the-subjects-key",
        (1, 1),
    ),
    (
        Defect::AlgNoneAccepted,
        "proof/algorithm-fits-the-key",
        (1, 1),
    ),
    (
        Defect::Hs256WithPublicKey,
        "proof/algorithm-fits-the-key",
        (1, 1),
    ),
    (
        Defect::SignatureSkippedForOneType,
        "proof/signature-verified",
        (1, 1),
    ),
    (
        Defect::RefusedRequestBurnsToken,
        "access-token/refused-request-consumes-nothing",
        (1, 2),
    ),
    (
        Defect::CredentialIsTheWordError,
        "response/credential-is-a-compact-jws",
        (0, 1),
    ),
    (
        Defect::SubjectOfAnotherSession,
        "credential/subject-is-the-holder",
        (0, 1),
    ),
];

#[test]
fn each_bug_draws_its_finding_shrunk() {
    for (defect, invariant, size) in EXPECTED {
        let report = check(&[*defect])
            .phases([Phase::Systematic])
            .configure(|config| config.flows = vec![FLOW.to_owned()])
            .run_blocking();
        let found: Vec<_> = report
            .findings()
            .iter()
            .filter_map(|finding| Some((finding.invariant.as_str(), finding.case.as_ref()?.size())))
            .collect();
        assert!(found.contains(&(invariant, *size)), "{defect}: {found:?}");
    }
}

#[test]
fn every_bug_is_listed() {
    let listed: Vec<_> = EXPECTED.iter().map(|(defect, ..)| *defect).collect();
    // After those of the credential endpoint come those of the authorization server, which no flow here reaches.
    assert_eq!(listed, Defect::ALL[..listed.len()]);
}
