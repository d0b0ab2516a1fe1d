//! Requests that would be accepted, kept ready, so that an input replaces one part of one.
//!
//! A refused request consumes nothing, so one session serves until an input is accepted.

use std::cell::RefCell;
use std::collections::HashMap;

use http::{Request, Response};

use super::bench::Bench;
use crate::case::{Case, Endpoint, Flow, Step};
use crate::invariants::{self, Scene};
use crate::issuer::Issuer;
use crate::transcript::{Exchange, Facts, Grade, Verdict};
use crate::wallet::Outgoing;

/// A valid request that was not sent yet, and the issuer that would accept it.
pub(super) struct Ready {
    pub(super) bench: Bench,
    pub(super) outgoing: Outgoing,
}

/// How far an input got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It is nothing that the target could use.
    Nothing,
    /// It was read, and refused or without effect.
    Refusal,
    /// It was accepted.
    Acceptance,
}

thread_local! {
    static READY: RefCell<HashMap<Endpoint, Ready>> = RefCell::default();
}

/// Shows `body` the valid request to this endpoint, in a session for a credential of this type.
pub(super) fn with(
    endpoint: Endpoint,
    credential_type: &str,
    body: impl FnOnce(&Ready) -> Reached,
) -> Reached {
    let case = Case::new(
        Flow::new(credential_type, "jwt_vc"),
        vec![Step::send(endpoint, Vec::new())],
    );
    let begin = |mut bench: Bench| {
        bench.rewind();
        let outgoing = bench.prepare(&case, 0);
        let outgoing = outgoing.expect("the reference issuer lets a session get this far");
        Ready { bench, outgoing }
    };
    // Taken out, so that a panic in the body leaves no session behind that was used half.
    let kept = READY.with_borrow_mut(|kept| kept.remove(&endpoint));
    let ready = kept.unwrap_or_else(|| begin(Bench::repeatable(Issuer::builder())));
    let reached = body(&ready);
    let ready = match reached {
        Reached::Nothing | Reached::Refusal => ready,
        Reached::Acceptance => begin(ready.bench),
    };
    READY.with_borrow_mut(|kept| kept.insert(endpoint, ready));
    reached
}

impl Ready {
    /// Sends a request; what it is answered must keep to the rules that hold whatever was sent.
    ///
    /// # Panics
    /// A rule is broken.
    pub(super) fn send(
        &self,
        endpoint: Endpoint,
        request: Request<bytes::Bytes>,
    ) -> Response<bytes::Bytes> {
        let response = self.bench.issuer().handle(request.clone());
        let mut exchange = Exchange::new(endpoint, request, Ok(response.clone()));
        exchange.facts = self.outgoing.facts.clone();
        self.assert_sound(&exchange);
        response
    }

    fn assert_sound(&self, exchange: &Exchange) {
        const TOPICS: [&str; 4] = ["robustness", "leak", "error", "http"];
        // An input may put a secret where none belongs, such as into a path, and is told what it sent. Cases do not.
        const ASKED_OF_CASES: &str = "leak/no-submitted-secrets";
        let scene = Scene {
            context: self.bench.context(),
            profile: self.bench.profile(),
        };
        for (rule, verdict) in invariants::judge_exchange_on(&TOPICS, exchange, &scene) {
            if let Verdict::Fail(violation) = verdict
                && violation.grade != Grade::Note
                && rule.id != ASKED_OF_CASES
            {
                panic!(
                    "{}: expected {}, got {}\nrequest: {:?}",
                    rule.id, violation.expected, violation.actual, exchange.request
                );
            }
        }
    }

    /// What the harness knows of the session.
    pub(super) fn facts(&self) -> &Facts {
        &self.outgoing.facts
    }

    /// `bytes` with placeholders such as `{access_token}` replaced by what they stand for in this
    /// session: a fuzzer cannot guess it.
    pub(super) fn filled(&self, bytes: &[u8]) -> Vec<u8> {
        let known = || self.facts().secrets.iter().chain(&self.facts().public);
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'{') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let end = rest
                .iter()
                .take(LONGEST_NAME)
                .position(|byte| *byte == b'}');
            let name = end.map_or(&b""[..], |end| &rest[1..end]);
            match known().find(|(_, known)| known.as_bytes() == name) {
                Some((value, _)) => {
                    out.extend_from_slice(value.as_bytes());
                    rest = &rest[name.len() + 2..];
                }
                None => {
                    out.push(b'{');
                    rest = &rest[1..];
                }
            }
        }
        out.extend_from_slice(rest);
        out
    }
}

/// A placeholder is no longer, in bytes.
const LONGEST_NAME: usize = 40;
