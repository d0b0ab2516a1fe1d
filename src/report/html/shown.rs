//! An exchange as text, as it went over the wire but for live secrets.

use bytes::Bytes;
use http::HeaderMap;

use crate::report::wire::{body, facts_of, headers, redact, version};
use crate::transcript::{Exchange, Facts};

/// An exchange in words.
pub(super) struct Shown {
    /// Method and path.
    pub(super) line: String,
    /// The status, or why there is none.
    pub(super) status: String,
    /// The whole request.
    pub(super) request: String,
    /// The whole answer.
    pub(super) response: String,
}

impl Shown {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let (request, facts) = (&exchange.request, &facts_of(exchange));
        let uri = redact(facts, &request.uri().to_string());
        let path = request.uri().path().to_owned();
        let head = format!(
            "{} {uri} {}\n",
            request.method(),
            version(request.version())
        );
        let (status, response) = match &exchange.answer {
            Ok(response) => {
                let status = response.status().to_string();
                let head = format!("{} {status}\n", version(response.version()));
                (
                    status,
                    message(head, response.headers(), response.body(), facts),
                )
            }
            Err(failure) => (failure.to_string(), failure.to_string()),
        };
        Self {
            line: format!("{} {}", request.method(), redact(facts, &path)),
            status,
            request: message(head, request.headers(), request.body(), facts),
            response,
        }
    }
}

fn message(head: String, fields: &HeaderMap, bytes: &Bytes, facts: &Facts) -> String {
    let mut out = head;
    for (name, value) in headers(fields, facts) {
        out.push_str(&format!("{name}: {value}\n"));
    }
    let (text, left_out) = body(bytes, facts);
    if !text.is_empty() {
        out.push_str(&format!("\n{text}\n"));
    }
    if let Some(left_out) = left_out {
        out.push_str(&format!("\n[{left_out}]\n"));
    }
    out
}
