//! `vcispec.har`: the exchanges behind the findings, as an HTTP Archive 1.2 that browsers and proxies open. Live secrets
//! are replaced by placeholders, long bodies cut.

use std::time::Duration;

use http::HeaderMap;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::wire;
use crate::engine::Outcome;
use crate::transcript::{Exchange, Facts, Finding, Transcript};

/// The report as JSON.
pub fn text(outcome: &Outcome) -> String {
    let mut pages = Vec::new();
    let mut entries = Vec::new();
    for finding in &outcome.findings {
        let Some(transcript) = outcome.shown.get(&finding.id) else {
            continue;
        };
        pages.push(page(finding, transcript));
        let of_case = transcript.exchanges.iter();
        entries.extend(of_case.map(|exchange| entry(finding, exchange)));
    }
    let archive = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
            "comment": format!("{}, profile {}, seed {}", outcome.target, outcome.profile, outcome.seed),
            "pages": pages,
            "entries": entries,
        }
    });
    format!("{archive:#}\n")
}

/// A finding is a page; its exchanges belong to it.
fn page(finding: &Finding, transcript: &Transcript) -> Value {
    let first = transcript.exchanges.first();
    json!({
        "startedDateTime": moment(first.map_or(Duration::ZERO, |exchange| exchange.sent_at)),
        "id": finding.id,
        "title": format!("{}: expected {}, got {}", finding.invariant, finding.expected, finding.actual),
        "pageTimings": {},
        "comment": finding.reproduce,
    })
}

fn entry(finding: &Finding, exchange: &Exchange) -> Value {
    let took = exchange
        .received_at
        .saturating_sub(exchange.sent_at)
        .as_millis();
    let took = u64::try_from(took).unwrap_or(u64::MAX);
    let mutations: Vec<_> = exchange
        .mutations
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    json!({
        "pageref": finding.id,
        "startedDateTime": moment(exchange.sent_at),
        "time": took,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": { "send": 0, "wait": took, "receive": 0 },
        "comment": if mutations.is_empty() { "as it should be".to_owned() } else { mutations.join(" and ") },
    })
}

fn request(exchange: &Exchange) -> Value {
    let (request, facts) = (&exchange.request, &wire::facts_of(exchange));
    let uri = request.uri();
    let query: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .map(|(name, value)| json!({ "name": wire::redact(facts, &name), "value": wire::redact(facts, &value) }))
        .collect();
    let mut entry = json!({
        "method": request.method().as_str(),
        "url": wire::redact(facts, &uri.to_string()),
        "httpVersion": wire::version(request.version()),
        "cookies": [],
        "headers": fields(request.headers(), facts),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body().len(),
    });
    if !request.body().is_empty() {
        let (text, comment) = wire::body(request.body(), facts);
        entry["postData"] = json!({
            "mimeType": media_type(request.headers()),
            "params": [],
            "text": text,
            "comment": comment.unwrap_or_default(),
        });
    }
    entry
}

fn response(exchange: &Exchange) -> Value {
    let facts = &wire::facts_of(exchange);
    match &exchange.answer {
        Ok(response) => {
            let (text, comment) = wire::body(response.body(), facts);
            json!({
                "status": response.status().as_u16(),
                "statusText": response.status().canonical_reason().unwrap_or_default(),
                "httpVersion": wire::version(response.version()),
                "cookies": [],
                "headers": fields(response.headers(), facts),
                "content": {
                    "size": response.body().len(),
                    "mimeType": media_type(response.headers()),
                    "text": text,
                    "comment": comment.unwrap_or_default(),
                },
                "redirectURL": response.headers().get("location").map_or_else(String::new, |to| {
                    wire::redact(facts, &String::from_utf8_lossy(to.as_bytes()))
                }),
                "headersSize": -1,
                "bodySize": response.body().len(),
            })
        }
        Err(failure) => json!({
            "status": 0,
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "comment": failure.to_string(),
        }),
    }
}

fn fields(map: &HeaderMap, facts: &Facts) -> Vec<Value> {
    let fields = wire::headers(map, facts).into_iter();
    fields
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get("content-type");
    value.map_or_else(String::new, |value| {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    })
}

fn moment(since_epoch: Duration) -> String {
    let moment = OffsetDateTime::UNIX_EPOCH + since_epoch;
    moment.format(&Rfc3339).unwrap_or_default()
}
