//! The judge takes any answer, however odd.

use proptest::prelude::*;
use serde_json::{Value, json};
use vcispec::case::{Endpoint, Stage};

use super::judge;
use super::world::{answer, context, credential, exchange, faulty};

const ENDPOINTS: &[Endpoint] = &[
    Endpoint::IssuerMetadata,
    Endpoint::IssuerJwks,
    Endpoint::AuthMetadata,
    Endpoint::AuthJwks,
    Endpoint::InitiateOffer,
    Endpoint::Offer,
    Endpoint::Token,
    Endpoint::Credential,
    Endpoint::Deferred,
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from(credential(|_, _| {}))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(member_name(), inner, 0..5)
                .prop_map(|members| json!(members)),
        ]
    })
}

fn member_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "credential",
        "acceptance_token",
        "format",
        "error",
        "error_description",
        "title",
        "status",
        "keys",
        "kty",
        "kid",
        "d",
        "grants",
        "credentials",
        "types",
        "access_token",
        "c_nonce",
        "expires_in",
        "credentials_supported",
        "credential_issuer",
        "x",
    ])
    .prop_map(str::to_owned)
}

/// A credential some of whose claims are anything.
fn odd_credential() -> impl Strategy<Value = Value> {
    let pointers = vec![
        "/nbf",
        "/exp",
        "/iat",
        "/jti",
        "/sub",
        "/iss",
        "/vc",
        "/vc/type",
        "/vc/issuer",
        "/vc/@context",
        "/vc/credentialSubject",
        "/vc/validFrom",
        "/vc/expirationDate",
    ];
    (prop::sample::select(pointers), value()).prop_map(|(pointer, odd)| {
        let text = credential(|_, payload| {
            *payload.pointer_mut(pointer).expect("a claim") = odd;
        });
        json!({ "format": "jwt_vc", "credential": text })
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        value().prop_map(|value| value.to_string().into_bytes()),
        odd_credential().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..64),
    ]
}

proptest! {
    #[test]
    fn judging_never_panics_for_all_answers(
        endpoint in prop::sample::select(ENDPOINTS),
        stage in prop::option::of(prop::sample::select(Stage::ALL)),
        status in 200_u16..600,
        media_type in prop::sample::select(vec!["application/json", "application/problem+json", "text/html", ""]),
        body in body(),
    ) {
        let answer = answer(status, &[("content-type", media_type)], body);
        let exchange = match stage {
            Some(stage) => faulty(stage, None, endpoint, answer),
            None => exchange(endpoint, answer),
        };
        let judgement = judge(&context(), vec![exchange]);
        let odd = status >= 500 && !judgement.failed.contains_key("robustness/a-client-fault-is-no-server-error");
        prop_assert!(!odd, "a server error passed");
    }
}
