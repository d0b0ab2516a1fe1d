//! The lines that go to a child process and come back, as `schemas/exec.schema.json` describes them.
//!
//! A header value may hold any byte from 0x80 on, a string of JSON may not: each byte is written as the character with its
//! number (ISO 8859-1), and read back so.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{self, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response};
use serde::{Deserialize, Serialize};

/// What a control line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub(super) enum Control {
    /// To forget all sessions.
    Reset,
    /// To take it to be this time, in seconds since the Unix epoch, until told another.
    SetClock { time: u64 },
}

/// What a line of the child says.
#[derive(Debug)]
pub(super) enum Answer {
    /// To a request.
    Response(Response<Bytes>),
    /// To a control line: done.
    Done,
    /// It cannot do what was asked, and says why.
    Error(String),
    /// To a request, but of no use.
    Useless(Useless),
}

/// Why an answer is of no use.
#[derive(Debug)]
pub(super) enum Useless {
    /// It can be no HTTP answer, for this reason.
    Wrong(String),
    /// The body has more bytes than are read.
    TooLarge,
}

#[derive(Serialize)]
struct RequestLine<'a> {
    id: u64,
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
    body_base64: String,
}

#[derive(Serialize)]
struct ControlLine {
    id: u64,
    #[serde(flatten)]
    control: Control,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerLine {
    id: u64,
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body_base64: String,
    error: Option<String>,
}

/// The line for a request in origin form.
pub(super) fn request(id: u64, head: &Parts, body: &[u8]) -> Vec<u8> {
    let headers = head.headers.iter().map(|(name, value)| {
        let value = value.as_bytes().iter().map(|&byte| char::from(byte));
        (name.as_str(), value.collect())
    });
    line(&RequestLine {
        id,
        method: head.method.as_str(),
        path: head.uri.path_and_query().map_or("/", |path| path.as_str()),
        headers: headers.collect(),
        body_base64: general_purpose::STANDARD.encode(body),
    })
}

/// The line for a control request.
pub(super) fn control(id: u64, control: Control) -> Vec<u8> {
    line(&ControlLine { id, control })
}

fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("strings and numbers are JSON");
    line.push(b'\n');
    line
}

/// What a line says, and to which request; a body of more than `largest` bytes is not kept.
///
/// # Errors
/// It is no line of the protocol, so that nobody knows to which request it belongs.
pub(super) fn read(line: &[u8], largest: usize) -> Result<(u64, Answer), String> {
    let line: AnswerLine = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let id = line.id;
    let is_bare = line.headers.is_empty() && line.body_base64.is_empty();
    let answer = match (line.status, line.error) {
        (None, Some(error)) if is_bare => Answer::Error(error),
        (None, None) if is_bare => Answer::Done,
        (None, _) => Answer::Useless(Useless::Wrong("it has no status".to_owned())),
        (Some(_), Some(_)) => {
            let both = "it has both a status and an error";
            Answer::Useless(Useless::Wrong(both.to_owned()))
        }
        (Some(status), None) => response(status, &line.headers, &line.body_base64, largest)
            .map_or_else(Answer::Useless, Answer::Response),
    };
    Ok((id, answer))
}

fn response(
    status: u16,
    headers: &[(String, String)],
    body: &str,
    largest: usize,
) -> Result<Response<Bytes>, Useless> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        let wrong = |what: &str| {
            let name: String = name.chars().take(40).collect();
            Useless::Wrong(format!("its header {name:?} {what}"))
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("is no name"))?;
        let value = bytes_of(value)
            .and_then(|bytes| HeaderValue::from_bytes(&bytes).ok())
            .ok_or_else(|| wrong("has a value that HTTP does not allow"))?;
        builder = builder.header(name, value);
    }
    let body = BASE64
        .decode(body)
        .map_err(|error| Useless::Wrong(format!("its body_base64 is no Base64: {error}")))?;
    if body.len() > largest {
        return Err(Useless::TooLarge);
    }
    builder
        .body(Bytes::from(body))
        .map_err(|error| Useless::Wrong(format!("its status is {status}: {error}")))
}

/// The bytes that these characters stand for, if each is one.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).ok())
        .collect()
}

/// Some encoders leave bits set behind the last byte.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use http::Request;
    use jsonschema::Validator;
    use serde_json::{Value, json};

    use super::*;

    /// The part of the schema that describes lines in this direction.
    fn schema(direction: &str) -> Validator {
        let text = include_str!("../../../schemas/exec.schema.json");
        let mut schema: Value = serde_json::from_str(text).expect("JSON");
        assert!(schema["$defs"][direction].is_object());
        schema["anyOf"] = json!([{ "$ref": format!("#/$defs/{direction}") }]);
        jsonschema::draft202012::new(&schema).expect("a schema")
    }

    #[test]
    fn what_is_written_follows_the_schema() {
        let request_line = |build: http::request::Builder, body: &[u8]| {
            let (head, ()) = build.body(()).expect("a request").into_parts();
            request(1, &head, body)
        };
        let odd = HeaderValue::from_bytes(b"caf\xe9").expect("obs-text");
        let schema = schema("toChild");
        for line in [
            request_line(Request::get("/"), b""),
            request_line(
                Request::post("/a%00b//c?d=e%20f").header("x-odd", odd),
                &[0, 255, 10],
            ),
            request_line(Request::builder().method("m-search").uri("*"), b"{}"),
            control(2, Control::Reset),
            control(
                3,
                Control::SetClock {
                    time: 1_704_067_200,
                },
            ),
        ] {
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let line: Value = serde_json::from_slice(&line).expect("JSON");
            assert!(schema.is_valid(&line), "{line}");
        }
    }

    #[test]
    fn what_the_schema_allows_is_read_and_nothing_else() {
        let schema = schema("fromChild");
        let long = "a".repeat(5000);
        for line in [
            json!({"id": 1, "status": 200, "headers": [["content-type", "application/json"]], "body_base64": "e30="}),
            json!({"id": 1, "status": 204}),
            json!({"id": 0, "status": 999, "headers": [], "body_base64": ""}),
            json!({"id": 1, "status": 200, "headers": [["x-odd", "caf\u{e9}"], ["x-odd", "\t"], ["X-Empty", ""]]}),
            json!({"id": 1, "status": 200, "body_base64": "YR=="}),
            json!({"id": 1, "status": 200, "body_base64": "YWE"}),
            json!({"id": 1, "status": 200, "body_base64": "YW=="}),
            json!({"id": 1, "status": 200, "body_base64": "YW-_"}),
            json!({"id": 1, "status": 200, "body_base64": "YWFh\n"}),
            json!({"id": 1, "status": 200, "headers": [["x-odd", "\u{20ac}"]]}),
            json!({"id": 1, "status": 200, "headers": [["x-odd", "a\nb"]]}),
            json!({"id": 1, "status": 200, "headers": [["x-odd", "\u{7f}"]]}),
            json!({"id": 1, "status": 200, "headers": [["x odd", ""]]}),
            json!({"id": 1, "status": 200, "headers": [["", ""]]}),
            json!({"id": 1, "status": 200, "headers": [["x-odd"]]}),
            json!({"id": 1, "status": 200, "headers": {"x-odd": "1"}}),
            json!({"id": 1, "status": 99}),
            json!({"id": 1, "status": 1000}),
            json!({"id": 1, "status": "200"}),
            json!({"id": 1, "status": 200, "error": "no"}),
            json!({"id": 1, "status": 200, "extra": 1}),
            json!({"id": 1}),
            json!({"id": 1, "error": "unsupported"}),
            json!({"id": 1, "error": 5}),
            json!({"id": 1, "error": "no", "headers": [["x-odd", "1"]]}),
            json!({"id": 1, "body_base64": "e30="}),
            json!({"id": -1}),
            json!({"id": "1"}),
            json!({"status": 200}),
            json!([1]),
            json!("Listening on port 3000"),
            json!({"id": 1, "error": long}),
        ] {
            let answer = read(line.to_string().as_bytes(), 1000);
            let is_read = answer.is_ok_and(|(_, answer)| !matches!(answer, Answer::Useless(_)));
            assert_eq!(is_read, schema.is_valid(&line), "{line}");
        }
    }

    #[test]
    fn every_byte_of_a_header_comes_back() {
        let all: Vec<u8> = (0x20..=0xff).filter(|byte| *byte != 0x7f).collect();
        let value = HeaderValue::from_bytes(&all).expect("a value");
        let (head, ()) = Request::get("/")
            .header("x", value)
            .body(())
            .expect("a request")
            .into_parts();
        let mut line: Value = serde_json::from_slice(&request(7, &head, b"")).expect("JSON");
        let headers = line["headers"].take();
        let answer = json!({"id": 7, "status": 200, "headers": headers});
        match read(answer.to_string().as_bytes(), 0) {
            Ok((7, Answer::Response(response))) => {
                assert_eq!(response.headers()["x"].as_bytes(), all)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_that_is_too_large_is_told() {
        let line = json!({"id": 1, "status": 200, "body_base64": "YWFh"}).to_string();
        let answer = |largest| read(line.as_bytes(), largest).expect("a line").1;
        assert!(matches!(answer(2), Answer::Useless(Useless::TooLarge)));
        assert!(matches!(answer(3), Answer::Response(_)));
    }
}
