//! The authorisation-code flow of service wallets: signed requests, registered DIDs, client assertions.

use std::sync::Arc;

use serde_json::{Value, json};
use vcispec::issuer::{ClientMetadata, Issuer};

use super::service::{
    BACK, CLIENT_ID, Entity, JWKS_URI, MOVED_URI, Network, TYPE, authorisation_request, builder,
    code, entity, issuer, jwks, request_object_header, request_object_payload, signed,
    token_request,
};
use super::support::{Holder, body, credential_request, decoded, json_of, jwt};
use super::wallet::{Members, authorise, direct_post, location, redirected, refused_at, token};

#[test]
fn a_service_wallet_gets_a_credential_for_its_did() {
    let (issuer, _) = issuer();
    let code = code(&issuer, TYPE);
    let response = json_of(&token(&issuer, &token_request(&issuer, &code, "1")));
    let access_token = response["access_token"].as_str().expect("a token");
    let claims = decoded(access_token, 1);
    assert_eq!(claims["sub"], entity().did.as_str());
    assert_eq!(claims["claims"]["client_id"], CLIENT_ID);
    let proof = jwt(
        &json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "kid": entity().kid() }),
        &json!({ "iss": CLIENT_ID, "aud": issuer.issuer_url(), "iat": claims["iat"], "nonce": response["c_nonce"] }),
        |message| entity().key.sign(message),
    );
    let answer = issuer.handle(credential_request(access_token, &body(TYPE, &proof)));
    let credential = decoded(json_of(&answer)["credential"].as_str().expect("one"), 1);
    assert_eq!(credential["sub"], entity().did.as_str());
}

#[test]
fn the_wallet_is_asked_at_its_own_endpoint() {
    let (issuer, _) = issuer();
    let answer = authorise(&issuer, &authorisation_request(&issuer, TYPE));
    assert!(location(&answer).starts_with("https://client.example/wallet/authorize?state="));
    let asked = redirected(&answer);
    assert!(asked.find("request_uri").is_some());
    let form = Members::of(&[
        ("state", asked.get("state")),
        ("id_token", &entity().id_token(&issuer, asked.get("nonce"))),
    ]);
    let back = direct_post(&issuer, &form);
    assert!(location(&back).starts_with(&format!("{BACK}?code=")));
    assert_eq!(redirected(&back).get("state"), "client-state");
}

#[test]
fn a_request_object_comes_by_reference_too() {
    let uri = "https://client.example/request";
    let (sample, _) = issuer();
    let object = authorisation_request(&sample, TYPE)
        .get("request")
        .to_owned();
    let network = Network::default()
        .with(JWKS_URI, jwks().to_string())
        .with(uri, object + "\n")
        .with("https://client.example/json", "{}")
        .with("https://client.example/bytes", &b"\xff\xfe"[..]);
    let (builder, _) = builder();
    let issuer = builder.fetcher(Arc::new(network)).build().expect("valid");
    let request = authorisation_request(&issuer, TYPE).without("request");
    let at = |uri: &str| authorise(&issuer, &request.clone().with("request_uri", uri));
    assert_eq!(refused_at(&at(uri)), "");
    for (uri, text) in [
        (
            "https://client.example/none",
            "unable to load request_uri: the answer has status 404",
        ),
        (
            "https://client.example/json",
            "invalid response from request_uri, expected a string",
        ),
        (
            "https://client.example/bytes",
            "invalid response from request_uri, expected a string",
        ),
    ] {
        let answer = at(uri);
        assert_eq!(refused_at(&answer), "authorize-request-object");
        assert_eq!(redirected(&answer).get("error_description"), text);
    }
    let both = authorisation_request(&issuer, TYPE).with("request_uri", uri);
    for (request, text) in [
        (
            both,
            "only one of `request` or `request_uri` must be present",
        ),
        (request, "one of `request` or `request_uri` must be present"),
    ] {
        let answer = authorise(&issuer, &request);
        assert_eq!(refused_at(&answer), "authorize-request-object");
        assert_eq!(redirected(&answer).get("error_description"), text);
    }
}

/// Changes the claims of the request object.
type Change = fn(&mut Value);

#[test]
fn a_request_object_is_judged_in_order() {
    let (issuer, _) = issuer();
    let claims: &[(&str, &str, Change)] = &[
        (
            "authorize-request-claims",
            "[invalid_type] in 'request.iss': Required",
            |claims| {
                claims.as_object_mut().expect("an object").remove("iss");
            },
        ),
        (
            "authorize-request-claims",
            "[invalid_literal] in 'request.authorization_details.0.type': Invalid literal value, expected 'openid_credential'",
            |claims| {
                claims["authorization_details"][0]["type"] = json!("x");
            },
        ),
        (
            "authorize-request-claims",
            "[invalid_type] in 'request.client_metadata': Required",
            |claims| {
                claims
                    .as_object_mut()
                    .expect("an object")
                    .remove("client_metadata");
            },
        ),
        (
            "authorize-request-claims",
            "[invalid_string] in 'request.client_metadata.jwks_uri': Invalid url",
            |claims| {
                claims["client_metadata"]["jwks_uri"] = json!("x");
            },
        ),
        (
            "authorize-request-equality",
            "request.iss must be equal to client_id",
            |claims| {
                claims["iss"] = json!("https://other.example");
            },
        ),
        (
            "authorize-request-equality",
            "request.redirect_uri must be equal to redirect_uri",
            |claims| {
                claims["redirect_uri"] = json!("https://other.example");
            },
        ),
        (
            "authorize-request-equality",
            "request.state must be equal to state",
            |claims| {
                claims.as_object_mut().expect("an object").remove("state");
            },
        ),
        (
            "authorize-request-equality",
            "request.aud must be equal to http://localhost:3000/conformance/v3/auth-mock",
            |claims| {
                claims["aud"] = json!("https://other.example");
            },
        ),
        (
            "authorize-request-key",
            "Can't get client's JWKS: the answer has status 404",
            |claims| {
                claims["client_metadata"]["jwks_uri"] = json!("https://client.example/none");
            },
        ),
        (
            "authorize-request-key",
            "Can't get client's JWKS: the answer is a redirect, which is not followed",
            |claims| {
                claims["client_metadata"]["jwks_uri"] = json!(MOVED_URI);
            },
        ),
        (
            "authorize-request-signature",
            "invalid request signature: 'exp' claim timestamp check failed",
            |claims| {
                claims["exp"] = json!(1);
            },
        ),
    ];
    for (step, text, change) in claims {
        let mut payload = request_object_payload(&issuer, TYPE);
        change(&mut payload);
        let object = signed(&request_object_header(), &payload);
        let request = authorisation_request(&issuer, TYPE).with("request", object);
        let answer = authorise(&issuer, &request);
        assert_eq!(refused_at(&answer), *step);
        assert_eq!(redirected(&answer).get("error_description"), *text);
        assert_eq!(redirected(&answer).get("state"), "client-state");
    }
}

#[test]
fn a_request_object_is_signed_with_a_p_256_key_of_the_client() {
    let (issuer, _) = issuer();
    let payload = request_object_payload(&issuer, TYPE);
    let header = |name: &str, value: Value| {
        let mut header = request_object_header();
        header[name] = value;
        header
    };
    for (header, step) in [
        (
            json!({ "typ": "JWT", "alg": "ES256" }),
            "authorize-request-key",
        ),
        (header("kid", json!("unknown")), "authorize-request-key"),
        (header("kid", json!("another")), "authorize-request-key"),
        (
            header("kid", json!("encryption-key")),
            "authorize-request-key",
        ),
        (header("alg", json!("none")), "authorize-request-key"),
        (header("alg", json!("HS256")), "authorize-request-key"),
        (header("crit", json!(["x"])), "authorize-request-signature"),
    ] {
        let request =
            authorisation_request(&issuer, TYPE).with("request", signed(&header, &payload));
        assert_eq!(refused_at(&authorise(&issuer, &request)), step, "{header}");
    }
    let forged = jwt(&request_object_header(), &payload, |message| {
        Holder::new(3).sign(message)
    });
    let request = authorisation_request(&issuer, TYPE).with("request", forged);
    assert_eq!(
        refused_at(&authorise(&issuer, &request)),
        "authorize-request-signature"
    );
    let garbage = authorisation_request(&issuer, TYPE).with("request", "a.b.c");
    assert_eq!(
        refused_at(&authorise(&issuer, &garbage)),
        "authorize-request-object"
    );
}

#[test]
fn a_key_set_must_be_one() {
    for (body, text) in [
        (
            "<html>",
            "invalid client jwks: the body is malformed at line 1, column 1",
        ),
        (
            "{}",
            "invalid client jwks: [invalid_type] in 'keys': Required",
        ),
        (
            "{\"keys\":[{}]}",
            "invalid client jwks: [invalid_type] in 'keys.0.kty': Required; [invalid_type] in 'keys.0.kid': Required",
        ),
        (
            "{\"keys\":[]}",
            "no public key found matching request.header.kid",
        ),
    ] {
        let (builder, _) = builder();
        let network = Arc::new(Network::default().with(JWKS_URI, body));
        let issuer = builder.fetcher(network).build().expect("valid");
        let answer = authorise(&issuer, &authorisation_request(&issuer, TYPE));
        assert_eq!(refused_at(&answer), "authorize-request-key");
        assert_eq!(redirected(&answer).get("error_description"), text);
    }
}

#[test]
fn a_registered_client_needs_no_network_and_no_metadata() {
    for keys in [json!({ "jwks": jwks() }), json!({ "jwks_uri": JWKS_URI })] {
        let mut client = keys;
        client["client_id"] = json!(CLIENT_ID);
        client["client_name"] = json!("ignored");
        let clients = ClientMetadata::read_all(json!([client]).to_string().as_bytes());
        let (builder, _) = builder();
        let issuer = builder
            .clients(clients.expect("valid"))
            .build()
            .expect("valid");
        let mut payload = request_object_payload(&issuer, TYPE);
        payload
            .as_object_mut()
            .expect("an object")
            .remove("client_metadata");
        let object = signed(&request_object_header(), &payload);
        let request = authorisation_request(&issuer, TYPE).with("request", object);
        let answer = authorise(&issuer, &request);
        assert_eq!(refused_at(&answer), "");
        assert!(location(&answer).starts_with("openid://?"));
        // Keys that the client points to do not count beside those of its registration.
        let mut payload = request_object_payload(&issuer, TYPE);
        payload["client_metadata"]["jwks_uri"] = json!("https://client.example/none");
        let object = signed(&request_object_header(), &payload);
        let request = authorisation_request(&issuer, TYPE).with("request", object);
        assert_eq!(refused_at(&authorise(&issuer, &request)), "");
    }
}

#[test]
fn client_metadata_that_is_none_is_refused_with_a_reason() {
    for (json, text) in [
        ("[", "the client metadata is malformed at line 1, column 1"),
        ("{}", "the client metadata is not a JSON array"),
        (
            "[{}]",
            "entry 0 of the client metadata is wrong: client_id must be a string that is not empty",
        ),
        (
            r#"[{"client_id":"a"}]"#,
            "entry 0 of the client metadata is wrong: there must be either jwks or jwks_uri",
        ),
        (
            r#"[{"client_id":"a","jwks_uri":"x"}]"#,
            "entry 0 of the client metadata is wrong: jwks_uri must be a URL",
        ),
        (
            r#"[{"client_id":"a","jwks":{}}]"#,
            "entry 0 of the client metadata is wrong: [invalid_type] in 'keys': Required",
        ),
        (
            r#"[{"client_id":"a","jwks_uri":"https://a"},{"client_id":"a","jwks_uri":"https://b"}]"#,
            "the client metadata names a twice",
        ),
    ] {
        let error = ClientMetadata::read_all(json.as_bytes()).expect_err("it is wrong");
        assert_eq!(error.to_string(), text);
    }
}

fn answered(issuer: &Issuer, name: &str, id_token: impl Fn(&str) -> String) -> &'static str {
    let asked = redirected(&authorise(issuer, &authorisation_request(issuer, name)));
    let form = Members::of(&[
        ("state", asked.get("state")),
        ("id_token", &id_token(asked.get("nonce"))),
    ]);
    refused_at(&direct_post(issuer, &form))
}

#[test]
fn an_id_token_is_signed_with_a_registered_authentication_key() {
    let (issuer, _) = issuer();
    let entity = entity();
    let by = |kid: String| {
        answered(&issuer, TYPE, |nonce| {
            entity.id_token_with(&kid, &entity.id_token_payload(&issuer, nonce))
        })
    };
    assert_eq!(by(entity.kid()), "");
    assert_eq!(by(format!("{}#embedded", entity.did)), "");
    assert_eq!(by(format!("{}#unused", entity.did)), "id-token-key");
    let stranger = Entity::new(9);
    let unknown = answered(&issuer, TYPE, |nonce| stranger.id_token(&issuer, nonce));
    assert_eq!(unknown, "id-token-key");
}

#[test]
fn whoever_is_to_be_onboarded_must_not_be_registered_and_signs_with_any_key() {
    let (issuer, _) = issuer();
    let name = "VerifiableAuthorisationToOnboard";
    let registered = answered(&issuer, name, |nonce| entity().id_token(&issuer, nonce));
    assert_eq!(registered, "id-token-key");
    let stranger = Entity::new(9);
    let new = answered(&issuer, name, |nonce| {
        let token = stranger.id_token(&issuer, nonce);
        let (message, _) = token.rsplit_once('.').expect("it is a JWT");
        format!("{message}.AAAA")
    });
    assert_eq!(new, "");
}
