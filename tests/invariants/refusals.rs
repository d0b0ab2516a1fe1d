use bytes::Bytes;
use http::Response;
use serde_json::json;
use vcispec::case::{
    Edit, Effect, Endpoint, Jws, JwsEdit, Mutation, Op, PublicKeyForm, Raw, Signer, Stage,
};
use vcispec::invariants::ALL;
use vcispec::profile::{Answer, EBSI_V3, EBSI_V3_STRICT, StageRule};
use vcispec::transcript::{Allowed, Body, Exchange, Grade};

use super::world::{
    answer, credential, error, fault, faulty, grant, issuer_key, json_answer, mutation, offer_of,
    problem, redirection, refused_for, token_response,
};
use super::{Sample, refusal_stages};

/// For each stage of each rule about refusals: refused as the profile says, and accepted.
pub(super) fn samples() -> Vec<Sample> {
    let by_stage = ALL.iter().flat_map(|invariant| {
        let stages = refusal_stages(&invariant.check).unwrap_or_default();
        stages.iter().flat_map(|stage| {
            let rule = rule(*stage);
            [success(rule.endpoint), refusal_with_another_code(rule)]
                .into_iter()
                .map(|wrong| {
                    Sample::new(
                        invariant.id,
                        faulty(*stage, None, rule.endpoint, refusal(rule)),
                        faulty(*stage, None, rule.endpoint, wrong),
                    )
                })
        })
    });
    let special = special_faults().into_iter().map(|(id, stage, edits)| {
        let rule = rule(stage);
        let mutation = proof_mutation(id, edits);
        Sample::new(
            id,
            faulty(stage, Some(mutation), rule.endpoint, refusal(rule)),
            faulty(stage, Some(mutation), rule.endpoint, success(rule.endpoint)),
        )
    });
    by_stage.chain(special).chain([challenge()]).collect()
}

/// A refused access token under the strict profile, with a challenge and without.
fn challenge() -> Sample {
    let refused = |headers: &[(&str, &str)]| {
        let body = json!({ "error": "invalid_token", "error_description": "A sentence." });
        let headers = [&[("content-type", "application/json")], headers].concat();
        let answer = answer(401, &headers, body.to_string());
        let mut exchange = faulty(Stage::TokenAudience, None, Endpoint::Credential, answer);
        exchange.expectation.allowed = vec![Allowed::new(
            &[401],
            Body::OAuthError(vec!["invalid_token"]),
        )];
        exchange
    };
    Sample {
        profile: &EBSI_V3_STRICT,
        ..Sample::new(
            "access-token/refusal-has-a-challenge",
            refused(&[("www-authenticate", "Bearer error=\"invalid_token\"")]),
            refused(&[("www-authenticate", "Basic realm=\"x\"")]),
        )
    }
}

fn special_faults() -> Vec<(&'static str, Stage, Vec<Op>)> {
    let set = |value: &'static str| Edit::Set(Raw::string(value));
    let proof = |edit: JwsEdit| Op::Jws(Jws::Proof, edit);
    let token = |edit: JwsEdit| Op::Jws(Jws::Token, edit);
    vec![
        (
            "proof/algorithm-fits-the-key",
            Stage::ProofSignature,
            vec![proof(JwsEdit::Header("alg", set("none")))],
        ),
        (
            "proof/algorithm-fits-the-key",
            Stage::ProofSignature,
            vec![
                proof(JwsEdit::Header("alg", set("HS256"))),
                proof(JwsEdit::Signer(Signer::Hmac(PublicKeyForm::Pem))),
            ],
        ),
        (
            "proof/expiry-honoured",
            Stage::ProofSignature,
            vec![proof(JwsEdit::Claim("exp", Edit::Set(Raw::time(-60))))],
        ),
        (
            "proof/critical-extensions-understood",
            Stage::ProofSignature,
            vec![proof(JwsEdit::Header(
                "crit",
                Edit::Set(Raw::templates(&["x"])),
            ))],
        ),
        (
            "proof/typ-tells-a-proof",
            Stage::ProofHeader,
            vec![proof(JwsEdit::Header("typ", set("JWT")))],
        ),
        (
            "access-token/algorithm-fits-the-key",
            Stage::TokenHeader,
            vec![token(JwsEdit::TamperHeader("alg", Raw::string("none")))],
        ),
    ]
}

fn proof_mutation(id: &str, ops: Vec<Op>) -> Mutation {
    mutation(id, Endpoint::Credential, Effect::Malformed, ops)
}

fn rule(stage: Stage) -> &'static StageRule {
    EBSI_V3
        .stages
        .iter()
        .find(|rule| rule.stage == stage)
        .expect("a stage of the profile")
}

/// A refusal as the profile says.
fn refusal(rule: &StageRule) -> Response<Bytes> {
    let status = rule.statuses[0];
    match rule.answer {
        Answer::OAuth(codes) => error(status, codes[0]),
        Answer::Redirect(codes) => {
            redirection(&format!("openid://?error={}&state=of-the-client", codes[0]))
        }
        Answer::Problem | Answer::Http => {
            problem(status, &json!({ "title": "Refused", "status": status }))
        }
    }
}

fn refusal_with_another_code(rule: &StageRule) -> Response<Bytes> {
    match rule.answer {
        Answer::OAuth(_) => error(rule.statuses[0], "INVALID"),
        Answer::Redirect(_) => redirection("openid://?error=INVALID&state=of-the-client"),
        Answer::Problem | Answer::Http => {
            problem(422, &json!({ "title": "Unprocessable", "status": 422 }))
        }
    }
}

pub(super) fn success(endpoint: Endpoint) -> Response<Bytes> {
    match endpoint {
        Endpoint::Credential | Endpoint::Deferred => json_answer(
            200,
            &json!({ "format": "jwt_vc", "credential": credential(|_, _| {}) }),
        ),
        Endpoint::Token => json_answer(200, &token_response("opaque")),
        Endpoint::Offer => json_answer(200, &offer_of(&grant(|_| {}, &issuer_key()))),
        Endpoint::Authorize => redirection("openid://?nonce=n&state=of-the-server"),
        Endpoint::DirectPost => redirection("openid://?code=c&state=of-the-client"),
        Endpoint::RequestUri => answer(200, &[("content-type", "application/jwt")], "e30.e30.x"),
        _ => redirection("openid://?credential_offer_uri=x"),
    }
}

fn two_faults(answer: Response<Bytes>) -> Exchange {
    let mut exchange = faulty(Stage::BodyTypes, None, Endpoint::Credential, answer);
    exchange.expectation = refused_for(vec![
        fault(Stage::BodyTypes, None),
        fault(Stage::ProofNonce, None),
    ]);
    exchange
}

#[test]
fn with_two_faults_the_code_of_the_second_is_tolerable() {
    let context = super::world::context();
    let judgement = super::judge(
        &context,
        vec![two_faults(error(400, "invalid_or_missing_proof"))],
    );
    assert_eq!(
        judgement.failed["request/types-checked"].grade,
        Grade::Tolerable
    );
}

#[test]
fn with_two_faults_the_code_of_neither_is_a_failure() {
    let context = super::world::context();
    let judgement = super::judge(&context, vec![two_faults(error(400, "invalid_token"))]);
    assert_eq!(
        judgement.failed["request/types-checked"].grade,
        Grade::Failure
    );
}

#[test]
fn a_broken_stage_is_named_by_its_clause() {
    let context = super::world::context();
    let accepted = faulty(
        Stage::ProofDidExists,
        None,
        Endpoint::Credential,
        success(Endpoint::Credential),
    );
    let judgement = super::judge(&context, vec![accepted]);
    let violation = &judgement.failed["proof/kid-names-the-subjects-key"];
    assert_eq!(
        violation.clause.map(|clause| clause.id),
        Some("ebsi-v3/proof-did-exists")
    );
    assert_eq!(violation.expected, "400 invalid_or_missing_proof");
    assert_eq!(violation.actual, "200 with a credential");
}
