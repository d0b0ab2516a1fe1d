//! `schemas/corpus.schema.json` and the reader in Rust say the same of a file.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use vcispec::corpus;

use super::{FILES, root};

fn validator() -> jsonschema::Validator {
    let text = fs::read(root().join("schemas/corpus.schema.json")).expect("the schema is there");
    let schema = serde_json::from_slice(&text).expect("the schema is JSON");
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

/// A small file without a fault.
fn good() -> Value {
    json!({
        "schema": "vcispec-corpus-1", "profile": "ebsi-v3", "generator": "hand", "numberOfTests": 1,
        "notes": {"nonce-unchecked": {"bugType": "known-bug", "description": "The nonce is not compared."}},
        "testGroups": [{"comment": "A group.", "tests": [{
            "id": "small/one", "comment": "A nonce that was never issued.", "flags": ["nonce-unchecked"],
            "clauses": ["ebsi-v3/proof-nonce"],
            "case": {
                "version": 1, "flow": {"type": "CTWalletSamePreAuthorisedInTime", "format": "jwt_vc"},
                "steps": [
                    {"send": {"to": "credential", "session": 1, "mutations": ["proof-nonce/random"]}},
                    {"wait": 3}, "wait-until-ready", {"renew": 1}, {"race": [{"to": "token"}]},
                ],
            },
            "result": "invalid", "expected": {"status": [400], "error": ["invalid_or_missing_proof"]},
        }]}],
    })
}

/// Whether the reader takes a file and the lint finds nothing wrong with it.
fn is_read(file: &Value) -> bool {
    let path = Path::new("small.json");
    corpus::parse(path, &file.to_string())
        .is_ok_and(|file| corpus::lint(&[(path.to_owned(), file)]).is_empty())
}

#[test]
fn every_file_validates() {
    let validator = validator();
    for (path, _) in FILES.iter() {
        let text = fs::read(path).expect("the file is there");
        let file = serde_json::from_slice(&text).expect("the file is JSON");
        let errors: Vec<_> = validator
            .iter_errors(&file)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

#[test]
fn schema_and_reader_refuse_the_same() {
    let validator = validator();
    assert!(validator.is_valid(&good()) && is_read(&good()));
    let vector = "/testGroups/0/tests/0";
    let case = "/testGroups/0/tests/0/case";
    let send = "/testGroups/0/tests/0/case/steps/0/send";
    let note = "/notes/nonce-unchecked";
    let broken: Vec<(&str, &str, Value)> = vec![
        ("", "remark", json!("unknown")),
        ("", "schema", json!("vcispec-corpus-9")),
        ("", "schema", Value::Null),
        ("", "profile", json!("no-such")),
        ("", "generator", json!("")),
        ("", "numberOfTests", json!("1")),
        ("", "notes", json!([])),
        ("", "testGroups", json!([])),
        (note, "bugType", json!("BUG")),
        (note, "severity", json!(1)),
        (note, "description", json!("no sentence")),
        (note, "links", json!("https://example.org")),
        ("/testGroups/0", "comment", json!("no sentence")),
        ("/testGroups/0", "flow", json!({})),
        ("/testGroups/0", "tests", json!([])),
        (vector, "id", json!("Small/One")),
        (vector, "id", json!("small")),
        (vector, "comment", json!("no sentence")),
        (vector, "comment", json!("Two\nlines.")),
        (vector, "flags", json!([])),
        (
            vector,
            "flags",
            json!(["nonce-unchecked", "nonce-unchecked"]),
        ),
        (vector, "clauses", json!([])),
        (vector, "needs", json!(["luck"])),
        (vector, "result", json!("maybe")),
        (vector, "expected", json!({"status": [400]})),
        (vector, "expected", json!({"status": [], "error": []})),
        (
            vector,
            "expected",
            json!({"status": [400], "error": [], "body": {}}),
        ),
        (vector, "tcId", json!(1)),
        (case, "version", json!(2)),
        (case, "flow", json!({"type": "x"})),
        (
            case,
            "flow",
            json!({"type": "x", "format": "jwt_vc", "key": "P-999"}),
        ),
        (case, "steps", json!([])),
        (case, "steps", json!(["wait"])),
        (
            case,
            "steps",
            json!([{"send": {"to": "credential"}, "wait": 1}]),
        ),
        (
            case,
            "steps",
            json!([{"wait": -1}, {"send": {"to": "token"}}]),
        ),
        (
            case,
            "steps",
            json!([{"send": {"to": "token"}}, {"renew": 300}]),
        ),
        (
            case,
            "steps",
            json!([{"race": vec![json!({"to": "token"}); 129]}]),
        ),
        (case, "seed", json!(1)),
        (send, "to", json!("nowhere")),
        (send, "session", json!(-1)),
        (send, "mutations", json!("proof-nonce/random")),
        (send, "mutations", json!([{}])),
        (send, "body", json!("")),
    ];
    for (place, member, value) in broken {
        let mut file = good();
        let object = file.pointer_mut(place).expect("the place is there");
        object[member] = value.clone();
        let said = (validator.is_valid(&file), is_read(&file));
        assert_eq!(said, (false, false), "{place}/{member} = {value}");
    }
    for (place, member) in [
        ("", "schema"),
        ("", "profile"),
        ("", "generator"),
        ("", "numberOfTests"),
        ("", "notes"),
        ("", "testGroups"),
        (note, "bugType"),
        (note, "description"),
        ("/testGroups/0", "comment"),
        ("/testGroups/0", "tests"),
        (vector, "id"),
        (vector, "comment"),
        (vector, "flags"),
        (vector, "clauses"),
        (vector, "case"),
        (vector, "result"),
        (vector, "expected"),
        (case, "version"),
        (case, "flow"),
        (case, "steps"),
        (send, "to"),
    ] {
        let mut file = good();
        let object = file.pointer_mut(place).and_then(Value::as_object_mut);
        object.expect("the place is there").remove(member);
        let said = (validator.is_valid(&file), is_read(&file));
        assert_eq!(said, (false, false), "without {place}/{member}");
    }
}
