//! How service wallets show who they are at the token endpoint (`private_key_jwt`).

use serde_json::{Value, json};

use super::service::{
    CLIENT_ID, TYPE, assertion_header, assertion_payload, code, issuer, signed, token_request,
};
use super::support::{Holder, error_of, jwt, types};
use super::wallet::{details, refused_at, token};

#[test]
fn an_assertion_is_the_client_s_and_for_this_server() {
    let (issuer, _) = issuer();
    let code = code(&issuer, TYPE);
    let request = token_request(&issuer, &code, "good");
    let with = |name: &str, value: Value| {
        let mut payload = assertion_payload(&issuer, "1");
        payload[name] = value;
        request
            .clone()
            .with("client_assertion", signed(&assertion_header(), &payload))
    };
    let header = |name: &str, value: Value| {
        let mut header = assertion_header();
        header[name] = value;
        let payload = assertion_payload(&issuer, "1");
        request
            .clone()
            .with("client_assertion", signed(&header, &payload))
    };
    let forged = jwt(
        &assertion_header(),
        &assertion_payload(&issuer, "1"),
        |message| Holder::new(3).sign(message),
    );
    for wrong in [
        with("iss", json!("https://other.example")),
        with("sub", json!("https://other.example")),
        with("aud", json!(issuer.issuer_url())),
        with("aud", json!([])),
        with("exp", json!(1)),
        with("exp", Value::Null),
        with("iat", json!("now")),
        with("jti", json!("")),
        with("jti", json!(1)),
        header("kid", json!("unknown")),
        header("kid", json!("another")),
        header("alg", json!("none")),
        header("typ", json!("at+jwt")),
        request.clone().with("client_assertion", forged),
        request.clone().with("client_assertion", "a.b.c"),
    ] {
        let answer = token(&issuer, &wrong);
        assert_eq!(error_of(&answer), (400, "invalid_client".to_owned()));
        assert_eq!(refused_at(&answer), "token-assertion");
    }
    let array = with("aud", json!(["https://other.example", issuer.auth_url()]));
    assert_eq!(token(&issuer, &array).status(), 200);
}

#[test]
fn an_assertion_is_good_once_and_only_success_uses_it_up() {
    let (issuer, clock) = issuer();
    let first = code(&issuer, TYPE);
    let second = code(&issuer, TYPE);
    let unknown = token_request(&issuer, "unknown", "1");
    assert_eq!(refused_at(&token(&issuer, &unknown)), "token-code");
    assert_eq!(
        token(&issuer, &token_request(&issuer, &first, "1")).status(),
        200
    );
    let again = token_request(&issuer, &second, "1");
    assert_eq!(refused_at(&token(&issuer, &again)), "token-assertion");
    let fresh = token_request(&issuer, &second, "2");
    assert_eq!(token(&issuer, &fresh).status(), 200);
    clock.advance(std::time::Duration::from_secs(60));
    let third = code(&issuer, TYPE);
    let expired = token_request(&issuer, &third, "3");
    assert_eq!(refused_at(&token(&issuer, &expired)), "token-assertion");
}

#[test]
fn each_kind_of_wallet_has_its_own_way_to_be_known() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let service_code = code(&issuer, TYPE);
    let by_verifier = super::wallet::token_request(&holder, &service_code);
    assert_eq!(refused_at(&token(&issuer, &by_verifier)), "token-client");
    let verifier = by_verifier.with("client_id", CLIENT_ID);
    assert_eq!(refused_at(&token(&issuer, &verifier)), "token-parameters");
    let holder_code = super::wallet::code(&issuer, &holder, "CTWalletSameInTime");
    let by_assertion = token_request(&issuer, &holder_code, "1");
    assert_eq!(refused_at(&token(&issuer, &by_assertion)), "token-client");
    assert_eq!(details(&issuer, TYPE)[0]["types"], types(TYPE));
}
