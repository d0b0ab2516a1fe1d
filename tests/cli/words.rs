//! `list` and `explain`.

use serde_json::Value;
use vcispec::case::Mutation;
use vcispec::issuer::Defect;
use vcispec::{clauses, invariants};

use super::{stdout, vcispec};

#[test]
fn list_names_all_there_is() {
    for (what, count) in [
        ("mutations", Mutation::all().len()),
        ("invariants", invariants::ALL.len()),
        ("clauses", clauses::all().count()),
        ("defects", Defect::ALL.len()),
    ] {
        let text = stdout(&mut vcispec(&["list", what]));
        assert_eq!(text.lines().count(), count, "{what}");
        let json = stdout(&mut vcispec(&["list", what, "--json"]));
        let json: Vec<Value> = serde_json::from_str(&json).expect("an array");
        assert_eq!(json.len(), count, "{what}");
    }
}

#[test]
fn explain_tells_of_each_kind() {
    for (id, words) in [
        ("proof-nonce/random", "must be refused"),
        ("access-token/single-use", "is an invariant"),
        ("ebsi-v3/proof-nonce", "docs/ebsi-v3.md#proof-nonce"),
        ("nonce-unchecked", "serve --defect nonce-unchecked"),
    ] {
        let text = stdout(&mut vcispec(&["explain", id]));
        assert!(text.contains(words), "{text}");
    }
}
