//! Credentials that are handed out later.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::support::{
    Holder, credential_request, decoded, error_of, fetch_deferred, issuer, json_of, post,
    pre_authorised_flow, text_of, types, valid_request,
};

const DEFERRED: &str = "CTWalletSamePreAuthorisedDeferred";

fn acceptance_token(response: &Response<Bytes>) -> String {
    let body = json_of(response);
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1));
    body["acceptance_token"]
        .as_str()
        .expect("it is a string")
        .to_owned()
}

#[test]
fn a_deferred_credential_is_ready_after_the_delay_and_stays_so() {
    let (issuer, clock) = issuer();
    let holder = Holder::new(1);
    let token = acceptance_token(&pre_authorised_flow(
        &issuer,
        &holder,
        DEFERRED,
        "jwt_vc_json",
    ));
    let early = fetch_deferred(&issuer, &token);
    assert_eq!(error_of(&early), (400, "invalid_request".to_owned()));
    assert_eq!(
        json_of(&early)["error_description"],
        "Deferred credential not available yet"
    );
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(fetch_deferred(&issuer, &token).status(), 400);
    clock.advance(Duration::from_millis(1));
    let ready = fetch_deferred(&issuer, &token);
    assert_eq!(
        (ready.status().as_u16(), &ready.headers()["cache-control"]),
        (200, &http::HeaderValue::from_static("no-store"))
    );
    assert_eq!(json_of(&ready)["format"], "jwt_vc_json");
    let claims = decoded(
        json_of(&ready)["credential"]
            .as_str()
            .expect("it is a string"),
        1,
    );
    assert_eq!(
        (&claims["sub"], &claims["vc"]["type"]),
        (&json!(holder.did), &types(DEFERRED))
    );
    clock.advance(Duration::from_secs(3600));
    assert_eq!(text_of(&fetch_deferred(&issuer, &token)), text_of(&ready));
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(
        error_of(&fetch_deferred(&issuer, &token)),
        (400, "invalid_token".to_owned())
    );
}

#[test]
fn the_delay_can_be_set() {
    let issuer = vcispec::issuer::Issuer::builder()
        .deferred_delay(Duration::ZERO)
        .build()
        .expect("the defaults are valid");
    let holder = Holder::new(1);
    let token = acceptance_token(&pre_authorised_flow(&issuer, &holder, DEFERRED, "jwt_vc"));
    assert_eq!(fetch_deferred(&issuer, &token).status(), 200);
}

#[test]
fn wallets_send_all_kinds_of_bodies() {
    let (issuer, clock) = issuer();
    let token = acceptance_token(&issuer.handle(valid_request(&issuer, &Holder::new(1), DEFERRED)));
    clock.advance(Duration::from_secs(5));
    for (content_type, body) in [
        (None, ""),
        (Some("application/json"), ""),
        (Some("application/json"), "\"\""),
        (Some("application/json"), "{}"),
        (Some("text/plain"), ""),
        (Some("application/x-www-form-urlencoded"), ""),
    ] {
        let response = issuer.handle(post(
            "/issuer-mock/credential_deferred",
            Some(&token),
            content_type,
            body,
        ));
        assert_eq!(response.status(), 200, "{content_type:?} {body:?}");
    }
}

#[test]
fn only_acceptance_tokens_are_accepted() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let (access_token, _) = super::support::minted_token(&issuer, &holder.did, &types(DEFERRED));
    let acceptance = acceptance_token(&issuer.handle(valid_request(&issuer, &holder, DEFERRED)));
    let refused = (400, "invalid_token".to_owned());
    assert_eq!(error_of(&fetch_deferred(&issuer, &access_token)), refused);
    assert_eq!(error_of(&fetch_deferred(&issuer, "unknown")), refused);
    let missing = issuer.handle(post("/issuer-mock/credential_deferred", None, None, ""));
    assert_eq!(error_of(&missing), refused);
    assert_eq!(
        error_of(&issuer.handle(credential_request(&acceptance, &Value::Null))),
        refused
    );
}
