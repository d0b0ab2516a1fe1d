//! The answers that were recorded from a running server (`tests/data/observed-ebsi-v3.json`), replayed.
//!
//! A row whose answer differs must stand in [`differences::DIFFERENT`] with a reason, and a row that stands there must differ.

mod differences;
mod render;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Map, Value};
use vcispec::issuer::RefusedAt;

use differences::DIFFERENT;
pub(crate) use differences::WIRE;
use render::Session;

use super::wallet::refused_at;

/// One recorded exchange.
#[derive(Deserialize)]
struct Row {
    name: String,
    observed_step: Option<String>,
    mutation: Map<String, Value>,
    status: u16,
    content_type: Option<String>,
    body: String,
}

#[test]
fn every_row_is_reproduced_or_listed() {
    let mut faults = Vec::new();
    for row in rows().iter().filter(|row| is_replayed(&row.name)) {
        let (answer, session) = Session::new().replay(row);
        let listed = DIFFERENT.iter().find(|(name, ..)| *name == row.name);
        match (difference(row, &answer, &session), listed) {
            (Some(difference), None) => faults.push(format!("{} differs: {difference}", row.name)),
            (None, Some((.., reason))) => {
                faults.push(format!(
                    "{} is listed ({reason}) but no longer differs",
                    row.name
                ));
            }
            (Some(difference), Some((_, status, code, _)))
                if outcome(&answer) != (*status, (*code).to_owned()) =>
            {
                faults.push(format!(
                    "{} differs in another way than listed: {difference}",
                    row.name
                ));
            }
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_lists_name_rows_once_and_give_reasons() {
    let names: BTreeSet<String> = rows().into_iter().map(|row| row.name).collect();
    let mut seen = BTreeSet::new();
    let different = DIFFERENT.iter().map(|(name, .., reason)| (name, reason));
    let elsewhere = WIRE.iter().map(|(name, reason)| (name, reason));
    for (name, reason) in different.chain(elsewhere) {
        assert!(names.contains(*name), "{name} is no row");
        assert!(seen.insert(*name), "{name} is listed twice");
        assert!(!reason.is_empty(), "{name} has no reason");
    }
}

#[test]
fn refusals_happen_at_the_recorded_step() {
    for row in rows().iter().filter(|row| is_replayed(&row.name)) {
        let step = row
            .observed_step
            .as_deref()
            .filter(|step| step.starts_with(|c: char| c.is_ascii_digit()));
        let (answer, session) = Session::new().replay(row);
        // A row whose text alone differs is refused at the recorded step too.
        let is_same =
            difference(row, &answer, &session).is_none() || answer.status().as_u16() == row.status;
        if let Some(step) = step.filter(|_| is_same) {
            assert_eq!(
                answer.extensions().get(),
                Some(&RefusedAt(steps(step))),
                "{}",
                row.name
            );
        }
    }
}

/// The recording does not say at which step the authorization server refused. Each row says what it aims at.
#[test]
fn rows_of_the_authorization_server_are_refused_where_they_aim() {
    for (name, step) in AIMED {
        let rows = rows();
        let row = rows.iter().find(|row| row.name == *name);
        let (answer, _) = Session::new().replay(row.expect("the row exists"));
        assert_eq!(refused_at(&answer), *step, "{name}");
    }
}

const AIMED: &[(&str, &str)] = &[
    ("offer-not-uuid", "offer-id"),
    ("offer-unknown", "offer-known"),
    ("initiate-no-client", "initiate-query"),
    ("request-uri-not-uuid", "request-uri-id"),
    ("request-uri-unknown", "request-uri-known"),
    ("authorize-no-params", "authorize-redirect-uri"),
    ("authorize-bad-scope", "authorize-scope"),
    ("authorize-no-client", "authorize-request"),
    ("authorize-bad-client", "authorize-request"),
    ("authorize-bad-client-did", "authorize-request"),
    ("authorize-bad-request-object", "authorize-request"),
    ("authorize-bad-metadata", "authorize-client-metadata"),
    ("authorize-bad-metadata-schema", "authorize-client-metadata"),
    ("authorize-bad-details", "authorize-details"),
    ("authorize-details-empty", "authorize-details"),
    ("authorize-details-types", "authorize-details"),
    ("authorize-issuer-state-garbage", "authorize-issuer-state"),
    ("authorize-issuer-state-no-types", "authorize-issuer-state"),
    ("authorize-no-pkce", "authorize-pkce"),
    ("authorize-pkce-plain", "authorize-pkce"),
    ("authorize-ok-reference", ""),
    ("direct-json", "direct-post-media-type"),
    ("direct-unknown-state", "direct-post-state"),
    ("direct-empty", "direct-post-state"),
    ("direct-id-token-no-id-token", "id-token-form"),
    ("direct-id-token-garbage", "id-token-form"),
    ("direct-id-token-nonce", "id-token-nonce"),
    ("direct-id-token-nonce-missing", "id-token-form"),
    ("direct-id-token-kid-web", "id-token-did"),
    ("direct-id-token-sub", "id-token-subject"),
    ("direct-id-token-frag", "id-token-key"),
    ("direct-id-token-sig", "id-token-signature"),
    ("token-json-ct", "token-media-type"),
    ("token-bad-grant", "token-grant"),
    ("token-pa-no-code", "token-parameters"),
    ("token-pa-no-pin", "token-parameters"),
    ("token-pa-bad-details", "token-code"),
    ("token-pa-unknown-kid", "token-code"),
    ("token-pa-wrong-pin", "token-pin"),
    ("token-pa-sig-flipped", "token-code"),
    ("token-pa-code-reused", "token-code"),
];

/// The issuer's own copy of a step's name.
fn steps(name: &str) -> &'static str {
    [
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "9a", "9b", "9c", "9d", "10", "11", "12",
        "13", "14", "15", "16",
    ]
    .into_iter()
    .chain(["18", "19", "20", "21", "22", "23", "24", "25"])
    .find(|step| *step == name)
    .expect("the step exists")
}

fn is_replayed(name: &str) -> bool {
    !WIRE.iter().any(|(listed, _)| *listed == name)
}

/// The status, and the `error` of an OAuth error or the `title` of problem details.
fn outcome(answer: &Response<Bytes>) -> (u16, String) {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let code = body["error"]
        .as_str()
        .or(body["title"].as_str())
        .unwrap_or_default();
    (answer.status().as_u16(), code.to_owned())
}

/// How the answer differs from the recorded one, if it does.
fn difference(row: &Row, answer: &Response<Bytes>, session: &Session) -> Option<String> {
    let status = answer.status().as_u16();
    let body = session.normalised(std::str::from_utf8(answer.body()).expect("every body is text"));
    if status != row.status {
        return Some(format!("status {status} instead of {}: {body}", row.status));
    }
    let content_type = content_type(answer);
    if content_type
        != row
            .content_type
            .as_deref()
            .filter(|recorded| !recorded.is_empty())
    {
        return Some(format!(
            "content type {content_type:?} instead of {:?}",
            row.content_type
        ));
    }
    if comparable(&body) != comparable(&row.body) {
        return Some(format!("body {body} instead of {}", row.body));
    }
    None
}

fn content_type(answer: &Response<Bytes>) -> Option<&str> {
    answer
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().expect("a media type is ASCII"))
}

/// Errors are compared whole, but for the characters that RFC 6749 does not allow in their texts and
/// that the recorded server sent all the same; of documents that name keys or types the shape is compared.
fn comparable(body: &str) -> Value {
    match serde_json::from_str(body) {
        Ok(Value::Object(members))
            if members.contains_key("keys") || members.contains_key("issuer") =>
        {
            shape(&Value::Object(members))
        }
        Ok(Value::Object(members)) if members.contains_key("credentials_supported") => {
            shape(&Value::Object(members))
        }
        Ok(mut value) => {
            if let Some(Value::String(text)) = value.get_mut("error_description") {
                *text = text.replace('"', "'").replace('\n', "; ");
            }
            value
        }
        Err(_) => Value::from(body),
    }
}

/// The member names and value types of a document; an array is known by its first item.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shape(value)))
            .collect(),
        Value::Array(items) => items.iter().take(1).map(shape).collect(),
        Value::String(_) => Value::from("string"),
        other => other.clone(),
    }
}

fn rows() -> Vec<Row> {
    #[derive(Deserialize)]
    struct Recording {
        rows: Vec<Row>,
    }
    let recording: Recording = serde_json::from_str(include_str!("../data/observed-ebsi-v3.json"))
        .expect("the recording is well formed");
    assert_eq!(recording.rows.len(), 293);
    recording.rows
}
