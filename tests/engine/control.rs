//! A valid run every so often: it shows when a target broke.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;
use vcispec::engine::Outcome;
use vcispec::{Check, Phase};

use super::support::{Counter, FLOW, check, check_through};

/// The systematic phase of one flow, with a valid run after every so many cases.
fn systematic(check: Check, control_every: Option<usize>) -> Outcome {
    let configured = check.configure(|config| {
        config.flows = vec![FLOW.to_owned()];
        config.control_every = control_every;
        config.workers = 1;
    });
    let report = configured.phases([Phase::Systematic]).run_blocking();
    report.outcome().clone()
}

#[test]
fn a_sound_issuer_gives_every_control_request_a_credential() {
    let plain = systematic(check(&[]), None);
    let controlled = systematic(check(&[]), Some(100));
    assert_eq!(controlled.stopped, None);
    assert!(controlled.findings.is_empty(), "{:?}", controlled.findings);
    // A session of several changes is one to the control requests, and several cases in the books.
    let controls = controlled.cases - plain.cases;
    assert!((1..=plain.cases / 100).contains(&controls), "{controls}");
    assert!(
        controlled.requests > plain.requests,
        "{}",
        controlled.requests
    );
}

#[test]
fn a_target_that_broke_is_let_alone() {
    const SOUND: usize = 1500;
    let sent = Counter::default();
    let all = sent.clone();
    let breaks = move |answer: &dyn Fn(Request<Bytes>) -> Response<Bytes>,
                       request: Request<Bytes>| {
        let is_asked = request.uri().path().ends_with("/credential");
        if sent.count() <= SOUND || !is_asked {
            return answer(request);
        }
        let body = json!({"error": "invalid_request", "error_description": "no"}).to_string();
        let response = Response::builder()
            .status(400)
            .header("content-type", "application/json");
        response.body(Bytes::from(body)).expect("an answer")
    };
    let outcome = systematic(check_through(&[], breaks), Some(20));
    let stopped = outcome.stopped.expect("it ended early");
    assert!(stopped.contains("2 control requests in a row got no credential (a valid credential request was answered 400"), "{stopped}");
    assert!(stopped.contains("between case systematic/"), "{stopped}");
    assert!(all.total() < SOUND + 2000, "{}", all.total());
}
