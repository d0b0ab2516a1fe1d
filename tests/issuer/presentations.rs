//! Credentials behind a presentation of others: the qualification of holder wallets, and the chain of trust of legal entities.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use vcispec::issuer::Issuer;

use super::service::{self, TYPE, builder, entity};
use super::support::{
    Holder, NOW, credential_request, decoded, fetch_deferred, json_of, jwt, minted_token, types,
};
use super::wallet::{Members, authorise, begin, direct_post, location, redirected, refused_at};

const QUALIFICATION: &str = "CTWalletQualificationCredential";
const CHAIN: &str = "VerifiableAuthorisationForTrustChain";

/// The descriptors that the wallet is asked for, with the types that answer them.
const NEWER: &[(&str, &str)] = &[
    (
        "same-device-authorised-in-time-credential",
        "CTWalletSameAuthorisedInTime",
    ),
    (
        "cross-device-authorised-in-time-credential",
        "CTWalletCrossAuthorisedInTime",
    ),
    (
        "same-device-authorised-deferred-credential",
        "CTWalletSameAuthorisedDeferred",
    ),
    (
        "cross-device-authorised-deferred-credential",
        "CTWalletCrossAuthorisedDeferred",
    ),
    (
        "same-device-pre-authorised-in-time-credential",
        "CTWalletSamePreAuthorisedInTime",
    ),
    (
        "cross-device-pre-authorised-in-time-credential",
        "CTWalletCrossPreAuthorisedInTime",
    ),
    (
        "same-device-pre-authorised-deferred-credential",
        "CTWalletSamePreAuthorisedDeferred",
    ),
    (
        "cross-device-pre-authorised-deferred-credential",
        "CTWalletCrossPreAuthorisedDeferred",
    ),
];

const OLDER: &[(&str, &str)] = &[
    ("same-device-in-time-credential", "CTWalletSameInTime"),
    ("cross-device-in-time-credential", "CTWalletCrossInTime"),
    ("same-device-deferred-credential", "CTWalletSameDeferred"),
    ("cross-device-deferred-credential", "CTWalletCrossDeferred"),
    (
        "same-device-pre_authorised-credential",
        "CTWalletSamePreAuthorised",
    ),
    (
        "cross-device-pre_authorised-credential",
        "CTWalletCrossPreAuthorised",
    ),
];

/// An issuer that makes nobody wait for deferred credentials.
fn issuer() -> Issuer {
    let (builder, _) = builder();
    builder
        .deferred_delay(Duration::ZERO)
        .build()
        .expect("the settings are valid")
}

/// A credential of this issuer.
pub(crate) fn credential(issuer: &Issuer, holder: &Holder, name: &str) -> String {
    let (token, c_nonce) = minted_token(issuer, &holder.did, &types(name));
    let body = super::support::body(name, &holder.proof(issuer, &c_nonce));
    let mut answer = json_of(&issuer.handle(credential_request(&token, &body)));
    if let Some(acceptance_token) = answer["acceptance_token"].as_str() {
        answer = json_of(&fetch_deferred(issuer, acceptance_token));
    }
    answer["credential"].as_str().expect("one").to_owned()
}

pub(crate) fn credentials(
    issuer: &Issuer,
    holder: &Holder,
    descriptors: &[(&str, &str)],
) -> Vec<String> {
    let names = descriptors.iter().map(|(_, name)| name);
    names.map(|name| credential(issuer, holder, name)).collect()
}

pub(crate) fn vp_header(holder: &Holder) -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": holder.kid() })
}

pub(crate) fn vp_payload(
    issuer: &Issuer,
    holder: &Holder,
    nonce: &str,
    credentials: &[String],
) -> Value {
    json!({
        "iss": holder.did,
        "sub": holder.did,
        "aud": issuer.auth_url(),
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 300,
        "nonce": nonce,
        "vp": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiablePresentation"],
            "holder": holder.did,
            "verifiableCredential": credentials,
        },
    })
}

pub(crate) fn submission(id: &str, descriptors: &[(&str, &str)]) -> Value {
    let entry = |(index, (id, _)): (usize, &(&str, &str))| {
        json!({
            "id": id,
            "path": "$",
            "format": "jwt_vp",
            "path_nested": { "id": id, "format": "jwt_vc", "path": format!("$.vp.verifiableCredential[{index}]") },
        })
    };
    let map: Vec<Value> = descriptors.iter().enumerate().map(entry).collect();
    json!({ "id": "1", "definition_id": id, "descriptor_map": map })
}

fn qualification(descriptors: &[(&str, &str)]) -> Value {
    submission("holder-wallet-qualification-presentation", descriptors)
}

pub(crate) fn post(
    issuer: &Issuer,
    asked: &Members,
    vp_token: &str,
    submission: &Value,
) -> Response<Bytes> {
    let form = Members::of(&[
        ("vp_token", vp_token),
        ("presentation_submission", &submission.to_string()),
        ("state", asked.get("state")),
    ]);
    direct_post(issuer, &form)
}

fn signed(holder: &Holder, payload: &Value) -> String {
    jwt(&vp_header(holder), payload, |message| holder.sign(message))
}

/// Presents what is asked for with these descriptors, all of it right until `change` spoils it.
fn present(
    issuer: &Issuer,
    descriptors: &[(&str, &str)],
    change: impl FnOnce(&mut Value, &mut Value),
) -> Response<Bytes> {
    let holder = Holder::new(1);
    let asked = begin(issuer, &holder, QUALIFICATION);
    let credentials = credentials(issuer, &holder, descriptors);
    let mut payload = vp_payload(issuer, &holder, asked.get("nonce"), &credentials);
    let mut submission = qualification(descriptors);
    change(&mut payload, &mut submission);
    post(issuer, &asked, &signed(&holder, &payload), &submission)
}

#[test]
fn a_holder_wallet_shows_the_credentials_of_either_generation() {
    let issuer = issuer();
    for descriptors in [NEWER, OLDER] {
        let answer = present(&issuer, descriptors, |_, _| {});
        assert_eq!(refused_at(&answer), "");
        assert!(redirected(&answer).find("code").is_some());
    }
}

#[test]
fn the_wallet_is_asked_for_a_presentation_in_the_uri() {
    let issuer = issuer();
    let holder = Holder::new(1);
    let request = super::wallet::authorisation_request(&issuer, &holder, QUALIFICATION)
        .with("request_object", "reference");
    let asked = redirected(&authorise(&issuer, &request));
    assert_eq!(asked.get("response_type"), "vp_token");
    assert_eq!(asked.find("request_uri"), None);
    let definition: Value =
        serde_json::from_str(asked.get("presentation_definition")).expect("it is JSON");
    assert_eq!(definition["id"], "holder-wallet-qualification-presentation");
    let descriptors = definition["input_descriptors"]
        .as_array()
        .expect("an array");
    let named: Vec<(&str, &str)> = descriptors
        .iter()
        .map(|descriptor| {
            let field = &descriptor["constraints"]["fields"][0];
            assert_eq!(field["path"], json!(["$.type"]));
            assert_eq!(field["filter"]["type"], "array");
            let constant = &field["filter"]["contains"]["const"];
            (
                descriptor["id"].as_str().expect("a string"),
                constant.as_str().expect("a string"),
            )
        })
        .collect();
    assert_eq!(named, NEWER);
    let claims = decoded(asked.get("request"), 1);
    assert_eq!(claims["presentation_definition"], definition);
    assert_eq!(claims["exp"], json!(NOW + 3600));
    assert_eq!(claims["nonce"], asked.get("nonce"));
}

#[test]
fn an_id_token_is_no_presentation() {
    let issuer = issuer();
    let holder = Holder::new(1);
    let asked = begin(&issuer, &holder, QUALIFICATION);
    let form = super::wallet::id_token_answer(&issuer, &holder, &asked);
    let answer = direct_post(&issuer, &form);
    assert_eq!(refused_at(&answer), "vp-token-form");
    assert_eq!(
        redirected(&answer).get("error_description"),
        "invalid_request: 'vp_token': Required"
    );
}

/// Changes the claims of a presentation and the submission beside it.
type Change = fn(&mut Value, &mut Value);

#[test]
fn a_presentation_is_judged_in_order() {
    let issuer = issuer();
    let faults: &[(&str, Change)] = &[
        ("vp-token-form", |vp, _| {
            vp.as_object_mut().expect("an object").remove("vp");
        }),
        ("vp-token-nonce", |vp, _| vp["nonce"] = json!("x")),
        ("vp-token-audience", |vp, _| {
            vp["aud"] = json!("https://other.example")
        }),
        ("vp-token-holder", |vp, _| {
            vp["iss"] = json!("https://other.example")
        }),
        ("vp-token-holder", |vp, _| {
            vp["vp"]["holder"] = json!("did:key:z")
        }),
        ("vp-token-signature", |vp, _| vp["exp"] = json!(1)),
        ("presentation-submission", |_, submission| {
            *submission = json!([])
        }),
        ("presentation-submission", |_, submission| {
            submission["definition_id"] = json!("x")
        }),
        ("presentation-submission", |_, submission| {
            submission["descriptor_map"] = json!([])
        }),
        ("presentation-submission", |_, submission| {
            submission["descriptor_map"][0]["id"] = json!("x");
        }),
        ("presentation-submission", |_, submission| {
            // The first of the other generation.
            submission["descriptor_map"][0]["id"] = json!(OLDER[0].0);
        }),
        ("presentation-submission", |_, submission| {
            submission["descriptor_map"][7]["path_nested"]["path"] = json!("$.vp.holder");
        }),
        ("vp-token-credentials", |_, submission| {
            submission["descriptor_map"][7]["path_nested"]["path"] =
                json!("$.vp.verifiableCredential[8]");
        }),
        ("vp-token-credentials", |_, submission| {
            submission["descriptor_map"][7]["path_nested"]["path"] =
                json!("$.vp.verifiableCredential[0]");
        }),
        ("vp-token-credentials", |vp, _| {
            vp["vp"]["verifiableCredential"][0] = json!("a.b.c");
        }),
        ("vp-token-credentials", |vp, _| {
            let credential = vp["vp"]["verifiableCredential"][0].as_str().expect("a JWT");
            let forged = credential
                .rsplit_once('.')
                .expect("it has a signature")
                .0
                .to_owned();
            vp["vp"]["verifiableCredential"][0] = json!(forged + ".AAAA");
        }),
        ("vp-token-credentials", |vp, _| {
            vp["vp"]
                .as_object_mut()
                .expect("an object")
                .remove("verifiableCredential");
        }),
        ("", |_, submission| {
            // Straight to the credential.
            for (index, entry) in submission["descriptor_map"]
                .as_array_mut()
                .expect("an array")
                .iter_mut()
                .enumerate()
            {
                *entry = json!({ "id": entry["id"], "format": "jwt_vc", "path": format!("$.vp.verifiableCredential[{index}]") });
            }
        }),
    ];
    for (index, (step, change)) in faults.iter().enumerate() {
        let answer = present(&issuer, NEWER, change);
        assert_eq!(refused_at(&answer), *step, "{index}: {}", location(&answer));
    }
}

#[test]
fn credentials_of_somebody_else_or_of_another_issuer_are_refused() {
    let issuer = issuer();
    let (holder, other) = (Holder::new(1), Holder::new(2));
    let (builder, _) = builder();
    let elsewhere = builder.seed(5).deferred_delay(Duration::ZERO).build();
    let elsewhere = elsewhere.expect("the settings are valid");
    for credentials in [
        credentials(&issuer, &other, NEWER),
        credentials(&elsewhere, &holder, NEWER),
    ] {
        let answer = present(&issuer, NEWER, |vp, _| {
            vp["vp"]["verifiableCredential"] = json!(credentials);
        });
        assert_eq!(refused_at(&answer), "vp-token-credentials");
    }
}

#[test]
fn a_presentation_is_signed_by_the_holder_who_began() {
    let issuer = issuer();
    let (holder, other) = (Holder::new(1), Holder::new(2));
    let asked = begin(&issuer, &holder, QUALIFICATION);
    let shown = credentials(&issuer, &other, NEWER);
    let payload = vp_payload(&issuer, &other, asked.get("nonce"), &shown);
    let answer = post(
        &issuer,
        &asked,
        &signed(&other, &payload),
        &qualification(NEWER),
    );
    assert_eq!(refused_at(&answer), "vp-token-holder");
    let asked = begin(&issuer, &holder, QUALIFICATION);
    let shown = credentials(&issuer, &holder, NEWER);
    let payload = vp_payload(&issuer, &holder, asked.get("nonce"), &shown);
    let forged = jwt(&vp_header(&holder), &payload, |message| other.sign(message));
    let answer = post(&issuer, &asked, &forged, &qualification(NEWER));
    assert_eq!(refused_at(&answer), "vp-token-signature");
}

#[test]
fn a_legal_entity_shows_that_it_may_be_onboarded() {
    let issuer = issuer();
    let request = service::authorisation_request(&issuer, CHAIN);
    let asked = redirected(&authorise(&issuer, &request));
    assert_eq!(asked.get("response_type"), "vp_token");
    let entity = entity();
    let (token, c_nonce) = minted_token(
        &issuer,
        &entity.did,
        &types("VerifiableAuthorisationToOnboard"),
    );
    let proof = jwt(
        &json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "kid": entity.kid() }),
        &json!({ "iss": entity.did, "aud": issuer.issuer_url(), "iat": NOW, "nonce": c_nonce }),
        |message| entity.key.sign(message),
    );
    let body = super::support::body("VerifiableAuthorisationToOnboard", &proof);
    let answer = json_of(&issuer.handle(credential_request(&token, &body)));
    let credential = answer["credential"].as_str().expect("one").to_owned();
    let payload = json!({
        "iss": entity.did,
        "aud": [issuer.auth_url()],
        "nonce": asked.get("nonce"),
        "vp": { "verifiableCredential": [credential] },
    });
    let header = json!({ "typ": "JWT", "alg": "ES256", "kid": entity.kid() });
    let vp_token = jwt(&header, &payload, |message| entity.key.sign(message));
    let descriptors = [("verifiable-authorisation-to-onboard", "")];
    let submission = submission("va-to-onboard-presentation", &descriptors);
    let answer = post(&issuer, &asked, &vp_token, &submission);
    assert_eq!(refused_at(&answer), "", "{}", location(&answer));
    assert!(redirected(&answer).find("code").is_some());
    assert_ne!(CHAIN, TYPE);
}
