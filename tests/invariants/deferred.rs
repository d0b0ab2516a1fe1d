use serde_json::json;
use vcispec::case::Endpoint;
use vcispec::transcript::Exchange;

use super::Sample;
use super::world::{
    another_credential, credential, error, exchange, fetch, honest, json_answer, promise,
};

pub(super) fn samples() -> Vec<Sample> {
    let deferred_but_in_time = || {
        let mut exchange = honest();
        exchange.facts.deferred = true;
        exchange
    };
    let in_time_but_deferred = || {
        let mut exchange = promise();
        exchange.facts.deferred = false;
        exchange
    };
    let good = || fetch(credential(|_, _| {}));
    vec![
        Sample::new(
            "deferred/only-deferred-types",
            promise(),
            deferred_but_in_time(),
        ),
        Sample::new(
            "deferred/only-deferred-types",
            honest(),
            in_time_but_deferred(),
        ),
        Sample::of_cases(
            "deferred/the-credential-stays-the-same",
            vec![promise(), good(), good()],
            vec![promise(), good(), fetch(another_credential())],
        ),
        Sample::of_cases(
            "deferred/the-credential-stays-the-same",
            vec![promise(), good(), good()],
            vec![promise(), good(), promised_again()],
        ),
        Sample::of_cases(
            "deferred/acceptance-token-is-fresh",
            vec![promise()],
            vec![promise(), other_session(promise())],
        ),
    ]
}

fn promised_again() -> Exchange {
    exchange(
        Endpoint::Deferred,
        json_answer(200, &json!({ "acceptance_token": "another" })),
    )
}

fn other_session(mut exchange: Exchange) -> Exchange {
    exchange.session = 1;
    exchange
}

#[test]
fn a_second_fetch_may_be_refused() {
    let twice = vec![
        promise(),
        fetch(credential(|_, _| {})),
        exchange(Endpoint::Deferred, error(400, "invalid_token")),
    ];
    let judgement = super::judge(&super::world::context(), twice);
    assert!(judgement.failed.is_empty(), "{:?}", judgement.failed);
}
