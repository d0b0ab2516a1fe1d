//! The last requests and what became of them, in a ring of bounded size.
//!
//! An entry is made of what may be shown: secrets are shortened before they are stored.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Request, Response, header::HeaderName};
use serde_json::Value;

use super::redact;
use crate::issuer::RefusedAt;

/// The last requests.
#[derive(Debug, Default)]
pub(super) struct Log {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Entry>,
    /// How many there have ever been.
    count: u64,
}

/// A request with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) time: SystemTime,
    pub(super) method: String,
    pub(super) path: String,
    /// What was sent: parameters, header fields and members that matter, with their values.
    pub(super) sent: Vec<(String, String)>,
    pub(super) status: u16,
    pub(super) verdict: Verdict,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// It was answered as it wished, in these words.
    Served(&'static str),
    /// It was refused.
    Refused {
        /// The error code, or the title of a problem document.
        error: String,
        description: String,
        /// The validation step, if the issuer named one.
        step: Option<&'static str>,
    },
}

impl Log {
    /// Enters a request with its answer.
    pub(super) fn enter(&self, request: &Asked, response: &Response<Bytes>) {
        let verdict = judge(response);
        let mut ring = self.lock();
        ring.count += 1;
        let entry = Entry {
            number: ring.count,
            time: SystemTime::now(),
            method: request.method.clone(),
            path: request.path.clone(),
            sent: request.sent.clone(),
            status: response.status().as_u16(),
            verdict,
        };
        if ring.entries.len() == CAPACITY {
            ring.entries.pop_back();
        }
        ring.entries.push_front(entry);
    }

    /// The entries, the newest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// The number of the newest entry; 0 while there is none.
    pub(super) fn newest(&self) -> u64 {
        self.lock().count
    }

    /// No operation leaves the ring half changed.
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request as it may be shown.
#[derive(Debug)]
pub(super) struct Asked {
    method: String,
    path: String,
    sent: Vec<(String, String)>,
}

impl Asked {
    /// Reads what matters of a request.
    pub(super) fn of(request: &Request<Bytes>) -> Self {
        let headers = request.headers();
        let mut sent = Vec::new();
        if let Some(query) = request.uri().query() {
            sent.extend(form(query.as_bytes()));
        }
        for name in [CONTENT_TYPE, AUTHORIZATION] {
            if let Some(value) = field(headers, &name) {
                sent.push((name.to_string(), value));
            }
        }
        sent.extend(body(headers, request.body()));
        sent.truncate(PARAMETERS);
        Self {
            method: redact::word(request.method().as_str()).into_owned(),
            path: redact::text(request.uri().path()),
            sent,
        }
    }
}

/// A header field; of credentials, only the scheme is shown.
fn field(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    if name != AUTHORIZATION {
        return Some(redact::text(&value));
    }
    Some(match value.split_once(' ') {
        Some((scheme, token)) => format!("{} {}", redact::word(scheme), redact::shortened(token)),
        None => redact::shortened(&value),
    })
}

/// The parameters of a form, or the members of a JSON object.
fn body(headers: &HeaderMap, body: &[u8]) -> Vec<(String, String)> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let has_type = |name: &[u8]| content_type.is_some_and(|value| value.starts_with(name));
    // What is larger is no request of a wallet, and not worth the time.
    if body.len() > BODY {
        return Vec::new();
    }
    if has_type(b"application/x-www-form-urlencoded") {
        return form(body);
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) if has_type(b"application/json") => {
            object.iter().map(member).collect()
        }
        _ => Vec::new(),
    }
}

fn form(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text)
        .take(PARAMETERS)
        .map(|(name, value)| {
            let shown = redact::parameter(&name, &value);
            (redact::text(&name), shown)
        })
        .collect()
}

fn member((name, value): (&String, &Value)) -> (String, String) {
    let shown = match value {
        Value::String(text) => redact::parameter(name, text),
        Value::Object(members) => {
            let inner = members.iter().map(member);
            inner
                .map(|(name, value)| format!("{name}: {value}"))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            });
            redact::parameter(name, &items.collect::<Vec<_>>().join(", "))
        }
        other => redact::parameter(name, &other.to_string()),
    };
    (redact::text(name), redact::text(&shown))
}

fn judge(response: &Response<Bytes>) -> Verdict {
    let status = response.status();
    let step = response.extensions().get::<RefusedAt>().map(|at| at.0);
    let refused = |error: &str, description: &str| Verdict::Refused {
        error: redact::text(error),
        description: redact::text(description),
        step,
    };
    if status.is_redirection() {
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        let query = location.and_then(|url| url.split_once('?')).map(|(_, q)| q);
        let parameters: Vec<_> =
            form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect();
        let get = |name: &str| parameters.iter().find(|(key, _)| key == name);
        if let Some((_, error)) = get("error") {
            let description = get("error_description").map_or("", |(_, text)| text);
            return refused(error, description);
        }
        let words = match get("response_type").map(|(_, kind)| kind.as_ref()) {
            Some("id_token") => "asked for an ID token",
            Some("vp_token") => "asked for a presentation",
            _ if get("code").is_some() => "code issued",
            _ if get("credential_offer_uri").is_some() => "offer made",
            _ => "redirected",
        };
        return Verdict::Served(words);
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if status.is_success() {
        let telling = TELLING
            .iter()
            .find(|(member, _)| body.get(member).is_some());
        let is_offer = response
            .body()
            .windows(OFFER.len())
            .any(|part| part == OFFER);
        let otherwise = if is_offer { "offer made" } else { "answered" };
        return Verdict::Served(telling.map_or(otherwise, |(_, words)| words));
    }
    let title = status.canonical_reason().unwrap_or("refused");
    refused(
        text("error").or(text("title")).unwrap_or(title),
        text("error_description")
            .or(text("detail"))
            .unwrap_or_default(),
    )
}

/// Members of an answer that say what it is.
const TELLING: &[(&str, &str)] = &[
    ("credential", "credential issued"),
    ("acceptance_token", "credential deferred"),
    ("access_token", "token issued"),
    ("grants", "offer fetched"),
    ("keys", "keys fetched"),
    ("credential_endpoint", "metadata fetched"),
    ("token_endpoint", "metadata fetched"),
];

/// What an offer URI holds, whichever wallet it calls.
const OFFER: &[u8] = b"?credential_offer_uri=";

/// How many requests are remembered.
const CAPACITY: usize = 200;

/// How many parameters of one request are remembered.
const PARAMETERS: usize = 16;

/// The largest body that is looked into.
const BODY: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Request, Response};

    use super::{Asked, CAPACITY, Log, Verdict};
    use crate::issuer::RefusedAt;

    fn request(uri: &str, content_type: &str, body: &str) -> Request<Bytes> {
        Request::post(uri)
            .header("content-type", content_type)
            .header("authorization", format!("Bearer {}", "eyJ0".repeat(100)))
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .expect("it is a request")
    }

    #[test]
    fn no_secret_of_a_request_is_kept() {
        let secret = "Abcdefgh12345678Abcdefgh12345678";
        let form = format!("grant_type=x&code={secret}&user_pin=5910&{secret}=1");
        let json = format!(
            r#"{{"types":["CTRevocable"],"proof":{{"proof_type":"jwt","jwt":"{secret}"}},"x":["{secret}"]}}"#
        );
        for request in [
            request(
                &format!("/a/{secret}?state={secret}"),
                "application/x-www-form-urlencoded",
                &form,
            ),
            request("/b", "application/json", &json),
        ] {
            let asked = Asked::of(&request);
            let shown = format!("{asked:?}");
            assert!(
                !shown.contains(secret) && !shown.contains("5910"),
                "{shown}"
            );
            assert!(!shown.contains(&"eyJ0".repeat(100)), "{shown}");
            assert!(shown.contains("Bearer eyJ0…(400 chars)"), "{shown}");
        }
    }

    #[test]
    fn a_refusal_is_kept_with_its_step_and_the_ring_is_bounded() {
        let log = Log::default();
        let asked = Asked::of(&request("/c", "application/json", "{}"));
        let mut refused = Response::new(Bytes::from_static(
            br#"{"error":"invalid_or_missing_proof","error_description":"nonce"}"#,
        ));
        *refused.status_mut() = http::StatusCode::BAD_REQUEST;
        refused.extensions_mut().insert(RefusedAt("14"));
        for _ in 0..CAPACITY + 50 {
            log.enter(&asked, &refused);
        }
        let entries = log.entries();
        assert_eq!(
            (entries.len(), log.newest()),
            (CAPACITY, CAPACITY as u64 + 50)
        );
        assert_eq!(entries[0].number, log.newest());
        let expected = Verdict::Refused {
            error: "invalid_or_missing_proof".to_owned(),
            description: "nonce".to_owned(),
            step: Some("14"),
        };
        assert_eq!(entries[0].verdict, expected);
    }

    #[test]
    fn a_redirect_that_carries_an_error_is_a_refusal() {
        let log = Log::default();
        let asked = Asked::of(&request("/d", "text/plain", ""));
        let redirect = |location: &str| {
            let reply = Response::builder().status(302).header("location", location);
            reply.body(Bytes::new()).expect("it is a response")
        };
        log.enter(
            &asked,
            &redirect("openid://?error=invalid_scope&error_description=no+such+scope&state=x"),
        );
        log.enter(&asked, &redirect("openid://?code=y&state=x"));
        let verdicts: Vec<_> = log
            .entries()
            .into_iter()
            .map(|entry| entry.verdict)
            .collect();
        assert_eq!(verdicts[0], Verdict::Served("code issued"));
        assert!(
            matches!(&verdicts[1], Verdict::Refused { error, description, .. } if error == "invalid_scope" && description == "no such scope")
        );
    }
}
