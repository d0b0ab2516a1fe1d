//! What is good once stays good once, however many ask at the same time.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;
use http::{Request, Response};
use vcispec::issuer::{Defect, Issuer, user_pin};

use super::service;
use super::support::{
    Holder, PRE_AUTHORISED, decoded, error_of, issuer, json_of, pre_authorised_code, redeem,
    valid_request,
};
use super::wallet;

/// Sends ten times at once and returns the answers.
fn at_once(send: impl Fn() -> Response<Bytes> + Sync) -> Vec<Response<Bytes>> {
    let barrier = Barrier::new(10);
    thread::scope(|scope| {
        let start = || {
            barrier.wait();
            send()
        };
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(start)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the issuer does not panic"))
            .collect()
    })
}

fn send_at_once(issuer: &Issuer, request: &Request<Bytes>) -> Vec<Response<Bytes>> {
    at_once(|| issuer.handle(request.clone()))
}

#[test]
fn of_ten_requests_with_one_token_exactly_one_gets_a_credential() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    for name in [PRE_AUTHORISED, "CTWalletSameDeferred"] {
        let answers = send_at_once(&issuer, &valid_request(&issuer, &holder, name));
        let (granted, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status() == 200);
        assert_eq!(granted.len(), 1);
        assert!(
            refused
                .iter()
                .all(|answer| error_of(answer) == (400, "invalid_token".to_owned()))
        );
    }
}

#[test]
fn a_token_that_is_checked_and_then_stored_yields_several_credentials_at_once() {
    let issuer = lying(Defect::TokenCheckedThenStored);
    let request = valid_request(&issuer, &Holder::new(1), PRE_AUTHORISED);
    let answers = send_at_once(&issuer, &request);
    assert!(with_status(&answers, 200) > 1);
    assert_eq!(issuer.handle(request).status(), 400);
}

#[test]
fn a_state_that_is_checked_and_then_stored_yields_several_codes_at_once() {
    let issuer = lying(Defect::StateCheckedThenStored);
    let holder = Holder::new(1);
    let asked = wallet::begin(&issuer, &holder, "CTWalletSameInTime");
    let form = wallet::id_token_answer(&issuer, &holder, &asked);
    let answers = at_once(|| wallet::direct_post(&issuer, &form));
    assert!(with_status(&answers, 302) > 1);
    assert_eq!(wallet::direct_post(&issuer, &form).status(), 400);
}

#[test]
fn a_subject_shared_between_requests_gets_into_other_credentials() {
    let issuer = lying(Defect::SubjectSharedBetweenRequests);
    let request = |seed| valid_request(&issuer, &Holder::new(seed), PRE_AUTHORISED);
    let requests = std::sync::Mutex::new((1..=10).map(request).collect::<Vec<_>>());
    let answers = at_once(|| {
        let next = requests.lock().expect("nobody panics").pop();
        issuer.handle(next.expect("there is one for each"))
    });
    let subject = |answer: &Response<Bytes>| {
        let credential = json_of(answer)["credential"].as_str().map(str::to_owned);
        decoded(&credential.expect("all are granted"), 1)["sub"].to_string()
    };
    let subjects: BTreeSet<_> = answers.iter().map(subject).collect();
    assert!(subjects.len() < 10);
}

fn lying(defect: Defect) -> Issuer {
    let (builder, _) = service::builder();
    builder
        .defect(defect)
        .build()
        .expect("the defaults are valid")
}

#[test]
fn of_ten_redemptions_of_one_code_exactly_one_gets_a_token() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    let pin = user_pin(&holder.did);
    let answers = at_once(|| redeem(&issuer, &code, &pin));
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.status() == 200)
            .count(),
        1
    );
}

#[test]
fn of_ten_answers_to_one_state_exactly_one_gets_a_code() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let asked = wallet::begin(&issuer, &holder, "CTWalletSameInTime");
    let form = wallet::id_token_answer(&issuer, &holder, &asked);
    let answers = at_once(|| wallet::direct_post(&issuer, &form));
    assert_eq!(with_status(&answers, 302), 1);
    assert_eq!(with_status(&answers, 400), 9);
}

#[test]
fn of_ten_redemptions_of_one_authorisation_exactly_one_gets_a_token() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = wallet::code(&issuer, &holder, "CTWalletSameInTime");
    let form = wallet::token_request(&holder, &code);
    let answers = at_once(|| wallet::token(&issuer, &form));
    assert_eq!(with_status(&answers, 200), 1);
    assert_eq!(with_status(&answers, 400), 9);
}

#[test]
fn of_ten_codes_with_one_assertion_exactly_one_is_redeemed_and_the_others_stay_good() {
    let (issuer, _) = service::issuer();
    let codes: Vec<String> = (0..10)
        .map(|_| service::code(&issuer, service::TYPE))
        .collect();
    let next = AtomicUsize::new(0);
    let answers = at_once(|| {
        let code = &codes[next.fetch_add(1, Ordering::SeqCst)];
        wallet::token(&issuer, &service::token_request(&issuer, code, "one"))
    });
    assert_eq!(with_status(&answers, 200), 1);
    let good = codes.iter().enumerate().filter(|(index, code)| {
        let request = service::token_request(&issuer, code, &index.to_string());
        wallet::token(&issuer, &request).status() == 200
    });
    assert_eq!(good.count(), 9);
}

fn with_status(answers: &[Response<Bytes>], status: u16) -> usize {
    let has = |answer: &&Response<Bytes>| answer.status() == status;
    answers.iter().filter(has).count()
}
