//! The schemas of EBSI v3 answers: each takes a good document and refuses known bad ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vcispec::profile::{EBSI_V3, Schemas};

use super::world::{
    access_token, auth_metadata, context, credential, grant, issuer_key, issuer_metadata, offer_of,
    token_response,
};

/// A schema, a document that follows it, and documents that do not.
fn documents() -> Vec<(&'static str, Value, Vec<Value>)> {
    let jws = credential(|_, _| {});
    vec![
        (
            "credential-response",
            json!({ "format": "jwt_vc_json", "credential": jws, "more": 1 }),
            vec![
                json!({ "credential": jws }),
                json!({ "format": "ldp_vc", "credential": jws }),
                json!({ "format": "jwt_vc", "credential": "Error" }),
                json!({ "format": "jwt_vc", "credential": { "vc": 1 } }),
                json!({ "format": "jwt_vc", "credential": jws, "acceptance_token": "t" }),
                json!([]),
            ],
        ),
        (
            "deferred-response",
            json!({ "acceptance_token": "t", "c_nonce": "n", "c_nonce_expires_in": 86_400 }),
            vec![
                json!({}),
                json!({ "acceptance_token": "" }),
                json!({ "acceptance_token": 1 }),
                json!({ "acceptance_token": "t", "credential": jws }),
            ],
        ),
        (
            "error-400",
            json!({ "error": "invalid_request", "error_description": "No.", "more": [] }),
            vec![
                json!({}),
                json!({ "error": 400 }),
                json!({ "error": "invalid_request", "error_description": "" }),
                json!({ "error": "invalid_request", "error_description": ["No."] }),
                json!("invalid_request"),
            ],
        ),
        (
            "error-401",
            json!({ "error": "invalid_request" }),
            vec![json!({ "error_description": "No." }), json!(null)],
        ),
        (
            "problem",
            json!({ "title": "Not Found", "status": 404, "type": "about:blank", "detail": "No." }),
            vec![
                json!({ "status": 404 }),
                json!({ "title": "Not Found" }),
                json!({ "title": "Not Found", "status": "404" }),
                json!({ "title": "Not Found", "status": 200 }),
                json!({ "title": "Not Found", "status": 404, "type": "not-found" }),
            ],
        ),
        (
            "issuer-metadata",
            issuer_metadata(),
            vec![
                without(issuer_metadata(), "/deferred_credential_endpoint"),
                without(
                    issuer_metadata(),
                    "/credentials_supported/0/trust_framework",
                ),
                without(
                    issuer_metadata(),
                    "/credentials_supported/0/display/0/locale",
                ),
                with(
                    issuer_metadata(),
                    "/credential_issuer",
                    "https://issuer.example/".into(),
                ),
                with(
                    issuer_metadata(),
                    "/credentials_supported/0/types",
                    "X".into(),
                ),
                with(
                    issuer_metadata(),
                    "/credentials_supported/0/trust_framework/name",
                    "eidas".into(),
                ),
            ],
        ),
        (
            "auth-metadata",
            auth_metadata(),
            vec![
                without(auth_metadata(), "/token_endpoint"),
                with(
                    auth_metadata(),
                    "/grant_types_supported",
                    "authorization_code".into(),
                ),
                with(auth_metadata(), "/jwks_uri", "jwks".into()),
            ],
        ),
        ("jwks", context().issuer_jwks, bad_key_sets()),
        (
            "offer",
            offer_of(&grant(|_| {}, &issuer_key())),
            vec![
                without(offer_of("code"), "/grants"),
                with(offer_of("code"), "/credentials", json!([])),
                with(offer_of("code"), "/credentials/0", "id".into()),
                with(offer_of("code"), "/grants", json!([])),
                with(offer_of(""), "/more", Value::Null),
            ],
        ),
        (
            "token-response",
            token_response(&access_token(|_| {})),
            vec![
                without(token_response("t"), "/access_token"),
                without(token_response("t"), "/c_nonce_expires_in"),
                with(token_response("t"), "/expires_in", "86400".into()),
                with(token_response("t"), "/token_type", "DPoP".into()),
            ],
        ),
    ]
}

fn bad_key_sets() -> Vec<Value> {
    let key =
        |name: &str, value: Value| with(context().issuer_jwks, &format!("/keys/0/{name}"), value);
    let private = ["d", "p", "q", "dp", "dq", "qi", "k"];
    let mut bad: Vec<_> = private
        .into_iter()
        .map(|name| key(name, "AQ".into()))
        .collect();
    bad.push(json!({ "keys": [] }));
    bad.push(without(context().issuer_jwks, "/keys/0/y"));
    bad.push(key("kid", json!(1)));
    bad
}

fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("a parent") {
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        parent => parent[name] = value,
    }
    document
}

fn without(mut document: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    document
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .and_then(|members| members.remove(name))
        .expect("a member to remove");
    document
}

#[test]
fn every_schema_takes_the_good_and_refuses_the_bad() {
    for (name, good, bad) in documents() {
        let schema = EBSI_V3.schema(name).expect("a schema of the profile");
        assert_eq!(Schemas::errors(schema, &good), [""; 0], "{name}");
        for document in bad {
            assert!(
                !Schemas::is_valid(schema, &document),
                "{name} takes {document}"
            );
        }
    }
}

#[test]
fn every_schema_is_tried_and_says_what_it_is() {
    let tried: BTreeSet<_> = documents().iter().map(|(name, ..)| *name).collect();
    let all: BTreeSet<_> = EBSI_V3.schemas.iter().map(|schema| schema.name).collect();
    assert_eq!(tried, all);
    for schema in EBSI_V3.schemas {
        let json: Value = serde_json::from_str(schema.text).expect("JSON");
        for member in ["title", "description"] {
            assert!(json[member].is_string(), "{} has no {member}", schema.name);
        }
        let id = json["$id"].as_str().unwrap_or_default();
        assert!(
            id.ends_with(&format!("/{}.schema.json", schema.name)),
            "{id}"
        );
    }
}
