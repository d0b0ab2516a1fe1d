use serde_json::{Value, json};
use vcispec::case::Endpoint;
use vcispec::transcript::Exchange;

use super::world::{
    ISSUER, NOW, access_token, answer, exchange, jws, other_key, token, token_response,
};
use super::{Sample, broken_by};

pub(super) fn samples() -> Vec<Sample> {
    let good = || bent(|_| {});
    let granted = |bend: fn(&mut Value)| token(&token_response(&access_token(bend)));
    let mut second = token_response(&access_token(|claims| {
        claims["claims"]["c_nonce"] = "second".into();
    }));
    second["c_nonce"] = "second".into();
    let other = |body: &Value| {
        let mut exchange = token(body);
        exchange.session = 1;
        exchange
    };
    vec![
        Sample::new(
            "token/response-follows-schema",
            good(),
            bent(|body| body["token_type"] = "MAC".into()),
        ),
        Sample::new(
            "token/response-follows-schema",
            bent(|body| body["token_type"] = "bearer".into()),
            bent(|body| {
                body.as_object_mut().expect("an object").remove("c_nonce");
            }),
        ),
        Sample::new(
            "token/response-follows-schema",
            good(),
            exchange(Endpoint::Token, answer(200, &[], "")),
        ),
        Sample::new("token/response-is-not-stored", good(), stored()),
        Sample::new(
            "token/lasts-a-day",
            good(),
            bent(|body| body["expires_in"] = json!(3600)),
        ),
        Sample::new(
            "token/lasts-a-day",
            granted(|claims| claims["exp"] = json!(NOW + 86_401)),
            granted(|claims| claims["exp"] = json!(NOW + 60)),
        ),
        Sample::new(
            "token/c-nonce-is-that-of-the-token",
            good(),
            bent(|body| body["c_nonce"] = "another".into()),
        ),
        Sample::new(
            "token/access-token-is-for-this-holder-and-issuer",
            granted(|claims| claims["aud"] = ISSUER.into()),
            granted(|claims| claims["aud"] = json!(["https://other.example"])),
        ),
        Sample::new(
            "token/access-token-is-for-this-holder-and-issuer",
            good(),
            granted(|claims| claims["sub"] = "did:key:zOther".into()),
        ),
        Sample::new(
            "token/access-token-is-signed-by-the-server",
            good(),
            forged(),
        ),
        Sample::of_cases(
            "token/values-are-fresh",
            vec![good(), other(&second)],
            vec![good(), other(&token_response(&access_token(|_| {})))],
        ),
    ]
}

fn bent(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut body = token_response(&access_token(|_| {}));
    bend(&mut body);
    token(&body)
}

fn stored() -> Exchange {
    let body = token_response(&access_token(|_| {})).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
    ];
    exchange(Endpoint::Token, answer(200, &headers, body))
}

fn forged() -> Exchange {
    let text = access_token(|_| {});
    let parsed = vcispec::transcript::Compact::parse(&text).expect("a JWS");
    token(&token_response(&jws(
        &parsed.header,
        &parsed.payload,
        &other_key(),
    )))
}

#[test]
fn an_opaque_access_token_is_no_finding() {
    assert_eq!(broken_by(token(&token_response("opaque"))), [""; 0]);
}
