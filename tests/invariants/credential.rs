use std::time::Duration;

use serde_json::{Value, json};
use vcispec::case::{Edit, Effect, Endpoint, Member, Op, Raw};
use vcispec::transcript::Exchange;

use super::world::{
    ISSUER_DID, NOW, TYPE, another_credential, credential, fetch, honest, issuance, issuer_key,
    jws, kid, mutation, other_key, promise,
};
use super::{Sample, broken_by, judge};

pub(super) fn samples() -> Vec<Sample> {
    let header = |bend: fn(&mut Value)| issuance(credential(|header, _| bend(header)));
    let payload = |bend: fn(&mut Value)| issuance(credential(|_, payload| bend(payload)));
    let mut samples: Vec<_> = [
        (
            "credential/header-has-typ-and-alg",
            header(|header| header["typ"] = "vc+jwt".into()),
        ),
        (
            "credential/header-has-typ-and-alg",
            header(|header| header["alg"] = "none".into()),
        ),
        (
            "credential/kid-is-the-issuers",
            header(|header| header["kid"] = kid(&issuer_key()).into()),
        ),
        (
            "credential/kid-is-the-issuers",
            header(|header| header["kid"] = "did:ebsi:zAnother#k".into()),
        ),
        (
            "credential/kid-names-a-published-key",
            header(|header| header["kid"] = format!("{ISSUER_DID}#unknown").into()),
        ),
        ("credential/signature-verifies", forged()),
        (
            "credential/identifiers-agree",
            payload(|payload| payload["jti"] = "urn:uuid:other".into()),
        ),
        (
            "credential/identifiers-agree",
            payload(|payload| payload["vc"]["issuer"] = "did:ebsi:zOther".into()),
        ),
        (
            "credential/subject-is-the-holder",
            payload(|payload| {
                payload["sub"] = "did:key:zOther".into();
                payload["vc"]["credentialSubject"]["id"] = "did:key:zOther".into();
            }),
        ),
        (
            "credential/subject-is-the-holder",
            payload(|payload| payload["vc"]["credentialSubject"]["id"] = "did:key:zOther".into()),
        ),
        (
            "credential/verifiable-credential-comes-first",
            payload(|payload| {
                payload["vc"]["type"] =
                    json!(["VerifiableAttestation", "VerifiableCredential", TYPE]);
            }),
        ),
        (
            "credential/types-are-those-requested",
            payload(|payload| {
                payload["vc"]["type"] =
                    json!(["VerifiableCredential", "VerifiableAttestation", "Other"]);
            }),
        ),
        (
            "credential/context-comes-first",
            payload(|payload| {
                payload["vc"]["@context"] = json!(["https://www.w3.org/ns/credentials/v2"]);
            }),
        ),
        (
            "credential/schema-and-terms-are-named",
            payload(|payload| payload["vc"]["termsOfUse"] = Value::Null),
        ),
        (
            "credential/dates-agree",
            payload(|payload| payload["vc"]["validFrom"] = "2025-06-15T15:06:45Z".into()),
        ),
        (
            "credential/dates-agree",
            payload(|payload| payload["iat"] = json!(NOW.to_string())),
        ),
        (
            "credential/ends-after-it-begins",
            payload(|payload| {
                payload["exp"] = (NOW - 5).into();
                payload["vc"]["expirationDate"] = "2025-06-15T15:06:35Z".into();
            }),
        ),
        ("credential/holds-when-issued", at(NOW + 86_400 + 301)),
        ("credential/holds-when-issued", at(NOW - 301)),
    ]
    .into_iter()
    .map(|(id, broken)| Sample::new(id, honest(), broken))
    .collect();
    samples.push(Sample::of_cases(
        "credential/identifier-is-unique",
        vec![honest(), in_session(1, issuance(another_credential()))],
        vec![honest(), in_session(1, honest())],
    ));
    samples.push(Sample::of_cases(
        "credential/types-are-those-requested",
        vec![promise(), fetch(credential(|_, _| {}))],
        vec![promise(), {
            fetch(credential(|_, payload| {
                payload["vc"]["type"] = json!(["VerifiableCredential", "VerifiableAttestation"]);
            }))
        }],
    ));
    samples
}

/// A credential signed with a key that the issuer did not publish, under the id of one it did.
fn forged() -> Exchange {
    let text = credential(|_, _| {});
    let parts: Vec<_> = text.split('.').collect();
    let decode = |segment: &str| -> Value {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(segment);
        serde_json::from_slice(&bytes.expect("base64url")).expect("JSON")
    };
    issuance(jws(&decode(parts[0]), &decode(parts[1]), &other_key()))
}

/// The honest credential, handed out at another time.
fn at(seconds: u64) -> Exchange {
    let mut exchange = honest();
    exchange.received_at = Duration::from_secs(seconds);
    exchange
}

fn in_session(session: u8, mut exchange: Exchange) -> Exchange {
    exchange.session = session;
    exchange
}

#[test]
fn five_minutes_of_skew_are_no_finding() {
    assert_eq!(broken_by(at(NOW - 300)), [""; 0]);
    assert_eq!(broken_by(at(NOW + 86_400 + 300)), [""; 0]);
}

#[test]
fn a_deferred_credential_may_be_fetched_twice() {
    let twice = vec![
        promise(),
        fetch(credential(|_, _| {})),
        fetch(credential(|_, _| {})),
    ];
    let judgement = judge(&super::world::context(), twice);
    assert!(judgement.failed.is_empty(), "{:?}", judgement.failed);
}

#[test]
fn types_that_a_benign_change_asks_for_bind() {
    let asked = || {
        let mut exchange = honest();
        exchange.mutations = vec![mutation(
            "types/subset",
            Endpoint::Credential,
            Effect::Benign,
            vec![Op::Member(Member::Types, Edit::Set(Raw::Null))],
        )];
        exchange
    };
    let mut more = asked();
    *more.request.body_mut() =
        r#"{"types":["VerifiableCredential","VerifiableAttestation"]}"#.into();
    assert_eq!(broken_by(more), ["credential/types-are-those-requested"]);
    let mut permuted = asked();
    *permuted.request.body_mut() = json!({
        "types": [TYPE, "VerifiableAttestation", "VerifiableCredential", TYPE],
    })
    .to_string()
    .into();
    assert_eq!(broken_by(permuted), [""; 0]);
}

#[test]
fn an_unnamed_key_is_found_by_trying() {
    let mut context = super::world::context();
    context.issuer_jwks["keys"][0]
        .as_object_mut()
        .expect("an object")
        .remove("kid");
    let judgement = judge(&context, vec![honest()]);
    assert!(judgement.passed.contains("credential/signature-verifies"));
}

#[test]
fn the_fragment_of_a_did_that_is_a_key_is_that_of_its_method() {
    let rule = "credential/kid-names-a-published-key";
    let of = |did: &'static str| {
        let text = credential(|header, payload| {
            header["kid"] = format!("{did}#{}", did.rsplit(':').next().unwrap_or_default()).into();
            payload["iss"] = did.into();
            payload["vc"]["issuer"] = did.into();
        });
        broken_by(issuance(text))
    };
    assert!(!of("did:key:z2dmIssuer").contains(&rule));
    assert!(of("did:ebsi:zAnother").contains(&rule));
}
