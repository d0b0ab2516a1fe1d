use bytes::Bytes;
use vcispec::case::{Endpoint, Stage};
use vcispec::transcript::{Exchange, Failure};

use super::Sample;
use super::world::{answer, error, exchange, faulty, honest, problem};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(
            "robustness/every-request-is-answered",
            honest(),
            unanswered(Failure::Timeout(5)),
        ),
        Sample::new(
            "robustness/every-request-is-answered",
            honest(),
            unanswered(Failure::Panicked("index out of bounds".into())),
        ),
        Sample::new(
            "robustness/a-client-fault-is-no-server-error",
            faulty(
                Stage::BodyProof,
                None,
                Endpoint::Credential,
                error(400, "invalid_request"),
            ),
            faulty(
                Stage::BodyProof,
                None,
                Endpoint::Credential,
                problem(
                    500,
                    &serde_json::json!({ "title": "Internal Server Error", "status": 500 }),
                ),
            ),
        ),
        // A valid request draws no other finding either.
        Sample::new(
            "robustness/a-client-fault-is-no-server-error",
            honest(),
            exchange(Endpoint::Credential, answer(503, &[], Bytes::new())),
        ),
        Sample::new(
            "http/a-405-names-the-allowed-methods",
            faulty(
                Stage::Http,
                None,
                Endpoint::Credential,
                answer(405, &[("allow", "POST")], ""),
            ),
            faulty(
                Stage::Http,
                None,
                Endpoint::Credential,
                answer(405, &[], ""),
            ),
        ),
    ]
}

fn unanswered(failure: Failure) -> Exchange {
    let mut exchange = honest();
    exchange.answer = Err(failure);
    exchange
}

#[test]
fn a_request_that_could_not_be_sent_is_nobodys_fault() {
    let broken = super::broken_by(unanswered(Failure::Unsendable("no such header".into())));
    assert_eq!(broken, [""; 0]);
}

#[test]
fn a_501_that_is_allowed_is_no_server_error() {
    let mut refused = faulty(
        Stage::Http,
        None,
        Endpoint::Credential,
        answer(501, &[], ""),
    );
    refused.expectation.allowed[0].statuses.push(501);
    assert_eq!(super::broken_by(refused), [""; 0]);
}
