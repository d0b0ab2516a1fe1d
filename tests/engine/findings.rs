//! What becomes a finding: one for each cause, as small as can be, in words that hold no live value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use url::form_urlencoded;
use vcispec::engine::Unusable;
use vcispec::issuer::Defect;
use vcispec::report::json;
use vcispec::transcript::{Compact, Grade};
use vcispec::{Check, Phase};

use super::support::{Counter, FLOW, check, check_through};
use crate::thorough::few_or_all;

/// Some random cases on one flow.
fn random(check: Check, cases: u64) -> Check {
    check
        .phases([Phase::Random])
        .cases(cases)
        .configure(|config| config.flows = vec![FLOW.to_owned()])
}

#[test]
fn what_combinations_show_is_shrunk_and_merged_into_one_finding() {
    let report = random(check(&[Defect::NonceUnchecked]), few_or_all(300, 600)).run_blocking();
    let [finding] = report.findings() else {
        panic!("{report}");
    };
    assert_eq!(
        finding.invariant,
        "proof/nonce-is-the-c-nonce-of-this-token"
    );
    assert_eq!(finding.case.as_ref().map(|case| case.size()), Some((1, 1)));
    assert!(finding.count > 1, "{report}");
}

#[test]
fn without_shrinking_the_first_case_stands() {
    let report = random(check(&[Defect::NonceUnchecked]), 150)
        .configure(|config| config.shrink = false)
        .run_blocking();
    let sizes: Vec<_> = report
        .findings()
        .iter()
        .filter_map(|finding| Some(finding.case.as_ref()?.size()))
        .collect();
    assert!(sizes.iter().any(|size| *size != (1, 1)), "{sizes:?}");
}

#[test]
fn the_case_of_a_finding_shows_it_again() {
    let found = random(check(&[Defect::NonceUnchecked]), 150).run_blocking();
    let case = serde_json::to_string(&found.findings()[0].case).expect("a case is JSON");
    let again = check(&[Defect::NonceUnchecked]).replay(&case);
    assert_eq!(again.findings()[0].id, found.findings()[0].id);
    check(&[]).replay(&case).assert_clean();
}

#[test]
fn a_finding_is_told_without_live_values() {
    let report = random(check(&[Defect::TokenReplayAccepted]), 1).run_blocking();
    let text = json::Report::new(report.outcome());
    let text = serde_json::to_string(&text).expect("a report is JSON");
    assert!(text.contains("${ACCESS_TOKEN}"), "{text}");
    assert!(
        !text.contains("eyJ") && !text.contains("did:key:"),
        "{text}"
    );
}

#[test]
#[should_panic(expected = "access-token/single-use")]
fn assert_clean_says_what_is_wrong() {
    random(check(&[Defect::TokenReplayAccepted]), 1)
        .run_blocking()
        .assert_clean();
}

#[test]
fn a_flow_whose_valid_run_fails_is_one_finding_and_not_tried_further() {
    let check = check_through(&[], |answer, request| {
        let is_refused = request.uri().path().ends_with("/credential");
        let mut response = answer(request);
        if is_refused {
            *response.status_mut() = StatusCode::FORBIDDEN;
            *response.body_mut() = r#"{"error":"access_denied"}"#.into();
        }
        response
    });
    let report = check
        .configure(|config| config.flows = vec![FLOW.to_owned()])
        .run_blocking();
    let failures: Vec<_> = report
        .findings()
        .iter()
        .filter(|finding| finding.grade == Grade::Failure)
        .map(|finding| finding.id.as_str())
        .collect();
    assert_eq!(failures.len(), 1, "{report}");
    assert!(report.outcome().cases < 10, "{report}");
    let skipped = &report.outcome().not_applicable;
    assert!(
        skipped
            .iter()
            .any(|left| left.id == FLOW && left.reason.contains("403")),
        "{skipped:?}"
    );
}

#[test]
fn a_target_that_dies_ends_the_run_with_a_finding() {
    let requests = Counter::default();
    let alive = requests.clone();
    let check = check_through(&[], move |answer, request| {
        assert!(alive.count() < 200, "out of memory");
        answer(request)
    });
    let report = random(check, 100_000).run_blocking();
    let outcome = report.outcome();
    assert!(outcome.has_failures(), "{report}");
    assert!(
        outcome
            .stopped
            .as_ref()
            .is_some_and(|why| why.contains("without an answer")),
        "{report}"
    );
    assert!(requests.total() < 2_000, "{}", requests.total());
}

#[test]
fn what_mutations_that_share_sessions_showed_is_kept_when_the_run_ends_early() {
    let requests = Counter::default();
    // No mutation that runs by itself shows this one.
    let check = check_through(&[Defect::ProofTypIgnored], move |answer, request| {
        assert!(requests.count() < 1_800, "out of memory");
        answer(request)
    });
    let report = check
        .phases([Phase::Systematic])
        .configure(|config| config.flows = vec![FLOW.to_owned()])
        .run_blocking();
    assert!(report.outcome().stopped.is_some(), "{report}");
    let rule = "proof/typ-tells-a-proof";
    let mut found = report.findings().iter();
    assert!(found.any(|found| found.invariant == rule), "{report}");
}

#[test]
fn a_run_ends_after_as_many_findings_as_were_asked_for() {
    let defects = [Defect::TokenReplayAccepted, Defect::NonceUnchecked];
    let report = random(check(&defects), 150)
        .configure(|config| config.max_findings = Some(1))
        .run_blocking();
    assert_eq!(report.findings().len(), 1, "{report}");
    assert!(report.outcome().stopped.is_some());
}

#[tokio::test]
async fn what_is_no_issuer_is_not_tested() {
    let not_found = |_| {
        http::Response::builder()
            .status(404)
            .body(bytes::Bytes::new())
            .expect("a response")
    };
    let reason = vcispec::check_fn(not_found).try_run().await;
    assert!(matches!(reason, Err(Unusable::NoMetadata(_))), "{reason:?}");
    let nothing = check(&[]).phases([Phase::Random]).cases(0).try_run().await;
    assert!(
        matches!(nothing, Err(Unusable::NothingToRun)),
        "{nothing:?}"
    );
}

#[test]
fn what_takes_two_requests_at_once_is_shrunk_to_two() {
    let defect = Defect::FormatSharedBetweenRequests;
    let report = check(&[defect])
        .phases([Phase::Sequence])
        .cases(0)
        .configure(|config| config.flows = vec![FLOW.to_owned()])
        .run_blocking();
    let [finding] = report.findings() else {
        panic!("{report}");
    };
    assert_eq!(finding.invariant, "response/format-echoes-the-request");
    assert!(finding.shows_by_itself, "{report}");
    let case = finding.case.as_ref().expect("a race shows it");
    assert_eq!(case.size(), (1, 2), "{report}");
}

#[test]
fn what_other_cases_have_a_part_in_is_told() {
    // The credential endpoint refuses one request, whoever asks.
    let asked = Counter::default();
    let check = check_through(&[], move |answer, request| {
        let is_refused = request.uri().path().ends_with("/credential") && asked.count() == 20;
        let mut response = answer(request);
        if is_refused {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    });
    let report = random(check, 40).run_blocking();
    let strays = |finding: &&vcispec::Finding| !finding.shows_by_itself;
    let stray = report.findings().iter().find(strays);
    let stray = stray.unwrap_or_else(|| panic!("{report}"));
    assert_eq!(stray.grade, Grade::Failure, "{report}");
    assert!(report.to_string().contains("not by this case alone"));
}

/// Passes on what has a proof with one of these algorithms, and refuses the rest.
fn taking(algorithms: &'static [&'static str]) -> vcispec::Report {
    let check = check_through(&[], move |answer, request| {
        if let Some(alg) = algorithm(request.body())
            && !algorithms.contains(&alg.as_str())
        {
            let body = r#"{"error":"invalid_or_missing_proof","error_description":"this alg is not supported"}"#;
            return http::Response::builder()
                .status(StatusCode::BAD_REQUEST)
                .header("content-type", "application/json")
                .body(body.into())
                .expect("a refusal");
        }
        answer(request)
    });
    random(check, few_or_all(150, 400)).run_blocking()
}

/// The algorithm of the proof in a request, if it is one of those that wallets use.
fn algorithm(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let alg = Compact::parse(body.pointer("/proof/jwt")?.as_str()?)?
        .header
        .get("alg")?
        .as_str()?
        .to_owned();
    ["ES256K", "EdDSA", "RS256", "ES384"]
        .contains(&alg.as_str())
        .then_some(alg)
}

#[test]
fn an_issuer_may_take_the_usual_kind_of_key_alone_and_all_that_are_listed_or_none() {
    let usual = taking(&[]);
    usual.assert_clean();
    let skipped = usual.outcome().not_applicable.iter();
    assert_eq!(
        skipped.filter(|left| left.id.ends_with("/ES256K")).count(),
        1
    );
    taking(&["ES256K", "EdDSA", "RS256"]).assert_clean();
    let partly = taking(&["EdDSA", "RS256"]);
    let [finding] = partly.findings() else {
        panic!("{partly}");
    };
    assert!(finding.flow.ends_with("/ES256K"), "{partly}");
}

#[test]
fn a_code_may_end_at_whatever_request_that_carries_it_is_refused() {
    let burnt = Mutex::new(BTreeSet::new());
    let report = check_through(&[], move |answer, request| {
        let form = form_of(&request);
        let is_form = request.headers().get("content-type").is_some_and(|media| {
            media
                .as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        let redeems = form
            .get("grant_type")
            .is_some_and(|grant| grant == "authorization_code");
        let Some(code) = form.get("code").filter(|_| is_form && redeems).cloned() else {
            return answer(request);
        };
        let mut burnt = burnt.lock().expect("nobody panics");
        if burnt.contains(&code) {
            return the_code_has_ended();
        }
        let answered = answer(request);
        if answered.status() == StatusCode::BAD_REQUEST {
            burnt.insert(code);
        }
        answered
    })
    .phases([Phase::Systematic, Phase::Random])
    .cases(few_or_all(60, 300))
    .configure(|config| config.flows = vec!["CTWalletSameAuthorisedInTime/jwt_vc".to_owned()])
    .run_blocking();
    report.assert_clean();
}

#[test]
fn no_code_ends_at_a_request_that_says_no_grant_type_of_it() {
    const CODE: &str = "pre-authorized_code";
    let burnt = Mutex::new(BTreeSet::new());
    let report = check_through(&[], move |answer, request| {
        let form = form_of(&request);
        let (grant, code) = (form.get("grant_type").cloned(), form.get(CODE).cloned());
        let Some(code) = code.filter(|_| request.uri().path().ends_with("/token")) else {
            return answer(request);
        };
        let mut burnt = burnt.lock().expect("nobody panics");
        if burnt.contains(&code) {
            return the_code_has_ended();
        }
        if grant.is_none_or(|grant| !grant.ends_with(CODE)) {
            burnt.insert(code);
        }
        answer(request)
    })
    .phases([Phase::Systematic])
    .configure(|config| config.flows = vec![FLOW.to_owned()])
    .run_blocking();
    let found: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| &*finding.invariant)
        .collect();
    assert_eq!(
        found,
        ["access-token/refused-request-consumes-nothing"],
        "{report}"
    );
}

fn form_of(request: &Request<Bytes>) -> BTreeMap<String, String> {
    form_urlencoded::parse(request.body())
        .into_owned()
        .collect()
}

fn the_code_has_ended() -> Response<Bytes> {
    Response::builder()
        .status(StatusCode::BAD_REQUEST)
        .header("content-type", "application/json")
        .body(r#"{"error":"invalid_grant","error_description":"the code has ended"}"#.into())
        .expect("a refusal")
}
