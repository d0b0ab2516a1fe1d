use serde_json::{Value, json};
use vcispec::case::{Edit, Effect, Endpoint, Member, Mutation, Op, Raw, Stage};
use vcispec::profile::{EBSI_V3, OPENID4VCI_DRAFT11};
use vcispec::transcript::{Allowed, Body, Exchange, Grade};

use super::Sample;
use super::world::{
    answer, credential, error, exchange, faulty, fetch, honest, issuance, json_answer, jwks,
    mutation, promise,
};

pub(super) fn samples() -> Vec<Sample> {
    let good = credential(|_, _| {});
    let with = |name: &str, value: Value| {
        let mut body = json!({ "format": "jwt_vc", "credential": good });
        body[name] = value;
        of(&body)
    };
    vec![
        Sample::new(
            "response/media-type-is-json",
            honest(),
            typed(
                "text/html",
                &json!({ "format": "jwt_vc", "credential": good }).to_string(),
            ),
        ),
        Sample::new(
            "response/media-type-is-json",
            faulty(
                Stage::BodyJson,
                None,
                Endpoint::Credential,
                error(400, "invalid_request"),
            ),
            faulty(
                Stage::BodyJson,
                None,
                Endpoint::Credential,
                answer(400, &[("content-type", "text/plain")], "expected a body"),
            ),
        ),
        Sample::new(
            "response/json-parses",
            honest(),
            typed("application/json", "{\"format\""),
        ),
        Sample::new(
            "response/credential-is-not-stored",
            promise(),
            cacheable(&json!({ "format": "jwt_vc", "credential": good })),
        ),
        Sample::new(
            "response/success-has-the-specified-status",
            honest(),
            exchange(
                Endpoint::Credential,
                json_answer(201, &json!({ "format": "jwt_vc", "credential": good })),
            ),
        ),
        Sample::new(
            "response/exactly-one-of-credential-and-acceptance-token",
            promise(),
            with("acceptance_token", "token".into()),
        ),
        Sample::new(
            "response/exactly-one-of-credential-and-acceptance-token",
            honest(),
            of(&json!({ "format": "jwt_vc" })),
        ),
        Sample::new(
            "response/exactly-one-of-credential-and-acceptance-token",
            honest(),
            exchange(Endpoint::Credential, answer(200, &[], "")),
        ),
        Sample::new(
            "response/format-is-known",
            honest(),
            of(&json!({ "credential": good })),
        ),
        Sample::new(
            "response/format-is-known",
            honest(),
            with("format", "ldp_vc".into()),
        ),
        Sample::new(
            "response/format-echoes-the-request",
            honest(),
            with("format", "jwt_vc_json".into()),
        ),
        Sample::of_cases(
            "response/format-echoes-the-request",
            vec![promise(), fetch(good.clone())],
            vec![promise(), {
                let body = json!({ "format": "jwt_vc_json", "credential": good });
                exchange(Endpoint::Deferred, json_answer(200, &body))
            }],
        ),
        Sample::new(
            "response/credential-is-a-compact-jws",
            honest(),
            issuance("Error"),
        ),
        Sample::new(
            "response/credential-is-a-compact-jws",
            fetch(good.clone()),
            fetch(json!({ "vc": {} })),
        ),
        Sample::new(
            "response/success-follows-schema",
            honest(),
            with("c_nonce_expires_in", "86400".into()),
        ),
        Sample::new(
            "response/success-follows-schema",
            promise(),
            promise_of(&json!({ "acceptance_token": "" })),
        ),
        Sample::new(
            "response/members-are-documented",
            with("notification_id", "n-1".into()),
            with("debug", "on".into()),
        ),
        Sample::new(
            "response/a-refusal-hands-out-nothing",
            faulty(
                Stage::ProofNonce,
                None,
                Endpoint::Credential,
                error(400, "invalid_or_missing_proof"),
            ),
            faulty(
                Stage::ProofNonce,
                None,
                Endpoint::Credential,
                json_answer(
                    400,
                    &json!({ "error": "invalid_or_missing_proof", "credential": good }),
                ),
            ),
        ),
    ]
}

fn of(body: &Value) -> Exchange {
    exchange(Endpoint::Credential, json_answer(200, body))
}

fn promise_of(body: &Value) -> Exchange {
    let mut promise = promise();
    promise.answer = Ok(json_answer(200, body));
    promise
}

fn typed(media_type: &str, body: &str) -> Exchange {
    let headers = [("content-type", media_type), ("cache-control", "no-store")];
    exchange(Endpoint::Credential, answer(200, &headers, body.to_owned()))
}

fn cacheable(body: &Value) -> Exchange {
    let headers = [("content-type", "application/json")];
    exchange(
        Endpoint::Credential,
        answer(200, &headers, body.to_string()),
    )
}

#[test]
fn a_format_that_was_changed_is_the_one_to_be_echoed() {
    let good = credential(|_, _| {});
    let changed = |asked: &str, edit: Edit, answered: &str| {
        let mut changed = of(&json!({ "format": answered, "credential": good }));
        let body = json!({ "format": asked }).to_string();
        *changed.request.body_mut() = body.into();
        changed.mutations = vec![mutation(
            "format/other",
            Endpoint::Credential,
            Effect::Either("jwt_vc_json"),
            vec![Op::Member(Member::Format, edit)],
        )];
        changed.expectation.either = true;
        super::broken_by(changed)
    };
    let set = |format: &str| Edit::Set(Raw::string(format));
    let other = || set("jwt_vc_json");
    assert_eq!(changed("jwt_vc_json", other(), "jwt_vc_json"), [""; 0]);
    let broken = ["response/format-echoes-the-request"];
    assert_eq!(changed("jwt_vc_json", other(), "jwt_vc"), broken);
    // Who asks for no known format, or for several, may be answered with any.
    assert_eq!(changed("ldp_vc", set("ldp_vc"), "jwt_vc"), [""; 0]);
    assert_eq!(changed("jwt_vc", Edit::Remove, "jwt_vc_json"), [""; 0]);
}

#[test]
fn a_pending_answer_that_is_allowed_need_not_hold_a_credential() {
    let mut early = faulty(
        Stage::DeferredReady,
        None,
        Endpoint::Deferred,
        json_answer(202, &json!({ "error": "issuance_pending" })),
    );
    early.expectation.allowed.push(Allowed::by_latitude(
        "deferred, too early",
        &[202],
        Body::OAuthError(vec!["issuance_pending"]),
    ));
    assert_eq!(super::broken_by(early), [""; 0]);
}

#[test]
fn a_key_set_as_plain_json_is_a_note() {
    let keys = super::world::context().issuer_jwks;
    let plain = exchange(Endpoint::IssuerJwks, json_answer(200, &keys));
    assert_eq!(super::broken_by(plain), ["response/media-type-is-json"]);
    assert_eq!(super::broken_by(jwks(&keys)), [""; 0]);
}

#[test]
fn a_preflight_request_needs_no_credential() {
    let mut preflight = exchange(Endpoint::Credential, answer(204, &[], ""));
    preflight
        .expectation
        .allowed
        .push(Allowed::new(&[200, 204], Body::NoCredential));
    assert_eq!(super::broken_by(preflight), [""; 0]);
}

#[test]
fn the_page_of_a_router_is_a_note_whether_or_not_the_path_had_to_be_refused() {
    let page = || answer(404, &[("content-type", "text/html")], "<h1>Not Found</h1>");
    let grade = |name| {
        let mutation = Mutation::find(name).expect("a mutation");
        let mut exchange = exchange(Endpoint::Credential, page());
        exchange.mutations = vec![mutation];
        exchange.expectation.either = true;
        let context = super::world::context();
        let judgement = super::judge(&context, vec![exchange]);
        judgement.failed["response/media-type-is-json"].grade
    };
    assert_eq!(grade("http/path-trailing-slash"), Grade::Note);
    assert_eq!(grade("json/word"), Grade::Failure);
}

#[test]
fn a_page_may_come_where_no_client_reads_and_where_a_dialect_asks_the_endpoint_alone() {
    let is_broken = |profile, endpoint, stage, may_have_any_shape: bool| {
        let page = answer(
            400,
            &[("content-type", "text/html")],
            "<h1>Bad Request</h1>",
        );
        let mut refused = faulty(stage, None, endpoint, page);
        if may_have_any_shape {
            let any_shape = Allowed::new(&[400], Body::NoCredential);
            refused.expectation.allowed.push(any_shape);
        }
        let judgement = super::judge_by(profile, &super::world::context(), vec![refused]);
        judgement.failed.contains_key("response/media-type-is-json")
    };
    let (credential, post) = (Endpoint::Credential, Endpoint::DirectPost);
    let (proof, state) = (Stage::ProofNonce, Stage::DirectPostState);
    assert!(is_broken(&EBSI_V3, post, state, false));
    assert!(!is_broken(&EBSI_V3, post, state, true));
    assert!(is_broken(&EBSI_V3, credential, proof, true));
    assert!(is_broken(&OPENID4VCI_DRAFT11, credential, proof, false));
    assert!(!is_broken(&OPENID4VCI_DRAFT11, credential, proof, true));
}
