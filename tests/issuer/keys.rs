//! Keys, did:key, PIN.

use serde_json::{Value, json};
use vcispec::issuer::{BuildError, Issuer, user_pin};

use super::support::{
    Holder, KeyKind, NOW, PRE_AUTHORISED, body, credential_request, decoded, did_key, did_key_of,
    error_of, get, issuer, json_of, jwt, minted_token, types, valid_request,
};

#[test]
fn the_pin_is_that_of_the_published_vector() {
    assert_eq!(user_pin(VECTOR_DID), "5910");
}

#[test]
fn a_did_key_seen_in_the_wild_is_decoded() {
    let (issuer, _) = issuer();
    let query = format!(
        "/issuer-mock/initiate-credential-offer?credential_type=CTWalletCrossInTime&client_id={VECTOR_DID}"
    );
    assert_eq!(get(&issuer, &query).status(), 200);
}

#[test]
fn a_proof_can_be_signed_with_every_kind_of_key() {
    let (issuer, _) = issuer();
    for kind in KeyKind::ALL {
        let holder = Holder::of_kind(kind, 7);
        let response = issuer.handle(valid_request(&issuer, &holder, PRE_AUTHORISED));
        assert_eq!(response.status(), 200, "{kind:?}: {:?}", json_of(&response));
        let credential = json_of(&response)["credential"]
            .as_str()
            .map(|jwt| decoded(jwt, 1))
            .unwrap_or_default();
        assert_eq!(credential["sub"], holder.did.as_str());
    }
}

#[test]
fn algorithm_and_key_type_must_agree() {
    let (issuer, _) = issuer();
    for kind in KeyKind::ALL {
        let holder = Holder::of_kind(kind, 7);
        for other in KeyKind::ALL.into_iter().filter(|other| *other != kind) {
            let (token, c_nonce) = minted_token(&issuer, &holder.did, &types(PRE_AUTHORISED));
            let mut header = holder.proof_header();
            header["alg"] = json!(other.alg());
            let proof = holder.proof_with(&header, &holder.proof_payload(&issuer, &c_nonce));
            let response = issuer.handle(credential_request(&token, &body(PRE_AUTHORISED, &proof)));
            assert_eq!(
                error_of(&response),
                (400, "invalid_or_missing_proof".to_owned()),
                "{kind:?} as {other:?}"
            );
        }
    }
}

#[test]
fn dids_are_refused_at_their_step() {
    let (issuer, _) = issuer();
    let jwk = Holder::new(1).public_jwk;
    let canonical = |jwk: &Value| {
        format!(
            r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
            jwk["crv"], jwk["kty"], jwk["x"], jwk["y"]
        )
    };
    let codec = [0xd1, 0xd6, 0x03];
    let spaced = canonical(&jwk).replace(",", ", ");
    let reordered = format!(
        r#"{{"kty":{},"crv":{},"x":{},"y":{}}}"#,
        jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]
    );
    let extended = canonical(&jwk).replace("}", r#","z":"1"}"#);
    let mut off_curve = jwk.clone();
    off_curve["y"] = off_curve["x"].clone();
    let long = format!("did:key:z{}", "2".repeat(4_100));
    for (did, step) in [
        (did_key_of(&codec, spaced.as_bytes()), "21"),
        (did_key_of(&codec, reordered.as_bytes()), "21"),
        (did_key_of(&codec, extended.as_bytes()), "21"),
        (did_key_of(&[0x00], b"x"), "21"),
        ("did:key:zQ3sh0OIl".to_owned(), "21"),
        ("did:example:123".to_owned(), "21"),
        (long, "21"),
        ("did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E".to_owned(), "22"),
        ("did:web:example.com".to_owned(), "22"),
        (did_key_of(&[0x80, 0x24], &[2; 33]), "24"),
        (did_key_of(&[0xed, 0x01], &[2; 32]), "24"),
        (did_key(&off_curve), "25"),
    ] {
        let holder = Holder::new(1);
        let (token, c_nonce) = minted_token(&issuer, &did, &types(PRE_AUTHORISED));
        let mut header = holder.proof_header();
        header["kid"] = json!(format!(
            "{did}#{}",
            did.rsplit(':').next().unwrap_or_default()
        ));
        let payload =
            json!({ "iss": did, "aud": issuer.issuer_url(), "iat": NOW, "nonce": c_nonce });
        let proof = jwt(&header, &payload, |message| holder.sign(message));
        let response = issuer.handle(credential_request(&token, &body(PRE_AUTHORISED, &proof)));
        let at = response
            .extensions()
            .get()
            .map(|vcispec::issuer::RefusedAt(step)| *step);
        assert_eq!(at, Some(step), "{}", &did[..did.len().min(60)]);
        assert_eq!(
            error_of(&response),
            (400, "invalid_or_missing_proof".to_owned())
        );
    }
}

#[test]
fn keys_come_of_the_seed_or_are_given() {
    let build = |seed| {
        Issuer::builder()
            .seed(seed)
            .build()
            .expect("the defaults are valid")
    };
    assert_eq!(build(1).auth_key_jwk(), build(1).auth_key_jwk());
    assert_ne!(build(1).auth_key_jwk(), build(2).auth_key_jwk());
    let jwk = build(3).auth_key_jwk();
    let given = Issuer::builder()
        .issuer_key(jwk.clone())
        .build()
        .expect("the key is valid");
    assert_eq!(
        json_of(&get(&given, "/issuer-mock/jwks"))["keys"][0]["kid"],
        jwk["kid"]
    );
}

#[test]
fn a_key_set_holds_the_public_half_under_its_thumbprint() {
    let (issuer, _) = issuer();
    for path in ["/issuer-mock/jwks", "/auth-mock/jwks"] {
        let key = json_of(&get(&issuer, path))["keys"][0].clone();
        let names: Vec<&str> = key
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "x", "y"]);
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).expect("it is a JWK");
        assert_eq!(
            key["kid"],
            jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
                .expect("it has a thumbprint")
        );
    }
}

#[test]
fn what_cannot_be_built_says_why() {
    let message = |builder: vcispec::issuer::Builder| {
        builder.build().map(drop).map_err(|error| error.to_string())
    };
    assert!(message(Issuer::builder().origin("localhost:3000")).is_err());
    assert!(message(Issuer::builder().origin("http://localhost/x")).is_err());
    assert!(message(Issuer::builder().prefix("x/")).is_err());
    assert!(message(Issuer::builder().issuer_did("me")).is_err());
    let mut jwk = Holder::new(1).public_jwk;
    assert!(message(Issuer::builder().auth_key(jwk.clone())).is_err());
    jwk["d"] = json!("AQ");
    let error = Issuer::builder().auth_key(jwk).build().map(drop);
    assert!(matches!(error, Err(BuildError::Key { .. })), "{error:?}");
}

const VECTOR_DID: &str = "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6";
