//! `vcispec.har`: the exchanges behind the findings, as an HTTP Archive 1.2 that browsers and proxies open. Live secrets
//! are replaced by placeholders, long bodies cut.

use serde_json::{Value, json};

use super::json::Report;
use super::told::{Answer, Body, Request, Told};
use crate::transcript::Finding;

/// The report as JSON.
pub fn text(report: &Report) -> String {
    let mut pages = Vec::new();
    let mut entries = Vec::new();
    for finding in &report.findings {
        let Some(exchanges) = report.exchanges.get(&finding.id) else {
            continue;
        };
        pages.push(page(finding, exchanges));
        entries.extend(exchanges.iter().map(|told| entry(finding, told)));
    }
    let archive = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
            "comment": format!("{}, profile {}, seed {}", report.target, report.profile, report.seed),
            "pages": pages,
            "entries": entries,
        }
    });
    format!("{archive:#}\n")
}

/// A finding is a page; its exchanges belong to it.
fn page(finding: &Finding, exchanges: &[Told]) -> Value {
    json!({
        "startedDateTime": exchanges.first().map_or(EPOCH, |told| &told.sent),
        "id": finding.id,
        "title": format!("{}: expected {}, got {}", finding.invariant, finding.expected, finding.actual),
        "pageTimings": {},
        "comment": finding.reproduce,
    })
}

const EPOCH: &str = "1970-01-01T00:00:00Z";

fn entry(finding: &Finding, told: &Told) -> Value {
    let words = match told.mutations.as_slice() {
        [] => "as it should be".to_owned(),
        mutations => mutations.join(" and "),
    };
    json!({
        "pageref": finding.id,
        "startedDateTime": told.sent,
        "time": told.took_ms,
        "request": request(&told.request),
        "response": match &told.answer {
            Some(answer) => response(answer),
            None => unanswered(told.failure.as_deref().unwrap_or_default()),
        },
        "cache": {},
        "timings": { "send": 0, "wait": told.took_ms, "receive": 0 },
        "comment": words,
    })
}

fn request(request: &Request) -> Value {
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut entry = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": request.version,
        "cookies": [],
        "headers": fields(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.size,
    });
    if request.body.size > 0 {
        entry["postData"] = content(&request.body, &request.headers);
        entry["postData"]["params"] = json!([]);
    }
    entry
}

fn response(answer: &Answer) -> Value {
    let mut content = content(&answer.body, &answer.headers);
    content["size"] = answer.body.size.into();
    json!({
        "status": answer.status,
        "statusText": answer.reason,
        "httpVersion": answer.version,
        "cookies": [],
        "headers": fields(&answer.headers),
        "content": content,
        "redirectURL": field(&answer.headers, "location"),
        "headersSize": -1,
        "bodySize": answer.body.size,
    })
}

fn unanswered(why: &str) -> Value {
    json!({
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": { "size": 0, "mimeType": "x-unknown" },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "comment": why,
    })
}

fn content(body: &Body, headers: &[(String, String)]) -> Value {
    json!({
        "mimeType": field(headers, "content-type"),
        "text": body.text,
        "comment": body.note.as_deref().unwrap_or_default(),
    })
}

fn fields(headers: &[(String, String)]) -> Vec<Value> {
    let fields = headers.iter();
    fields
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn field<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    let found = headers.iter().find(|(other, _)| other == name);
    found.map_or("", |(_, value)| value)
}
