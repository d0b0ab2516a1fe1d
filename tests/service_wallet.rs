//! The files of the example service wallet belong together, and a newcomer goes by DIDs of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vcispec::Phase;
use vcispec::case::{Case, Effect, Endpoint, Flow, Mutation, Stage, Step};
use vcispec::fuzzing::{Bench, CAPABILITIES, acquainted};
use vcispec::generate;
use vcispec::issuer::Issuer;
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Compact, Transcript};
use vcispec::wallet::{ServiceClient, ServiceClientError};

fn example(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/service-wallet")
        .join(name);
    serde_json::from_slice(&fs::read(path).expect("the file is there")).expect("it is JSON")
}

#[test]
fn the_registrations_are_those_of_the_wallet() {
    let wallet = ServiceClient::from_json(&example("wallet.json")).expect("a service wallet");
    assert_eq!(example("clients.json"), json!([wallet.client_metadata()]));
    assert_eq!(example("dids/service-wallet.json"), wallet.did_document());
}

#[test]
fn what_a_wallet_lacks_is_named() {
    let mut wallet = example("wallet.json");
    wallet.as_object_mut().expect("an object").remove("did");
    let error = ServiceClient::from_json(&wallet).expect_err("it has no DID");
    assert!(matches!(error, ServiceClientError::Lacks("did")));
    assert_eq!(
        error.to_string(),
        r#"the service wallet has no string member "did""#
    );
    let mut wallet = example("wallet.json");
    wallet["jwk"]["crv"] = "P-384".into();
    let error = ServiceClient::from_json(&wallet).expect_err("its key is on another curve");
    assert!(matches!(error, ServiceClientError::Key(_)));
}

const TO_ONBOARD: &str = "VerifiableAuthorisationToOnboard";
const FOR_TRUST_CHAIN: &str = "VerifiableAuthorisationForTrustChain";

fn valid(name: &str) -> Case {
    generate::baseline(&EBSI_V3, &Flow::new(name, "jwt_vc"))
}

/// The subjects of the credentials that were issued.
fn subjects(transcript: &Transcript) -> BTreeSet<String> {
    let issued = transcript
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.credential());
    issued
        .filter_map(|credential| credential.text_claim("/sub").map(str::to_owned))
        .collect()
}

#[test]
fn every_newcomer_has_a_did_of_its_own() {
    let bench = Bench::new(Issuer::builder());
    let known = ServiceClient::derive(1);
    let one = subjects(&bench.play(&valid(TO_ONBOARD), 1));
    let other = subjects(&bench.play(&valid(TO_ONBOARD), 2));
    assert_eq!((one.len(), other.len()), (1, 1));
    assert!(one.is_disjoint(&other), "{one:?}");
    assert!(!one.contains(known.did()));
}

#[test]
fn a_root_of_trust_presents_what_it_got_before_its_did_was_registered() {
    let transcript = Bench::new(Issuer::builder()).play(&valid(FOR_TRUST_CHAIN), 1);
    assert_eq!(transcript.stopped, None);
    assert_eq!(subjects(&transcript).len(), 1);
    let presented = transcript
        .exchanges
        .iter()
        .find(|exchange| exchange.endpoint == Endpoint::Credential && exchange.hands_out())
        .and_then(|exchange| exchange.credential())
        .expect("the first credential is the one to be presented");
    let types = presented.claim("/vc/type").expect("it has types");
    assert_eq!(types[2], TO_ONBOARD);
}

#[test]
fn a_did_that_is_told_is_the_one_that_is_onboarded() {
    let did = "did:ebsi:zwNAE5xThBpmGJUWAY23kgx";
    let mut wallet = example("wallet.json");
    wallet["unregistered_did"] = did.into();
    let client = ServiceClient::from_json(&wallet).expect("a service wallet");
    let issuer = acquainted(Issuer::builder(), &client);
    let issuer = issuer.build().expect("it can be built");
    let url = issuer.issuer_url().to_owned();
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let shown = Arc::clone(&seen);
    let check = vcispec::check_fn(move |request| {
        let tokens = form_urlencoded::parse(request.body())
            .filter(|(name, _)| name == "id_token")
            .filter_map(|(_, token)| Compact::parse(&token))
            .filter_map(|token| token.text_claim("/sub").map(str::to_owned));
        shown.lock().expect("nobody panics").extend(tokens);
        issuer.handle(request)
    });
    let report = check
        .issuer(url)
        .phases([Phase::Random])
        .cases(5)
        .configure(|config| {
            config.service = Some(client);
            config.flows = vec![TO_ONBOARD.to_owned()];
        })
        .run_blocking();
    report.assert_clean();
    let seen = seen.lock().expect("nobody panics").clone();
    assert_eq!(seen, BTreeSet::from([did.to_owned()]));
    wallet["unregistered_did"] = 1.into();
    let error = ServiceClient::from_json(&wallet).expect_err("it is no text");
    assert!(matches!(
        error,
        ServiceClientError::NoText("unregistered_did")
    ));
}

#[test]
fn who_looks_at_the_proof_of_a_newcomer_and_who_does_not_are_both_right() {
    let bench = Bench::new(Issuer::builder());
    let flow = Flow::new(TO_ONBOARD, "jwt_vc");
    let (cases, _) = generate::systematic(&EBSI_V3, &[flow], &CAPABILITIES);
    let mut left_to_the_issuer = 0;
    for (case, salt) in cases.iter().zip(0..) {
        let mutation = case.mutations().next().expect("it is changed");
        let transcript = bench.play(case, salt);
        let Some(exchange) = transcript.steps().next() else {
            continue;
        };
        let is_left_out = mutation
            .stage
            .is_some_and(|stage| EBSI_V3.leaves_out(TO_ONBOARD, stage));
        let expectation = &exchange.expectation;
        if mutation.effect == Effect::Malformed && is_left_out {
            left_to_the_issuer += 1;
            assert!(expectation.either && exchange.is_accepted(), "{mutation:?}");
        } else if mutation.effect == Effect::Malformed {
            assert!(
                !expectation.allows_success() && !exchange.is_accepted(),
                "{mutation:?}"
            );
        }
    }
    assert!(left_to_the_issuer > 50, "{left_to_the_issuer}");
}

#[test]
fn without_the_onboarding_type_the_proof_is_verified() {
    let bench = Bench::new(Issuer::builder());
    let dropped = Mutation::of(Endpoint::Credential)
        .find(|mutation| mutation.id == "types/subset")
        .expect("there is such a mutation");
    let steps = vec![Step::send(Endpoint::Credential, vec![dropped])];
    let transcript = bench.play(&Case::new(Flow::new(TO_ONBOARD, "jwt_vc"), steps), 0);
    let exchange = transcript.steps().next().expect("it was sent");
    assert_eq!(exchange.error(), Some("invalid_or_missing_proof"));
    assert!(exchange.is_allowed() && exchange.expectation.either);
    assert!(EBSI_V3.leaves_out(TO_ONBOARD, Stage::ProofDidExists));
}
