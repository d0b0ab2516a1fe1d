use serde_json::json;
use vcispec::case::{Effect, Endpoint, Mutation, Op, Place, Raw, Stage};
use vcispec::transcript::Exchange;

use super::world::{
    another_credential, credential, error, exchange, faulty, fetch, honest, issuance, json_answer,
    mutation, promise, token, token_response,
};
use super::{Sample, judge};

pub(super) fn samples() -> Vec<Sample> {
    let wrong_nonce = || {
        faulty(
            Stage::ProofNonce,
            None,
            Endpoint::Credential,
            error(400, "invalid_or_missing_proof"),
        )
    };
    let wrong_pin = || {
        faulty(
            Stage::TokenRequestPin,
            None,
            Endpoint::Token,
            error(400, "invalid_request"),
        )
    };
    let too_early = || {
        faulty(
            Stage::DeferredReady,
            None,
            Endpoint::Deferred,
            error(400, "invalid_request"),
        )
    };
    let good = || fetch(credential(|_, _| {}));
    let still_waiting = || {
        let mut fetch = good();
        fetch.answer = Ok(json_answer(200, &json!({ "acceptance_token": "again" })));
        fetch
    };
    vec![
        Sample::new("acceptance/valid-requests-accepted", honest(), refused()),
        Sample::new(
            "acceptance/valid-requests-accepted",
            token(&token_response("opaque")),
            exchange(Endpoint::Token, error(400, "invalid_request")),
        ),
        Sample::new(
            "acceptance/benign-changes-ignored",
            changed(honest()),
            changed(refused()),
        ),
        Sample::of_cases(
            "access-token/refused-request-consumes-nothing",
            vec![wrong_nonce(), honest()],
            vec![wrong_nonce(), refused()],
        ),
        Sample::of_cases(
            "access-token/refused-request-consumes-nothing",
            vec![differing(), honest()],
            vec![differing(), refused()],
        ),
        Sample::of_cases(
            "access-token/refused-request-consumes-nothing",
            vec![wrong_pin(), token(&token_response("opaque"))],
            vec![
                wrong_pin(),
                exchange(Endpoint::Token, error(400, "invalid_request")),
            ],
        ),
        Sample::of_cases(
            "access-token/refused-request-consumes-nothing",
            vec![promise(), too_early(), good()],
            vec![
                promise(),
                too_early(),
                exchange(Endpoint::Deferred, error(400, "invalid_token")),
            ],
        ),
        Sample::of_cases(
            "deferred/ready-after-the-delay",
            vec![promise(), good()],
            vec![
                promise(),
                exchange(Endpoint::Deferred, error(400, "invalid_token")),
            ],
        ),
        Sample::of_cases(
            "deferred/ready-after-the-delay",
            vec![promise(), good()],
            vec![promise(), still_waiting()],
        ),
        // After the delay it is still refused as too early: never ready, and nothing was used up.
        Sample::of_cases(
            "deferred/ready-after-the-delay",
            vec![promise(), too_early(), good()],
            vec![
                promise(),
                too_early(),
                exchange(Endpoint::Deferred, error(400, "invalid_request")),
            ],
        ),
    ]
}

fn refused() -> Exchange {
    exchange(Endpoint::Credential, error(400, "invalid_token"))
}

/// A refusal of a request about which conformant issuers differ.
fn differing() -> Exchange {
    let mut exchange = refused();
    exchange.expectation.either = true;
    exchange
}

fn changed(mut exchange: Exchange) -> Exchange {
    exchange.mutations = vec![extra_member()];
    exchange
}

fn extra_member() -> Mutation {
    mutation(
        "json/extra-member",
        Endpoint::Credential,
        Effect::Benign,
        vec![Op::Extra(Place::BodyBack, "foo", Raw::Null)],
    )
}

fn failed(exchanges: Vec<Exchange>) -> Vec<&'static str> {
    judge(&super::world::context(), exchanges)
        .failed
        .into_keys()
        .collect()
}

#[test]
fn a_faulty_request_that_was_accepted_explains_what_follows() {
    let accepted = faulty(
        Stage::ProofNonce,
        None,
        Endpoint::Credential,
        json_answer(
            200,
            &json!({ "format": "jwt_vc", "credential": credential(|_, _| {}) }),
        ),
    );
    assert_eq!(
        failed(vec![accepted, refused()]),
        ["proof/nonce-is-the-c-nonce-of-this-token"]
    );
}

#[test]
fn a_token_that_was_used_is_judged_by_its_own_rule() {
    assert_eq!(failed(vec![honest(), refused()]), [""; 0]);
}

#[test]
fn a_token_that_was_renewed_must_be_accepted() {
    let renewed = vec![honest(), token(&token_response("opaque")), refused()];
    assert_eq!(failed(renewed), ["acceptance/valid-requests-accepted"]);
}

#[test]
fn the_sessions_of_a_case_are_told_apart() {
    let mut other = refused();
    other.session = 1;
    let wrong = faulty(
        Stage::ProofNonce,
        None,
        Endpoint::Credential,
        error(400, "invalid_or_missing_proof"),
    );
    assert_eq!(
        failed(vec![wrong, other]),
        ["acceptance/valid-requests-accepted"]
    );
}

#[test]
fn only_the_first_refusal_of_a_valid_request_counts() {
    assert_eq!(
        failed(vec![refused(), changed(refused())]),
        ["acceptance/valid-requests-accepted"]
    );
}

#[test]
fn where_conformant_issuers_differ_a_refusal_is_no_finding() {
    assert_eq!(failed(vec![differing()]), [""; 0]);
}

#[test]
fn where_nothing_is_known_a_refusal_is_no_finding() {
    let mut unknown = refused();
    unknown.expectation.allowed.clear();
    assert_eq!(failed(vec![unknown]), [""; 0]);
}

#[test]
fn two_good_requests_with_two_tokens_draw_nothing() {
    let both = vec![
        honest(),
        token(&token_response("opaque")),
        issuance(another_credential()),
    ];
    assert_eq!(failed(both), [""; 0]);
}

#[test]
fn a_changed_request_after_a_refusal_blames_the_refusal_only_where_the_token_is_said_to_be_used_up()
{
    let wrong_nonce = || {
        let refusal = error(400, "invalid_or_missing_proof");
        faulty(Stage::ProofNonce, None, Endpoint::Credential, refusal)
    };
    assert_eq!(
        failed(vec![wrong_nonce(), changed(refused())]),
        ["access-token/refused-request-consumes-nothing"]
    );
    let otherwise = exchange(Endpoint::Credential, error(400, "invalid_request"));
    assert_eq!(
        failed(vec![wrong_nonce(), changed(otherwise)]),
        ["acceptance/benign-changes-ignored"]
    );
}
