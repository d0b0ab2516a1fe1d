//! What is good once stays good once, however many ask at the same time.

use std::sync::Barrier;
use std::thread;

use bytes::Bytes;
use http::{Request, Response};
use vcispec::issuer::{Issuer, user_pin};

use super::support::{
    Holder, PRE_AUTHORISED, error_of, issuer, pre_authorised_code, redeem, valid_request,
};

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
