//! The judge is tested on answers that are not ours: oracle and rules judge what a running server
//! was recorded to answer (`tests/data/observed-ebsi-v3.json`), each row told as mutations of the
//! catalogue.
//!
//! Start at [`every_recorded_answer_is_judged_right`]; `pairs.rs` holds the rows.

mod pairs;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use vcispec::case::{Case, Effect, Endpoint, Flow, KeyType, Mutation, Step};
use vcispec::oracle::Oracle;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::Context;
use vcispec::wallet::Outgoing;

use crate::canned::{self, Canned};
use crate::invariants::world;
use pairs::{FOUND, PAIRS, UNPAIRED};

/// One recorded exchange.
#[derive(Deserialize)]
struct Row {
    name: String,
    mutation: Map<String, Value>,
    status: u16,
    content_type: Option<String>,
    body: String,
}

#[test]
fn every_recorded_answer_is_judged_right() {
    let canned = Canned::new(&EBSI_V3, Oracle::new(&EBSI_V3).probing(), context());
    let rows = rows();
    let mut wrong = Vec::new();
    for (name, mutations) in PAIRS {
        let row = find(&rows, name);
        let found = match judged(&canned, row, mutations) {
            Ok(found) => found,
            Err(reason) => {
                wrong.push(format!("{name} cannot be judged: {reason}"));
                continue;
            }
        };
        let expected: BTreeSet<&str> = if row.status >= 500 {
            BTreeSet::from(["robustness/a-client-fault-is-no-server-error"])
        } else {
            FOUND
                .iter()
                .filter(|(listed, ..)| listed == name)
                .map(|(_, rule, _)| *rule)
                .collect()
        };
        let seen: BTreeSet<&str> = found.iter().map(|(rule, _)| *rule).collect();
        if seen != expected {
            wrong.push(format!(
                "{name} {mutations:?}: expected {expected:?}, found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_credential_in_place_of_a_recorded_refusal_is_a_finding() {
    let canned = Canned::new(&EBSI_V3, Oracle::new(&EBSI_V3).probing(), context());
    let rows = rows();
    let mut silent = BTreeSet::new();
    for (name, mutations) in PAIRS {
        let row = find(&rows, name);
        let binding = find_all(mutations)
            .iter()
            .any(|mutation| mutation.effect == Effect::Malformed);
        if !binding || target(row) != Some(Endpoint::Credential) {
            continue;
        }
        let success = Row {
            name: row.name.clone(),
            mutation: row.mutation.clone(),
            status: 200,
            content_type: Some("application/json; charset=utf-8".into()),
            body: r#"{"format":"jwt_vc","credential":"{jwt}"}"#.into(),
        };
        if judged(&canned, &success, mutations).is_ok_and(|found| found.is_empty()) {
            silent.insert(*name);
        }
    }
    assert_eq!(silent, BTreeSet::new());
}

#[test]
fn each_row_is_paired_or_listed_once_with_a_reason() {
    let rows = rows();
    let ours: BTreeSet<&str> = rows
        .iter()
        .filter(|row| target(row).is_some())
        .map(|row| row.name.as_str())
        .collect();
    let mut listed = BTreeSet::new();
    for name in PAIRS
        .iter()
        .map(|(name, _)| name)
        .chain(UNPAIRED.iter().map(|(name, _)| name))
    {
        assert!(listed.insert(*name), "{name} stands twice");
    }
    assert_eq!(listed, ours);
    for (name, _, reason) in FOUND {
        assert!(PAIRS.iter().any(|(paired, _)| paired == name), "{name}");
        assert!(!reason.is_empty());
    }
}

/// The findings, notes apart, that the recorded answer draws as the answer to these mutations.
fn judged(
    canned: &Canned,
    row: &Row,
    mutations: &[&str],
) -> Result<Vec<(&'static str, String)>, String> {
    let endpoint = target(row).unwrap_or(Endpoint::Credential);
    let transcript = match endpoint {
        Endpoint::IssuerMetadata | Endpoint::AuthMetadata | Endpoint::IssuerJwks => {
            canned.discover(endpoint, |outgoing| recorded(row, outgoing))
        }
        _ => {
            let case = Case::new(
                flow(row, endpoint),
                steps(row, endpoint, find_all(mutations)),
            );
            canned.play(&case, |outgoing| recorded(row, outgoing))
        }
    };
    if let Some(reason) = transcript.stopped {
        return Err(reason);
    }
    Ok(canned
        .findings(&transcript)
        .into_iter()
        .map(|(rule, violation)| {
            (
                rule,
                format!(
                    "{:?}: {}; {}",
                    violation.grade, violation.expected, violation.actual
                ),
            )
        })
        .collect())
}

/// The endpoint that a row speaks about.
fn target(row: &Row) -> Option<Endpoint> {
    let target = row.mutation.get("target")?.as_str()?;
    let path = target.split('?').next().unwrap_or_default();
    Some(match path {
        "/issuer-mock/credential_deferred" => Endpoint::Deferred,
        "/issuer-mock/.well-known/openid-credential-issuer" => Endpoint::IssuerMetadata,
        "/issuer-mock/jwks" => Endpoint::IssuerJwks,
        "/issuer-mock/initiate-credential-offer" => Endpoint::InitiateOffer,
        "/auth-mock/.well-known/openid-configuration" => Endpoint::AuthMetadata,
        "/auth-mock/token" => Endpoint::Token,
        "/auth-mock/authorize" => Endpoint::Authorize,
        "/auth-mock/direct_post" => Endpoint::DirectPost,
        _ if path.starts_with("/auth-mock/request_uri/") => Endpoint::RequestUri,
        _ if path.starts_with("/issuer-mock/offers/") => Endpoint::Offer,
        _ => Endpoint::Credential,
    })
}

fn flow(row: &Row, endpoint: Endpoint) -> Flow {
    let name = match (endpoint, row.name.as_str()) {
        (Endpoint::Deferred, _) | (_, "ok-deferred-type") => "CTWalletSamePreAuthorisedDeferred",
        (_, "initiate-cross") => "CTWalletCrossPreAuthorised",
        (Endpoint::Authorize | Endpoint::RequestUri | Endpoint::DirectPost, _) => {
            "CTWalletSameInTime"
        }
        _ => "CTWalletSamePreAuthorised",
    };
    let format = if row.name == "body-format-jwt_vc_json" {
        "jwt_vc_json"
    } else {
        "jwt_vc"
    };
    let alg = row.mutation.get("key_alg").and_then(Value::as_str);
    let key = KeyType::ALL
        .iter()
        .find(|key| alg == Some(key.alg()))
        .copied()
        .unwrap_or_default();
    Flow {
        key,
        ..Flow::new(name, format)
    }
}

/// What comes before the recorded request in its session, and the request.
fn steps(row: &Row, endpoint: Endpoint, mutations: Vec<Mutation>) -> Vec<Step> {
    let mut steps = Vec::new();
    if endpoint == Endpoint::Deferred {
        steps.push(Step::send(Endpoint::Credential, Vec::new()));
        steps.push(Step::WaitUntilReady);
    }
    if row.mutation.contains_key("sequence") {
        steps.push(Step::send(endpoint, mutations.clone()));
    }
    steps.push(Step::send(endpoint, mutations));
    steps
}

/// The recorded answer, with live values in place of its placeholders.
fn recorded(row: &Row, outgoing: &Outgoing) -> Response<Bytes> {
    let token_response = canned::token_response(outgoing);
    let text = |name: &str| token_response[name].as_str().unwrap_or_default();
    let body = row
        .body
        .replace(
            r#""credential":"{jwt}""#,
            &format!(r#""credential":"{}""#, canned::credential(outgoing)),
        )
        .replace(
            r#""access_token":"{jwt}""#,
            &format!(r#""access_token":"{}""#, text("access_token")),
        )
        .replace(
            r#""id_token":"{jwt}""#,
            &format!(r#""id_token":"{}""#, text("id_token")),
        )
        .replace(
            r#""c_nonce":"{uuid}""#,
            &format!(r#""c_nonce":"{}""#, text("c_nonce")),
        );
    let body = live(&body);
    let mut answer = Response::builder().status(row.status);
    if let Some(media_type) = row.content_type.as_deref().filter(|text| !text.is_empty()) {
        answer = answer.header("content-type", media_type);
    }
    if row.status == 302 {
        // The recording has no headers; without its Location the answer says nothing.
        answer = answer.header("location", format!("openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F{}", canned::UUID));
    }
    answer.body(body.into()).expect("the answer is well formed")
}

/// Values of the issuer in place of placeholders.
fn live(text: &str) -> String {
    text.replace("{origin}%2F", "https%3A%2F%2Fissuer.example%2F")
        .replace("{origin}", "https://issuer.example")
        .replace("{issuer}", world::ISSUER)
        .replace("{as}", world::SERVER)
        .replace("{uuid}", canned::UUID)
}

/// The issuer as the recorded documents describe it, with the key of our credentials beside its own.
fn context() -> Context {
    let rows = rows();
    let document = |name: &str| -> Value {
        serde_json::from_str(&live(&find(&rows, name).body)).expect("the document is JSON")
    };
    let mut jwks = document("jwks-issuer");
    jwks["keys"]
        .as_array_mut()
        .expect("keys")
        .push(world::jwk(&world::issuer_key()));
    Context {
        issuer_metadata: document("meta-issuer"),
        auth_metadata: document("meta-as"),
        issuer_jwks: jwks,
        ..world::context()
    }
}

fn find<'a>(rows: &'a [Row], name: &str) -> &'a Row {
    rows.iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("{name} is no row"))
}

fn find_all(ids: &[&str]) -> Vec<Mutation> {
    ids.iter()
        .map(|id| Mutation::find(id).unwrap_or_else(|| panic!("{id} is no mutation")))
        .collect()
}

fn rows() -> Vec<Row> {
    #[derive(Deserialize)]
    struct Recording {
        rows: Vec<Row>,
    }
    let recording: Recording = serde_json::from_str(include_str!("data/observed-ebsi-v3.json"))
        .expect("the recording is well formed");
    recording.rows
}
