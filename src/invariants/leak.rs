//! Rules about what an error must not reveal. A text that the request itself held is no leak.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Check, Invariant, Scene, read};
use crate::case::{Endpoint, Slot};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Exchange, Grade, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "leak/no-stack-frames",
        c::NO_LEAK,
        "An error reveals no stack frame and no panic.",
        Check::Exchange(no_stack_frames),
    ),
    Invariant::new(
        "leak/no-file-paths",
        c::NO_LEAK,
        "An error reveals no path of the server's files.",
        Check::Exchange(no_file_paths),
    ),
    Invariant::new(
        "leak/no-internal-text",
        c::NO_LEAK,
        "An error reveals no statement to a database and no name of an internal type.",
        Check::Exchange(no_internal_text),
    ),
    Invariant::new(
        "leak/no-parser-text",
        c::NO_LEAK,
        "An error does not repeat the words of a parser.",
        Check::Exchange(no_parser_text),
    ),
    Invariant::new(
        "leak/no-private-keys",
        c::NO_LEAK,
        "No answer holds a private key.",
        Check::Exchange(no_private_keys),
    ),
    Invariant::new(
        "leak/no-submitted-secrets",
        c::NO_LEAK,
        "An error does not repeat a token, a proof or another secret of the session.",
        Check::Exchange(no_submitted_secrets),
    ),
];

static FRAMES: Markers = Markers::new(&[
    "panicked at",
    "stack backtrace",
    "Traceback (most recent",
    "at Object.<anonymous>",
    "at process.processTicks",
    "at async ",
    "at java.",
    "\tat org.",
    "\tat com.",
    "\tat io.",
    "goroutine ",
    "RUST_BACKTRACE",
    "File \"",
    "called `Option::unwrap()`",
    "called `Result::unwrap()`",
]);

static SOURCES: Markers = Markers::new(&[
    ".rs:", ".js:", ".ts:", ".py:", ".java:", ".kt:", ".go:", ".cs:", ".php:", ".rb:", ".mjs:",
    ".cjs:",
]);

static ROOTS: Markers = Markers::new(&[
    "/home/",
    "/root/",
    "/usr/",
    "/var/",
    "/opt/",
    "/etc/",
    "/Users/",
    "/tmp/",
    "/proc/",
    "C:\\",
    "file:///",
    "node_modules",
]);

static INTERNALS: Markers = Markers::new(&[
    "SQLSTATE",
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "UPDATE SET ",
    "duplicate key value violates",
    "UNIQUE constraint failed",
    "Duplicate entry '",
    "MongoServerError",
    "MongoError",
    "PrismaClient",
    "SequelizeDatabaseError",
    "QueryFailedError",
    "org.hibernate.",
    "org.springframework.",
    "java.lang.",
    "java.sql.",
    "java.util.",
    "com.fasterxml.jackson",
    "System.NullReference",
    "syntax error at or near",
    "sqlite3.",
    "ORA-0",
    "Exception in ",
    "NullPointerException",
    "RuntimeException",
    "IllegalArgumentException",
    "IllegalStateException",
    "ClassCastException",
    "NullReferenceException",
    "AttributeError:",
    "KeyError:",
    "ValueError:",
    "NoMethodError",
    "TypeError: ",
    "ReferenceError: ",
    "Cannot read properties of",
    "is not a function",
    "nil pointer dereference",
    "ECONNREFUSED",
]);

static PARSERS: Markers = Markers::new(&[
    "Expecting value: line",
    "Expecting property name",
    " at line 1 column ",
    "in JSON at position",
    "is not valid JSON",
    "Unexpected end of JSON",
    "Unexpected token",
    "JsonParseException",
    "looking for beginning of",
]);

/// Texts that are looked for all at once.
struct Markers {
    texts: &'static [&'static str],
    automaton: OnceLock<AhoCorasick>,
}

impl Markers {
    const fn new(texts: &'static [&'static str]) -> Self {
        Self {
            texts,
            automaton: OnceLock::new(),
        }
    }

    fn automaton(&self) -> &AhoCorasick {
        self.automaton.get_or_init(|| {
            AhoCorasick::new(self.texts).expect("a few short texts make an automaton")
        })
    }

    /// Those that stand in `text`, in its order.
    fn within(&self, text: &str) -> impl Iterator<Item = &'static str> {
        self.automaton()
            .find_iter(text)
            .map(|found| self.texts[found.pattern().as_usize()])
    }

    /// Where they stand in `text`: the bytes at which each begins and ends.
    fn positions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.automaton()
            .find_iter(text)
            .map(|found| (found.start(), found.end()))
    }
}

// The four rules about internal text speak in this order of gravity: one text, one finding.

fn no_stack_frames(exchange: &Exchange, _: &Scene) -> Verdict {
    lacks(exchange, &FRAMES, "no stack frame", Grade::Failure)
}

fn no_internal_text(exchange: &Exchange, scene: &Scene) -> Verdict {
    unless_broken(&[no_stack_frames], exchange, scene, || {
        lacks(exchange, &INTERNALS, "no internal text", Grade::Failure)
    })
}

fn no_file_paths(exchange: &Exchange, scene: &Scene) -> Verdict {
    let Some(text) = error_text(exchange) else {
        return Verdict::NotApplicable;
    };
    // No marker has a letter that words are split at, so a text without one has no word with one.
    if ROOTS.within(&text).next().is_none() && SOURCES.within(&text).next().is_none() {
        return Verdict::Pass;
    }
    unless_broken(
        &[no_stack_frames, no_internal_text],
        exchange,
        scene,
        || {
            let found = text
                .split(|letter: char| letter.is_whitespace() || "\"'`()<>[]{},;".contains(letter))
                .filter(|word| !word.starts_with("http://") && !word.starts_with("https://"))
                .filter(|word| ROOTS.within(word).next().is_some() || is_source_position(word))
                .any(|word| !was_sent(exchange, word));
            Verdict::require(!found)
                .expected("no path of a file")
                .actual(format!("{} with a path of a file", exchange.status()))
        },
    )
}

fn no_parser_text(exchange: &Exchange, scene: &Scene) -> Verdict {
    let graver = [no_stack_frames, no_internal_text, no_file_paths];
    unless_broken(&graver, exchange, scene, || {
        lacks(exchange, &PARSERS, "no words of a parser", Grade::Note)
    })
}

fn unless_broken(
    graver: &[fn(&Exchange, &Scene) -> Verdict],
    exchange: &Exchange,
    scene: &Scene,
    rule: impl FnOnce() -> Verdict,
) -> Verdict {
    let is_broken =
        |rule: &fn(&Exchange, &Scene) -> Verdict| matches!(rule(exchange, scene), Verdict::Fail(_));
    if graver.iter().any(is_broken) {
        Verdict::NotApplicable
    } else {
        rule()
    }
}

/// Whether a word is a source file with a line number, such as `main.rs:12`.
fn is_source_position(word: &str) -> bool {
    SOURCES.positions(word).any(|(start, end)| {
        start > 0 && word[end..].starts_with(|letter: char| letter.is_ascii_digit())
    })
}

fn no_private_keys(exchange: &Exchange, _: &Scene) -> Verdict {
    let is_jwks = matches!(exchange.endpoint, Endpoint::IssuerJwks | Endpoint::AuthJwks);
    let Some(response) = exchange.response().filter(|_| !is_jwks) else {
        return Verdict::NotApplicable;
    };
    let text = String::from_utf8_lossy(response.body());
    let claims = read::issued(exchange).map(|credential| credential.payload);
    let found = text.contains("PRIVATE KEY-----")
        || exchange.json().is_some_and(holds_private_key)
        || claims.as_ref().is_some_and(holds_private_key);
    Verdict::require(!found)
        .expected("no private key")
        .actual("a private key")
}

/// Whether a private JWK is anywhere inside a value.
fn holds_private_key(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            (members.contains_key("kty")
                && (members.contains_key("d") || members.contains_key("k")))
                || members.values().any(holds_private_key)
        }
        Value::Array(items) => items.iter().any(holds_private_key),
        _ => false,
    }
}

fn no_submitted_secrets(exchange: &Exchange, _: &Scene) -> Verdict {
    const SHORTEST: usize = 8;
    let Some(text) = error_text(exchange) else {
        return Verdict::NotApplicable;
    };
    let repeated = exchange.acceptance_token();
    let found = exchange
        .facts
        .secrets
        .iter()
        .filter(|(value, _)| value.len() >= SHORTEST && Some(value.as_str()) != repeated)
        .find(|(value, _)| text.contains(value.as_str()));
    match found {
        None if tells_the_pin(exchange, &text) => Verdict::fail(
            "an error without secrets",
            "an error that tells the right PIN",
        ),
        None => Verdict::Pass,
        Some((_, name)) => Verdict::fail(
            "an error without secrets",
            format!("{} that repeats the {name}", exchange.status()),
        ),
    }
}

/// Whether an error tells the PIN to somebody who sent another. So short a secret has to stand by
/// itself: it may be part of a date or of an identifier.
fn tells_the_pin(exchange: &Exchange, text: &str) -> bool {
    let Some(pin) = exchange.facts.pin.as_deref().filter(|pin| pin.len() >= 4) else {
        return false;
    };
    let is_wrong = read::mutates(exchange, Slot::Form("user_pin"));
    let joins = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | ':' | '.' | '_');
    is_wrong
        && text
            .split(|letter| !joins(letter))
            .any(|word| word.trim_end_matches('.') == pin)
}

fn lacks(exchange: &Exchange, markers: &Markers, expected: &str, grade: Grade) -> Verdict {
    let Some(text) = error_text(exchange) else {
        return Verdict::NotApplicable;
    };
    let found = markers
        .within(&text)
        .find(|marker| !was_sent(exchange, marker));
    match found {
        None => Verdict::Pass,
        Some(marker) => Verdict::fail(
            expected,
            format!("{} with \"{}\"", exchange.status(), marker.trim()),
        )
        .grade(grade),
    }
}

/// Headers and body of an error as one text, or the decoded query of a redirection with one.
fn error_text(exchange: &Exchange) -> Option<String> {
    if let Some(redirect) = exchange.redirect() {
        redirect.parameter("error")?;
        // The state comes back as it was sent, whatever a client made it of (RFC 6749, 4.1.2.1).
        let said = redirect
            .parameters
            .iter()
            .filter(|(name, _)| name != "state");
        let values = said.map(|(_, value)| value.as_str());
        return Some(values.collect::<Vec<_>>().join("\n"));
    }
    let response = exchange
        .response()
        .filter(|response| response.status().as_u16() >= 400)?;
    let mut text = String::new();
    for value in response.headers().values() {
        text.push_str(&String::from_utf8_lossy(value.as_bytes()));
        text.push('\n');
    }
    collect(exchange.json(), &mut text);
    if exchange.json().is_none() {
        text.push_str(&String::from_utf8_lossy(response.body()));
    }
    Some(text)
}

/// Every name and string inside a value, unescaped.
fn collect(value: Option<&Value>, out: &mut String) {
    match value {
        Some(Value::String(text)) => {
            out.push_str(text);
            out.push('\n');
        }
        Some(Value::Array(items)) => items.iter().for_each(|item| collect(Some(item), out)),
        Some(Value::Object(members)) => {
            for (name, value) in members {
                out.push_str(name);
                out.push('\n');
                collect(Some(value), out);
            }
        }
        _ => {}
    }
}

/// Whether the request held this text, in the open or inside a JWS.
fn was_sent(exchange: &Exchange, text: &str) -> bool {
    let request = &exchange.request;
    let query = request.uri().query().unwrap_or_default();
    let decoded = [query.as_bytes(), &request.body()[..]]
        .into_iter()
        .flat_map(form_urlencoded::parse);
    if request.uri().to_string().contains(text)
        || decoded.into_iter().any(|(_, value)| value.contains(text))
    {
        return true;
    }
    let fields = request.headers().values().map(|value| value.as_bytes());
    fields.chain([&request.body()[..]]).any(|bytes| {
        let sent = String::from_utf8_lossy(bytes);
        sent.contains(text)
            || sent
                .split(|letter: char| {
                    !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_'
                })
                .filter(|word| word.starts_with("ey"))
                .filter_map(|word| URL_SAFE_NO_PAD.decode(word).ok())
                .any(|decoded| String::from_utf8_lossy(&decoded).contains(text))
    })
}
