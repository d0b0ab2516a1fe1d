//! The files of the example service wallet belong together.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
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
