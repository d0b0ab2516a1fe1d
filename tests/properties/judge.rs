//! Oracle and rules: they judge any answer, say the same twice, and latitude takes nothing away.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use proptest::prelude::*;
use vcispec::case::{Case, Endpoint, Flow, Mutation, Step};
use vcispec::invariants::{self, Memory, Scene};
use vcispec::oracle::{History, Oracle, Question, latitude};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::{Allowed, Exchange, Expectation, Transcript};

use super::{CLEAN, any_case, one_in, play};

proptest! {
    #![proptest_config(one_in(2))]

    #[test]
    fn for_all_answers_the_rules_judge_without_panic_and_say_the_same_twice(
        case in any_case(), answers in prop::collection::vec(answer(), 3),
    ) {
        let mut transcript = play(&case);
        let last = transcript.exchanges.len().saturating_sub(answers.len());
        for (exchange, answer) in transcript.exchanges[last..].iter_mut().zip(answers) {
            *exchange = with_answer(exchange, answer);
        }
        prop_assert_eq!(verdicts(&transcript), verdicts(&transcript));
    }

    #[test]
    fn for_all_cases_a_point_of_latitude_only_widens(
        case in any_case(), point in prop::sample::select(latitude::POINTS.iter().map(|point| point.id).collect::<Vec<_>>()),
    ) {
        only_widens(&case, point)?;
    }

    #[test]
    fn for_all_cases_no_word_about_an_answer_holds_a_secret(case in any_case()) {
        for exchange in &play(&case).exchanges {
            let echo = serde_json::json!({
                "error": "invalid_request",
                "error_description": exchange.facts.secrets.iter().map(|(secret, _)| secret.as_str()).collect::<Vec<_>>().join(" "),
            });
            let echo = Response::builder().status(400).body(Bytes::from(echo.to_string())).expect("an answer");
            let words = with_answer(exchange, echo).outcome_words();
            for (secret, name) in &exchange.facts.secrets {
                prop_assert!(!words.contains(secret), "{name} in {words}");
            }
        }
    }
}

/// Found at random: what a token that was burnt explains, it explains for a change over which issuers differ too.
#[test]
fn the_media_type_only_widens_after_a_refusal() {
    let flow = Flow::new("CTWalletCrossPreAuthorisedDeferred", "jwt_vc_json");
    let sent = ["proof-exp/zero", "media-type/charset-utf16"].map(|id| {
        let mutation = Mutation::find(id).expect("it is in the catalogue");
        Step::send(Endpoint::Credential, vec![mutation])
    });
    only_widens(&Case::new(flow, sent.into()), "media-type").expect("allowed with the point too");
}

/// Every answer that is allowed without the point is allowed with it.
fn only_widens(case: &Case, point: &str) -> Result<(), TestCaseError> {
    let wide = Oracle::new(&EBSI_V3);
    let narrow = Oracle::new(&EBSI_V3).without(point);
    let mut history = History::default();
    for exchange in &play(case).exchanges {
        let question = Question {
            flow: &case.flow,
            endpoint: exchange.endpoint,
            session: exchange.session,
            mutations: &exchange.mutations,
            facts: &exchange.facts,
            now: exchange.sent_at,
        };
        let (wide, narrow) = (
            wide.expect(&history, question),
            narrow.expect(&history, question),
        );
        for allowed in &narrow.allowed {
            prop_assert!(
                allows(&wide, allowed),
                "{} only without {point}",
                allowed.words()
            );
        }
        history.record(exchange);
    }
    Ok(())
}

/// Whether every answer of this kind is allowed.
fn allows(expectation: &Expectation, narrow: &Allowed) -> bool {
    narrow.statuses.iter().all(|status| {
        expectation
            .allowed
            .iter()
            .any(|wide| wide.statuses.contains(status) && covers(wide, narrow))
    })
}

fn covers(wide: &Allowed, narrow: &Allowed) -> bool {
    use vcispec::transcript::Body::OAuthError;
    match (&wide.body, &narrow.body) {
        (OAuthError(wide), OAuthError(narrow)) => narrow.iter().all(|code| wide.contains(code)),
        (wide, narrow) => wide == narrow,
    }
}

/// Every verdict about a transcript, as text.
fn verdicts(transcript: &Transcript) -> String {
    CLEAN.with(|bench| {
        let scene = Scene {
            context: bench.context(),
            profile: bench.profile(),
        };
        let mut memory = Memory::default();
        let mut all = invariants::judge_transcript(transcript, &scene);
        for exchange in &transcript.exchanges {
            all.extend(invariants::judge_exchange(exchange, &scene));
            all.extend(invariants::remember(&mut memory, exchange, &scene));
        }
        let lines: Vec<String> = all
            .iter()
            .map(|(invariant, verdict)| format!("{}: {verdict:?}", invariant.id))
            .collect();
        lines.join("\n")
    })
}

/// The exchange, had it been answered so.
fn with_answer(exchange: &Exchange, answer: Response<Bytes>) -> Exchange {
    let mut other = Exchange::new(exchange.endpoint, exchange.request.clone(), Ok(answer));
    other.step = exchange.step;
    other.session = exchange.session;
    other.mutations.clone_from(&exchange.mutations);
    other.sent_at = exchange.sent_at;
    other.received_at = exchange.received_at;
    other.facts = exchange.facts.clone();
    other.expectation = exchange.expectation.clone();
    other
}

fn answer() -> impl Strategy<Value = Response<Bytes>> {
    let name = prop::sample::select(vec![
        "content-type",
        "allow",
        "cache-control",
        "location",
        "www-authenticate",
        "retry-after",
    ]);
    let value = prop_oneof![
        "(application/json|application/problem\\+json|text/plain)(; ?charset=.{0,5})?"
            .prop_map(String::into_bytes),
        prop::collection::vec(
            prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8],
            0..20
        ),
    ];
    let text = prop_oneof![
        any::<Vec<u8>>(),
        "[\\[{][\\PC\"{}:,\\[\\]]{0,60}".prop_map(String::into_bytes),
        (
            prop::sample::select(vec![
                "credential",
                "acceptance_token",
                "error",
                "access_token",
                "title",
                "keys",
            ]),
            prop_oneof![
                "\"\\PC{0,20}\"",
                "[0-9]{1,5}",
                "\\[\\]",
                "\\{\\}",
                "\"(eyJ[a-zA-Z0-9]{0,8}\\.?){0,4}\""
            ],
        )
            .prop_map(|(name, value)| format!("{{\"{name}\":{value}}}").into_bytes()),
    ];
    (
        100_u16..1000,
        prop::collection::vec((name, value), 0..3),
        text,
    )
        .prop_map(|(status, headers, body)| {
            let mut answer = Response::builder().status(status);
            for (name, value) in headers {
                let value = HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static(""));
                answer = answer.header(HeaderName::from_static(name), value);
            }
            answer.body(body.into()).expect("an answer")
        })
}
