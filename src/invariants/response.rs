//! Rules about the outer form of answers: media types, JSON, caching.

use super::{Check, Invariant, Scene, read};
use crate::case::Endpoint;
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::profile::Demand;
use crate::transcript::{Body, Exchange, Grade, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "response/media-type-is-json",
        c::RESPONSE_JSON,
        "A body is application/json, or application/problem+json where it is a problem document.",
        Check::Exchange(media_type_is_json),
    ),
    Invariant::new(
        "response/json-parses",
        rfc::JSON_GRAMMAR,
        "A body that is called JSON is JSON.",
        Check::Exchange(json_parses),
    ),
    Invariant::new(
        "response/credential-is-not-stored",
        rfc::OAUTH_NO_STORE,
        "A response with a credential or an acceptance token carries Cache-Control no-store.",
        Check::Exchange(credential_is_not_stored),
    ),
];

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const JWK_SET: &str = "application/jwk-set+json";

fn media_type_is_json(exchange: &Exchange, scene: &Scene) -> Verdict {
    let is_offer_uri = exchange.endpoint == Endpoint::InitiateOffer && read::is_accepted(exchange);
    let is_object = exchange.endpoint == Endpoint::RequestUri && exchange.is_success();
    // What only some dialects ask of the layers below the endpoint.
    let is_absent = read::is_discovery(exchange.endpoint) && !exchange.is_success();
    let is_below =
        !scene.profile.reading.json_from_every_layer && (may_have_any_shape(exchange) || is_absent);
    if has_no_body_to_judge(exchange) || is_offer_uri || is_object || is_page(exchange) || is_below
    {
        return Verdict::NotApplicable;
    }
    let is_jwks = matches!(exchange.endpoint, Endpoint::IssuerJwks | Endpoint::AuthJwks);
    let expected: &[&str] = if exchange.is_success() {
        if is_jwks { &[JWK_SET] } else { &[JSON] }
    } else if only_a_problem_is_allowed(exchange) {
        &[PROBLEM]
    } else {
        &[JSON, PROBLEM]
    };
    let found = exchange.media_type();
    let grade = if (!exchange.is_success() && read::is_for_the_router(exchange))
        || exchange.endpoint == Endpoint::Authorize
        || (is_jwks && exchange.is_success() && found.as_deref() == Some(JSON))
    {
        Grade::Note
    } else {
        Grade::Failure
    };
    let holds = found
        .as_deref()
        .is_some_and(|found| expected.contains(&found));
    let found = found.unwrap_or_else(|| "no Content-Type".into());
    Verdict::require(holds)
        .expected(expected.join(" or "))
        .actual(format!(
            "{} with {}",
            exchange.status(),
            exchange.facts.redact(&found)
        ))
        .grade(grade)
}

fn json_parses(exchange: &Exchange, _: &Scene) -> Verdict {
    let is_called_json = exchange
        .media_type()
        .is_some_and(|media| media == JSON || media.ends_with("+json"));
    if has_no_body_to_judge(exchange) || !is_called_json {
        return Verdict::NotApplicable;
    }
    Verdict::require(exchange.json().is_some())
        .expected("a JSON text")
        .actual(format!("{} with a body that is none", exchange.status()))
}

fn credential_is_not_stored(exchange: &Exchange, scene: &Scene) -> Verdict {
    if !read::is_issuance(exchange) || !exchange.hands_out() {
        return Verdict::NotApplicable;
    }
    Verdict::require(has_directive(exchange, "cache-control", "no-store"))
        .expected("Cache-Control: no-store")
        .actual("an answer that caches may store")
        .grade(match scene.profile.demands(Demand::NoStore) {
            true => Grade::Failure,
            false => Grade::Note,
        })
}

/// Whether a comma-separated header field of the answer has this item.
pub(super) fn has_directive(exchange: &Exchange, name: &str, directive: &str) -> bool {
    exchange.response().is_some_and(|response| {
        response
            .headers()
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|item| item.trim().eq_ignore_ascii_case(directive))
    })
}

/// Bodies may be empty for HEAD, 204, redirections and refusals of the HTTP layer; whether an empty
/// one is right elsewhere, other rules say.
fn has_no_body_to_judge(exchange: &Exchange) -> bool {
    read::crashed(exchange)
        || read::is_head(exchange)
        || read::is_empty(exchange)
        || (300..400).contains(&exchange.status())
}

/// Whether the expectation leaves open what an answer with this status holds.
fn may_have_any_shape(exchange: &Exchange) -> bool {
    let mut allowed = exchange.expectation.allowed.iter();
    allowed.any(|allowed| {
        allowed.body == Body::NoCredential && allowed.statuses.contains(&exchange.status())
    })
}

/// What the endpoints of authorization refuse without redirecting is for people (RFC 6749, 4.1.2.1), and may have any shape where
/// the expectation says so.
fn is_page(exchange: &Exchange) -> bool {
    let is_of_authorization = matches!(
        exchange.endpoint,
        Endpoint::Authorize | Endpoint::DirectPost
    );
    is_of_authorization && read::is_client_error(exchange) && may_have_any_shape(exchange)
}

fn only_a_problem_is_allowed(exchange: &Exchange) -> bool {
    let allowed = &exchange.expectation.allowed;
    !allowed.is_empty() && allowed.iter().all(|allowed| allowed.body == Body::Problem)
}
