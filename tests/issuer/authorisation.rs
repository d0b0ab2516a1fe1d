//! The authorisation-code flow of holder wallets, from the offer to the credential.

use std::time::Duration;

use serde_json::json;

use super::support::{
    Holder, NOW, body, credential_request, decoded, error_of, fetch_deferred, get, issuer, json_of,
    text_of, types,
};
use super::wallet::{
    Members, REDIRECT_URI, authorisation_request, authorise, begin, code, direct_post,
    id_token_answer, issuer_state, location, redirected, refused_at, token, token_request,
};

const IN_TIME: &str = "CTWalletSameAuthorisedInTime";

#[test]
fn a_holder_wallet_gets_a_credential() {
    let (issuer, clock) = issuer();
    let holder = Holder::new(1);
    for (name, is_deferred) in [
        ("CTWalletSameInTime", false),
        ("CTWalletCrossAuthorisedInTime", false),
        ("CTWalletSameAuthorisedDeferred", true),
        ("CTRevocable", false),
    ] {
        let request = match name {
            // No offer leads there.
            "CTRevocable" => authorisation_request(&issuer, &holder, IN_TIME)
                .without("issuer_state")
                .with(
                    "authorization_details",
                    super::wallet::details(&issuer, name).to_string(),
                ),
            _ => authorisation_request(&issuer, &holder, name),
        };
        let asked = redirected(&authorise(&issuer, &request));
        let answer = direct_post(&issuer, &id_token_answer(&issuer, &holder, &asked));
        let code = redirected(&answer).get("code").to_owned();
        let response = json_of(&token(&issuer, &token_request(&holder, &code)));
        let (access_token, c_nonce) = (
            response["access_token"].as_str().expect("a token"),
            response["c_nonce"].as_str().expect("a nonce"),
        );
        let body = body(name, &holder.proof(&issuer, c_nonce));
        let mut answer = json_of(&issuer.handle(credential_request(access_token, &body)));
        if is_deferred {
            clock.advance(Duration::from_secs(5));
            let acceptance_token = answer["acceptance_token"].as_str().expect("a token");
            answer = json_of(&fetch_deferred(&issuer, acceptance_token));
            clock.set(Duration::from_secs(NOW));
        }
        let credential = answer["credential"].as_str().expect("a credential");
        let claims = decoded(credential, 1);
        assert_eq!(claims["sub"], holder.did.as_str());
        assert_eq!(claims["vc"]["type"], types(name));
    }
}

#[test]
fn the_wallet_is_asked_for_an_id_token() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let answer = authorise(&issuer, &authorisation_request(&issuer, &holder, IN_TIME));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(location(&answer).starts_with("openid://?"));
    let asked = redirected(&answer);
    assert_eq!(
        asked.names(),
        [
            "state",
            "client_id",
            "redirect_uri",
            "response_type",
            "response_mode",
            "scope",
            "nonce",
            "request_uri"
        ]
    );
    assert_ne!(asked.get("state"), "client-state");
    assert_ne!(asked.get("nonce"), "client-nonce");
    assert_eq!(asked.get("client_id"), issuer.auth_url());
    let path = asked.get("request_uri").split_once("/conformance/v3");
    let object = get(&issuer, path.expect("the URL is the server's").1);
    assert_eq!(object.status(), 200);
    assert_eq!(object.headers()["content-type"], "application/jwt");
    assert_eq!(object.headers()["cache-control"], "no-store");
    let jwt = text_of(&object);
    assert_eq!(
        decoded(&jwt, 0),
        json!({ "typ": "JWT", "alg": "ES256", "kid": issuer.auth_key_jwk()["kid"] })
    );
    assert_eq!(
        decoded(&jwt, 1),
        json!({
            "state": asked.get("state"),
            "client_id": issuer.auth_url(),
            "redirect_uri": format!("{}/direct_post", issuer.auth_url()),
            "response_type": "id_token",
            "response_mode": "direct_post",
            "scope": "openid",
            "nonce": asked.get("nonce"),
            "iss": issuer.auth_url(),
            "aud": holder.did,
        })
    );
}

#[test]
fn a_code_and_the_client_s_state_come_back() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let asked = begin(&issuer, &holder, IN_TIME);
    let answer = direct_post(&issuer, &id_token_answer(&issuer, &holder, &asked));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(location(&answer).starts_with(&format!("{REDIRECT_URI}?code=")));
    assert_eq!(redirected(&answer).names(), ["code", "state"]);
    assert_eq!(redirected(&answer).get("state"), "client-state");
}

#[test]
fn a_token_response_speaks_of_the_holder_and_the_client_s_nonce() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = code(&issuer, &holder, IN_TIME);
    let answer = token(&issuer, &token_request(&holder, &code));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["pragma"], "no-cache");
    let response = json_of(&answer);
    let access_token = decoded(response["access_token"].as_str().expect("a token"), 1);
    assert_eq!(access_token["sub"], holder.did.as_str());
    assert_eq!(access_token["claims"]["client_id"], holder.did.as_str());
    assert_eq!(access_token["aud"], json!([issuer.issuer_url()]));
    let id_token = decoded(response["id_token"].as_str().expect("a token"), 1);
    assert_eq!(id_token["nonce"], "client-nonce");
    assert_eq!(id_token["aud"], holder.did.as_str());
}

#[test]
fn published_wallets_are_understood() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let details = json!([{
        "type": "openid_credential",
        "format": "jwt_vc_json",
        "locations": [issuer.auth_url(), issuer.issuer_url(), issuer.issuer_url()],
        "types": types(IN_TIME),
        "extra": "ignored",
    }]);
    let request = authorisation_request(&issuer, &holder, IN_TIME)
        .without("state")
        .without("nonce")
        .with("redirect_uri", "openid:")
        .with("authorization_details", details.to_string());
    let asked = redirected(&authorise(&issuer, &request));
    let answer = direct_post(&issuer, &id_token_answer(&issuer, &holder, &asked));
    assert!(location(&answer).starts_with("openid://?code="));
    assert_eq!(redirected(&answer).names(), ["code"]);
    let request = token_request(&holder, redirected(&answer).get("code"))
        .with("resource", issuer.issuer_url())
        .with("tx_code", "1234")
        .with("client_assertion", "of.no.use")
        .with("redirect_uri", "openid:");
    let response = json_of(&token(&issuer, &request));
    let access_token = decoded(response["access_token"].as_str().expect("a token"), 1);
    assert_eq!(access_token["aud"], details[0]["locations"]);
    assert_eq!(
        access_token["claims"]["authorization_details"][0]["format"],
        "jwt_vc_json"
    );
    assert!(
        access_token["claims"]["authorization_details"][0]
            .get("extra")
            .is_none()
    );
}

#[test]
fn lifetimes_are_two_minutes() {
    let (issuer, clock) = issuer();
    let holder = Holder::new(1);
    let at = |seconds: u64| clock.set(Duration::from_secs(NOW + seconds));
    for (seconds, is_good) in [(119, true), (120, false)] {
        at(0);
        let asked = begin(&issuer, &holder, IN_TIME);
        let path = asked.get("request_uri").split_once("/conformance/v3");
        let path = path.expect("the URL is the server's").1;
        at(seconds);
        assert_eq!(get(&issuer, path).status() == 200, is_good);
        let answer = direct_post(&issuer, &id_token_answer(&issuer, &holder, &asked));
        assert_eq!(answer.status() == 302, is_good);
        at(0);
        let code = code(&issuer, &holder, IN_TIME);
        at(seconds);
        let answer = token(&issuer, &token_request(&holder, &code));
        assert_eq!(answer.status() == 200, is_good);
    }
}

#[test]
fn a_state_is_good_for_one_answer_right_or_wrong() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let asked = begin(&issuer, &holder, IN_TIME);
    let answer = id_token_answer(&issuer, &holder, &asked);
    assert!(
        redirected(&direct_post(&issuer, &answer))
            .find("code")
            .is_some()
    );
    let again = direct_post(&issuer, &answer);
    assert_eq!(
        (again.status().as_u16(), refused_at(&again)),
        (400, "direct-post-state")
    );
    let asked = begin(&issuer, &holder, IN_TIME);
    let answer = id_token_answer(&issuer, &holder, &asked);
    let wrong = direct_post(&issuer, &answer.clone().without("id_token"));
    assert_eq!(refused_at(&wrong), "id-token-form");
    assert_eq!(
        refused_at(&direct_post(&issuer, &answer)),
        "direct-post-state"
    );
}

#[test]
fn a_code_is_good_once_and_a_refused_request_does_not_use_it_up() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = code(&issuer, &holder, IN_TIME);
    let request = token_request(&holder, &code);
    for (wrong, step) in [
        (request.clone().with("code_verifier", "x"), "token-verifier"),
        (
            request.clone().with("client_id", Holder::new(2).did),
            "token-client",
        ),
        (request.clone().without("code_verifier"), "token-parameters"),
    ] {
        assert_eq!(refused_at(&token(&issuer, &wrong)), step);
    }
    assert_eq!(token(&issuer, &request).status(), 200);
    let again = token(&issuer, &request);
    assert_eq!(error_of(&again), (400, "invalid_grant".to_owned()));
    assert_eq!(refused_at(&again), "token-code");
}

#[test]
fn an_issuer_state_is_that_of_the_holder_and_the_types() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = authorisation_request(&issuer, &holder, IN_TIME);
    let others = issuer_state(&issuer, &Holder::new(2), IN_TIME);
    let other_type = issuer_state(&issuer, &holder, "CTWalletSameInTime");
    let flipped = {
        let state = request.get("issuer_state");
        let (message, signature) = state.rsplit_once('.').expect("it is a JWT");
        format!("{message}.{}", signature.chars().rev().collect::<String>())
    };
    for (changed, step) in [
        (
            request.clone().without("issuer_state"),
            "authorize-issuer-state",
        ),
        (
            request.clone().with("issuer_state", "abc"),
            "authorize-issuer-state",
        ),
        (
            request.clone().with("issuer_state", others),
            "authorize-issuer-state",
        ),
        (
            request.clone().with("issuer_state", other_type),
            "authorize-issuer-state",
        ),
        (
            request.clone().with("issuer_state", flipped),
            "authorize-issuer-state-signature",
        ),
    ] {
        let answer = authorise(&issuer, &changed);
        assert_eq!(refused_at(&answer), step);
        let told = redirected(&answer);
        assert_eq!(told.get("error"), "invalid_request");
        assert_eq!(told.get("state"), "client-state");
    }
    let _: Members = request;
}
