//! One cause, one finding.

use serde_json::json;
use vcispec::case::{Edit, Effect, Endpoint, Member, Mutation, Op, Raw, Stage};

use super::world::{answer, credential, faulty, json_answer, mutation, problem};
use super::{broken_by, refusals};

#[test]
fn a_server_error_is_judged_by_robustness_alone() {
    for stage in Stage::ALL {
        let body = json!({ "title": "Internal Server Error", "status": 500 });
        let crashed = faulty(*stage, None, Endpoint::Credential, problem(500, &body));
        assert_eq!(
            broken_by(crashed),
            ["robustness/a-client-fault-is-no-server-error"],
            "{}",
            stage.slug()
        );
    }
}

#[test]
fn an_error_in_place_of_a_credential_is_no_acceptance() {
    let broken = faulty(
        Stage::ProofSignature,
        None,
        Endpoint::Credential,
        json_answer(200, &json!({ "format": "jwt_vc", "credential": "Error" })),
    );
    assert_eq!(broken_by(broken), ["response/credential-is-a-compact-jws"]);
}

#[test]
fn a_refusal_that_is_a_bare_string_is_a_broken_shape_and_no_more() {
    let headers = [("content-type", "application/json")];
    let bare = answer(400, &headers, "\"Pre-authorized code not found\"");
    let refused = faulty(Stage::TokenRequestCode, None, Endpoint::Token, bare);
    assert_eq!(broken_by(refused), ["error/object-follows-schema"]);
}

#[test]
fn an_unknown_type_that_is_issued_is_not_also_a_wrong_type() {
    let unknown = mutation(
        "types/unknown",
        Endpoint::Credential,
        Effect::Malformed,
        vec![Op::Member(Member::Types, Edit::Set(Raw::Null))],
    );
    let issued = credential(|_, payload| {
        payload["vc"]["type"] = json!(["VerifiableCredential", "Unknown"]);
    });
    let accepted = faulty(
        Stage::BodyTypes,
        Some(unknown),
        Endpoint::Credential,
        json_answer(200, &json!({ "format": "jwt_vc", "credential": issued })),
    );
    assert_eq!(broken_by(accepted), ["request/types-checked"]);
}

#[test]
fn a_stranger_who_gets_a_credential_is_not_also_a_wrong_subject() {
    let issued = credential(|_, payload| {
        payload["sub"] = "did:key:zStranger".into();
        payload["vc"]["credentialSubject"]["id"] = "did:key:zStranger".into();
    });
    let accepted = faulty(
        Stage::ProofKidSubject,
        None,
        Endpoint::Credential,
        json_answer(200, &json!({ "format": "jwt_vc", "credential": issued })),
    );
    assert_eq!(broken_by(accepted), ["proof/kid-names-the-subjects-key"]);
}

#[test]
fn a_success_without_a_body_where_a_refusal_was_due_is_an_acceptance() {
    let accepted = faulty(
        Stage::ProofSignature,
        None,
        Endpoint::Credential,
        json_answer(200, &json!({})),
    );
    assert_eq!(broken_by(accepted), ["proof/signature-verified"]);
}

#[test]
fn accepting_any_mutation_of_the_catalogue_that_must_be_refused_draws_one_finding() {
    let refused = Mutation::all()
        .iter()
        .filter_map(|mutation| Some((*mutation, mutation.stage?)));
    let mut count = 0;
    for (mutation, stage) in refused {
        let accepted = faulty(
            stage,
            Some(mutation),
            mutation.endpoint,
            refusals::success(mutation.endpoint),
        );
        let broken = broken_by(accepted);
        assert_eq!(broken.len(), 1, "{mutation:?}: {broken:?}");
        count += 1;
    }
    assert!(count > 0, "the catalogue is empty");
}
