use serde_json::{Value, json};
use vcispec::case::Endpoint;
use vcispec::transcript::Exchange;

use super::world::{answer, exchange, grant, issuer_key, offer, offer_of, other_key};
use super::{Sample, broken_by};

pub(super) fn samples() -> Vec<Sample> {
    let good = || bent(|_| {});
    let granted = |bend: fn(&mut Value)| offer(&offer_of(&grant(bend, &issuer_key())));
    vec![
        Sample::new(
            "offer/starting-one-yields-its-uri",
            started(
                302,
                "openid://?credential_offer_uri=https%3A%2F%2Fissuer.example",
                "",
            ),
            started(302, "openid://", ""),
        ),
        Sample::new(
            "offer/starting-one-yields-its-uri",
            started(
                200,
                "",
                "openid://?credential_offer_uri=https%3A%2F%2Fissuer.example",
            ),
            started(200, "", "OK"),
        ),
        Sample::new(
            "offer/starting-one-yields-its-uri",
            of_type("CTWalletSameInTime", started(302, URI, "")),
            of_type("CTWalletSameInTime", started(200, "", URI)),
        ),
        Sample::new(
            "offer/starting-one-yields-its-uri",
            of_type("CTWalletCrossInTime", started(200, "", URI)),
            of_type("CTWalletCrossInTime", started(302, URI, "")),
        ),
        Sample::new(
            "offer/starting-one-yields-its-uri",
            for_wallet("openid:", started(302, URI, "")),
            for_wallet("haip:", started(302, URI, "")),
        ),
        Sample::new(
            "offer/follows-schema",
            good(),
            bent(|offer| offer["credentials"] = json!([])),
        ),
        Sample::new(
            "offer/follows-schema",
            good(),
            exchange(Endpoint::Offer, answer(200, &[], "")),
        ),
        Sample::new(
            "offer/names-the-issuer",
            good(),
            bent(|offer| offer["credential_issuer"] = "https://issuer.example".into()),
        ),
        Sample::new(
            "offer/has-exactly-one-grant",
            good(),
            bent(|offer| offer["grants"]["authorization_code"] = json!({ "issuer_state": "x" })),
        ),
        Sample::new(
            "offer/has-exactly-one-grant",
            good(),
            bent(|offer| offer["grants"] = json!({})),
        ),
        Sample::new(
            "offer/grant-is-signed-by-the-issuer",
            good(),
            offer(&offer_of(&grant(|_| {}, &other_key()))),
        ),
        Sample::new(
            "offer/grant-lasts-five-minutes",
            good(),
            granted(|claims| claims["exp"] = (super::world::NOW + 3_600).into()),
        ),
        Sample::new(
            "offer/grant-is-for-this-holder-and-server",
            good(),
            granted(|claims| claims["client_id"] = "did:key:zOther".into()),
        ),
        Sample::new(
            "offer/grant-is-for-this-holder-and-server",
            good(),
            granted(|claims| claims["aud"] = super::world::ISSUER.into()),
        ),
        Sample::new(
            "offer/types-stand-in-the-metadata",
            good(),
            bent(|offer| offer["credentials"][0]["types"][2] = "Unheard".into()),
        ),
    ]
}

fn bent(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut body = offer_of(&grant(|_| {}, &issuer_key()));
    bend(&mut body);
    offer(&body)
}

const URI: &str = "openid://?credential_offer_uri=https%3A%2F%2Fissuer.example";

/// The same, asked for a credential of this type.
fn of_type(name: &str, mut started: Exchange) -> Exchange {
    let uri = format!("{}?credential_type={name}", started.request.uri());
    *started.request.uri_mut() = uri.parse().expect("a URI");
    started
}

/// The same, asked for a wallet at this endpoint.
fn for_wallet(endpoint: &str, mut started: Exchange) -> Exchange {
    let uri = format!(
        "{}?credential_offer_endpoint={endpoint}",
        started.request.uri()
    );
    *started.request.uri_mut() = uri.parse().expect("a URI");
    started
}

fn started(status: u16, location: &str, body: &'static str) -> Exchange {
    let headers: &[(&str, &str)] = if location.is_empty() {
        &[("content-type", "text/plain")]
    } else {
        &[("location", location)]
    };
    exchange(Endpoint::InitiateOffer, answer(status, headers, body))
}

#[test]
fn an_opaque_code_is_no_finding() {
    assert_eq!(
        broken_by(offer(&offer_of("SplxlOBeZQQYbYS6WxSbIA"))),
        [""; 0]
    );
}
