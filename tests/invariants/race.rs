use serde_json::Value;
use vcispec::case::{Endpoint, Grant};
use vcispec::transcript::Exchange;

use super::Sample;
use super::world::{
    access_token, another_credential, error, exchange, honest, issuance, redirection, token,
    token_response,
};

pub(super) fn samples() -> Vec<Sample> {
    let late = |endpoint, code| by_code(exchange(endpoint, error(400, code)));
    let samples = vec![
        Sample::of_cases(
            "race/access-token-yields-one-credential",
            vec![
                honest(),
                allowed_to_fail(late(Endpoint::Credential, "invalid_token")),
            ],
            vec![honest(), issuance(another_credential())],
        ),
        Sample::of_cases(
            "race/code-yields-one-access-token",
            vec![
                granted("one"),
                allowed_to_fail(late(Endpoint::Token, "invalid_grant")),
            ],
            vec![granted("one"), granted("two")],
        ),
        Sample::of_cases(
            "race/state-yields-one-code",
            vec![
                code("one"),
                allowed_to_fail(late(Endpoint::DirectPost, "invalid_request")),
            ],
            vec![code("one"), code("two")],
        ),
    ];
    samples
        .into_iter()
        .map(|sample| Sample {
            holds: at_once(sample.holds),
            breaks: at_once(sample.breaks),
            ..sample
        })
        .collect()
}

fn at_once(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    for exchange in &mut exchanges {
        exchange.raced = true;
    }
    exchanges
}

/// One request may follow another that was sent at the same time as a third.
#[test]
fn races_of_two_steps_are_two() {
    let mut second = issuance(another_credential());
    second.step = Some(1);
    let both = at_once(vec![honest(), second]);
    let judgement = super::judge(&super::world::context(), both);
    let rule = "race/access-token-yields-one-credential";
    assert!(!judgement.passed.contains(rule));
    assert!(!judgement.failed.contains_key(rule));
}

/// A pre-authorised code may be redeemed twice.
#[test]
fn a_pre_authorised_code_is_no_authorization_code() {
    let mut both = at_once(vec![granted("one"), granted("two")]);
    for exchange in &mut both {
        exchange.facts.grant = Grant::PreAuthorized;
    }
    let judgement = super::judge(&super::world::context(), both);
    assert!(judgement.failed.is_empty(), "{:?}", judgement.failed);
}

fn granted(nonce: &str) -> Exchange {
    let token_of = access_token(|claims| claims["claims"]["c_nonce"] = nonce.into());
    let mut body = token_response(&token_of);
    body["c_nonce"] = Value::from(nonce);
    by_code(token(&body))
}

fn code(code: &str) -> Exchange {
    let uri = format!("openid:?code={code}&state=of-the-client");
    by_code(exchange(Endpoint::DirectPost, redirection(&uri)))
}

fn by_code(mut exchange: Exchange) -> Exchange {
    exchange.facts.grant = Grant::IdToken;
    exchange
}

/// As the oracle has it for a request that may come too late.
fn allowed_to_fail(mut exchange: Exchange) -> Exchange {
    use vcispec::transcript::{Allowed, Body};
    exchange.expectation.either = true;
    exchange.expectation.allowed.push(Allowed::new(
        &[400],
        Body::OAuthError(vec!["invalid_token", "invalid_grant", "invalid_request"]),
    ));
    exchange
}
