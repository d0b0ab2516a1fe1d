//! The reference issuer, set up by nothing but a file: it keeps to every vector, and with a defect it does not.

use vcispec::corpus::frozen::{State, Test};
use vcispec::fuzzing::frozen_issuer;
use vcispec::issuer::{Builder, Defect};

use super::{FILES, tests};

/// What an issuer that is set up for a test answers to it.
fn played(test: &Test, change: impl FnOnce(Builder) -> Builder) -> Result<(), String> {
    let setup = &FILES[0].1.setup;
    let issuer = frozen_issuer(setup, &test.state, change)?;
    let answer = issuer.handle(test.request.to_http()?);
    test.judge(answer.status().as_u16(), answer.body())
}

#[test]
fn the_reference_issuer_passes_every_vector() {
    let wrong: Vec<String> = tests()
        .filter_map(|test| played(test, |builder| builder).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Bugs of every part of a request, each with a vector that it must fail.
const DEFECTS: &[(&str, &str)] = &[
    ("nonce-unchecked", "minted/minted-c-nonce-other"),
    ("alg-none-accepted", "proof-signature/proof-alg-none"),
    (
        "proof-aud-by-prefix",
        "proof-claims/proof-aud-credential-endpoint",
    ),
    (
        "hs256-with-public-key",
        "proof-signature/proof-alg-hmac-jwk",
    ),
    (
        "kid-by-did-prefix",
        "proof-header/proof-kid-without-fragment",
    ),
    (
        "nonce-ignores-case",
        "minted/minted-c-nonce-near-other-case",
    ),
    ("proof-iss-unchecked", "minted/minted-client-other"),
    (
        "jwk-header-trusted",
        "proof-signature/proof-header-jwk-of-other",
    ),
    ("crit-ignored", "proof-signature/proof-header-crit-unknown"),
    (
        "signature-length-only",
        "proof-signature/proof-signature-first-bit",
    ),
    (
        "token-signature-unchecked",
        "access-token/token-signature-first-bit",
    ),
    ("token-alg-none-accepted", "access-token/token-alg-none"),
    (
        "token-hs256-with-public-key",
        "access-token/token-alg-hmac-jwk",
    ),
    (
        "token-expiry-unchecked",
        "minted/minted-expired-ten-minutes-ago",
    ),
    ("token-from-the-future", "minted/minted-issued-in-an-hour"),
    (
        "token-audience-unchecked",
        "minted/minted-aud-authorization-server",
    ),
    ("token-kid-ignored", "minted/minted-kid-other"),
    ("token-replay-accepted", "state/token-used"),
    ("types-not-authorised", "minted/minted-details-other-type"),
    ("format-unchecked", "request/format-ldp-vc"),
    ("media-type-unchecked", "request/media-type-absent"),
    ("ready-at-once", "deferred/too-early"),
    ("pin-unchecked", "token/token-request-pin-of-other"),
    (
        "pre-authorised-code-unsigned",
        "token/pre-authorized-code-signature-first-bit",
    ),
    ("code-of-another-client", "token/code-grant-client-other"),
    ("pkce-unchecked", "token/code-verifier-constant"),
];

#[test]
fn each_defect_fails_a_vector() {
    let shows = |(name, id): &&(&str, &str)| {
        let defect: Defect = name.parse().unwrap_or_else(|error| panic!("{error}"));
        let test = tests().find(|test| test.id == *id);
        let test = test.unwrap_or_else(|| panic!("there is no vector {id}"));
        played(test, |builder| builder.defect(defect)).is_err()
    };
    let missed: Vec<_> = DEFECTS.iter().filter(|pair| !shows(pair)).collect();
    assert_eq!(
        missed,
        Vec::<&(&str, &str)>::new(),
        "these pass their vector"
    );
}

#[test]
#[ignore = "takes minutes; says how many of all defects fail a vector"]
fn count_the_defects_that_fail_a_vector() {
    let (caught, missed): (Vec<&Defect>, Vec<&Defect>) = Defect::ALL.iter().partition(|defect| {
        tests().any(|test| {
            std::panic::catch_unwind(|| played(test, |builder| builder.defect(**defect)))
                .map_or(true, |answer| answer.is_err())
        })
    });
    println!(
        "{} caught, {} missed: {missed:?}",
        caught.len(),
        missed.len()
    );
    assert!(caught.len() > missed.len());
}

#[test]
fn what_the_state_says_decides() {
    let with_state: Vec<&Test> = tests()
        .filter(|test| {
            let state = &test.state;
            !state.used_access_tokens.is_empty()
                || !state.acceptance_tokens.is_empty()
                || !state.authorization_codes.is_empty()
                || state.pre_authorized_codes.iter().any(|code| code.redeemed)
        })
        .collect();
    let forgetful = |test: &&&Test| {
        let nothing = State::default();
        let changed = Test {
            state: nothing,
            ..(**test).clone()
        };
        played(&changed, |builder| builder).is_err()
    };
    for topic in ["state/", "deferred/", "token/"] {
        let of_topic = with_state.iter().filter(|test| test.id.starts_with(topic));
        assert!(
            of_topic.filter(forgetful).count() > 1,
            "{topic} does not depend on its state"
        );
    }
}

#[test]
fn a_setup_or_state_that_cannot_be_is_refused_with_a_reason() {
    let setup = FILES[0].1.setup.clone();
    let refusal = |setup, state| frozen_issuer(&setup, &state, |builder| builder).unwrap_err();
    let mut elsewhere = setup.clone();
    elsewhere.credential_issuer = "https://issuer.example/other".into();
    assert!(refusal(elsewhere, State::default()).contains("/issuer-mock"));
    let mut two = setup.clone();
    two.authorization_server = "https://other.example/auth-mock".into();
    assert!(refusal(two, State::default()).contains("https://other.example/auth-mock"));
    let mut keyless = setup.clone();
    keyless.keys.authorization_server.private = keyless.keys.authorization_server.public.clone();
    assert!(refusal(keyless, State::default()).contains("authorization server"));
    let used = State {
        used_access_tokens: vec!["no-token".into()],
        ..State::default()
    };
    assert!(refusal(setup, used).contains("no-token"));
}
