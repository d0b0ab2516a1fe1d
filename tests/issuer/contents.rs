//! What the credentials of each type say.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::Request;
use serde_json::{Value, json};
use vcispec::issuer::Issuer;

use super::support::{
    Holder, credential_request, decoded, fetch_deferred, get, issuer, json_of, minted_token,
    text_of, types,
};

/// The `vc` of a credential with these types after the two required ones, fetched later if it is deferred.
fn vc(own: &[&str]) -> Value {
    let (issuer, clock) = issuer();
    let holder = Holder::new(1);
    let mut types = vec!["VerifiableCredential", "VerifiableAttestation"];
    types.extend(own);
    let (token, nonce) = minted_token(&issuer, &holder.did, &json!(types));
    let proof = json!({ "proof_type": "jwt", "jwt": holder.proof(&issuer, &nonce) });
    let request = json!({ "format": "jwt_vc", "types": types, "proof": proof });
    let mut answer = json_of(&issuer.handle(credential_request(&token, &request)));
    if let Some(acceptance_token) = answer["acceptance_token"].as_str() {
        clock.advance(std::time::Duration::from_secs(5));
        answer = json_of(&fetch_deferred(&issuer, acceptance_token));
    }
    let credential = answer["credential"].as_str().expect("it is issued");
    let mut claims = decoded(credential, 1);
    assert_eq!(claims["sub"], claims["vc"]["credentialSubject"]["id"]);
    claims["vc"].take()
}

fn subject(own: &[&str]) -> Value {
    let mut subject = vc(own)["credentialSubject"].take();
    let id = subject
        .as_object_mut()
        .and_then(|members| members.remove("id"));
    assert_eq!(id, Some(Holder::new(1).did.into()));
    subject
}

fn accredited_types(subject: &Value) -> Vec<&Value> {
    let list = subject["accreditedFor"].as_array().expect("it is a list");
    list.iter().map(|entry| &entry["types"]).collect()
}

fn is_attribute_id(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn a_plain_credential_says_who_its_holder_is_and_no_more() {
    for own in [
        "CTWalletSameInTime",
        "CTWalletCrossAuthorisedDeferred",
        "CTWalletQualificationCredential",
        "CTAAQualificationCredential",
        "CTIssueQualificationCredential",
    ] {
        assert_eq!(subject(&[own]), json!({}), "{own}");
        assert!(vc(&[own]).get("credentialStatus").is_none(), "{own}");
    }
}

#[test]
fn an_accreditation_reserves_an_attribute_and_names_what_may_be_issued() {
    let attest = subject(&["VerifiableAccreditation", "VerifiableAccreditationToAttest"]);
    assert!(is_attribute_id(&attest["reservedAttributeId"]));
    assert_eq!(accredited_types(&attest), [&types("CTRevocable")]);
    let accredit = subject(&[
        "VerifiableAccreditation",
        "VerifiableAccreditationToAccredit",
    ]);
    let to_attest = json!([
        "VerifiableCredential",
        "VerifiableAttestation",
        "VerifiableAccreditation",
        "VerifiableAccreditationToAttest",
    ]);
    assert_eq!(
        accredited_types(&accredit),
        [&to_attest, &types("CTRevocable")]
    );
    for entry in accredit["accreditedFor"].as_array().expect("it is a list") {
        assert!(entry["schemaId"].is_string() && entry["limitJurisdiction"].is_string());
    }
}

#[test]
fn authorisations_open_a_registry_and_accredit_for_nothing() {
    assert_eq!(
        subject(&["VerifiableAuthorisationToOnboard"]),
        json!({ "accreditedFor": [] })
    );
    let root = subject(&["VerifiableAuthorisationForTrustChain"]);
    assert!(is_attribute_id(&root["reservedAttributeId"]));
    assert_eq!(root["accreditedFor"], json!([]));
}

#[test]
fn portable_document_a1_has_its_six_sections() {
    let document = subject(&["VerifiablePortableDocumentA1"]);
    for section in 1..=6 {
        assert!(
            document[format!("section{section}")].is_object(),
            "{section}"
        );
    }
    assert_eq!(
        document["section2"]["memberStateWhichLegislationApplies"],
        "DE"
    );
}

#[test]
fn a_revocable_credential_has_a_place_in_the_status_list() {
    let status = vc(&["CTRevocable"])["credentialStatus"].take();
    assert_eq!(
        (&status["type"], &status["statusPurpose"]),
        (&json!("StatusList2021Entry"), &json!("revocation"))
    );
    let index: usize = status["statusListIndex"]
        .as_str()
        .and_then(|index| index.parse().ok())
        .expect("it is a number in a string");
    let url = status["statusListCredential"]
        .as_str()
        .expect("it is a URL");
    assert_eq!(status["id"], format!("{url}#{index}"));
    let (issuer, _) = issuer();
    let list = status_list(&issuer, url);
    assert!(list.len() >= 16 * 1024, "{}", list.len());
    assert_eq!(list[index / 8] & (0x80 >> (index % 8)), 0);
}

#[test]
fn the_status_list_is_served_by_the_issuer_too() {
    let (issuer, _) = issuer();
    let answer = get(&issuer, "/issuer-mock/credentials/status/1");
    assert_eq!(answer.headers()["content-type"], "application/jwt");
    let vc = &decoded(&text_of(&answer), 1)["vc"];
    assert_eq!(vc["type"], types("StatusList2021Credential"));
}

/// The bits of the list that a URL leads to.
fn status_list(issuer: &Issuer, url: &str) -> Vec<u8> {
    let path = url.strip_prefix(issuer.origin()).expect("it is ours");
    let request = Request::get(path).body(Bytes::new());
    let answer = issuer.handle(request.expect("it is a request"));
    let claims = decoded(&text_of(&answer), 1);
    assert_eq!(claims["jti"], url);
    let encoded = claims["vc"]["credentialSubject"]["encodedList"].as_str();
    let compressed = STANDARD
        .decode(encoded.expect("it is a string"))
        .expect("it is base64");
    let mut list = Vec::new();
    GzDecoder::new(&compressed[..])
        .read_to_end(&mut list)
        .expect("it is gzip");
    list
}
