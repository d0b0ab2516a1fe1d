//! Rules about credential offers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::success::follows_schema;
use super::{Check, Invariant, Scene, jws, read};
use crate::case::{Endpoint, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Compact, Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "offer/initiate-query-checked",
        c::OFFER,
        "An offer is not started for a malformed query.",
        Check::Refusal(&[Stage::InitiateQuery]),
    ),
    Invariant::new(
        "offer/unknown-ids-refused",
        c::OFFER_UNKNOWN,
        "An offer id that is unknown, or no UUID, is answered with a problem document.",
        Check::Refusal(&[Stage::OfferIdForm, Stage::OfferKnown]),
    ),
    Invariant::new(
        "offer/starting-one-yields-its-uri",
        c::OFFER,
        "Starting an offer yields its URI: by redirection for a wallet on the same device, in the body for another.",
        Check::Exchange(starting_one_yields_its_uri),
    ),
    Invariant::new(
        "offer/follows-schema",
        c::OFFER,
        "An offer follows its schema.",
        Check::Exchange(offer_follows_schema),
    ),
    Invariant::new(
        "offer/names-the-issuer",
        c::OFFER,
        "The credential_issuer of an offer is the issuer.",
        Check::Exchange(names_the_issuer),
    ),
    Invariant::new(
        "offer/has-exactly-one-grant",
        c::OFFER,
        "An offer has exactly one grant.",
        Check::Exchange(has_exactly_one_grant),
    ),
    Invariant::new(
        "offer/grant-is-signed-by-the-issuer",
        c::OFFER,
        "The JWT of an offer's grant verifies under the issuer's JWKS.",
        Check::Exchange(grant_is_signed_by_the_issuer),
    ),
    Invariant::new(
        "offer/grant-lasts-five-minutes",
        c::OFFER,
        "The JWT of an offer's grant expires 300 s after it was issued.",
        Check::Exchange(grant_lasts_five_minutes),
    ),
    Invariant::new(
        "offer/grant-is-for-this-holder-and-server",
        c::OFFER,
        "The JWT of an offer's grant names the issuer, the authorization server and the holder.",
        Check::Exchange(grant_is_for_this_holder_and_server),
    ),
    Invariant::new(
        "offer/types-stand-in-the-metadata",
        c::METADATA_ISSUABLE,
        "What is offered stands in the issuer's metadata.",
        Check::Exchange(types_stand_in_the_metadata),
    ),
];

const LIFETIME: i64 = 300;

fn starting_one_yields_its_uri(exchange: &Exchange, _: &Scene) -> Verdict {
    if exchange.endpoint != Endpoint::InitiateOffer
        || !read::is_accepted(exchange)
        || read::has_faults(exchange)
        || read::is_head(exchange)
    {
        return Verdict::NotApplicable;
    }
    let body = exchange
        .response()
        .map(|response| String::from_utf8_lossy(response.body()))
        .unwrap_or_default();
    let text = exchange.header("location").unwrap_or(&body);
    let names_one = text.contains("credential_offer_uri=") || text.contains("credential_offer=");
    if !names_one {
        return Verdict::fail(
            "a URI with credential_offer_uri or credential_offer",
            exchange.outcome_words(),
        );
    }
    let wanted = parameter(exchange, "credential_offer_endpoint");
    let text = text.trim().trim_matches('"');
    if wanted.is_some_and(|wanted| read::without_query(&wanted) != read::without_query(text)) {
        return Verdict::fail(
            "a URI that begins with credential_offer_endpoint",
            "one with another beginning",
        );
    }
    let redirects = (300..400).contains(&exchange.status());
    let expected = match parameter(exchange, "credential_type").as_deref() {
        Some(name) if name.starts_with("CTWalletSame") => (true, "a redirection"),
        Some(name) if name.starts_with("CTWalletCross") => (false, "200 with the URI as text"),
        _ => return Verdict::Pass,
    };
    Verdict::require(redirects == expected.0)
        .expected(expected.1)
        .actual(exchange.outcome_words())
}

/// What the request for an offer says under this name.
fn parameter(exchange: &Exchange, wanted: &str) -> Option<String> {
    let query = exchange.request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The offer of a successful answer.
fn offer(exchange: &Exchange) -> Option<&Value> {
    if exchange.endpoint != Endpoint::Offer || !read::succeeds(exchange) {
        return None;
    }
    exchange.json()
}

fn offer_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    if exchange.endpoint == Endpoint::Offer && read::succeeds(exchange) && read::is_empty(exchange)
    {
        return Verdict::fail("an offer", "an empty body");
    }
    match offer(exchange) {
        Some(_) => follows_schema("offer", exchange, scene),
        None => Verdict::NotApplicable,
    }
}

fn names_the_issuer(exchange: &Exchange, scene: &Scene) -> Verdict {
    let issuer = offer(exchange).and_then(|offer| offer.get("credential_issuer")?.as_str());
    let Some(issuer) = issuer else {
        return Verdict::NotApplicable;
    };
    Verdict::require(issuer == scene.context.issuer)
        .expected("the credential issuer identifier")
        .actual("another credential_issuer")
}

fn has_exactly_one_grant(exchange: &Exchange, _: &Scene) -> Verdict {
    let grants = offer(exchange).and_then(|offer| offer.get("grants")?.as_object());
    let Some(grants) = grants else {
        return Verdict::NotApplicable;
    };
    Verdict::require(grants.len() == 1)
        .expected("one grant")
        .actual(format!("{} grants", grants.len()))
}

/// The JWT of the offer's grant; `None` where the issuer uses an opaque value.
fn grant(exchange: &Exchange) -> Option<Compact> {
    offer(exchange)?
        .get("grants")?
        .as_object()?
        .values()
        .filter_map(Value::as_object)
        .flat_map(|members| members.values())
        .filter_map(Value::as_str)
        .find_map(Compact::parse)
}

fn grant_is_signed_by_the_issuer(exchange: &Exchange, scene: &Scene) -> Verdict {
    let jwks = &scene.context.issuer_jwks;
    let Some(grant) = grant(exchange).filter(|_| !jws::keys(jwks).is_empty()) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(jws::verifies(&grant, jwks))
        .expected("a signature of the issuer's published key")
        .actual("a signature that does not verify")
}

fn grant_lasts_five_minutes(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(grant) = grant(exchange) else {
        return Verdict::NotApplicable;
    };
    let seconds = |name: &str| grant.payload.get(name).and_then(Value::as_i64);
    let expected = format!("exp is {LIFETIME} s after iat");
    match (seconds("iat"), seconds("exp")) {
        (Some(iat), Some(exp)) => Verdict::require(exp.checked_sub(iat) == Some(LIFETIME))
            .expected(expected)
            .actual(format!("exp minus iat is {} s", exp.saturating_sub(iat))),
        _ => Verdict::fail(expected, "iat or exp is no whole number"),
    }
}

fn grant_is_for_this_holder_and_server(exchange: &Exchange, scene: &Scene) -> Verdict {
    let Some(grant) = grant(exchange) else {
        return Verdict::NotApplicable;
    };
    let client = &exchange.facts.client_id;
    let claims = [
        ("iss", &scene.context.issuer, "the issuer"),
        (
            "aud",
            &scene.context.auth_server,
            "the authorization server",
        ),
        ("client_id", client, "the client"),
        ("sub", &exchange.facts.holder, "the holder"),
    ];
    for (name, wanted, words) in claims {
        let found = grant.payload.get(name).and_then(Value::as_str);
        if !wanted.is_empty() && found != Some(wanted) {
            return Verdict::fail(
                format!("{name} is {words}"),
                match found {
                    Some(_) => "another value".to_owned(),
                    None => format!("{name} is {}", read::kind(grant.payload.get(name))),
                },
            );
        }
    }
    Verdict::Pass
}

fn types_stand_in_the_metadata(exchange: &Exchange, scene: &Scene) -> Verdict {
    let offered = offer(exchange).and_then(|offer| offer.get("credentials")?.as_array());
    let supported = scene
        .context
        .issuer_metadata
        .get("credentials_supported")
        .and_then(Value::as_array);
    let (Some(offered), Some(supported)) = (offered, supported) else {
        return Verdict::NotApplicable;
    };
    let supported: Vec<_> = supported.iter().filter_map(types).collect();
    let unknown = offered
        .iter()
        .filter_map(types)
        .find(|offered| !supported.contains(offered));
    match unknown {
        None => Verdict::Pass,
        Some(types) => Verdict::fail(
            "types of an entry of credentials_supported",
            exchange
                .facts
                .redact(&types.into_iter().collect::<Vec<_>>().join(", ")),
        ),
    }
}

fn types(credential: &Value) -> Option<BTreeSet<&str>> {
    credential
        .get("types")?
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect()
}
