//! Rules about the token endpoint.

use serde_json::Value;

use super::response::has_directive;
use super::success::follows_schema;
use super::{Check, Invariant, Memory, Scene, jws, read};
use crate::case::{Endpoint, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Compact, Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "token/media-type-checked",
        c::TOKEN_REQUEST,
        "A token request that is no form is refused.",
        Check::Refusal(&[Stage::TokenRequestMediaType]),
    ),
    Invariant::new(
        "token/grant-checked",
        c::TOKEN_REQUEST,
        "A token request with an unknown grant type is refused.",
        Check::Refusal(&[Stage::TokenRequestGrant]),
    ),
    Invariant::new(
        "token/parameters-checked",
        c::TOKEN_REQUEST,
        "A token request that lacks a parameter, or has a malformed one, is refused.",
        Check::Refusal(&[Stage::TokenRequestParameters]),
    ),
    Invariant::new(
        "token/code-checked",
        c::TOKEN_REQUEST,
        "A token request whose code was not handed out, or was redeemed before, is refused.",
        Check::Refusal(&[Stage::TokenRequestCode]),
    ),
    Invariant::new(
        "token/client-checked",
        c::CODE_CLIENT,
        "A token request with a code of another client is refused.",
        Check::Refusal(&[Stage::TokenRequestClient]),
    ),
    Invariant::new(
        "token/verifier-checked",
        c::PKCE_VERIFIER,
        "A token request whose code_verifier does not fit the code_challenge is refused.",
        Check::Refusal(&[Stage::TokenRequestVerifier]),
    ),
    Invariant::new(
        "token/client-assertion-checked",
        c::CLIENT_ASSERTION,
        "A token request whose client assertion does not verify is refused.",
        Check::Refusal(&[Stage::TokenRequestAssertion]),
    ),
    Invariant::new(
        "token/pin-checked",
        c::PIN,
        "A token request with a wrong PIN is refused.",
        Check::Refusal(&[Stage::TokenRequestPin]),
    ),
    Invariant::new(
        "token/response-follows-schema",
        c::TOKEN_RESPONSE,
        "A token response follows its schema.",
        Check::Exchange(response_follows_schema),
    ),
    Invariant::new(
        "token/response-is-not-stored",
        c::TOKEN_RESPONSE_NO_STORE,
        "A token response carries Cache-Control no-store and Pragma no-cache.",
        Check::Exchange(response_is_not_stored),
    ),
    Invariant::new(
        "token/lasts-a-day",
        c::TOKEN_RESPONSE,
        "expires_in is 86400, and the access token lasts as long.",
        Check::Exchange(lasts_a_day),
    ),
    Invariant::new(
        "token/c-nonce-is-that-of-the-token",
        c::TOKEN_RESPONSE,
        "The c_nonce of a token response is the one inside the access token.",
        Check::Exchange(c_nonce_is_that_of_the_token),
    ),
    Invariant::new(
        "token/access-token-is-for-this-holder-and-issuer",
        c::TOKEN_PAYLOAD,
        "The access token names the authorization server, the issuer, the holder and the client.",
        Check::Exchange(access_token_is_for_this_holder_and_issuer),
    ),
    Invariant::new(
        "token/access-token-is-signed-by-the-server",
        c::TOKEN_SIGNATURE,
        "The access token verifies under the authorization server's JWKS.",
        Check::Exchange(access_token_is_signed_by_the_server),
    ),
    Invariant::new(
        "token/values-are-fresh",
        c::TOKEN_RESPONSE,
        "Each token response has an access token and a c_nonce that were not seen before, nor the c_nonce but for its end.",
        Check::Run(values_are_fresh),
    ),
];

/// Whether the answer is a token response as there should be one.
fn is_token_response(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && !read::has_faults(exchange) && read::succeeds(exchange)
}

fn member<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a Value> {
    exchange
        .json()
        .filter(|_| is_token_response(exchange))?
        .get(name)
}

/// The access token, where it is a JWT with the claims that EBSI puts there.
fn access_token(exchange: &Exchange) -> Option<Compact> {
    let token = Compact::parse(member(exchange, "access_token")?.as_str()?)?;
    token.claim("/claims/c_nonce")?;
    Some(token)
}

fn response_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    if !is_token_response(exchange) {
        return Verdict::NotApplicable;
    }
    if read::is_empty(exchange) {
        return Verdict::fail("a token response", "an empty body");
    }
    follows_schema("token-response", exchange, scene)
}

fn response_is_not_stored(exchange: &Exchange, _: &Scene) -> Verdict {
    if member(exchange, "access_token").is_none() {
        return Verdict::NotApplicable;
    }
    let missing: Vec<_> = [("cache-control", "no-store"), ("pragma", "no-cache")]
        .into_iter()
        .filter(|(name, directive)| !has_directive(exchange, name, directive))
        .map(|(name, directive)| format!("{name}: {directive}"))
        .collect();
    Verdict::require(missing.is_empty())
        .expected("cache-control: no-store and pragma: no-cache")
        .actual(format!("no {}", missing.join(", no ")))
}

fn lasts_a_day(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(seconds) = member(exchange, "expires_in").and_then(Value::as_f64) else {
        return Verdict::NotApplicable;
    };
    if (seconds - 86_400.0).abs() >= f64::EPSILON {
        return Verdict::fail("86400", seconds.to_string());
    }
    let token = access_token(exchange);
    let time = |name| token.as_ref()?.claim(name)?.as_f64();
    let (Some(iat), Some(exp)) = (time("/iat"), time("/exp")) else {
        return Verdict::Pass;
    };
    // The two may be told the time one after the other.
    Verdict::require((exp - iat - seconds).abs() <= 5.0)
        .expected("an access token whose exp is 86400 s after its iat")
        .actual(format!("{} s", exp - iat))
}

fn c_nonce_is_that_of_the_token(exchange: &Exchange, _: &Scene) -> Verdict {
    let nonce = member(exchange, "c_nonce").filter(|nonce| nonce.is_string());
    let (Some(nonce), Some(token)) = (nonce, access_token(exchange)) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(token.claim("/claims/c_nonce") == Some(nonce))
        .expected("c_nonce is claims.c_nonce of the access token")
        .actual("they differ")
}

fn access_token_is_for_this_holder_and_issuer(exchange: &Exchange, scene: &Scene) -> Verdict {
    let Some(token) = access_token(exchange) else {
        return Verdict::NotApplicable;
    };
    let claims = [
        (
            "iss",
            "/iss",
            &scene.context.auth_server,
            "the authorization server",
        ),
        ("aud", "/aud", &scene.context.issuer, "the issuer"),
        ("sub", "/sub", &exchange.facts.holder, "the holder"),
        (
            "claims.client_id",
            "/claims/client_id",
            &exchange.facts.client_id,
            "the client",
        ),
    ];
    for (name, pointer, wanted, words) in claims {
        // Who asks for a token for somewhere else may get one.
        if name == "aud" && exchange.facts.asked_otherwise {
            continue;
        }
        let found = token.claim(pointer);
        let names = match found {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Array(items)) => {
                name == "aud" && items.iter().any(|item| item.as_str() == Some(wanted))
            }
            _ => false,
        };
        if !names && !wanted.is_empty() {
            let actual = match found {
                Some(Value::String(_) | Value::Array(_)) => "another value".to_owned(),
                other => format!("{name} is {}", read::kind(other)),
            };
            return Verdict::fail(format!("{name} names {words}"), actual);
        }
    }
    Verdict::Pass
}

fn access_token_is_signed_by_the_server(exchange: &Exchange, scene: &Scene) -> Verdict {
    let jwks = &scene.context.auth_jwks;
    let Some(token) = access_token(exchange).filter(|_| !jws::keys(jwks).is_empty()) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(jws::verifies(&token, jwks))
        .expected("a signature of the authorization server's published key")
        .actual("a signature that does not verify")
}

fn values_are_fresh(memory: &mut Memory, exchange: &Exchange, _: &Scene) -> Verdict {
    let text = |name: &str| Some(member(exchange, name)?.as_str()?.to_owned());
    let (token, nonce) = (text("access_token"), text("c_nonce"));
    if token.is_none() && nonce.is_none() {
        return Verdict::NotApplicable;
    }
    let guessable = nonce
        .as_deref()
        .is_some_and(|nonce| memory.is_guessable("c_nonce", nonce));
    let old_token = token.is_some_and(|token| !memory.access_tokens.insert(token));
    let old_nonce = nonce.is_some_and(|nonce| !memory.nonces.insert(nonce));
    Verdict::require(!old_token && !old_nonce && !guessable)
        .expected("a new access token and a new c_nonce")
        .actual(match (old_token, old_nonce) {
            (true, true) => "both were handed out before",
            (true, false) => "the access token was handed out before",
            (false, true) => "the c_nonce was handed out before",
            (false, false) => "the c_nonce differs in its end alone from one before",
        })
}
