//! An exchange as a report shows it: text, without live secrets, long bodies cut. Start at [`Told`].

use std::time::Duration;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::wire;
use crate::transcript::{Compact, Exchange, Facts};

/// An exchange, member by member as it stands in `report.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// When the request was sent (RFC 3339).
    pub sent: String,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// Whether it carries out a step of the case; if not, it prepared the session.
    pub of_case: bool,
    /// What is wrong with the request: identifiers of mutations.
    pub mutations: Vec<String>,
    /// The parts of the request that they change, in words such as `proof claim nonce`.
    pub changed: Vec<String>,
    /// The request.
    pub request: Request,
    /// The answer, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A request in text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// Names and values of the header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// What its tokens say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decoded: Vec<Decoded>,
}

/// An answer in text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// What the status code means.
    pub reason: String,
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// Names and values of the header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// What its tokens say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decoded: Vec<Decoded>,
}

/// A body in text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// How many bytes it has.
    pub size: usize,
    /// The text, or its beginning.
    pub text: String,
    /// What was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A JWS taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoded {
    /// What it is.
    pub name: String,
    /// Its header, as JSON with a member a line.
    pub header: String,
    /// Its claims, as JSON with a member a line.
    pub claims: String,
}

impl Told {
    /// Tells of an exchange.
    pub fn of(exchange: &Exchange) -> Self {
        let facts = &wire::facts_of(exchange);
        let took = exchange.received_at.saturating_sub(exchange.sent_at);
        let mutations = exchange.mutations.iter();
        let mut changed: Vec<_> = mutations
            .clone()
            .flat_map(|mutation| mutation.slots())
            .map(|slot| slot.to_string())
            .collect();
        changed.sort();
        changed.dedup();
        let answer = exchange.answer.as_ref();
        Self {
            sent: moment(exchange.sent_at),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            of_case: exchange.step.is_some(),
            mutations: mutations.map(|mutation| mutation.id.clone()).collect(),
            changed,
            request: request(exchange, facts),
            answer: answer.ok().map(|_| answer_of(exchange, facts)),
            failure: answer
                .err()
                .map(|failure| wire::redact(facts, &failure.to_string())),
        }
    }
}

impl Request {
    /// The path of the URL.
    pub fn path(&self) -> &str {
        let behind = self
            .url
            .split_once("://")
            .map_or(&*self.url, |(_, rest)| rest);
        let path = behind.find('/').map_or("/", |at| &behind[at..]);
        path.split('?').next().unwrap_or_default()
    }
}

fn request(exchange: &Exchange, facts: &Facts) -> Request {
    let request = &exchange.request;
    let uri = request.uri().to_string();
    let raw = String::from_utf8_lossy(request.body());
    Request {
        method: request.method().to_string(),
        url: wire::redact(facts, &uri),
        version: wire::version(request.version()),
        headers: wire::headers(request.headers(), facts),
        body: body(
            &wire::body(request.body(), exchange.cut.request, facts),
            request.body().len() + exchange.cut.request,
        ),
        decoded: decoded([uri.as_str(), &fields(request.headers()), &raw], facts),
    }
}

fn answer_of(exchange: &Exchange, facts: &Facts) -> Answer {
    let Ok(answer) = &exchange.answer else {
        unreachable!("who asks has seen that there is an answer")
    };
    let raw = String::from_utf8_lossy(answer.body());
    Answer {
        status: answer.status().as_u16(),
        reason: answer
            .status()
            .canonical_reason()
            .unwrap_or_default()
            .to_owned(),
        version: wire::version(answer.version()),
        headers: wire::headers(answer.headers(), facts),
        body: body(
            &wire::body(answer.body(), exchange.cut.answer, facts),
            answer.body().len() + exchange.cut.answer,
        ),
        decoded: decoded([fields(answer.headers()).as_str(), &raw], facts),
    }
}

fn body((text, note): &(String, Option<String>), size: usize) -> Body {
    Body {
        size,
        text: text.clone(),
        note: note.clone(),
    }
}

fn fields(headers: &HeaderMap) -> String {
    let values = headers.values();
    let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(" ")
}

/// What the tokens in these texts say, each once, without live values.
fn decoded<'a>(texts: impl IntoIterator<Item = &'a str>, facts: &Facts) -> Vec<Decoded> {
    let is_part =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let mut out: Vec<Decoded> = Vec::new();
    let words = texts
        .into_iter()
        .flat_map(|text| text.split(|letter| !is_part(letter)));
    for word in words.filter(|word| word.starts_with("eyJ")) {
        let Some(parts) = Compact::parse(word) else {
            continue;
        };
        let known = facts.secrets.iter().find(|(value, _)| value == word);
        let pretty = |json: &serde_json::Value| wire::redact(facts, &format!("{json:#}"));
        let token = Decoded {
            name: known.map_or("jwt", |(_, name)| *name).to_owned(),
            header: pretty(&parts.header),
            claims: pretty(&parts.payload),
        };
        if !out.contains(&token) && out.len() < MOST_TOKENS {
            out.push(token);
        }
    }
    out
}

/// No request needs so many.
const MOST_TOKENS: usize = 8;

fn moment(since_epoch: Duration) -> String {
    let moment = OffsetDateTime::UNIX_EPOCH + since_epoch;
    moment.format(&Rfc3339).unwrap_or_default()
}
