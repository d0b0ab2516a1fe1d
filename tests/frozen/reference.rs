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

/// Bugs of every part of a request. Each must fail a vector.
const DEFECTS: &[&str] = &[
    "nonce-unchecked",
    "alg-none-accepted",
    "proof-aud-by-prefix",
    "hs256-with-public-key",
    "kid-by-did-prefix",
    "nonce-ignores-case",
    "proof-iss-unchecked",
    "jwk-header-trusted",
    "crit-ignored",
    "signature-length-only",
    "token-signature-unchecked",
    "token-alg-none-accepted",
    "token-hs256-with-public-key",
    "token-expiry-unchecked",
    "token-from-the-future",
    "token-audience-unchecked",
    "token-kid-ignored",
    "token-replay-accepted",
    "types-not-authorised",
    "format-unchecked",
    "media-type-unchecked",
    "ready-at-once",
    "pin-unchecked",
    "pre-authorised-code-unsigned",
    "code-of-another-client",
    "pkce-unchecked",
];

#[test]
fn each_defect_fails_a_vector() {
    let shows = |name: &&&str| {
        let defect: Defect = name.parse().unwrap_or_else(|error| panic!("{error}"));
        tests().any(|test| played(test, |builder| builder.defect(defect)).is_err())
    };
    let missed: Vec<_> = DEFECTS.iter().filter(|name| !shows(name)).collect();
    assert_eq!(missed, Vec::<&&str>::new(), "no vector shows these");
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
