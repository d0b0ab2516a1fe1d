//! Which answers a profile allows to a request: the earliest failing stage decides, widened by the
//! latitude that conformant issuers have. Judges nothing itself; rules compare.
//!
//! Start at [`Oracle::expect`]; `builder.rs` makes an expectation, `hindsight.rs` corrects it by what came after, `latitude.rs` is the one list of where issuers may differ.

mod builder;
mod hindsight;
mod history;
pub mod latitude;

pub use hindsight::in_hindsight;
pub use history::History;

use std::time::Duration;

use crate::case::{Endpoint, Flow, Mutation};
use crate::profile::Profile;
use crate::transcript::{Expectation, Facts};
use builder::Builder;
use latitude::Point;

/// A request about to be sent, as the oracle needs to know it.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What the case asks for.
    pub flow: &'a Flow,
    /// Where the request goes.
    pub endpoint: Endpoint,
    /// The session.
    pub session: u8,
    /// What deviates.
    pub mutations: &'a [Mutation],
    /// What the harness knows.
    pub facts: &'a Facts,
    /// When it is sent, since the Unix epoch.
    pub now: Duration,
}

/// Knows what a profile allows.
#[derive(Debug)]
pub struct Oracle {
    profile: &'static Profile,
    latitude: Vec<&'static Point>,
    deferred_delay: Duration,
    /// Whether it is taken into account that a refused request may have burnt the token.
    forgives_burning: bool,
    /// Formats that the issuer may not know.
    uncertain_formats: Vec<&'static str>,
}

impl Oracle {
    /// The oracle of a profile, with all of the profile's latitude.
    pub fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            latitude: latitude::POINTS
                .iter()
                .filter(|point| profile.latitude.grants(point.id))
                .collect(),
            deferred_delay: Duration::from_secs(profile.deferred_delay),
            forgives_burning: true,
            uncertain_formats: Vec::new(),
        }
    }

    /// As long as it is not known which formats the issuer has: only the default must be accepted.
    #[must_use]
    pub fn probing(mut self) -> Self {
        self.uncertain_formats = self.profile.formats.iter().skip(1).copied().collect();
        self
    }

    /// For screening: the codes of every refusal are those of its own fault, whatever was refused
    /// before in the session. Where an issuer burns tokens, that shows more findings than there are
    /// causes.
    #[must_use]
    pub fn screening(mut self) -> Self {
        self.forgives_burning = false;
        self
    }

    /// Another delay of deferred credentials, in seconds.
    #[must_use]
    pub fn with_deferred_delay(mut self, seconds: u64) -> Self {
        self.deferred_delay = Duration::from_secs(seconds);
        self
    }

    /// Without this point of latitude.
    #[must_use]
    pub fn without(mut self, point: &str) -> Self {
        self.latitude.retain(|known| known.id != point);
        self
    }

    /// The allowed answers to a request, given what happened before in the case.
    pub fn expect(&self, history: &History, question: Question<'_>) -> Expectation {
        self.answer(history, question, false)
    }

    /// The allowed answers to requests that are sent at the same time, in their order. Of those that
    /// carry the same single-use value each may be too late.
    pub fn expect_race(&self, history: &History, questions: &[Question<'_>]) -> Vec<Expectation> {
        let rivals = |question: &Question<'_>| {
            let same = |other: &&Question<'_>| {
                (other.session, other.endpoint) == (question.session, question.endpoint)
            };
            questions.iter().filter(same).count() > 1
        };
        questions
            .iter()
            .map(|question| self.answer(history, *question, rivals(question)))
            .collect()
    }

    fn answer(&self, history: &History, question: Question<'_>, contested: bool) -> Expectation {
        let mut builder = Builder::new(self, question);
        for mutation in question.mutations {
            builder.mutation(*mutation);
        }
        let mut session = history.session(question.session);
        if question.endpoint == Endpoint::Token {
            session.meet(history::own_code(question.facts));
        }
        session.meet_token(question.facts);
        builder.history(&session);
        builder.others(history);
        if contested {
            builder.may_be_used_up();
        }
        builder.finish()
    }

    fn known(&self, id: &str) -> Option<&'static Point> {
        self.latitude.iter().copied().find(|point| point.id == id)
    }
}
