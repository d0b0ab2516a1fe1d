//! What the clean issuer does, whatever is asked of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use vcispec::case::{Case, Effect, Endpoint, Flow, KeyType, Need, Step};
use vcispec::fuzzing::Bench;
use vcispec::issuer::{
    Algorithm, Issuer, LibrarySignatures, PublicKey, Signatures, SigningError, SigningKey,
};
use vcispec::profile::{EBSI_V3, Schemas};
use vcispec::transcript::{Exchange, Transcript};

use super::{
    CLEAN, any_case, at, changes, combined, findings, flow, is_refused, just, one_in, play,
    pre_authorised_flow, request,
};

proptest! {
    #![proptest_config(one_in(2))]

    #[test]
    fn for_all_cases_the_clean_issuer_draws_no_finding(case in any_case()) {
        let found = CLEAN.with(|bench| findings(bench, &bench.play(&case, 0)));
        prop_assert_eq!(found, []);
    }

    #[test]
    fn for_all_cases_the_answers_follow_the_schema_of_their_status(case in any_case()) {
        let transcript = play(&case);
        for exchange in &transcript.exchanges {
            prop_assert_eq!(broken_schema(exchange), Vec::<String>::new());
        }
    }

    #[test]
    fn for_all_malformed_requests_a_second_fault_leaves_them_refused(
        flow in flow(), faults in changes(Effect::Malformed, 3),
    ) {
        let transcript = play(&just(&flow, faults));
        if let Some(exchange) = at(&transcript, 0) {
            prop_assert!(is_refused(exchange), "{}", exchange.outcome_words());
        }
    }

    #[test]
    fn for_all_malformed_requests_the_repaired_twin_is_accepted(
        flow in flow(), faults in changes(Effect::Malformed, 3),
    ) {
        // Whoever has an acceptance token has used the access token.
        prop_assume!(!faults.iter().any(|fault| fault.needs(Need::AcceptanceToken)));
        let transcript = play(&request(&flow, faults));
        if let Some(twin) = at(&transcript, 1) {
            prop_assert!(twin.hands_out(), "{}", twin.outcome_words());
        }
    }

    #[test]
    fn for_all_benign_changes_a_request_stays_accepted(
        flow in flow(), harmless in changes(Effect::Benign, 4),
    ) {
        let transcript = play(&just(&flow, harmless));
        if let Some(exchange) = at(&transcript, 0) {
            prop_assert!(exchange.hands_out(), "{}", exchange.outcome_words());
        }
    }

    #[test]
    fn for_all_benign_changes_a_malformed_request_gets_the_same_refusal(
        flow in flow(), fault in changes(Effect::Malformed, 1), harmless in changes(Effect::Benign, 3),
    ) {
        let alone = play(&just(&flow, fault.clone()));
        let together = combined(&[fault, harmless].concat());
        let changed = play(&just(&flow, together));
        if let (Some(alone), Some(changed)) = (at(&alone, 0), at(&changed, 0)) {
            prop_assert_eq!(outcome(alone), outcome(changed));
        }
    }

    #[test]
    fn for_all_kinds_of_keys_a_did_key_of_the_wallet_is_one_for_the_issuer(
        flow in pre_authorised_flow(), key in prop::sample::select(KeyType::ALL), salt in any::<u64>(),
    ) {
        let case = just(&Flow { key, ..flow }, Vec::new());
        let transcript = CLEAN.with(|bench| bench.play(&case, salt));
        let exchange = at(&transcript, 0).expect("it was sent");
        prop_assert!(exchange.hands_out(), "{}", exchange.outcome_words());
        if let Some(credential) = exchange.credential() {
            prop_assert_eq!(credential.text_claim("/sub"), Some(&*exchange.facts.holder));
        }
    }

    #[test]
    fn for_all_waits_a_deferred_credential_comes_after_the_delay_and_not_before(
        seconds in 0_u64..12,
    ) {
        let transcript = play(&Case::new(
            Flow::new("CTWalletSamePreAuthorisedDeferred", "jwt_vc"),
            vec![
                Step::send(Endpoint::Credential, Vec::new()),
                Step::Wait(seconds),
                Step::send(Endpoint::Deferred, Vec::new()),
            ],
        ));
        let polled = at(&transcript, 2).expect("it was sent");
        prop_assert_eq!(
            polled.credential().is_some(),
            seconds >= EBSI_V3.deferred_delay,
            "{}", polled.outcome_words()
        );
    }
}

proptest! {
    #![proptest_config(one_in(16))]

    #[test]
    fn for_all_cases_equal_benches_exchange_the_same_bytes(case in any_case(), seed in any::<u64>()) {
        let signatures = Arc::new(Remembered::default());
        let said = || {
            let builder = Issuer::builder().seed(seed).signatures(signatures.clone());
            wire(&Bench::new(builder).play(&case, 0))
        };
        prop_assert_eq!(said(), said());
    }
}

/// ECDSA signs with chance. This one signs a message once, and then the same way again.
#[derive(Default)]
struct Remembered(Mutex<HashMap<Vec<u8>, String>>);

impl Signatures for Remembered {
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
        let mut signed = self.0.lock().expect("nobody panics");
        match signed.get(message) {
            Some(signature) => Ok(signature.clone()),
            None => {
                let signature = LibrarySignatures.sign(key, message)?;
                signed.insert(message.to_vec(), signature.clone());
                Ok(signature)
            }
        }
    }
}

/// The status and code of a refusal.
fn outcome(exchange: &Exchange) -> (u16, Option<&str>) {
    (exchange.status(), exchange.error())
}

/// What of an answer breaks the schema that goes with its endpoint and status.
fn broken_schema(exchange: &Exchange) -> Vec<String> {
    let Some(json) = exchange.json() else {
        return Vec::new();
    };
    let is_problem = exchange.media_type().as_deref() == Some("application/problem+json");
    let name = match (exchange.endpoint, exchange.status()) {
        (_, 400..) if is_problem => "problem",
        (_, 401) => "error-401",
        (_, 400..) => "error-400",
        (Endpoint::Credential | Endpoint::Deferred, 200) if json.get("credential").is_some() => {
            "credential-response"
        }
        (Endpoint::Credential | Endpoint::Deferred, 200) => "deferred-response",
        (Endpoint::Token, 200) => "token-response",
        (Endpoint::Offer, 200) => "offer",
        (endpoint, status) => return vec![format!("{status} of {endpoint:?} has no schema")],
    };
    let schema = EBSI_V3.schema(name).expect("the profile has it");
    Schemas::errors(schema, json)
}

/// Requests and answers as they would stand on the wire.
fn wire(transcript: &Transcript) -> Vec<String> {
    transcript
        .exchanges
        .iter()
        .map(|exchange| {
            let answer = exchange.response().expect("in this process");
            format!("{:?}\n{answer:?}", exchange.request)
        })
        .collect()
}
