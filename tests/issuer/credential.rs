//! The credential that is issued, and what a refused request leaves behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde_json::{Value, json};
use vcispec::issuer::{
    Algorithm, Issuer, LibrarySignatures, ManualClock, PublicKey, Signatures, SigningError,
    SigningKey,
};

use super::support::{
    Holder, NOW, PRE_AUTHORISED, body, credential_request, decoded, error_of, get, issuer, json_of,
    minted_token, types, valid_request,
};

#[test]
fn a_credential_holds_what_the_profile_says() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let answer = issuer.handle(valid_request(&issuer, &holder, PRE_AUTHORISED));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(
        answer.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    let response = json_of(&answer);
    let members: Vec<&String> = response
        .as_object()
        .expect("it is an object")
        .keys()
        .collect();
    assert_eq!(members, ["credential", "format"]);
    let jwt = response["credential"].as_str().expect("it is a string");

    let key = json_of(&get(&issuer, "/issuer-mock/jwks"))["keys"][0].clone();
    let did = "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD";
    let kid = format!("{did}#{}", key["kid"].as_str().expect("it has a kid"));
    assert_eq!(
        decoded(jwt, 0),
        json!({ "typ": "JWT", "alg": "ES256", "kid": kid })
    );
    let key = DecodingKey::from_jwk(&serde_json::from_value(key).expect("it is a JWK"))
        .expect("it is a key");
    let mut validation = Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.validate_exp = false;
    let claims: Value = decode(jwt, &key, &validation)
        .expect("the published key verifies it")
        .claims;

    let vc = &claims["vc"];
    assert_eq!((&claims["jti"], &claims["iss"]), (&vc["id"], &vc["issuer"]));
    assert_eq!(
        (&claims["sub"], &vc["credentialSubject"]["id"]),
        (&json!(holder.did), &json!(holder.did))
    );
    assert_eq!(
        (&claims["nbf"], &claims["iat"], &claims["exp"]),
        (&json!(NOW), &json!(NOW), &json!(NOW + 86400))
    );
    assert_eq!(
        vc["@context"],
        json!(["https://www.w3.org/2018/credentials/v1"])
    );
    assert!(
        vc["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("vc:ebsi:conformance#"))
    );
    assert_eq!(vc["type"], types(PRE_AUTHORISED));
    assert_eq!(vc["issuer"], did);
    for name in ["issuanceDate", "issued", "validFrom"] {
        assert_eq!(vc[name], "2025-06-15T15:06:40Z");
    }
    assert_eq!(vc["expirationDate"], "2025-06-16T15:06:40Z");
    assert_eq!(
        vc["credentialSchema"]["type"],
        "FullJsonSchemaValidator2021"
    );
    assert_eq!(vc["termsOfUse"]["type"], "IssuanceCertificate");
}

#[test]
fn every_credential_has_an_identifier_of_its_own() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let ids: BTreeSet<String> = (0..50)
        .map(|_| {
            let response = json_of(&issuer.handle(valid_request(&issuer, &holder, PRE_AUTHORISED)));
            decoded(response["credential"].as_str().expect("it is a string"), 1)["jti"].to_string()
        })
        .collect();
    assert_eq!(ids.len(), 50);
}

#[test]
fn the_types_are_those_requested_with_the_first_one_first() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let (token, c_nonce) = minted_token(&issuer, &holder.did, &types(PRE_AUTHORISED));
    let mut body = body(PRE_AUTHORISED, &holder.proof(&issuer, &c_nonce));
    body["types"] = json!(["VerifiableAttestation", "VerifiableCredential"]);
    let response = json_of(&issuer.handle(credential_request(&token, &body)));
    let claims = decoded(response["credential"].as_str().expect("it is a string"), 1);
    assert_eq!(
        claims["vc"]["type"],
        json!(["VerifiableCredential", "VerifiableAttestation"])
    );
}

#[test]
fn every_known_type_can_be_authorised_by_a_token() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    for (name, is_deferred) in [
        ("CTWalletSameInTime", false),
        ("CTWalletCrossDeferred", true),
        ("CTWalletSameAuthorisedInTime", false),
        ("CTWalletCrossAuthorisedDeferred", true),
        ("CTWalletQualificationCredential", false),
        ("VerifiableAuthorisationToOnboard", false),
        ("VerifiableAuthorisationForTrustChain", true),
        ("VerifiableAccreditationToAttest", false),
        ("CTRevocable", false),
        ("VerifiablePortableDocumentA1", false),
    ] {
        let response = issuer.handle(valid_request(&issuer, &holder, name));
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(
            json_of(&response)["acceptance_token"].is_string(),
            is_deferred,
            "{name}"
        );
    }
}

#[test]
fn a_refused_request_leaves_the_token_good_and_a_granted_one_does_not() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let (token, c_nonce) = minted_token(&issuer, &holder.did, &types(PRE_AUTHORISED));
    let good = body(PRE_AUTHORISED, &holder.proof(&issuer, &c_nonce));
    let spoilt: Vec<Value> = [
        ("/format", json!("ldp_vc")),
        ("/types", json!([])),
        ("/proof/jwt", json!("a.b.c")),
        ("/proof/jwt", json!(Holder::new(2).proof(&issuer, &c_nonce))),
        ("/proof/jwt", json!(holder.proof(&issuer, "another"))),
    ]
    .into_iter()
    .map(|(pointer, value)| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("the member exists") = value;
        body
    })
    .collect();
    for body in &spoilt {
        assert_eq!(
            issuer.handle(credential_request(&token, body)).status(),
            400
        );
    }
    assert_eq!(
        issuer.handle(credential_request(&token, &good)).status(),
        200
    );
    let replayed = issuer.handle(credential_request(&token, &good));
    assert_eq!(error_of(&replayed), (400, "invalid_token".to_owned()));
}

#[test]
fn a_subject_that_another_did_begins_with_does_not_pass_for_it() {
    // `kid` need only begin with `sub`, so the DID after it must be read whole.
    let (issuer, _) = issuer();
    let (holder, thief) = (Holder::new(1), Holder::new(2));
    let (token, c_nonce) = minted_token(&issuer, &holder.did, &types(PRE_AUTHORISED));
    let mut header = thief.proof_header();
    header["kid"] = json!(format!("{}#{}", holder.did, thief.fragment));
    let proof = thief.proof_with(&header, &holder.proof_payload(&issuer, &c_nonce));
    let response = issuer.handle(credential_request(&token, &body(PRE_AUTHORISED, &proof)));
    assert_eq!(
        error_of(&response),
        (400, "invalid_or_missing_proof".to_owned())
    );
}

#[test]
fn other_tokens_of_the_issuer_are_no_access_tokens() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let code = super::support::pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    let response = json_of(&super::support::redeem(
        &issuer,
        &code,
        &vcispec::issuer::user_pin(&holder.did),
    ));
    let proof = holder.proof(
        &issuer,
        response["c_nonce"].as_str().expect("there is a nonce"),
    );
    for token in [
        response["id_token"].as_str().expect("there is an ID token"),
        &code,
        &proof,
    ] {
        let refused = issuer.handle(credential_request(token, &body(PRE_AUTHORISED, &proof)));
        assert_eq!(error_of(&refused), (400, "invalid_token".to_owned()));
    }
}

#[test]
fn no_character_of_token_or_proof_can_be_changed() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let (token, c_nonce) = minted_token(&issuer, &holder.did, &types(PRE_AUTHORISED));
    let proof = holder.proof(&issuer, &c_nonce);
    let changed =
        |text: &str, at: usize, by: &str| format!("{}{by}{}", &text[..at], &text[at + 1..]);
    // Another letter, padding, white space, nothing, and one letter more.
    for by in ["A", "Q", "=", "\n", "", "AA"] {
        for at in (0..token.len()).filter(|at| &token[*at..=*at] != by) {
            let request = post_body(&changed(&token, at, by), &body(PRE_AUTHORISED, &proof));
            assert_eq!(
                error_of(&issuer.handle(request)),
                (400, "invalid_token".to_owned()),
                "token, {at}, {by:?}"
            );
        }
        for at in (0..proof.len()).filter(|at| &proof[*at..=*at] != by) {
            let request =
                credential_request(&token, &body(PRE_AUTHORISED, &changed(&proof, at, by)));
            let refused = (400, "invalid_or_missing_proof".to_owned());
            assert_eq!(
                error_of(&issuer.handle(request)),
                refused,
                "proof, {at}, {by:?}"
            );
        }
    }
    assert_eq!(
        issuer
            .handle(credential_request(&token, &body(PRE_AUTHORISED, &proof)))
            .status(),
        200
    );
}

/// A credential request; white space that no header field can hold becomes a space.
fn post_body(token: &str, body: &Value) -> Request<Bytes> {
    credential_request(&token.replace('\n', " "), body)
}

/// Signs only when it is told to.
#[derive(Default)]
struct Moody {
    signs: AtomicBool,
}

impl Signatures for Moody {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &str,
    ) -> bool {
        LibrarySignatures.verify(algorithm, key, message, signature)
    }

    fn sign(&self, key: &SigningKey, message: &[u8]) -> Result<String, SigningError> {
        if self.signs.load(Ordering::SeqCst) {
            LibrarySignatures.sign(key, message)
        } else {
            Err(SigningError)
        }
    }
}

#[test]
fn an_internal_error_tells_nothing_and_leaves_the_token_good() {
    let signatures = Arc::new(Moody::default());
    let clock = Arc::new(ManualClock::new(Duration::from_secs(NOW)));
    let issuer = Issuer::builder()
        .clock(clock)
        .signatures(signatures.clone())
        .build()
        .expect("the builder is complete");
    let request = valid_request(&issuer, &Holder::new(1), PRE_AUTHORISED);
    let answer = issuer.handle(request.clone());
    assert_eq!(
        answer.headers()["content-type"],
        "application/problem+json; charset=utf-8"
    );
    let problem = json!({
        "title": "Internal Server Error",
        "status": 500,
        "type": "about:blank",
        "detail": "The server encountered an internal error and was unable to complete your request",
    });
    assert_eq!((answer.status().as_u16(), json_of(&answer)), (500, problem));
    signatures.signs.store(true, Ordering::SeqCst);
    assert_eq!(issuer.handle(request).status(), 200);
}
