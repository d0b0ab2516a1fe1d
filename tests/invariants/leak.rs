use serde_json::json;
use vcispec::case::{Endpoint, Stage};
use vcispec::transcript::Exchange;

use super::Sample;
use super::world::{
    ACCESS_TOKEN, answer, credential, faulty, honest, issuance, json_answer, redirection,
};

pub(super) fn samples() -> Vec<Sample> {
    let calm = || described("the proof is not acceptable");
    let leaks = [
        ("leak/no-stack-frames", "panicked at src/main.rs:12:5"),
        ("leak/no-stack-frames", "Traceback (most recent call last)"),
        ("leak/no-file-paths", "cannot open /home/node/app/keys.json"),
        ("leak/no-file-paths", "assertion in handler.rs:12"),
        ("leak/no-internal-text", "SQLSTATE 42P01"),
        ("leak/no-internal-text", "java.lang.NullPointerException"),
        (
            "leak/no-parser-text",
            "Expecting value: line 1 column 1 (char 0)",
        ),
        ("leak/no-submitted-secrets", ACCESS_TOKEN),
    ];
    let mut samples: Vec<_> = leaks
        .into_iter()
        .map(|(id, text)| Sample::new(id, calm(), described(text)))
        .collect();
    samples.push(Sample::new(
        "leak/no-stack-frames",
        calm(),
        faulty(
            Stage::ProofNonce,
            None,
            Endpoint::Credential,
            answer(
                400,
                &[
                    ("content-type", "application/json"),
                    ("x-debug", "at Object.<anonymous> (app)"),
                ],
                json!({ "error": "invalid_or_missing_proof" }).to_string(),
            ),
        ),
    ));
    samples.push(Sample::new(
        "leak/no-private-keys",
        honest(),
        issuance(credential(|_, payload| {
            payload["cnf"] = json!({ "jwk": { "kty": "EC", "d": "AQ" } });
        })),
    ));
    samples
}

fn described(text: &str) -> Exchange {
    faulty(
        Stage::ProofNonce,
        None,
        Endpoint::Credential,
        json_answer(
            400,
            &json!({ "error": "invalid_or_missing_proof", "error_description": text }),
        ),
    )
}

#[test]
fn what_the_request_held_is_no_leak() {
    let mut echo = described("unknown type /home/me, panicked at noon");
    *echo.request.body_mut() = r#"{"types":["/home/me","panicked at noon"]}"#.into();
    assert_eq!(super::broken_by(echo), [""; 0]);
}

#[test]
fn what_a_jws_of_the_request_held_is_no_leak() {
    let mut echo = described("nonce is Traceback (most recent call last)");
    let proof = super::world::jws(
        &json!({}),
        &json!({ "nonce": "Traceback (most recent call last)" }),
        &super::world::other_key(),
    );
    *echo.request.body_mut() = json!({ "proof": { "jwt": proof } }).to_string().into();
    assert_eq!(super::broken_by(echo), [""; 0]);
}

#[test]
fn a_url_is_no_path() {
    assert_eq!(
        super::broken_by(described("see https://issuer.example/home/errors#nonce")),
        [""; 0]
    );
}

#[test]
fn no_finding_shows_a_live_secret() {
    let judgement = super::judge(
        &super::world::context(),
        vec![described(&format!("{ACCESS_TOKEN} panicked at 1"))],
    );
    assert!(!judgement.failed.is_empty());
    for violation in judgement.failed.values() {
        assert!(!violation.actual.contains(ACCESS_TOKEN), "{violation:?}");
    }
}

/// A client that makes its own state of a secret is told it, as it must be.
#[test]
fn a_state_that_comes_back_is_no_leak() {
    let refused = |description: &str, state: &str| {
        let location = format!(
            "openid://callback?error=invalid_request&error_description={description}&state={state}"
        );
        faulty(
            Stage::AuthorizeScope,
            None,
            Endpoint::Authorize,
            redirection(&location),
        )
    };
    let is_leak = |exchange| super::broken_by(exchange).contains(&"leak/no-submitted-secrets");
    assert!(!is_leak(refused("no", ACCESS_TOKEN)));
    assert!(is_leak(refused(ACCESS_TOKEN, "mine")));
}
