use serde_json::{Value, json};
use vcispec::case::{Endpoint, Stage};
use vcispec::transcript::{Allowed, Body, Exchange};

use super::world::{ACCEPTANCE_TOKEN, answer, error, faulty, json_answer, problem};
use super::{Sample, broken_by};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(
            "error/object-follows-schema",
            bad_proof(&json!({ "error": "invalid_or_missing_proof" })),
            bad_proof(&json!({ "message": "Bad proof" })),
        ),
        Sample::new(
            "error/object-follows-schema",
            bad_proof(&json!({ "error": "invalid_or_missing_proof", "error_description": "No." })),
            bad_proof(&json!({ "error": "invalid_or_missing_proof", "error_description": "" })),
        ),
        Sample::new(
            "error/object-follows-schema",
            unauthorised(error(401, "invalid_request")),
            unauthorised(answer(401, &[], "")),
        ),
        Sample::new(
            "error/problem-follows-schema",
            unknown_offer(&json!({ "title": "Not Found", "status": 404 })),
            unknown_offer(&json!({ "title": "Not Found", "status": "404" })),
        ),
        Sample::new(
            "error/problem-status-is-the-http-status",
            unknown_offer(&json!({ "title": "Not Found", "status": 404, "type": "about:blank" })),
            unknown_offer(&json!({ "title": "Not Found", "status": 400, "type": "about:blank" })),
        ),
        Sample::new(
            "error/text-keeps-to-the-character-set",
            bad_proof(
                &json!({ "error": "invalid_or_missing_proof", "error_description": "Don't." }),
            ),
            bad_proof(&json!({ "error": "invalid_or_missing_proof", "error_description": "a\nb" })),
        ),
    ]
}

fn bad_proof(body: &Value) -> Exchange {
    faulty(
        Stage::ProofNonce,
        None,
        Endpoint::Credential,
        json_answer(400, body),
    )
}

fn unauthorised(answer: http::Response<bytes::Bytes>) -> Exchange {
    faulty(Stage::TypesAuthorised, None, Endpoint::Credential, answer)
}

fn unknown_offer(body: &Value) -> Exchange {
    faulty(Stage::OfferKnown, None, Endpoint::Offer, problem(404, body))
}

#[test]
fn a_promise_that_is_repeated_needs_no_error_code() {
    let mut early = faulty(
        Stage::DeferredReady,
        None,
        Endpoint::Deferred,
        json_answer(400, &json!({ "acceptance_token": ACCEPTANCE_TOKEN })),
    );
    early
        .facts
        .secrets
        .push((ACCEPTANCE_TOKEN.into(), "acceptance-token"));
    early.expectation.allowed.push(Allowed::by_latitude(
        "deferred, too early",
        &[202, 400],
        Body::AcceptanceToken,
    ));
    assert_eq!(broken_by(early), [""; 0]);
}

#[test]
fn an_unknown_acceptance_token_is_answered_with_a_body() {
    let mut unknown = faulty(
        Stage::DeferredToken,
        None,
        Endpoint::Deferred,
        answer(404, &[], ""),
    );
    unknown.expectation.allowed[0].statuses.push(404);
    assert_eq!(broken_by(unknown), ["error/object-follows-schema"]);
}
