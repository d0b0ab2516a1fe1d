//! The rules that every exchange must satisfy, whatever was sent. One file a topic.
//!
//! Pure: no clock, no network, no randomness; "now" is when the exchange took place. A rule is
//! silent ([`Verdict::NotApplicable`]) where it has nothing to say, so that one cause draws one
//! finding: a server error is judged by `robustness/*` alone, and a request that was to be refused
//! by the rule of its first fault.
//! Start at [`ALL`], the registry, then at a topic such as `credential.rs`.
//!
//! A new rule: a line in its topic's `RULES`, the function beside it, and in `tests/invariants/`
//! one hand-made exchange that satisfies it and one that breaks it.

mod acceptance;
mod access_token;
mod authorize;
mod credential;
mod dates;
mod deferred;
mod direct_post;
mod discovery;
mod error;
mod http;
mod jws;
mod leak;
mod memory;
mod offer;
mod proof;
mod race;
mod read;
mod refusal;
mod request;
mod response;
mod robustness;
mod success;
mod token;

pub use memory::Memory;

use crate::case::Stage;
use crate::clauses::Clause;
use crate::profile::Profile;
use crate::transcript::{Context, Exchange, Transcript, Verdict};

/// What a rule may look at besides the exchange.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What discovery told about the issuer.
    pub context: &'a Context,
    /// The dialect.
    pub profile: &'a Profile,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// Stable identifier, `topic/rule-in-the-affirmative`.
    pub id: &'static str,
    /// The rule in one sentence.
    pub doc: &'static str,
    /// What it rests on.
    pub clause: &'static Clause,
    /// How it is checked.
    pub check: Check,
}

/// How a rule is checked.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// On every exchange by itself.
    Exchange(fn(&Exchange, &Scene) -> Verdict),
    /// Requests whose first fault is at one of these stages are refused as the expectation says.
    Refusal(&'static [Stage]),
    /// On the exchanges of a case together. A failing verdict names the exchange.
    Transcript(fn(&Transcript, &Scene) -> Verdict),
    /// On every exchange of a run in the order of the cases, with what was seen before.
    Run(fn(&mut Memory, &Exchange, &Scene) -> Verdict),
}

/// Every rule, by topic.
pub static ALL: &[Invariant] = &TABLE;

/// The rule with this identifier.
pub fn find(id: &str) -> Option<&'static Invariant> {
    ALL.iter().find(|invariant| invariant.id == id)
}

/// The verdict of every rule about single exchanges.
pub fn judge_exchange(exchange: &Exchange, scene: &Scene) -> Vec<(&'static Invariant, Verdict)> {
    judge(scene, |check| of_exchange(check, exchange, scene))
}

/// As [`judge_exchange`], but for the rules of these topics only. The others are not asked.
pub fn judge_exchange_on(
    topics: &[&str],
    exchange: &Exchange,
    scene: &Scene,
) -> Vec<(&'static Invariant, Verdict)> {
    ALL.iter()
        .filter(|invariant| topics.contains(&invariant.topic()) && holds_in(invariant, scene))
        .filter_map(|invariant| Some((invariant, of_exchange(&invariant.check, exchange, scene)?)))
        .collect()
}

fn of_exchange(check: &Check, exchange: &Exchange, scene: &Scene) -> Option<Verdict> {
    match check {
        Check::Exchange(rule) => Some(rule(exchange, scene)),
        Check::Refusal(stages) => Some(refusal::of_stages(stages, exchange, scene)),
        Check::Transcript(_) | Check::Run(_) => None,
    }
}

/// The verdict of every rule about the exchanges of a case.
pub fn judge_transcript(
    transcript: &Transcript,
    scene: &Scene,
) -> Vec<(&'static Invariant, Verdict)> {
    judge(scene, |check| match check {
        Check::Transcript(rule) => Some(rule(transcript, scene)),
        Check::Exchange(_) | Check::Refusal(_) | Check::Run(_) => None,
    })
}

/// The verdict of every rule about a run, to be asked once for every exchange in the order of the
/// cases.
pub fn remember(
    memory: &mut Memory,
    exchange: &Exchange,
    scene: &Scene,
) -> Vec<(&'static Invariant, Verdict)> {
    judge(scene, |check| match check {
        Check::Run(rule) => Some(rule(memory, exchange, scene)),
        Check::Exchange(_) | Check::Refusal(_) | Check::Transcript(_) => None,
    })
}

fn judge(
    scene: &Scene,
    mut ask: impl FnMut(&Check) -> Option<Verdict>,
) -> Vec<(&'static Invariant, Verdict)> {
    ALL.iter()
        .filter(|invariant| holds_in(invariant, scene))
        .filter_map(|invariant| Some((invariant, ask(&invariant.check)?)))
        .collect()
}

/// Whether the dialect has the rule.
fn holds_in(invariant: &Invariant, scene: &Scene) -> bool {
    scene.profile.judges(invariant.id, invariant.clause)
}

impl Invariant {
    const fn new(
        id: &'static str,
        clause: &'static Clause,
        doc: &'static str,
        check: Check,
    ) -> Self {
        Self {
            id,
            doc,
            clause,
            check,
        }
    }

    /// The part of the identifier before the slash.
    pub fn topic(&self) -> &'static str {
        self.id.split('/').next().unwrap_or_default()
    }
}

const TOPICS: &[&[Invariant]] = &[
    robustness::RULES,
    http::RULES,
    response::RULES,
    success::RULES,
    error::RULES,
    leak::RULES,
    access_token::RULES,
    request::RULES,
    proof::RULES,
    acceptance::RULES,
    credential::RULES,
    dates::RULES,
    deferred::RULES,
    offer::RULES,
    authorize::RULES,
    direct_post::RULES,
    token::RULES,
    race::RULES,
    discovery::RULES,
];

const COUNT: usize = {
    let mut count = 0;
    let mut topic = 0;
    while topic < TOPICS.len() {
        count += TOPICS[topic].len();
        topic += 1;
    }
    count
};

static TABLE: [Invariant; COUNT] = {
    let mut table = [TOPICS[0][0]; COUNT];
    let (mut at, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        let mut rule = 0;
        while rule < TOPICS[topic].len() {
            table[at] = TOPICS[topic][rule];
            at += 1;
            rule += 1;
        }
        topic += 1;
    }
    table
};
