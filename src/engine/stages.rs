//! The stages of a run: cases in a row, what is made of each, and when a stage ends early.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::carry::{Judged, PUT_OFF, Shared};
use super::config::Config;
use super::control::Control;
use super::event::{Event, Stage};
use super::ledger::Ledger;
use super::run::Run;
use super::schedule::{self, Ended};
use crate::case::{Case, Endpoint};
use crate::oracle::Oracle;
use crate::transcript::{Exchange, Failure, Transcript};

/// So many cases in a row without an answer, and the target is taken to be gone.
const SILENCES: usize = 20;

/// So many at the end of a run have one cause, if they had one before.
pub(super) const FEW_SILENCES: usize = 5;

/// Why nothing more is sent then.
pub(super) const GONE: &str =
    "20 cases in a row went without an answer: the target seems to be gone";

/// So many cases in a row that the target put off, and it is let alone.
const PUTS_OFF: usize = 20;

/// Why nothing more is sent then.
pub(super) const UNWANTED: &str =
    "20 cases in a row were answered 429: the target wants fewer requests (see --rate-limit)";

/// So many requests without an answer in time, and a run waits for no more of them.
const TIMEOUTS: usize = 200;

/// Why nothing more is sent then.
pub(super) const SLOW: &str = "200 requests were not answered in time";

/// So many cases in a row that got no credential with the access token that all share, and it is taken to be over.
const WITHOUT_CREDENTIAL: usize = 3;

/// Why nothing more is sent then.
pub(super) const SPENT: &str = "3 cases in a row got no credential with the access token that all share: it seems to be used up or to have \
     expired. Give a command that prints a fresh one for each session";

/// The round of a stage whose numbers are those of control requests.
const CONTROL_ROUND: u64 = 8;

/// How much of cases that do not count yet is kept, in bytes.
const HELD: usize = 64 << 20;

impl Run<'_> {
    pub(super) fn new_oracle(&self) -> Oracle {
        let delay = self.shared.context.deferred_delay;
        Oracle::new(self.config.profile).with_deferred_delay(delay)
    }

    /// Counts the requests of cases that do not count themselves.
    pub(super) fn requests_of(&mut self, held: &[Judged]) {
        let requests = held.iter().map(|judged| judged.transcript.exchanges.len());
        self.ledger.requests += requests.sum::<usize>() as u64;
    }

    /// Carries out the cases of a stage that are of this part of the run.
    pub(super) async fn stage(
        &mut self,
        stage: Stage,
        total: usize,
        cases: impl Iterator<Item = Case>,
    ) {
        let (oracle, shard) = (Arc::clone(&self.oracle), self.config.shard);
        let own = numbered(stage, cases).filter(|planned| shard.holds(planned.index));
        let plan = (shard.share(total), own);
        self.stage_with(oracle, (stage, 0), plan, |_| See::Counts)
            .await;
    }

    /// Carries out a round of cases, of which there are so many; `see` is shown each, in their order, and says whether it
    /// counts. What did not count is given back.
    pub(super) async fn stage_with(
        &mut self,
        oracle: Arc<Oracle>,
        (stage, round): (Stage, u64),
        (total, plan): (usize, impl Iterator<Item = Planned>),
        mut see: impl FnMut(&Judged) -> See,
    ) -> Vec<Judged> {
        if self.stopped.is_some() {
            return Vec::new();
        }
        let is_tested = !matches!(stage, Stage::Baseline | Stage::Replay);
        let mut control = self.control.take_if(|_| is_tested);
        let controls = control.clone();
        let total = total + controls.as_ref().map_or(0, |control| control.among(total));
        let total = total as u64;
        (self.listener)(&Event::StageStarted { stage, total });
        let shared = Arc::clone(&self.shared);
        let start = |planned: Planned, round| {
            let salt = stage.salt(round) + planned.index as u64;
            shared.start(planned.case, salt, planned.label, &oracle)
        };
        let cases = plan.enumerate().flat_map(|(number, planned)| {
            let controls = controls.as_ref();
            let control = controls.and_then(|control| control.after(number, &planned));
            let control = control.map(|control| start(control, CONTROL_ROUND));
            [Some(start(planned, round)), control].into_iter().flatten()
        });
        let (told, mut told_at) = (self.told(), Instant::now());
        let (mut puts_off, mut weight, mut vain) = (0, 0, 0);
        // Of valid runs some may be of types that the token is not for.
        let may_be_spent = self.config.shares_a_token() && stage != Stage::Baseline;
        let (mut stopped, mut held) = (None, Vec::new());
        let (config, ledger, listener) = (self.config, &mut self.ledger, &mut *self.listener);
        let (timeouts, silences) = (&mut self.timeouts, &mut self.silences);
        let ended = schedule::all(&shared, cases, config.workers, &self.until, |judged| {
            let transcript = &judged.transcript;
            let last = transcript.exchanges.last();
            // What could not be sent was not left unanswered.
            let is_silent = last.is_some_and(|last| match &last.answer {
                Ok(_) | Err(Failure::Unsendable(_)) => false,
                Err(_) => true,
            });
            *silences = if is_silent { *silences + 1 } else { 0 };
            let is_put_off = transcript.stopped.as_deref() == Some(PUT_OFF);
            puts_off = if is_put_off { puts_off + 1 } else { 0 };
            vain = match transcript.exchanges.iter().any(Exchange::hands_out) {
                true => 0,
                false => vain + usize::from(ends_in_vain(transcript)),
            };
            *timeouts += transcript
                .exchanges
                .iter()
                .filter(|exchange| matches!(exchange.answer, Err(Failure::Timeout(_))))
                .count();
            let why = [
                (*silences >= SILENCES, GONE),
                (puts_off >= PUTS_OFF, UNWANTED),
                (*timeouts >= TIMEOUTS, SLOW),
                (may_be_spent && vain >= WITHOUT_CREDENTIAL, SPENT),
            ];
            let why = why.iter().find(|(is_so, _)| *is_so);
            stopped = why.map(|(_, why)| (*why).to_owned());
            let is_control = Control::is(&judged);
            let see = if is_control {
                let seen = control.as_mut().and_then(|control| control.see(&judged));
                stopped = stopped.take().or(seen);
                See::Counts
            } else {
                see(&judged)
            };
            if is_other_format(&judged.transcript, config) {
                // The issuer may do without this format: whatever it said is no finding.
                ledger.requests += judged.transcript.exchanges.len() as u64;
                return ControlFlow::Continue(());
            }
            if see != See::Counts {
                weight += judged.weight();
                // What is dropped here was seen by `see`, and is missed only if time runs out.
                if weight <= HELD {
                    held.push(judged);
                } else {
                    ledger.requests += judged.transcript.exchanges.len() as u64;
                }
                return match (see, &stopped) {
                    (See::CountsNotAndIsEnough, _) | (_, Some(_)) => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                };
            }
            enter(ledger, judged, stage, &shared, config, listener);
            if told_at.elapsed() > TOLD_EVERY {
                told_at = Instant::now();
                listener(&Event::SoFar(&told.so_far(ledger)));
            }
            if config.until.is_some_and(|rule| ledger.has(rule)) {
                stopped = Some("the rule that was waited for is broken".to_owned());
            }
            if config
                .max_findings
                .is_some_and(|most| ledger.causes.len() >= most)
            {
                stopped = Some("as many findings as were asked for".to_owned());
            }
            match stopped {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        })
        .await;
        if ended == Ended::CutShort {
            stopped = Some(self.until.why().to_owned());
        }
        self.stopped = stopped;
        self.control = self.control.take().or(control);
        held
    }
}

/// A case of a stage that is to be carried out.
pub(super) struct Planned {
    /// Its place among all cases of the stage.
    index: usize,
    /// What the target is told of it.
    pub(super) label: String,
    case: Case,
}

impl Planned {
    pub(super) fn new(stage: Stage, index: usize, case: Case) -> Self {
        Self::named(index, format!("{}/{index}", stage.slug()), case)
    }

    pub(super) fn named(index: usize, label: String, case: Case) -> Self {
        Self { index, label, case }
    }
}

/// Cases with their numbers.
pub(super) fn numbered(
    stage: Stage,
    cases: impl IntoIterator<Item = Case>,
) -> impl Iterator<Item = Planned> {
    let numbered = cases.into_iter().enumerate();
    numbered.map(move |(index, case)| Planned::new(stage, index, case))
}

/// How often it is told what a long stage has come to.
const TOLD_EVERY: Duration = Duration::from_secs(30);

/// Enters a case into the books, and tells of it.
pub(super) fn enter(
    ledger: &mut Ledger,
    judged: Judged,
    stage: Stage,
    shared: &Shared,
    config: &Config,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
) {
    let transcript = &judged.transcript;
    listener(&Event::Answered { stage, transcript });
    let case = judged.transcript.case.clone();
    let requests = judged.transcript.exchanges.len();
    for cause in ledger.enter(judged, stage, shared) {
        let finding = ledger.causes[&cause].finding(&cause, config);
        listener(&Event::FindingFound(&finding));
    }
    if let Some(case) = &case {
        listener(&Event::CaseFinished {
            stage,
            case,
            requests,
            findings: ledger.causes.len(),
        });
    }
}

/// What is to be made of a case that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum See {
    /// It is entered into the books.
    Counts,
    /// It is not, because it will be carried out otherwise.
    CountsNot,
    /// It is not, and the cases after it need not be carried out.
    CountsNotAndIsEnough,
}

/// Whether the last credential request was refused though nothing was wrong with it, and not for its nonce.
fn ends_in_vain(transcript: &Transcript) -> bool {
    let mut exchanges = transcript.exchanges.iter().rev();
    let last = exchanges.find(|exchange| exchange.endpoint == Endpoint::Credential);
    last.is_some_and(|last| {
        let tells_nonce = last
            .json()
            .is_some_and(|json| json.get("c_nonce").is_some());
        last.expectation.faults.is_empty() && (400..500).contains(&last.status()) && !tells_nonce
    })
}

/// Whether the issuer says that it does not issue a format which is not the profile's first.
pub(super) fn is_other_format(transcript: &Transcript, config: &Config) -> bool {
    let Some(case) = &transcript.case else {
        return false;
    };
    let is_first = config.profile.formats.first() == Some(&case.flow.format.as_str());
    let is_mutated = case.mutations().next().is_some();
    !is_first
        && !is_mutated
        && transcript.steps().next().is_some_and(|first| {
            matches!(
                first.error(),
                Some("invalid_request" | "unsupported_credential_format")
            )
        })
}
