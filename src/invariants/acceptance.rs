//! Rules about valid requests: they are accepted. Each refusal of one draws exactly one of these.

use super::{Check, Invariant, Scene, read};
use crate::case::{Endpoint, Stage};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Body, Exchange, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "acceptance/valid-requests-accepted",
        c::METADATA_ISSUABLE,
        "A request without a fault is accepted.",
        Check::Transcript(valid_requests_accepted),
    ),
    Invariant::new(
        "acceptance/benign-changes-ignored",
        c::UNKNOWN_MEMBERS,
        "A change that must not matter does not turn acceptance into refusal.",
        Check::Transcript(benign_changes_ignored),
    ),
    Invariant::new(
        "access-token/refused-request-consumes-nothing",
        c::REFUSED_CONSUMES_NOTHING,
        "After a refused request, a valid one of the same session is accepted.",
        Check::Transcript(refused_request_consumes_nothing),
    ),
    Invariant::new(
        "deferred/ready-after-the-delay",
        c::DEFERRED_READY,
        "Once the delay has passed, the acceptance token yields the credential.",
        Check::Transcript(ready_after_the_delay),
    ),
];

/// What a valid request puts to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// Plain acceptance.
    Plain,
    /// A change that must not matter.
    Benign,
    /// Acceptance after a refusal.
    AfterRefusal,
    /// A deferred credential whose time has come.
    Ready,
}

fn valid_requests_accepted(transcript: &Transcript, _: &Scene) -> Verdict {
    judge(Situation::Plain, transcript)
}

fn benign_changes_ignored(transcript: &Transcript, _: &Scene) -> Verdict {
    judge(Situation::Benign, transcript)
}

fn refused_request_consumes_nothing(transcript: &Transcript, _: &Scene) -> Verdict {
    judge(Situation::AfterRefusal, transcript)
}

fn ready_after_the_delay(transcript: &Transcript, _: &Scene) -> Verdict {
    judge(Situation::Ready, transcript)
}

/// Judges the valid requests of one situation, up to the first that is refused: what comes after
/// it, in any situation, follows from it.
fn judge(wanted: Situation, transcript: &Transcript) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, exchange) in transcript.exchanges.iter().enumerate() {
        if !is_valid(exchange) || is_muddied(transcript, at) {
            continue;
        }
        let situation = situation(transcript, at);
        if is_refused(exchange, situation) {
            return if situation == wanted {
                Verdict::fail(
                    exchange.expectation.words(),
                    words(transcript, at, situation),
                )
                .at(at)
            } else {
                verdict
            };
        }
        let shows_both = situation == Situation::Ready
            && wanted == Situation::AfterRefusal
            && refused_before(transcript, at).is_some();
        if situation == wanted || shows_both {
            verdict = Verdict::Pass;
        }
    }
    verdict
}

/// Whether acceptance is the only allowed outcome. That plain discovery succeeds is a rule of its
/// own, `discovery/documents-are-served`.
fn is_valid(exchange: &Exchange) -> bool {
    let is_plain_discovery = read::is_discovery(exchange.endpoint) && exchange.mutations.is_empty();
    !is_plain_discovery
        && exchange.expectation.is_valid()
        && exchange.expectation.allows_success()
        && !read::crashed(exchange)
}

fn is_refused(exchange: &Exchange, situation: Situation) -> bool {
    let still_deferred = situation == Situation::Ready
        && exchange.is_success()
        && exchange.acceptance_token().is_some()
        && exchange.credential_member().is_none()
        && !allows(exchange, &Body::AcceptanceToken);
    let not_accepted = !read::is_accepted(exchange) && !exchange.is_allowed();
    not_accepted || still_deferred
}

fn allows(exchange: &Exchange, body: &Body) -> bool {
    exchange
        .expectation
        .allowed
        .iter()
        .any(|allowed| allowed.body == *body)
}

/// Whether an earlier answer makes it unclear what this request should meet: a faulty request that
/// was accepted, or a success that may have used up what this request relies on.
fn is_muddied(transcript: &Transcript, at: usize) -> bool {
    let exchange = &transcript.exchanges[at];
    transcript.exchanges[..at]
        .iter()
        .enumerate()
        .any(|(index, earlier)| {
            let wrongly_accepted =
                read::has_faults(earlier) && read::is_accepted(earlier) && !earlier.is_allowed();
            let used_up = earlier.session == exchange.session
                && earlier.endpoint == exchange.endpoint
                && read::is_accepted(earlier)
                && is_consuming(exchange.endpoint)
                && !renewed(transcript, index, at);
            wrongly_accepted || used_up
        })
}

const fn is_consuming(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::DirectPost | Endpoint::Token | Endpoint::Credential | Endpoint::Deferred
    )
}

/// Whether the session obtained anew, between two exchanges, what the endpoint consumes.
fn renewed(transcript: &Transcript, from: usize, to: usize) -> bool {
    let sources: &[Endpoint] = match transcript.exchanges[to].endpoint {
        Endpoint::DirectPost => &[Endpoint::Authorize],
        Endpoint::Token => &[Endpoint::Offer, Endpoint::DirectPost],
        Endpoint::Deferred => &[Endpoint::Credential],
        _ => &[Endpoint::Token],
    };
    transcript.exchanges[from..to].iter().any(|exchange| {
        exchange.session == transcript.exchanges[to].session
            && sources.contains(&exchange.endpoint)
            && exchange.is_accepted()
    })
}

fn situation(transcript: &Transcript, at: usize) -> Situation {
    let exchange = &transcript.exchanges[at];
    let refused = refused_before(transcript, at).filter(|_| is_consuming(exchange.endpoint));
    if !exchange.mutations.is_empty() {
        // A token that an earlier refusal used up is refused as such, whatever else is sent.
        let is_used_up = refused.is_some() && exchange.error() == Some("invalid_token");
        return if is_used_up {
            Situation::AfterRefusal
        } else {
            Situation::Benign
        };
    }
    match refused {
        Some(earlier) if is_still_too_early(earlier, exchange) => Situation::Ready,
        Some(_) => Situation::AfterRefusal,
        None if exchange.endpoint == Endpoint::Deferred => Situation::Ready,
        None => Situation::Plain,
    }
}

/// Whether a request for a deferred credential came after one that was too early, and was not
/// refused in another way than that. Refused in the same way, it is not ready yet; refused in
/// another, the early request used up the acceptance token.
fn is_still_too_early(earlier: &Exchange, exchange: &Exchange) -> bool {
    let was_too_early = earlier
        .expectation
        .first()
        .is_some_and(|fault| fault.stage == Stage::DeferredReady);
    let same_refusal = earlier.status() == exchange.status() && earlier.error() == exchange.error();
    exchange.endpoint == Endpoint::Deferred
        && was_too_early
        && (same_refusal || exchange.is_success())
}

/// The last request of the session that was refused by an endpoint that consumes something.
fn refused_before(transcript: &Transcript, at: usize) -> Option<&Exchange> {
    let session = transcript.exchanges[at].session;
    transcript.exchanges[..at].iter().rev().find(|earlier| {
        earlier.session == session && is_consuming(earlier.endpoint) && earlier.status() >= 400
    })
}

fn words(transcript: &Transcript, at: usize, situation: Situation) -> String {
    let exchange = &transcript.exchanges[at];
    let outcome = exchange.outcome_words();
    match situation {
        Situation::AfterRefusal => match refused_before(transcript, at) {
            Some(earlier) => format!(
                "{outcome}, after a request of the session to the {} endpoint was refused",
                earlier.endpoint.slug()
            ),
            None => outcome,
        },
        Situation::Benign => {
            let changes: Vec<_> = exchange
                .mutations
                .iter()
                .map(|mutation| mutation.id.as_str())
                .collect();
            format!("{outcome}, with {}", changes.join(", "))
        }
        Situation::Plain | Situation::Ready => outcome,
    }
}
