//! Rules about the authorization endpoint: which requests are refused, what a good one is answered
//! with, and where errors go.

use serde_json::Value;

use super::{Check, Invariant, Memory, Scene, jws, read};
use crate::case::{Endpoint, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Compact, Exchange, Grade, Redirect, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "authorize/redirect-uri-required",
        c::AUTHORIZE_REDIRECT_URI,
        "An authorization request without a redirect_uri is refused without a redirection.",
        Check::Refusal(&[Stage::AuthorizeRedirectUri]),
    ),
    Invariant::new(
        "authorize/scope-checked",
        c::AUTHORIZE_SCOPE,
        "An authorization request with another scope than openid is refused.",
        Check::Refusal(&[Stage::AuthorizeScope]),
    ),
    Invariant::new(
        "authorize/parameters-checked",
        c::AUTHORIZE_REQUEST,
        "An authorization request with another response_type, or a client_id that is no client, is refused.",
        Check::Refusal(&[Stage::AuthorizeRequest]),
    ),
    Invariant::new(
        "authorize/client-metadata-checked",
        c::AUTHORIZE_CLIENT_METADATA,
        "An authorization request whose client_metadata is malformed is refused.",
        Check::Refusal(&[Stage::AuthorizeClientMetadata]),
    ),
    Invariant::new(
        "authorize/details-checked",
        c::AUTHORIZE_DETAILS,
        "An authorization request whose authorization_details ask for nothing known is refused.",
        Check::Refusal(&[Stage::AuthorizeDetails]),
    ),
    Invariant::new(
        "authorize/issuer-state-checked",
        c::ISSUER_STATE,
        "An authorization request with the issuer_state of nobody, another client or other types is refused.",
        Check::Refusal(&[Stage::AuthorizeIssuerState]),
    ),
    Invariant::new(
        "authorize/issuer-state-signature-checked",
        c::ISSUER_STATE,
        "An authorization request whose issuer_state the issuer did not sign is refused.",
        Check::Refusal(&[Stage::AuthorizeIssuerStateSignature]),
    ),
    Invariant::new(
        "authorize/pkce-required",
        c::PKCE,
        "An authorization request of a holder wallet without an S256 code challenge is refused.",
        Check::Refusal(&[Stage::AuthorizePkce]),
    ),
    Invariant::new(
        "authorize/request-object-checked",
        c::REQUEST_OBJECT,
        "A service wallet without a request object, or with one that says something else than the query, is refused.",
        Check::Refusal(&[
            Stage::AuthorizeRequestObject,
            Stage::AuthorizeRequestClaims,
            Stage::AuthorizeRequestEquality,
        ]),
    ),
    Invariant::new(
        "authorize/request-object-signature-checked",
        c::REQUEST_OBJECT_KEY,
        "A request object that does not verify with a published key of the client is refused.",
        Check::Refusal(&[Stage::AuthorizeRequestKey, Stage::AuthorizeRequestSignature]),
    ),
    Invariant::new(
        "authorize/answers-with-a-request",
        c::AUTHORIZE_RESPONSE,
        "A good authorization request is answered with the server's own request for what the grant needs.",
        Check::Transcript(answers_with_a_request),
    ),
    Invariant::new(
        "authorize/request-goes-to-the-wallet",
        c::AUTHORIZE_RESPONSE,
        "The server's request goes to the authorization_endpoint of the client's metadata.",
        Check::Exchange(request_goes_to_the_wallet),
    ),
    Invariant::new(
        "authorize/request-is-signed-by-the-server",
        c::AUTHORIZE_RESPONSE,
        "The server's request object verifies under its JWKS and names server and client.",
        Check::Exchange(request_is_signed_by_the_server),
    ),
    Invariant::new(
        "authorize/values-are-fresh",
        c::AUTHORIZE_RESPONSE,
        "Each request of the server has a state and a nonce that were not seen before, nor but for their end.",
        Check::Run(values_are_fresh),
    ),
    Invariant::new(
        "authorize/errors-go-to-the-client",
        c::REDIRECT_ERROR,
        "An error of the authorization endpoint or the direct post goes to the client's redirect_uri.",
        Check::Transcript(errors_go_to_the_client),
    ),
    Invariant::new(
        "authorize/errors-carry-the-clients-state",
        c::REDIRECT_ERROR,
        "A redirection to the client carries the client's own state, and none if it sent none.",
        Check::Transcript(errors_carry_the_clients_state),
    ),
    Invariant::new(
        "request-uri/unknown-ids-refused",
        c::REQUEST_URI,
        "A request_uri that is unknown, or no UUID, is answered with a problem document.",
        Check::Refusal(&[Stage::RequestUriId, Stage::RequestUriKnown]),
    ),
    Invariant::new(
        "request-uri/serves-a-jwt",
        c::REQUEST_URI,
        "A request object is served as application/jwt.",
        Check::Exchange(serves_a_jwt),
    ),
];

/// The redirection of a successful authorization request.
fn request(exchange: &Exchange) -> Option<&Redirect> {
    let is_good = exchange.endpoint == Endpoint::Authorize
        && !read::has_faults(exchange)
        && exchange.is_accepted();
    exchange.redirect().filter(|_| is_good)
}

/// The server's request object: in the redirection, or behind the request URI.
fn object(exchange: &Exchange) -> Option<Compact> {
    if exchange.endpoint == Endpoint::RequestUri
        && exchange.is_success()
        && !read::has_faults(exchange)
    {
        let text = String::from_utf8_lossy(exchange.response()?.body());
        return Compact::parse(text.trim());
    }
    Compact::parse(request(exchange)?.parameter("request")?)
}

fn answers_with_a_request(transcript: &Transcript, scene: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, exchange) in transcript.exchanges.iter().enumerate() {
        let Some(redirect) = request(exchange) else {
            continue;
        };
        // What the query leaves out, the object may say.
        let by_reference = transcript.exchanges[at..].iter().find(|later| {
            later.session == exchange.session && later.endpoint == Endpoint::RequestUri
        });
        let object = object(exchange).or_else(|| object(by_reference?));
        if object.is_none() && redirect.parameter("request_uri").is_some() {
            // The object was not fetched in this case.
            continue;
        }
        let said = |name: &str| -> Option<String> {
            let outside = redirect.parameter(name).map(str::to_owned);
            outside.or_else(|| {
                let inside = object.as_ref()?.payload.get(name)?;
                Some(
                    inside
                        .as_str()
                        .map_or_else(|| inside.to_string(), str::to_owned),
                )
            })
        };
        if let Some((expected, actual)) = lacks(&said, exchange, scene) {
            return Verdict::fail(expected, actual).at(at);
        }
        verdict = Verdict::Pass;
    }
    verdict
}

/// What the server's request should say and does not: what is expected, and what was seen.
fn lacks(
    said: &dyn Fn(&str) -> Option<String>,
    exchange: &Exchange,
    scene: &Scene,
) -> Option<(String, String)> {
    let server = &scene.context.auth_server;
    let wanted = if exchange.facts.grant.presents() {
        "vp_token"
    } else {
        "id_token"
    };
    let exact = [
        ("client_id", server.as_str()),
        ("response_type", wanted),
        ("response_mode", "direct_post"),
    ];
    for (name, value) in exact {
        let found = said(name);
        if found.as_deref() != Some(value) {
            let actual = match found {
                Some(other) => exchange.facts.redact(&format!("{name}={other}")),
                None => format!("no {name}"),
            };
            return Some((exchange.facts.redact(&format!("{name}={value}")), actual));
        }
    }
    for name in ["state", "nonce", "redirect_uri"] {
        if said(name).is_none_or(|value| value.is_empty()) {
            return Some((format!("a {name}"), format!("no {name}")));
        }
    }
    let scopes = said("scope").unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == "openid") {
        return Some(("scope openid".to_owned(), format!("scope \"{scopes}\"")));
    }
    if wanted == "vp_token" && said("presentation_definition").is_none() {
        return Some((
            "a presentation_definition".to_owned(),
            "no presentation_definition".to_owned(),
        ));
    }
    None
}

fn request_goes_to_the_wallet(exchange: &Exchange, _: &Scene) -> Verdict {
    let (Some(redirect), Some(wanted)) = (request(exchange), wallet_endpoint(exchange)) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(read::without_query(&redirect.base) == read::without_query(&wanted))
        .expected("a redirection to the authorization_endpoint of the client_metadata")
        .actual("one to another URI")
}

/// Where the client's metadata says that the wallet is: those of the query, or of the request object in it.
fn wallet_endpoint(exchange: &Exchange) -> Option<String> {
    let query = exchange.request.uri().query().unwrap_or_default();
    let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let object = once(&parameters, "request").and_then(Compact::parse);
    let metadata: Value = match object {
        Some(object) => object.payload.get("client_metadata")?.clone(),
        None => serde_json::from_str(once(&parameters, "client_metadata")?).ok()?,
    };
    let endpoint = metadata.get("authorization_endpoint")?;
    endpoint.as_str().map(str::to_owned)
}

fn request_is_signed_by_the_server(exchange: &Exchange, scene: &Scene) -> Verdict {
    let jwks = &scene.context.auth_jwks;
    let Some(object) = object(exchange).filter(|_| !jws::keys(jwks).is_empty()) else {
        return Verdict::NotApplicable;
    };
    if !jws::verifies(&object, jwks) {
        return Verdict::fail(
            "a signature of the authorization server's published key",
            "a signature that does not verify",
        );
    }
    let names = |claim: &str, wanted: &str| match object.payload.get(claim) {
        Some(Value::String(text)) => text == wanted,
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(wanted)),
        _ => false,
    };
    let claims = [
        (
            "iss",
            &scene.context.auth_server,
            "the authorization server",
        ),
        ("aud", &exchange.facts.client_id, "the client"),
    ];
    for (claim, wanted, words) in claims {
        if !names(claim, wanted) {
            return Verdict::fail(format!("{claim} is {words}"), format!("another {claim}"));
        }
    }
    Verdict::Pass
}

fn values_are_fresh(memory: &mut Memory, exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(redirect) = request(exchange) else {
        return Verdict::NotApplicable;
    };
    let values: Vec<_> = ["state", "nonce"]
        .into_iter()
        .filter_map(|name| Some((name, redirect.parameter(name)?)))
        .collect();
    if values.is_empty() {
        return Verdict::NotApplicable;
    }
    // All are entered, also behind the first that is old.
    let old: Vec<_> = values
        .into_iter()
        .filter(|(name, value)| {
            let is_old = !memory.authorization_values.insert((*value).to_owned());
            memory.is_guessable(name, value) || is_old
        })
        .map(|(name, _)| name)
        .collect();
    Verdict::require(old.is_empty())
        .expected("a new state and a new nonce")
        .actual(format!(
            "{} of before, or one that differs from it in its end alone",
            old.join(" and ")
        ))
}

/// The authorization request that an exchange belongs to: itself, or the last of the session before
/// that the server accepted.
fn origin(transcript: &Transcript, at: usize) -> Option<&Exchange> {
    let exchange = &transcript.exchanges[at];
    if exchange.endpoint == Endpoint::Authorize {
        return Some(exchange);
    }
    transcript.exchanges[..at].iter().rev().find(|earlier| {
        earlier.endpoint == Endpoint::Authorize
            && earlier.session == exchange.session
            && earlier.is_accepted()
    })
}

/// Each redirection to the client, with the parameters of the authorization request behind it.
fn to_the_client(
    transcript: &Transcript,
) -> impl Iterator<Item = (usize, &Redirect, Vec<(String, String)>)> {
    let exchanges = transcript.exchanges.iter().enumerate();
    exchanges.filter_map(|(at, exchange)| {
        let redirect = exchange.redirect()?;
        let goes_back = match exchange.endpoint {
            Endpoint::Authorize => redirect.parameter("error").is_some(),
            // Another state belongs to another request.
            Endpoint::DirectPost => !read::mutates(exchange, crate::case::Slot::Form("state")),
            _ => false,
        };
        let origin = origin(transcript, at).filter(|_| goes_back)?;
        let query = origin.request.uri().query().unwrap_or_default();
        let parameters = form_urlencoded::parse(query.as_bytes());
        Some((at, redirect, parameters.into_owned().collect()))
    })
}

/// The value of a parameter that stands once; `None` where that is not so.
fn once<'a>(parameters: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(name, _)| name == wanted);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

fn errors_go_to_the_client(transcript: &Transcript, _: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, redirect, parameters) in to_the_client(transcript) {
        let Some(wanted) = once(&parameters, "redirect_uri") else {
            continue;
        };
        if read::without_query(&redirect.base) != read::without_query(wanted) {
            return Verdict::fail("a redirection to redirect_uri", "one to another URI").at(at);
        }
        verdict = Verdict::Pass;
    }
    verdict
}

fn errors_carry_the_clients_state(transcript: &Transcript, _: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, redirect, parameters) in to_the_client(transcript) {
        let sent = parameters
            .iter()
            .filter(|(name, _)| name == "state")
            .count();
        let found = redirect.parameter("state");
        let (expected, actual) = match (once(&parameters, "state"), found) {
            (Some(state), Some(found)) if state == found => {
                verdict = Verdict::Pass;
                continue;
            }
            (Some(""), None) | (None, None) => {
                verdict = Verdict::Pass;
                continue;
            }
            (None, Some(_)) if sent > 1 => continue,
            (Some(_), Some(_)) => ("the client's state", "another state"),
            (Some(_), None) => ("the client's state", "no state"),
            (None, Some(_)) => ("no state, as the client sent none", "a state"),
        };
        return Verdict::fail(expected, actual).at(at);
    }
    verdict
}

fn serves_a_jwt(exchange: &Exchange, _: &Scene) -> Verdict {
    if exchange.endpoint != Endpoint::RequestUri
        || !exchange.is_success()
        || read::has_faults(exchange)
        || read::is_head(exchange)
    {
        return Verdict::NotApplicable;
    }
    let found = exchange.media_type().unwrap_or_default();
    // RFC 9101 has a longer name for the same thing.
    let is_jwt = ["application/jwt", "application/oauth-authz-req+jwt"].contains(&found.as_str());
    Verdict::require(is_jwt)
        .expected("application/jwt")
        .actual(exchange.facts.redact(&found))
        .grade(Grade::Failure)
}
