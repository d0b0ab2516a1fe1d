//! Sequences: on a sound issuer they run to their end without a finding, at every flow; races really meet.

use std::collections::HashMap;
use std::sync::{Barrier, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use vcispec::Phase;
use vcispec::case::{Case, Effect, Endpoint, Flow, Grant, Mutation, Send, Step};
use vcispec::fuzzing::{Bench, CAPABILITIES};
use vcispec::generate;
use vcispec::issuer::{Builder, Defect, Issuer};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::Transcript;

use super::support::{check, check_through};
use crate::thorough::every_nth;

fn flows(bench: &Bench) -> Vec<Flow> {
    generate::flows(&EBSI_V3, bench.context(), CAPABILITIES).0
}

/// What a sound issuer answered to each step: whether it was as asked for.
fn as_asked_for(transcript: &Transcript) -> Vec<bool> {
    transcript.steps().map(|step| step.is_allowed()).collect()
}

#[test]
fn every_notable_sequence_runs_to_its_end() {
    let bench = Bench::new(Issuer::builder());
    for flow in every_nth(3, flows(&bench)) {
        for (salt, case) in generate::notable(&EBSI_V3, &flow, &CAPABILITIES)
            .into_iter()
            .map(|notable| notable.case)
            .enumerate()
        {
            let transcript = bench.play(&case, salt as u64);
            let case = serde_json::to_string(&case).expect("a case is JSON");
            assert_eq!(transcript.stopped, None, "{case}");
            let right = as_asked_for(&transcript);
            assert!(right.iter().all(|right| *right), "{case}: {right:?}");
        }
    }
}

#[test]
fn drawn_sequences_run_to_their_end() {
    let bench = Bench::new(Issuer::builder());
    let flows = flows(&bench);
    let (mut ended, mut several) = (0, 0);
    for index in 0..200 {
        let case = generate::sequence(&EBSI_V3, &flows, &CAPABILITIES, 3, index);
        let transcript = bench.play(&case, 1_000 + index);
        let right = as_asked_for(&transcript);
        let case = serde_json::to_string(&case).expect("a case is JSON");
        assert!(right.iter().all(|right| *right), "{case}: {right:?}");
        ended += usize::from(transcript.stopped.is_none());
        let of_another = |exchange: &vcispec::transcript::Exchange| exchange.session > 0;
        several += usize::from(transcript.steps().any(of_another));
    }
    assert!(ended >= 180, "{ended} of 200 ran to their end");
    assert!(several >= 80, "{several} of 200 had several sessions");
}

#[test]
fn crowds_run_to_their_end_and_show_what_is_forgotten() {
    let are_right = |builder: Builder| -> Vec<bool> {
        let bench = Bench::new(builder);
        let crowds = generate::crowds(&EBSI_V3, &flows(&bench)).into_iter();
        let right = crowds.map(|case| {
            let transcript = bench.play(&case, 0);
            let right = as_asked_for(&transcript).into_iter().all(|right| right);
            right && transcript.stopped.is_none()
        });
        right.collect()
    };
    let with = |defect| are_right(Issuer::builder().defect(defect));
    // One crowd by pre-authorised code, one by ID token.
    assert_eq!(are_right(Issuer::builder()), [true, true]);
    assert_eq!(
        with(Defect::UsedTokensForgottenAfterAHundred),
        [false, true]
    );
    assert_eq!(
        with(Defect::AuthorisationsForgottenAfterThirty),
        [true, false]
    );
}

#[test]
fn what_some_issuers_take_leads_to_a_credential_request() {
    let flow = Flow::new("CTWalletSamePreAuthorisedInTime", "jwt_vc");
    let (cases, _) = generate::systematic(&EBSI_V3, &[flow], &CAPABILITIES);
    let left_open: Vec<_> = Mutation::all()
        .iter()
        .filter(|one| one.endpoint == Endpoint::Token && matches!(one.effect, Effect::Either(_)))
        .filter(|one| !one.expansion && one.fits(Grant::PreAuthorized))
        .collect();
    assert!(left_open.len() > 5, "{}", left_open.len());
    for mutation in left_open {
        let steps = [
            Step::send(Endpoint::Token, vec![*mutation]),
            Step::send(Endpoint::Credential, Vec::new()),
        ];
        assert!(
            cases.iter().any(|case| case.steps == steps),
            "{}",
            mutation.id
        );
    }
}

/// The requests with one access token that are under way, and the credential one of them got.
#[derive(Default)]
struct UnderWay {
    count: usize,
    credential: Option<Response<Bytes>>,
}

#[test]
fn an_issuer_that_checks_before_all_and_marks_after_is_found_out() {
    let tokens: Mutex<HashMap<HeaderValue, UnderWay>> = Mutex::default();
    let report = check_through(&[], move |answer, request| {
        let token = request.headers().get("authorization").cloned();
        let Some(token) = token.filter(|_| request.uri().path().ends_with("/credential")) else {
            return answer(request);
        };
        let table = || tokens.lock().expect("nobody panics with it");
        table().entry(token.clone()).or_default().count += 1;
        std::thread::sleep(Duration::from_millis(60));
        let response = answer(request);
        let mut table = table();
        let entry = table.entry(token.clone()).or_default();
        entry.count -= 1;
        let others = entry.count > 0;
        if response.status().is_success() && others {
            entry.credential = Some(response.clone());
        }
        let answer = entry.credential.clone().unwrap_or(response);
        if !others {
            table.remove(&token);
        }
        answer
    })
    .phases([Phase::Sequence])
    .cases(0)
    .configure(|config| config.flows = vec!["CTWalletSamePreAuthorisedInTime/jwt_vc".into()])
    .run_blocking();
    let rule = "race/access-token-yields-one-credential";
    let found = report
        .findings()
        .iter()
        .find(|found| found.invariant == rule);
    let found = found.unwrap_or_else(|| panic!("{:?}", report.findings()));
    let case = found.case.as_ref().expect("it takes a case");
    // Two would do, had they always met.
    assert!(case.size() <= (0, 4), "{case:?}");
    assert!(matches!(case.steps[..], [Step::Race(_)]), "{case:?}");
}

#[test]
fn requests_of_a_race_are_under_way_at_the_same_time() {
    let flow = Flow::new("CTWalletSamePreAuthorisedInTime", "jwt_vc");
    let send = || Send {
        to: Endpoint::Credential,
        session: 0,
        mutations: Vec::new(),
    };
    let race = Case::new(flow, vec![Step::Race(vec![send(), send(), send(), send()])]);
    let transcript = Bench::new(Issuer::builder()).play(&race, 1);
    let won = transcript.steps().filter(|step| step.hands_out()).count();
    assert_eq!(won, 1);
    // Through the engine: each of the four waits for the others, and all come through.
    let barrier = Barrier::new(4);
    let report = check_through(&[], move |answer, request| {
        if request.uri().path().ends_with("/credential") {
            barrier.wait();
        }
        answer(request)
    })
    .replay(&serde_json::to_string(&race).expect("a case is JSON"));
    assert!(report.findings().is_empty(), "{:?}", report.findings());
}

#[test]
fn the_sequence_phase_finds_nothing_on_a_sound_issuer() {
    // Every flow is tried above; this is about the phase.
    let flows = [
        "CTWalletSamePreAuthorisedDeferred/jwt_vc",
        "CTWalletCrossAuthorisedInTime/jwt_vc",
    ];
    let report = check(&[])
        .phases([Phase::Sequence])
        .cases(100)
        .configure(|config| config.flows = flows.map(str::to_owned).to_vec())
        .run_blocking();
    assert!(report.findings().is_empty(), "{:?}", report.findings());
}
