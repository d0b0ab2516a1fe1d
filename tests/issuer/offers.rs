//! Offers, pre-authorised codes, and the token endpoint.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use vcispec::issuer::user_pin;

use super::support::{
    Holder, NOW, PRE_AUTHORISED, PRE_AUTHORISED_GRANT, decoded, error_of, get, issuer, json_of,
    offer, post, pre_authorised_code, pre_authorised_flow, redeem, send, text_of, types,
};

#[test]
fn every_pre_authorised_type_in_the_metadata_is_issued_end_to_end() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let metadata = json_of(&get(
        &issuer,
        "/issuer-mock/.well-known/openid-credential-issuer",
    ));
    let supported = metadata["credentials_supported"]
        .as_array()
        .expect("it is an array");
    let name_of = |entry: &Value| {
        let types = entry["types"].as_array().expect("an array");
        let last = types.last().and_then(Value::as_str);
        last.expect("a type").to_owned()
    };
    let names: BTreeSet<String> = supported.iter().map(name_of).collect();
    assert_eq!(supported.len(), 2 * names.len(), "each in both formats");
    let pre_authorised = supported
        .iter()
        .filter(|entry| name_of(entry).contains("PreAuthorised"));
    assert_eq!(pre_authorised.clone().count(), 12);
    for entry in pre_authorised {
        let name = &*name_of(entry);
        let format = entry["format"].as_str().expect("a format");
        assert_eq!(entry["types"], types(name));
        assert_eq!(entry["trust_framework"]["name"], "ebsi");
        assert_eq!(
            entry["display"],
            json!([{ "name": format!("{name} Verifiable Credential"), "locale": "en-GB" }])
        );
        let response = pre_authorised_flow(&issuer, &holder, name, format);
        assert_eq!(response.status(), 200, "{name}");
        let is_deferred = json_of(&response)["acceptance_token"].is_string();
        assert_eq!(is_deferred, name.ends_with("Deferred"), "{name}");
        assert!(is_deferred || json_of(&response)["format"] == format);
    }
}

#[test]
fn a_pre_authorised_offer_has_one_grant_with_a_code_for_the_holder() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let offer = offer(&issuer, &holder.did, PRE_AUTHORISED);
    assert_eq!(offer["credential_issuer"], issuer.issuer_url());
    assert_eq!(offer["credentials"][0]["types"], types(PRE_AUTHORISED));
    let grants = offer["grants"].as_object().expect("it is an object");
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[PRE_AUTHORISED_GRANT]["user_pin_required"], true);
    let code = grants[PRE_AUTHORISED_GRANT]["pre-authorized_code"]
        .as_str()
        .expect("it is a string");
    let claims = decoded(code, 1);
    assert_eq!(claims["client_id"], holder.did.as_str());
    assert_eq!(claims["sub"], holder.did.as_str());
    assert_eq!(claims["iss"], issuer.issuer_url());
    assert_eq!(claims["aud"], issuer.auth_url());
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(NOW), &json!(NOW + 300))
    );
    assert_eq!(
        claims["authorization_details"][0]["types"],
        types(PRE_AUTHORISED)
    );
    assert_eq!(
        decoded(code, 0)["kid"],
        json_of(&get(&issuer, "/issuer-mock/jwks"))["keys"][0]["kid"]
    );
}

#[test]
fn an_authorisation_code_offer_has_an_issuer_state() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    for name in [
        "CTWalletSameInTime",
        "CTWalletCrossAuthorisedDeferred",
        "CTWalletQualificationCredential",
    ] {
        let offer = offer(&issuer, &holder.did, name);
        let state = offer["grants"]["authorization_code"]["issuer_state"]
            .as_str()
            .expect("it is a string");
        let claims = decoded(state, 1);
        assert_eq!(claims["credential_types"], types(name));
        assert_eq!(claims["client_id"], holder.did.as_str());
        assert_eq!(claims["exp"], json!(NOW + 300));
    }
}

#[test]
fn the_same_device_is_redirected_and_another_gets_text() {
    let (issuer, _) = issuer();
    let did = Holder::new(1).did;
    let path = |name: &str| {
        format!(
            "/issuer-mock/initiate-credential-offer?credential_type={name}&client_id={did}&credential_offer_endpoint=https://wallet.example/offer"
        )
    };
    let same = get(&issuer, &path("CTWalletSamePreAuthorised"));
    assert_eq!(same.status(), 302);
    let location = same.headers()["location"].to_str().expect("a URI is ASCII");
    assert!(location.starts_with(
        "https://wallet.example/offer?credential_offer_uri=http%3A%2F%2Flocalhost%3A3000%2F"
    ));
    let cross = get(&issuer, &path("CTWalletCrossPreAuthorised"));
    assert_eq!(
        (cross.status().as_u16(), &cross.headers()["cache-control"]),
        (200, &"no-store".parse().expect("a value"))
    );
    assert!(text_of(&cross).starts_with("https://wallet.example/offer?credential_offer_uri="));
}

#[test]
fn an_offer_is_gone_after_five_minutes() {
    let (issuer, clock) = issuer();
    let path = format!(
        "/issuer-mock/initiate-credential-offer?credential_type=CTWalletCrossPreAuthorised&client_id={}",
        Holder::new(1).did
    );
    let uri = text_of(&get(&issuer, &path));
    let id = uri
        .rsplit("%2F")
        .next()
        .expect("the URI ends in an id")
        .to_owned();
    let offer = format!("/issuer-mock/offers/{id}");
    clock.advance(Duration::from_secs(299));
    assert_eq!(get(&issuer, &offer).headers()["cache-control"], "no-store");
    assert_eq!(get(&issuer, &offer).status(), 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!(get(&issuer, &offer).status(), 404);
}

#[test]
fn a_token_response_holds_what_the_profile_says() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    let answer = redeem(&issuer, &code, &user_pin(&holder.did));
    assert_eq!(
        (
            &answer.headers()["cache-control"],
            &answer.headers()["pragma"]
        ),
        (&value("no-store"), &value("no-cache"))
    );
    let response = json_of(&answer);
    assert_eq!(
        (&response["token_type"], &response["expires_in"]),
        (&json!("Bearer"), &json!(86400))
    );
    let token = response["access_token"].as_str().expect("it is a string");
    let header = decoded(token, 0);
    assert_eq!(
        header,
        json!({ "typ": "JWT", "alg": "ES256", "kid": issuer.auth_key_jwk()["kid"] })
    );
    let claims = decoded(token, 1);
    assert_eq!(claims["claims"]["c_nonce"], response["c_nonce"]);
    assert_eq!(claims["claims"]["client_id"], holder.did.as_str());
    assert_eq!(claims["aud"], json!([issuer.issuer_url()]));
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(NOW), &json!(NOW + 86400))
    );
    let id_token = decoded(response["id_token"].as_str().expect("it is a string"), 1);
    assert_eq!(
        (&id_token["aud"], &id_token["exp"]),
        (&json!(holder.did), &json!(NOW + 120))
    );
}

#[test]
fn a_code_is_good_once_and_a_wrong_pin_does_not_use_it_up() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let pin = user_pin(&holder.did);
    let code = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    let other = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    let wrong = if pin == "0000" { "1111" } else { "0000" };
    let refused = (400, "invalid_request".to_owned());
    assert_eq!(error_of(&redeem(&issuer, &code, wrong)), refused);
    assert_eq!(redeem(&issuer, &code, &pin).status(), 200);
    assert_eq!(error_of(&redeem(&issuer, &code, &pin)), refused);
    // The code of another offer of the same second stays good.
    assert_eq!(redeem(&issuer, &other, &pin).status(), 200);
}

#[test]
fn a_code_expires() {
    let (issuer, clock) = issuer();
    let holder = Holder::new(1);
    let code = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    clock.advance(Duration::from_secs(300));
    let response = redeem(&issuer, &code, &user_pin(&holder.did));
    assert_eq!(error_of(&response), (400, "invalid_request".to_owned()));
}

#[test]
fn token_requests_that_are_no_such_thing_are_refused_without_a_5xx() {
    let (issuer, _) = issuer();
    let form = Some("application/x-www-form-urlencoded");
    let code = |code: &str| {
        format!("grant_type={PRE_AUTHORISED_GRANT}&user_pin=1&pre-authorized_code={code}")
    };
    for (content_type, body) in [
        (None, String::new()),
        (form, String::new()),
        (form, "grant_type=authorization_code&code=x".to_owned()),
        (form, "grant_type=password".to_owned()),
        (form, code("garbage")),
        (form, code("e30.e30.e30")),
        (form, code("a.b.c") + "&pre-authorized_code=twice"),
        (form, "%ff%00=&&&==".to_owned()),
    ] {
        let response = issuer.handle(post("/auth-mock/token", None, content_type, body.clone()));
        assert_eq!(
            error_of(&response),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
    }
}

#[test]
fn queries_that_are_no_such_thing_are_refused() {
    let (issuer, _) = issuer();
    let did = Holder::new(1).did;
    for query in [
        String::new(),
        format!("credential_type=CTRevocable&client_id={did}"),
        format!("credential_type=CTWalletSameInTime&client_id={did}&client_id={did}"),
        format!(
            "credential_type=CTWalletSameInTime&client_id={did}&credential_offer_endpoint=nowhere"
        ),
        "credential_type=CTWalletSameInTime&client_id=did:web:a.example".to_owned(),
        format!(
            "credential_type=CTWalletSameInTime&client_id=did:key:z{}",
            "9".repeat(60_000)
        ),
    ] {
        let response = send(
            &issuer,
            Method::GET,
            &format!("/issuer-mock/initiate-credential-offer?{query}"),
        );
        assert_eq!(response.status(), 400);
        let faults: Vec<Value> =
            serde_json::from_str(json_of(&response)["detail"].as_str().expect("a detail"))
                .expect("an array");
        assert!(!faults.is_empty());
    }
}

fn value(text: &'static str) -> http::HeaderValue {
    http::HeaderValue::from_static(text)
}
