//! How rules read an exchange: what kind of answer it has, and what of the request was changed.

use http::Method;
use serde_json::Value;

use crate::case::{Endpoint, Member, Slot, Stage};
use crate::profile::Members;
use crate::transcript::{Compact, Exchange, Transcript};

/// Whether there is no answer, or a server error that nothing allows. `robustness/*` alone speaks
/// about these.
pub(super) fn crashed(exchange: &Exchange) -> bool {
    exchange.answer.is_err() || (exchange.status() >= 500 && !explicitly_allowed(exchange))
}

/// Whether the expectation names this very answer.
pub(super) fn explicitly_allowed(exchange: &Exchange) -> bool {
    !exchange.expectation.allowed.is_empty() && exchange.is_allowed()
}

/// Whether the answer is a client error.
pub(super) fn is_client_error(exchange: &Exchange) -> bool {
    (400..500).contains(&exchange.status())
}

/// Whether the answer grants what was asked for.
pub(super) fn is_accepted(exchange: &Exchange) -> bool {
    exchange.is_accepted()
}

/// Whether the request was to be refused.
pub(super) fn has_faults(exchange: &Exchange) -> bool {
    !exchange.expectation.faults.is_empty()
}

/// Whether the HTTP layer was to refuse the request.
pub(super) fn is_http_fault(exchange: &Exchange) -> bool {
    exchange
        .expectation
        .first()
        .is_some_and(|fault| fault.stage == Stage::Http)
}

/// Whether the method or the path was changed: what answers may be a router that knows nothing of credentials.
pub(super) fn is_for_the_router(exchange: &Exchange) -> bool {
    is_http_fault(exchange)
        || exchange
            .mutations
            .iter()
            .any(|mutation| mutation.stage == Some(Stage::Http))
}

/// Whether the answer succeeds as one that should: it hands something out, or nothing but success
/// was expected.
pub(super) fn succeeds(exchange: &Exchange) -> bool {
    let allowed_otherwise = exchange
        .expectation
        .allowed
        .iter()
        .any(|allowed| !allowed.is_success() && exchange.matches(allowed));
    exchange.is_success()
        && !is_head(exchange)
        && (exchange.hands_out() || (!has_faults(exchange) && !allowed_otherwise))
}

/// Whether the request is for a credential, now or deferred.
pub(super) fn is_issuance(exchange: &Exchange) -> bool {
    matches!(exchange.endpoint, Endpoint::Credential | Endpoint::Deferred)
}

/// Whether the endpoint serves metadata or keys.
pub(super) const fn is_discovery(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::IssuerMetadata
            | Endpoint::AuthMetadata
            | Endpoint::IssuerJwks
            | Endpoint::AuthJwks
    )
}

/// Whether the answer has no body by nature.
pub(super) fn is_head(exchange: &Exchange) -> bool {
    exchange.request.method() == Method::HEAD
}

/// Whether the answer's body is empty.
pub(super) fn is_empty(exchange: &Exchange) -> bool {
    exchange
        .response()
        .is_none_or(|response| response.body().is_empty())
}

/// Whether the answer's body is a problem document by its members.
pub(super) fn is_problem(exchange: &Exchange) -> bool {
    exchange
        .json()
        .is_some_and(|json| json.get("error").is_none() && json.get("title").is_some())
}

/// The credential that was handed out, if it is a compact JWS.
pub(super) fn issued(exchange: &Exchange) -> Option<Compact> {
    if !is_issuance(exchange) || !exchange.is_success() {
        return None;
    }
    exchange.credential()
}

/// Whether a mutation wrote to the slot, or to the body as a whole.
pub(super) fn mutates(exchange: &Exchange, slot: Slot) -> bool {
    exchange.mutations.iter().any(|mutation| {
        mutation
            .slots()
            .any(|written| written == slot || written == Slot::Body)
    })
}

/// The credential request behind an exchange: itself, or the one that was answered with an
/// acceptance token in the same session.
pub(super) fn origin(transcript: &Transcript, at: usize) -> Option<&Exchange> {
    let exchange = &transcript.exchanges[at];
    if exchange.endpoint == Endpoint::Credential {
        return Some(exchange);
    }
    transcript.exchanges[..at].iter().rev().find(|earlier| {
        earlier.endpoint == Endpoint::Credential
            && earlier.session == exchange.session
            && earlier.is_success()
            && earlier.acceptance_token().is_some()
    })
}

/// The types that the request really asked for; `None` where a mutation makes that unclear.
pub(super) fn requested_types(exchange: &Exchange, members: &Members) -> Option<Vec<String>> {
    if has_faults(exchange) {
        return None;
    }
    if !mutates(exchange, Slot::Member(Member::Types)) {
        let types = &exchange.facts.requested_types;
        return (!types.is_empty()).then(|| types.clone());
    }
    let duplicated = exchange.mutations.iter().any(|mutation| {
        mutation
            .ops
            .iter()
            .any(|op| matches!(op, crate::case::Op::Duplicate(..)))
    });
    if duplicated {
        return None;
    }
    let body: Value = serde_json::from_slice(exchange.request.body()).ok()?;
    members
        .types_in(&body)?
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// The value of the Authorization header, as far as it is text.
pub(super) fn authorization(exchange: &Exchange) -> Option<&str> {
    exchange
        .request
        .headers()
        .get(http::header::AUTHORIZATION)?
        .to_str()
        .ok()
}

/// What kind of JSON value this is, in words.
pub(super) fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "absent",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    }
}

/// A URI up to its query. A scheme alone is written with or without slashes.
pub(super) fn without_query(uri: &str) -> &str {
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    uri.trim_end_matches('/')
}
