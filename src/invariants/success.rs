//! Rules about successful answers of the credential endpoints, apart from what the credential says.

use serde_json::Value;

use super::{Check, Invariant, Scene, read};
use crate::case::{Edit, Endpoint, Member, Op, Slot};
use crate::clauses::ebsi_v3 as c;
use crate::profile::Schemas;
use crate::transcript::{Compact, Exchange, Grade, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "response/success-has-the-specified-status",
        c::RESPONSE_JSON,
        "A success has the status that the specification names.",
        Check::Exchange(success_has_the_specified_status),
    ),
    Invariant::new(
        "response/exactly-one-of-credential-and-acceptance-token",
        c::RESPONSE_ONE_OF,
        "A success has either a credential or an acceptance token.",
        Check::Exchange(exactly_one),
    ),
    Invariant::new(
        "response/format-is-known",
        c::RESPONSE_FORMAT,
        "A credential comes with its format, which is one the profile knows.",
        Check::Exchange(format_is_known),
    ),
    Invariant::new(
        "response/format-echoes-the-request",
        c::RESPONSE_FORMAT,
        "The format of an issued credential is the one that was requested.",
        Check::Transcript(format_echoes_the_request),
    ),
    Invariant::new(
        "response/credential-is-a-compact-jws",
        c::RESPONSE_CREDENTIAL,
        "The credential member is a string that holds a compact JWS.",
        Check::Exchange(credential_is_a_compact_jws),
    ),
    Invariant::new(
        "response/success-follows-schema",
        c::RESPONSE_ONE_OF,
        "A success follows the schema of its kind, in time or deferred.",
        Check::Exchange(success_follows_schema),
    ),
    Invariant::new(
        "response/members-are-documented",
        c::RESPONSE_ONE_OF,
        "A success has no members that no specification names.",
        Check::Exchange(members_are_documented),
    ),
    Invariant::new(
        "response/a-refusal-hands-out-nothing",
        c::ERROR_OBJECT,
        "An error carries no credential and no acceptance token.",
        Check::Exchange(a_refusal_hands_out_nothing),
    ),
];

const DOCUMENTED: &[&str] = &[
    "format",
    "credential",
    "acceptance_token",
    "c_nonce",
    "c_nonce_expires_in",
    "notification_id",
    "transaction_id",
];

fn success_has_the_specified_status(exchange: &Exchange, _: &Scene) -> Verdict {
    let allowed = &exchange.expectation.allowed;
    if allowed.is_empty() || read::has_faults(exchange) || !read::succeeds(exchange) {
        return Verdict::NotApplicable;
    }
    let named = allowed
        .iter()
        .any(|allowed| allowed.statuses.contains(&exchange.status()));
    Verdict::require(named)
        .expected(exchange.expectation.words())
        .actual(exchange.status())
}

fn exactly_one(exchange: &Exchange, _: &Scene) -> Verdict {
    if !read::is_issuance(exchange) || !read::succeeds(exchange) {
        return Verdict::NotApplicable;
    }
    let found = match exchange.json() {
        None if read::is_empty(exchange) => "an empty body",
        None => return Verdict::NotApplicable,
        Some(Value::Object(members)) => match (
            members.contains_key("credential"),
            exchange.promise().is_some(),
        ) {
            (true, true) => "both",
            (false, false) => "neither",
            _ => return Verdict::Pass,
        },
        Some(_) => "a body that is no JSON object",
    };
    Verdict::fail("either a credential or an acceptance_token", found)
}

fn format_is_known(exchange: &Exchange, scene: &Scene) -> Verdict {
    if !has_one_credential(exchange) {
        return Verdict::NotApplicable;
    }
    let found = exchange.json().and_then(|json| json.get("format"));
    let known = found
        .and_then(Value::as_str)
        .is_some_and(|format| scene.profile.formats.contains(&format));
    let actual = match found {
        Some(Value::String(format)) => format!("\"{}\"", exchange.facts.redact(format)),
        other => format!("format is {}", read::kind(other)),
    };
    Verdict::require(known)
        .expected(format!("format is {}", scene.profile.formats.join(" or ")))
        .actual(actual)
}

fn format_echoes_the_request(transcript: &Transcript, scene: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, exchange) in transcript.exchanges.iter().enumerate() {
        let Some(found) = echoed_format(exchange, scene) else {
            continue;
        };
        let Some(request) = read::origin(transcript, at) else {
            continue;
        };
        let Some(requested) = requested_format(request, scene) else {
            continue;
        };
        if found != requested {
            return Verdict::fail(
                format!("format {requested}, as requested"),
                format!("format {}", exchange.facts.redact(found)),
            )
            .at(at);
        }
        verdict = Verdict::Pass;
    }
    verdict
}

/// The format that a credential request asks for, where it asks for one plainly.
fn requested_format<'a>(request: &'a Exchange, scene: &Scene) -> Option<&'a str> {
    let format = Slot::Member(Member::Format);
    let changed = || request.mutations.iter().flat_map(|mutation| &mutation.ops);
    if !read::mutates(request, format) {
        return Some(request.facts.requested_format.as_str()).filter(|name| !name.is_empty());
    }
    if !changed().all(|op| matches!(op, Op::Member(Member::Format, Edit::Set(_)))) {
        return None;
    }
    let body: Value = serde_json::from_slice(request.request.body()).ok()?;
    let named = body.get(scene.profile.members.format)?.as_str()?;
    let known = scene.profile.formats.iter().copied();
    known.into_iter().find(|format| *format == named)
}

/// The format of a credential in the answer, if it is a known one.
fn echoed_format<'a>(exchange: &'a Exchange, scene: &Scene) -> Option<&'a str> {
    if format_is_known(exchange, scene) != Verdict::Pass {
        return None;
    }
    exchange.json()?.get("format")?.as_str()
}

fn credential_is_a_compact_jws(exchange: &Exchange, _: &Scene) -> Verdict {
    if !has_one_credential(exchange) {
        return Verdict::NotApplicable;
    }
    let member = exchange.credential_member();
    let actual = match member {
        Some(Value::String(text)) if Compact::parse(text).is_some() => return Verdict::Pass,
        Some(Value::String(text)) if text.is_empty() => "an empty string".to_owned(),
        Some(Value::String(text)) if text.len() <= 40 => {
            format!("\"{}\"", exchange.facts.redact(text))
        }
        Some(Value::String(text)) => format!(
            "a string with {} segments that do not all decode",
            text.split('.').count()
        ),
        other => read::kind(other).to_owned(),
    };
    Verdict::fail("credential is a compact JWS", actual)
}

fn success_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    if exactly_one(exchange, scene) != Verdict::Pass {
        return Verdict::NotApplicable;
    }
    let (name, judged_elsewhere) = if exchange.credential_member().is_some() {
        let broken = |verdict: Verdict| matches!(verdict, Verdict::Fail(_));
        let elsewhere = broken(format_is_known(exchange, scene))
            || broken(credential_is_a_compact_jws(exchange, scene));
        ("credential-response", elsewhere)
    } else {
        ("deferred-response", false)
    };
    if judged_elsewhere {
        return Verdict::NotApplicable;
    }
    follows_schema(name, exchange, scene)
}

/// Whether the JSON of the answer follows the profile's schema of this name.
pub(super) fn follows_schema(name: &str, exchange: &Exchange, scene: &Scene) -> Verdict {
    let (Some(schema), Some(json)) = (scene.profile.schema(name), exchange.json()) else {
        return Verdict::NotApplicable;
    };
    let errors = Schemas::errors(schema, json);
    Verdict::require(errors.is_empty())
        .expected(format!("a body that follows the schema {name}"))
        .actual(exchange.facts.redact(&short(&errors.join("; "))))
}

fn members_are_documented(exchange: &Exchange, scene: &Scene) -> Verdict {
    if exactly_one(exchange, scene) != Verdict::Pass {
        return Verdict::NotApplicable;
    }
    let unknown: Vec<_> = exchange
        .json()
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|members| members.keys())
        .filter(|name| !DOCUMENTED.contains(&name.as_str()))
        .map(|name| exchange.facts.redact(&short(name)))
        .collect();
    Verdict::require(unknown.is_empty())
        .expected("documented members only")
        .actual(format!("also {}", unknown.join(", ")))
        .grade(Grade::Note)
}

fn a_refusal_hands_out_nothing(exchange: &Exchange, _: &Scene) -> Verdict {
    if !read::is_issuance(exchange) || exchange.status() < 400 {
        return Verdict::NotApplicable;
    }
    // A deferred request that comes too early may be answered with its acceptance token again.
    let promises =
        exchange.endpoint == Endpoint::Credential && exchange.acceptance_token().is_some();
    Verdict::require(exchange.credential().is_none() && !promises)
        .expected("an error without a credential")
        .actual(format!(
            "{} with {}",
            exchange.status(),
            if promises {
                "an acceptance token"
            } else {
                "a credential"
            }
        ))
}

/// Whether the answer is a success with a credential and no acceptance token beside it.
fn has_one_credential(exchange: &Exchange) -> bool {
    matches!(exchange.endpoint, Endpoint::Credential | Endpoint::Deferred)
        && read::succeeds(exchange)
        && exchange.json().is_some_and(|json| {
            json.get("credential").is_some() && json.get("acceptance_token").is_none()
        })
}

/// At most 300 characters of a text.
pub(super) fn short(text: &str) -> String {
    const LIMIT: usize = 300;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
