//! Another dialect is another value of `Profile`: a toy with its own member names, types, statuses
//! and codes, for which the same catalogue renders and the same oracle and rules judge.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use vcispec::case::{
    Case, Edit, Effect, Endpoint, Flow, Grant, Member, Mutation, Need, Op, Stage, Step,
};
use vcispec::oracle::Oracle;
use vcispec::profile::{
    Answer, Conduct, CredentialType, EBSI_V3, Latitude, Members, PinRule, Profile, Reading, Schema,
    StageRule,
};
use vcispec::transcript::Exchange;

use crate::canned::Canned;
use crate::invariants::world;
use crate::thorough::every_nth;

const TYPES: &[CredentialType] = &[
    CredentialType::offered("ToyDiploma", Grant::PreAuthorized, false),
    CredentialType::offered("ToyTicket", Grant::PreAuthorized, true),
];

static TOY: LazyLock<Profile> = LazyLock::new(|| Profile {
    id: "toy",
    title: "A toy",
    members: Members {
        format: "fmt",
        types: "kinds",
        definition: None,
        proof: "evidence",
        proof_type: "kind",
        proof_jwt: "token",
    },
    proof_type: "toy-jws",
    proof_typ: "toy-evidence+jws",
    required_types: &["VerifiableCredential", "ToyThing"],
    types: TYPES,
    unauthorised_types: &["ToyCrown", "ToySceptre"],
    formats: &["toy-jwt", "toy-jwt-2"],
    stages: EBSI_V3.stages.iter().map(in_toy).collect::<Vec<_>>().leak(),
    latitude: Latitude::Only(&[]),
    refused: &[],
    demands: &[],
    key_types: &[],
    deferred_delay: 1,
    pin: PinRule::None,
    reading: Reading::OWN,
    conduct: Conduct::EBSI,
    schemas: &[
        Schema {
            name: "credential-response",
            text: r#"{"properties": {"format": {"enum": ["toy-jwt", "toy-jwt-2"]}}, "required": ["credential"]}"#,
        },
        Schema {
            name: "error-400",
            text: r#"{"required": ["error"]}"#,
        },
    ],
});

/// The stages of EBSI v3, refused in the toy's way.
fn in_toy(rule: &StageRule) -> StageRule {
    let answer = match rule.answer {
        Answer::OAuth(["invalid_token"]) => Answer::OAuth(&["toy_bad_token"]),
        Answer::OAuth(["invalid_or_missing_proof"]) => Answer::OAuth(&["toy_bad_evidence"]),
        Answer::OAuth(_) => Answer::OAuth(&["toy_bad_request"]),
        other => other,
    };
    let statuses: &[u16] = match answer {
        Answer::OAuth(_) => &[422],
        _ => rule.statuses,
    };
    StageRule {
        statuses,
        answer,
        ..*rule
    }
}

#[test]
fn the_catalogue_renders_with_the_names_of_the_toy() {
    let canned = toy();
    // The toy has no deferred types.
    let all = every_nth(3, Mutation::of(Endpoint::Credential));
    for mutation in all.filter(|mutation| !mutation.needs(Need::AcceptanceToken)) {
        let transcript = play(&canned, &[mutation], |_| refusal(422, "toy_bad_request"));
        assert_eq!(transcript.stopped, None, "{mutation:?}");
        let request = &transcript.exchanges.last().expect("it was sent").request;
        for word in [
            "proof_type",
            "jwt_vc",
            "openid4vci",
            "VerifiableAttestation",
        ] {
            let literal = LITERALS.contains(&(&mutation.id, word));
            assert_eq!(
                all_text(request).contains(word),
                literal,
                "{mutation:?} {word}"
            );
        }
        let Ok(body) = serde_json::from_slice::<Value>(request.body()) else {
            continue;
        };
        let names: BTreeSet<&str> = body
            .as_object()
            .map(|members| members.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let touched = |member| touches(mutation, member);
        for (name, member) in [
            ("fmt", Member::Format),
            ("kinds", Member::Types),
            ("evidence", Member::Proof),
        ] {
            assert!(
                names.contains(name) || touched(member),
                "{mutation:?} {name}"
            );
        }
        for name in ["format", "types", "proof"] {
            assert!(!names.contains(name), "{mutation:?} {name}");
        }
    }
}

#[test]
fn refusals_with_the_codes_of_the_toy_pass_and_those_of_ebsi_fail() {
    let canned = toy();
    // The toy has no deferred types.
    let all = every_nth(3, Mutation::of(Endpoint::Credential));
    for mutation in all.filter(|mutation| !mutation.needs(Need::AcceptanceToken)) {
        let (Effect::Malformed, Some(stage)) = (mutation.effect, mutation.stage) else {
            continue;
        };
        let (right, wrong) = answers(stage);
        let judge = |answer: &Response<Bytes>| {
            let transcript = play(&canned, &[mutation], |_| answer.clone());
            let found = canned.findings(&transcript);
            let rules: Vec<_> = found.into_iter().map(|(rule, _)| rule).collect();
            (rules, words(&transcript.exchanges))
        };
        let (found, said) = judge(&right);
        assert_eq!(found, Vec::<&str>::new(), "{mutation:?}: {said}");
        let (found, said) = judge(&wrong);
        assert_eq!(found.len(), 1, "{mutation:?}: {found:?} {said}");
    }
}

#[test]
fn a_credential_of_the_toy_is_judged_by_its_own_names() {
    let canned = toy();
    let issued = |format: &str, bend: fn(&mut Value)| {
        let transcript = play(&canned, &[], |outgoing| {
            let credential = world::credential(|_, payload| {
                payload["sub"] = outgoing.facts.holder.clone().into();
                payload["vc"]["credentialSubject"]["id"] = outgoing.facts.holder.clone().into();
                payload["vc"]["type"] = outgoing.facts.requested_types.clone().into();
                bend(payload);
            });
            world::json_answer(200, &json!({ "format": format, "credential": credential }))
        });
        let found = canned.findings(&transcript);
        found.into_iter().map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    assert_eq!(issued("toy-jwt", |_| {}), Vec::<&str>::new());
    assert_eq!(issued("jwt_vc", |_| {}), ["response/format-is-known"]);
    assert_eq!(
        issued("toy-jwt", |payload| payload["vc"]["type"] =
            json!(EBSI_V3.types_of("ToyDiploma"))),
        ["credential/types-are-those-requested"]
    );
}

#[test]
fn types_in_another_order_are_read_from_the_member_of_the_toy() {
    let canned = toy();
    let reversed = Mutation::find("types/subset").expect("a mutation");
    let answer = |types: &'static [&'static str]| {
        let transcript = play(&canned, &[reversed], |outgoing| {
            let credential = world::credential(|_, payload| {
                payload["sub"] = outgoing.facts.holder.clone().into();
                payload["vc"]["credentialSubject"]["id"] = outgoing.facts.holder.clone().into();
                payload["vc"]["type"] = json!(types);
            });
            world::json_answer(
                200,
                &json!({ "format": "toy-jwt", "credential": credential }),
            )
        });
        let found = canned.findings(&transcript);
        found.into_iter().map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    assert_eq!(
        answer(&["VerifiableCredential", "ToyThing"]),
        Vec::<&str>::new()
    );
    assert_eq!(
        answer(&["VerifiableCredential", "ToyThing", "ToyDiploma"]),
        ["credential/types-are-those-requested"]
    );
}

/// Mutations that write a word of EBSI on purpose: as a wrong value.
const LITERALS: &[(&str, &str)] = &[];

fn toy() -> Canned {
    Canned::new(&TOY, Oracle::new(&TOY), world::context())
}

fn play(
    canned: &Canned,
    mutations: &[Mutation],
    answer: impl Fn(&vcispec::wallet::Outgoing) -> Response<Bytes>,
) -> vcispec::transcript::Transcript {
    let step = Step::send(Endpoint::Credential, mutations.to_vec());
    canned.play(
        &Case::new(Flow::new("ToyDiploma", "toy-jwt"), vec![step]),
        answer,
    )
}

/// The toy's refusal at a stage, and EBSI's.
fn answers(stage: Stage) -> (Response<Bytes>, Response<Bytes>) {
    let code = |profile: &Profile| {
        let rule = profile.rule(Endpoint::Credential, stage).expect("a stage");
        match rule.answer {
            Answer::OAuth(codes) => refusal(rule.statuses[0], codes[0]),
            _ => world::answer(404, &[("content-type", "application/problem+json")], "{}"),
        }
    };
    match stage {
        Stage::Http => (
            world::problem(404, &json!({ "title": "Not Found", "status": 404 })),
            refusal(418, "teapot"),
        ),
        _ => (code(&TOY), code(&EBSI_V3)),
    }
}

fn refusal(status: u16, code: &str) -> Response<Bytes> {
    world::error(status, code)
}

fn words(exchanges: &[Exchange]) -> String {
    exchanges.last().map_or_else(String::new, |exchange| {
        format!(
            "{}; allowed {}",
            exchange.outcome_words(),
            exchange.expectation.words()
        )
    })
}

/// Whether a mutation removes or replaces a member, or the body as a whole.
fn touches(mutation: Mutation, member: Member) -> bool {
    mutation.ops.iter().any(|op| match op {
        Op::Member(written, Edit::Remove | Edit::Rename(_)) => *written == member,
        Op::Body(_) => true,
        _ => false,
    })
}

/// Body and the decoded segments of every JWS of a request.
fn all_text(request: &Request<Bytes>) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut text = String::from_utf8_lossy(request.body()).into_owned();
    for header in request.headers().values() {
        text.push_str(&String::from_utf8_lossy(header.as_bytes()));
    }
    let decoded: Vec<String> = text
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)))
        .filter(|word| word.len() > 20)
        .filter_map(|word| URL_SAFE_NO_PAD.decode(word).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    text + &decoded.concat()
}
