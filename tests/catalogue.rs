//! The catalogue of mutations against the reference issuer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use vcispec::case::{Case, Effect, Mutation, Need, Stage, Step};
use vcispec::issuer::RefusedAt;
use vcispec::oracle::{Oracle, latitude};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::Exchange;

use crate::canned::Canned;
use crate::invariants::world;
use crate::played::PLAYED;

fn label(mutation: Mutation, stage: Stage) -> &'static str {
    EBSI_V3
        .rule(mutation.endpoint, stage)
        .expect("a stage of the mutation's endpoint")
        .label
}

#[test]
fn reference_refuses_each_at_the_stage_the_catalogue_declares() {
    let mut wrong = Vec::new();
    for mutation in PLAYED.mutations() {
        let transcript = PLAYED.alone(mutation);
        if let Some(reason) = &transcript.stopped {
            if !reason.contains(&*mutation.id) || mutation.effect == Effect::Benign {
                wrong.push(format!("{mutation:?}: stopped: {reason}"));
            }
            continue;
        }
        let exchange = transcript
            .steps()
            .find(|exchange| !exchange.mutations.is_empty())
            .expect("the mutated request");
        let accepted = exchange.is_accepted();
        let seen = exchange
            .response()
            .and_then(|response| response.extensions().get::<RefusedAt>())
            .map(|at| at.0);
        let verdict = match (mutation.effect, mutation.reference_accepts) {
            (Effect::Benign, _) | (Effect::Either(_), true) => accepted,
            _ if mutation.id == "http/method-options" => !exchange.hands_out(),
            // An unknown path reaches no validation that could say where it refused.
            _ if mutation.stage == Some(Stage::Http) => {
                !accepted && seen.is_none_or(|seen| seen == "http")
            }
            _ => !accepted && seen == mutation.stage.map(|stage| label(mutation, stage)),
        };
        if !verdict {
            wrong.push(format!(
                "{mutation:?}: {:?}, declared {:?}, refused at {seen:?}: {}",
                mutation.effect,
                mutation
                    .stage
                    .map(|s| (s, EBSI_V3.rule(mutation.endpoint, s).map(|r| r.label))),
                exchange.outcome_words()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        PLAYED.mutations().count(),
        wrong.join("\n")
    );
}

#[test]
fn oracle_allows_what_the_reference_answers() {
    let mut wrong = Vec::new();
    for mutation in PLAYED.mutations() {
        let transcript = PLAYED.alone(mutation);
        for exchange in &transcript.exchanges {
            if !exchange.is_allowed() {
                wrong.push(format!(
                    "{mutation:?} step {:?}: {}; allowed {}",
                    exchange.step,
                    exchange.outcome_words(),
                    exchange.expectation.words()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_at_least_300_named_mutations_and_two_for_every_stage() {
    let named: Vec<_> = Mutation::all()
        .iter()
        .filter(|mutation| !mutation.expansion)
        .collect();
    assert!(named.len() >= 300, "{}", named.len());
    let mut by_stage: BTreeMap<Stage, usize> = BTreeMap::new();
    for mutation in &named {
        if let (Some(stage), Effect::Malformed) = (mutation.stage, mutation.effect) {
            *by_stage.entry(stage).or_default() += 1;
        }
    }
    let state_only = [Stage::TokenUnused, Stage::DeferredReady];
    for stage in Stage::ALL
        .iter()
        .filter(|stage| !state_only.contains(stage))
    {
        let count = by_stage.get(stage).copied().unwrap_or_default();
        let least = if matches!(
            stage,
            Stage::TokenRequestParameters | Stage::DeferredAuthorization
        ) {
            1
        } else {
            2
        };
        assert!(count >= least, "{stage:?} has {count}");
    }
}

#[test]
fn identifiers_and_sentences_are_in_order() {
    let mut ids = BTreeSet::new();
    for mutation in Mutation::all() {
        assert!(
            ids.insert(mutation.id.clone()),
            "{} stands twice",
            mutation.id
        );
        assert!(
            mutation.id.contains('/')
                && mutation.id.bytes().all(|byte| byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || b"-/".contains(&byte)),
            "{}",
            mutation.id
        );
        assert!(
            mutation.doc.ends_with('.') && mutation.doc.starts_with(char::is_uppercase),
            "{}: {}",
            mutation.id,
            mutation.doc
        );
        assert!(!mutation.ops.is_empty());
        let points = mutation
            .latitude
            .iter()
            .copied()
            .chain(match mutation.effect {
                Effect::Either(point) => Some(point),
                _ => None,
            });
        for point in points {
            assert!(
                latitude::find(point).is_some(),
                "{} names {point}, which is no point of latitude",
                mutation.id
            );
        }
    }
}

#[test]
fn no_two_mutations_render_alike() {
    // Ready answers give every case the same live values.
    let canned = Canned::new(&EBSI_V3, Oracle::new(&EBSI_V3), world::context());
    let mut seen: HashMap<Vec<u8>, Mutation> = HashMap::new();
    let mut alike = Vec::new();
    for mutation in PLAYED.mutations() {
        let transcript = canned.play(PLAYED.case_of(mutation), |_| {
            world::answer(400, &[], "the last request is not looked at")
        });
        let Some(exchange) = transcript
            .steps()
            .find(|exchange| !exchange.mutations.is_empty())
        else {
            continue;
        };
        let other = mutation.needs(Need::OtherSession);
        if let Some(before) = seen.insert(wire(exchange, other), mutation) {
            alike.push(format!("{} and {}", before.id, mutation.id));
        }
    }
    assert!(alike.is_empty(), "{}", alike.join("\n"));
}

fn wire(exchange: &Exchange, other: bool) -> Vec<u8> {
    let request = &exchange.request;
    let mut bytes = format!("{other} {} {}\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(request.body());
    bytes
}

#[test]
fn the_repaired_twin_is_accepted_after_every_refusal() {
    // Whoever has an acceptance token has used the access token.
    let fresh = |mutation: &Mutation| !mutation.needs(Need::AcceptanceToken);
    for mutation in PLAYED.mutations().filter(fresh) {
        let transcript = PLAYED.alone(mutation);
        let mut steps = transcript
            .steps()
            .skip_while(|exchange| exchange.mutations.is_empty());
        let (Some(mutated), Some(twin)) = (steps.next(), steps.next()) else {
            continue;
        };
        let refused = (400..500).contains(&mutated.status());
        if refused {
            assert!(
                twin.is_success() || twin.status() / 100 == 3,
                "{mutation:?}: {}",
                twin.outcome_words()
            );
        }
    }
}

#[test]
fn a_case_keeps_its_meaning_in_json() {
    for mutation in PLAYED.mutations() {
        let case = PLAYED.case_of(mutation);
        let text = serde_json::to_string(case).unwrap();
        assert_eq!(&serde_json::from_str::<Case>(&text).unwrap(), case);
    }
    let unknown = r#"{"version":1,"flow":{"type":"T","format":"jwt_vc"},"steps":[{"send":{"to":"credential","mutations":["no/such"]}}]}"#;
    assert!(
        serde_json::from_str::<Case>(unknown)
            .unwrap_err()
            .to_string()
            .contains("unknown mutation")
    );
    let later = r#"{"version":2,"flow":{"type":"T","format":"jwt_vc"},"steps":[]}"#;
    assert!(
        serde_json::from_str::<Case>(later)
            .unwrap_err()
            .to_string()
            .contains("version 2")
    );
    assert_eq!(
        serde_json::to_string(&Step::WaitUntilReady).unwrap(),
        "\"wait-until-ready\""
    );
}
