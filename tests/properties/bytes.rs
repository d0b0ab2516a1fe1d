//! Requests that nobody would make: arbitrary bytes wherever a client can put them. The clean issuer
//! never answers with a server error and never hands anything out.

use std::cell::RefCell;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;
use serde_json::{Value, json};
use vcispec::case::{Endpoint, Flow, Mutation};

use super::{CLEAN, at, just, play};

const ENDPOINTS: &[&str] = &["credential", "credential_deferred", "token"];

proptest! {
    #[test]
    fn for_all_bodies_the_clean_issuer_answers_without_a_server_error(
        endpoint in prop::sample::select(ENDPOINTS), body in body(),
    ) {
        let (status, handed_out) = send(endpoint, |request| *request.body_mut() = body.into());
        prop_assert!((400..500).contains(&status) && !handed_out, "{status}");
    }

    #[test]
    fn for_all_header_values_the_clean_issuer_answers_without_a_server_error(
        endpoint in prop::sample::select(ENDPOINTS),
        name in prop::sample::select(vec![
            "authorization", "content-type", "content-encoding", "accept", "origin", "host",
            "content-length", "access-control-request-method", "x-forwarded-proto",
        ]),
        bytes in prop::collection::vec(prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8], 0..80),
    ) {
        let value = HeaderValue::from_bytes(&bytes).expect("a header holds these bytes");
        let (status, _) = send(endpoint, |request| {
            request.headers_mut().insert(HeaderName::from_static(name), value);
        });
        prop_assert!(status < 500, "{status}");
    }

    #[test]
    fn for_all_token_texts_the_clean_issuer_refuses_without_a_server_error(
        endpoint in prop::sample::select(vec!["credential", "credential_deferred"]), text in jws(),
    ) {
        let (status, handed_out) = send(endpoint, |request| {
            let value = HeaderValue::from_str(&format!("Bearer {text}")).expect("visible ASCII");
            request.headers_mut().insert(AUTHORIZATION, value);
        });
        prop_assert!((400..500).contains(&status) && !handed_out, "{status}");
    }

    #[test]
    fn for_all_proof_texts_the_clean_issuer_refuses_without_a_server_error(
        text in prop_oneof![jws(), any::<String>()],
    ) {
        let (status, handed_out) = send("credential", |request| {
            let mut body: Value = serde_json::from_slice(request.body()).expect("JSON");
            body["proof"]["jwt"] = text.into();
            *request.body_mut() = body.to_string().into();
        });
        prop_assert_eq!((status, handed_out), (400, false));
    }
}

thread_local! {
    // A request in order whose token is still good. No property uses it up: all are refused.
    static GOOD: RefCell<Option<Request<Bytes>>> = const { RefCell::new(None) };
}

/// Sends a credential request, changed by `change`, to one of the endpoints. Returns the status, and
/// whether something was handed out.
fn send(endpoint: &str, change: impl FnOnce(&mut Request<Bytes>)) -> (u16, bool) {
    let mut request = GOOD.with_borrow_mut(|good| good.get_or_insert_with(good_request).clone());
    let uri = request.uri().to_string();
    let uri = match endpoint {
        "token" => uri.replace("issuer-mock/credential", "auth-mock/token"),
        _ => uri.replace("/credential", &format!("/{endpoint}")),
    };
    *request.uri_mut() = uri.parse().expect("a URI");
    change(&mut request);
    let answer = CLEAN.with(|bench| bench.issuer().handle(request));
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let handed_out = ["credential", "acceptance_token", "access_token"]
        .iter()
        .any(|name| body.get(name).is_some());
    (answer.status().as_u16(), handed_out)
}

/// A request that a text in place of a good one would be sent with: all but the Content-Type is in
/// order, and that is set right here.
fn good_request() -> Request<Bytes> {
    let spoiled = Mutation::find("media-type/text-plain").expect("a mutation");
    let flow = Flow::new("CTWalletSamePreAuthorisedInTime", "jwt_vc");
    let transcript = play(&just(&flow, vec![spoiled]));
    let exchange = at(&transcript, 0).expect("it was sent");
    assert_eq!(exchange.endpoint, Endpoint::Credential);
    let mut request = exchange.request.clone();
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    request
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        value().prop_map(|value| value.to_string().into_bytes()),
        (value(), value(), value()).prop_map(|(format, types, proof)| {
            json!({ "format": format, "types": types, "proof": proof })
                .to_string()
                .into_bytes()
        }),
        (any::<prop::sample::Index>(), "[\\[{\"]{1,3}").prop_map(|(at, inserted)| {
            let text = r#"{"format":"jwt_vc","types":[],"proof":{"proof_type":"jwt","jwt":""}}"#;
            let at = at.index(text.len());
            format!("{}{inserted}{}", &text[..at], &text[at..]).into_bytes()
        }),
        prop_oneof![Just("["), Just("{\"a\":"), Just("\\"), Just("9")].prop_flat_map(|unit| (1
            ..2000_usize)
            .prop_map(move |count| unit.repeat(count).into_bytes())),
    ]
}

/// What may stand where a compact JWS is asked for: segments that decode to anything, or do not.
fn jws() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        "[A-Za-z0-9_-]{0,12}",
        value().prop_map(|value| URL_SAFE_NO_PAD.encode(value.to_string())),
        header().prop_map(|value| URL_SAFE_NO_PAD.encode(value.to_string())),
    ];
    prop_oneof![
        "[ -~]{0,60}",
        prop::collection::vec(segment, 1..6).prop_map(|segments| segments.join(".")),
    ]
}

/// A header or payload with right names and values that may be anything.
fn header() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "typ", "alg", "kid", "jwk", "crit", "b64", "iss", "aud", "sub", "iat", "exp", "nbf",
        "nonce", "claims",
    ]);
    let known = prop::sample::select(vec![
        json!("JWT"),
        json!("ES256"),
        json!("none"),
        json!("openid4vci-proof+jwt"),
        json!("did:key:z2dmzD#z2dmzD"),
        json!(-1),
        json!(1e300),
    ]);
    prop::collection::btree_map(name, prop_oneof![known, value()], 0..8)
        .prop_map(|members| json!(members))
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,6}", inner, 0..4)
                .prop_map(|members| json!(members)),
        ]
    })
}
