//! Shrinking on an issuer with a bug: the finding stays, and what is sent stays truly signed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use proptest::prelude::*;
use serde_json::Value;
use vcispec::case::{Case, Effect, Endpoint, Flow, Jws, JwsEdit, Member, Mutation, Op, Slot};
use vcispec::fuzzing::Bench;
use vcispec::issuer::{Defect, Issuer};
use vcispec::transcript::{Compact, Exchange};

use super::{changes, combined, findings, one_in, request};

/// A bug, and a change to a request that shows it.
const SHOWN: &[(Defect, &str)] = &[
    (Defect::NonceUnchecked, "proof-nonce/random"),
    (Defect::ProofAudByPrefix, "proof-aud/below"),
    (Defect::ProofTypIgnored, "proof-header/typ-jwt"),
    (Defect::KidByDidPrefix, "proof-kid/without-fragment"),
    (Defect::AlgNoneAccepted, "proof-alg/none"),
    (Defect::RefusedRequestBurnsToken, "types/unknown"),
];

proptest! {
    #![proptest_config(one_in(8))]

    #[test]
    fn for_all_cases_that_show_a_bug_the_smallest_shows_it_and_is_truly_signed(
        (defect, slip) in prop::sample::select(SHOWN),
        harmless in changes(Effect::Benign, 4),
        flow in super::flow(),
    ) {
        let bench = Bench::new(Issuer::builder().defect(defect));
        let slip = Mutation::find(slip).expect("a mutation");
        let case = request(&flow, combined(&[vec![slip], harmless].concat()));
        let rules = |case: &Case| {
            let found = findings(&bench, &bench.play(case, 0));
            found.into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>()
        };
        let rule = *rules(&case).first().expect("the bug shows");
        let smallest = shrunk(&case, |smaller| rules(smaller).contains(&rule));

        let left: Vec<Mutation> = smallest.mutations().collect();
        prop_assert_eq!(left, [slip]);
        for exchange in &bench.play(&smallest, 0).exchanges {
            prop_assert!(is_truly_signed(exchange), "{:?}", exchange.mutations);
        }
    }

    #[test]
    fn for_all_cases_each_smaller_case_is_signed_anew(case in super::any_case()) {
        let p256 = Case { flow: Flow { key: vcispec::case::KeyType::P256, ..case.flow.clone() }, ..case };
        for smaller in p256.smaller().into_iter().take(4) {
            for exchange in &super::play(&smaller).exchanges {
                prop_assert!(is_truly_signed(exchange), "{:?}", exchange.mutations);
            }
        }
    }
}

#[test]
fn what_is_needless_by_itself_is_left_out_together() {
    let case = |text: &str| serde_json::from_str::<Case>(text).expect("a case");
    let with = |steps: &str| {
        let flow = r#"{"type":"CTWalletSamePreAuthorisedInTime","format":"jwt_vc"}"#;
        case(&format!(
            r#"{{"version":1,"flow":{flow},"steps":[{steps}]}}"#
        ))
    };
    let [one, two] = [r#""proof-alg/none""#, r#""types/unknown""#];
    let send =
        |mutations: &str| format!(r#"{{"send":{{"to":"credential","mutations":[{mutations}]}}}}"#);
    let whole = with(&format!(
        r#"{},{{"wait":3}},{},{{"renew":1}}"#,
        send(""),
        send(&format!("{one},{two}"))
    ));
    let smaller = whole.smaller();
    let lacks_step = |at: usize| {
        let mut less = whole.clone();
        less.steps.remove(at);
        smaller
            .iter()
            .find(|case| **case == less)
            .expect("a step is left out")
    };
    let lacks_one = with(&format!(
        r#"{},{{"wait":3}},{},{{"renew":1}}"#,
        send(""),
        send(two)
    ));
    let left = whole.without(&[lacks_step(0), lacks_step(3), &lacks_one]);
    assert_eq!(left, with(&format!(r#"{{"wait":3}},{}"#, send(two))));
    // Another order of sessions is not less of the same.
    let renumbered = with(&format!(
        r#"{},{{"wait":3}},{},{{"renew":0}}"#,
        send(""),
        send(&format!("{one},{two}"))
    ));
    assert_eq!(whole.without(&[&renumbered]), whole);
}

/// The smallest case for which `shows` holds, one candidate after the other.
fn shrunk(case: &Case, shows: impl Fn(&Case) -> bool) -> Case {
    let mut current = case.clone();
    while let Some(next) = current.smaller().into_iter().find(&shows) {
        current = next;
    }
    current
}

/// Whether the proof of a request verifies with the holder's key. Requests without one, and those
/// whose mutations reach for the signature, pass.
fn is_truly_signed(exchange: &Exchange) -> bool {
    // The key of a service wallet does not follow from its DID.
    let is_service = exchange.facts.grant.is_service();
    if exchange.endpoint != Endpoint::Credential
        || is_service
        || exchange.mutations.iter().any(reaches_signature)
    {
        return true;
    }
    let proof = serde_json::from_slice::<Value>(exchange.request.body())
        .ok()
        .and_then(|body| Compact::parse(body["proof"]["jwt"].as_str()?));
    let (Some(proof), Some(key)) = (proof, holder_key(&exchange.facts.holder)) else {
        return false;
    };
    Signature::from_slice(&proof.signature).is_ok_and(|signature| {
        key.verify(proof.signing_input.as_bytes(), &signature)
            .is_ok()
    })
}

/// The key of a did:key of method jwk_jcs-pub, read without the wallet's own code.
fn holder_key(did: &str) -> Option<VerifyingKey> {
    let bytes = bs58::decode(did.strip_prefix("did:key:z")?)
        .into_vec()
        .ok()?;
    let jwk: Value = serde_json::from_slice(bytes.strip_prefix(&[0xd1, 0xd6, 0x03])?).ok()?;
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok();
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    VerifyingKey::from_sec1_bytes(&point).ok()
}

/// Whether a mutation may keep a proof from being there, from being a JWS or from being signed.
fn reaches_signature(mutation: &Mutation) -> bool {
    mutation.ops.iter().any(|op| {
        let tampers = matches!(
            op,
            Op::Jws(
                Jws::Proof,
                JwsEdit::TamperClaim(..)
                    | JwsEdit::TamperHeader(..)
                    | JwsEdit::HeaderBytes(_)
                    | JwsEdit::PayloadBytes(_)
            )
        );
        let slot = matches!(
            op.slot(),
            Slot::Body
                | Slot::Member(Member::Proof | Member::ProofJwt)
                | Slot::JwsForm(Jws::Proof)
                | Slot::JwsSignature(Jws::Proof)
                | Slot::Extra(_)
        );
        tampers || slot
    })
}
