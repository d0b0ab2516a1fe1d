//! What is good once stays good once, however many ask at the same time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;
use http::{Request, Response};
use vcispec::issuer::{Issuer, user_pin};

use super::service;
use super::support::{
    Holder, PRE_AUTHORISED, error_of, issuer, pre_authorised_code, redeem, valid_request,
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
