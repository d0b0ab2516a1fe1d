//! What a run tells while it is under way.

use super::outcome::Outcome;
use crate::case::{Case, Flow};
use crate::profile::Profile;
use crate::transcript::{Context, Finding, Transcript};

/// Something happened. Events come in the order of the cases, whatever the number of workers.
#[derive(Debug)]
pub enum Event<'a> {
    /// Discovery is done.
    RunStarted {
        /// What the report calls the target.
        target: &'a str,
        /// The dialect.
        profile: &'static Profile,
        /// The seed.
        seed: u64,
        /// What discovery told.
        context: &'a Context,
        /// What the issuer offers.
        flows: &'a [Flow],
    },
    /// A stage begins.
    StageStarted {
        /// Which.
        stage: Stage,
        /// How many cases it has; for shrinking, of this round.
        total: u64,
    },
    /// A case was carried out, or discovery; what came back, before it is entered into the books. It holds live values.
    Answered {
        /// The stage.
        stage: Stage,
        /// What was said.
        transcript: &'a Transcript,
    },
    /// A case was carried out and judged.
    CaseFinished {
        /// The stage.
        stage: Stage,
        /// The case.
        case: &'a Case,
        /// How many requests it took.
        requests: usize,
        /// How many causes of findings are known so far.
        findings: usize,
    },
    /// A cause that was not known before; the case is not shrunk yet.
    FindingFound(&'a Finding),
    /// What the run came to so far: after each stage, and within a long one from time to time.
    SoFar(&'a Outcome),
    /// The run is over.
    Finished(&'a Outcome),
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// One valid run of each flow.
    Baseline,
    /// Every mutation alone.
    Systematic,
    /// Several sessions.
    Sequence,
    /// Combinations.
    Random,
    /// Looking for smaller cases that show the same.
    Shrink,
    /// Cases that were given.
    Replay,
}

impl Stage {
    /// Where the numbers of its cases begin, from which their keys are made: what a case sends does not depend on what was
    /// carried out before it. A stage has at most sixteen rounds.
    pub(super) const fn salt(self, round: u64) -> u64 {
        (self as u64) << 40 | round << 36
    }

    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Systematic => "systematic",
            Self::Sequence => "sequence",
            Self::Random => "random",
            Self::Shrink => "shrink",
            Self::Replay => "replay",
        }
    }
}
