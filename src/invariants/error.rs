//! Rules about the form of errors: OAuth error objects and problem documents.

use serde_json::Value;

use super::success::follows_schema;
use super::{Check, Invariant, Scene, read};
use crate::case::Endpoint;
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::transcript::{Body, Exchange, Grade, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "error/object-follows-schema",
        c::ERROR_OBJECT,
        "A refusal of the token and credential endpoints is an error object, or a problem document.",
        Check::Exchange(object_follows_schema),
    ),
    Invariant::new(
        "error/problem-follows-schema",
        c::PROBLEM_DETAILS,
        "A problem document has a title and a status.",
        Check::Exchange(problem_follows_schema),
    ),
    Invariant::new(
        "error/problem-status-is-the-http-status",
        c::PROBLEM_DETAILS,
        "The status of a problem document is the status of the response.",
        Check::Exchange(problem_status_is_the_http_status),
    ),
    Invariant::new(
        "error/text-keeps-to-the-character-set",
        rfc::OAUTH_ERROR_CHARS,
        "error and error_description hold only printable ASCII without quotes and backslashes.",
        Check::Exchange(text_keeps_to_the_character_set),
    ),
];

fn object_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    let speaks_oauth = matches!(
        exchange.endpoint,
        Endpoint::Credential | Endpoint::Deferred | Endpoint::Token
    );
    if !speaks_oauth
        || !read::is_client_error(exchange)
        || read::is_http_fault(exchange)
        || read::is_head(exchange)
        || has_problem_type(exchange)
        || read::is_problem(exchange)
        || is_repeated_promise(exchange)
    {
        return Verdict::NotApplicable;
    }
    let schema = if exchange.status() == 401 {
        "error-401"
    } else {
        "error-400"
    };
    // Elsewhere a 404, 413 or 415 may come from the HTTP layer and be empty.
    let must_have_a_body = matches!(exchange.status(), 400 | 401 | 403)
        || (exchange.status() == 404 && exchange.endpoint == Endpoint::Deferred);
    if read::is_empty(exchange) && may_have_any_shape(exchange) {
        return Verdict::NotApplicable;
    }
    if read::is_empty(exchange) && must_have_a_body {
        return Verdict::fail("an error object", exchange.outcome_words());
    }
    follows_schema(schema, exchange, scene)
}

/// Whether the expectation leaves open what a refusal with this status holds.
fn may_have_any_shape(exchange: &Exchange) -> bool {
    let mut allowed = exchange.expectation.allowed.iter();
    allowed.any(|allowed| {
        allowed.body == Body::NoCredential && allowed.statuses.contains(&exchange.status())
    })
}

/// A deferred request that comes too early may be answered with its acceptance token again.
fn is_repeated_promise(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Deferred
        && exchange.acceptance_token().is_some()
        && read::explicitly_allowed(exchange)
}

fn problem_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    if !has_problem_type(exchange) || read::is_head(exchange) {
        return Verdict::NotApplicable;
    }
    follows_schema("problem", exchange, scene)
}

fn problem_status_is_the_http_status(exchange: &Exchange, _: &Scene) -> Verdict {
    let status = exchange
        .json()
        .and_then(|json| json.get("status")?.as_u64());
    let Some(status) = status.filter(|_| has_problem_type(exchange)) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(status == u64::from(exchange.status()))
        .expected(format!("status {}", exchange.status()))
        .actual(format!("status {status} in the problem document"))
}

fn text_keeps_to_the_character_set(exchange: &Exchange, _: &Scene) -> Verdict {
    let texts: Vec<_> = ["error", "error_description"]
        .into_iter()
        .filter_map(|name| Some((name, exchange.json()?.get(name)?)))
        .filter_map(|(name, value): (_, &Value)| Some((name, value.as_str()?)))
        .collect();
    if texts.is_empty() || exchange.status() < 400 {
        return Verdict::NotApplicable;
    }
    for (name, text) in texts {
        if let Some(letter) = text.chars().find(|letter| !is_in_set(*letter)) {
            return Verdict::fail(
                "characters 20-21, 23-5B and 5D-7E only",
                format!("U+{:04X} in {name}", u32::from(letter)),
            )
            .grade(Grade::Note);
        }
    }
    Verdict::Pass
}

const fn is_in_set(letter: char) -> bool {
    matches!(letter, '\u{20}'..='\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}')
}

fn has_problem_type(exchange: &Exchange) -> bool {
    exchange.status() >= 400 && exchange.media_type().as_deref() == Some("application/problem+json")
}
