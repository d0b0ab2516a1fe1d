//! The stages of a run: cases in a row, what is made of each, and when a stage ends early.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::carry::{Judged, PUT_OFF, Shared};
use super::config::Config;
use super::event::{Event, Stage};
use super::ledger::Ledger;
use super::run::Run;
use super::schedule::{self, Ended};
use crate::case::Case;
use crate::generate::Screening;
use crate::oracle::Oracle;
use crate::transcript::{Exchange, Failure, Grade, Transcript};

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

/// How much of cases that do not count yet is kept, in bytes.
const HELD: usize = 64 << 20;

impl Run<'_> {
    pub(super) fn new_oracle(&self) -> Oracle {
        let delay = self.shared.context.deferred_delay;
        Oracle::new(self.config.profile).with_deferred_delay(delay)
    }

    /// Every mutation alone: several in one session first, and by themselves where anything was not
    /// as it should be.
    pub(super) async fn systematic(&mut self, screenings: Vec<Screening>) {
        let (stage, shard) = (Stage::Systematic, self.config.shard);
        // Where the cases of a screening begin when each is carried out by itself.
        let mut begin = 0;
        let mut own = Vec::new();
        for (index, screening) in screenings.into_iter().enumerate() {
            let cases = screening.alone.len() + 1;
            if shard.holds(index) {
                own.push((index, begin, screening));
            }
            begin += cases;
        }
        let plan = own
            .iter()
            .map(|(index, _, screening)| Planned::new(stage, *index, screening.together.clone()));
        let plan = (own.len(), plan);
        let (mut at, mut again) = (0, Vec::new());
        let until = self.config.until;
        let once = self.config.profile.reading.one_credential_a_token;
        let strict = self.new_oracle().screening().into();
        let held = self
            .stage_with(strict, (stage, 0), plan, |judged| {
                let (_, begin, screening) = &own[at];
                at += 1;
                let is_enough = is_clean(judged) && (once || is_accepted_at_last(judged));
                if screening.alone.len() == 1 || is_enough {
                    return See::Counts;
                }
                // What only several together show is shown by them together.
                let cases = screening.alone.iter().chain([&screening.together]);
                let planned = cases.zip(*begin..);
                again.extend(planned.map(|(case, at)| Planned::new(stage, at, case.clone())));
                match until {
                    Some(rule) if judged.breaks(rule) => See::CountsNotAndIsEnough,
                    _ => See::CountsNot,
                }
            })
            .await;
        // Where there is no time to look closer, what was seen counts after all.
        if self.stopped.is_some() {
            held.into_iter().for_each(|judged| self.enter_held(judged));
        } else if !again.is_empty() {
            self.requests_of(&held);
            let oracle = Arc::clone(&self.oracle);
            let plan = (again.len(), again.into_iter());
            self.stage_with(oracle, (stage, 1), plan, |_| See::Counts)
                .await;
        }
    }

    /// Enters what several mutations in one session showed, but for wrong codes: the token may have
    /// been burnt by a refusal before.
    fn enter_held(&mut self, mut judged: Judged) {
        judged.verdicts.retain(|said| {
            let violation = said.violation.as_ref();
            violation.is_none_or(|violation| violation.grade == Grade::Failure)
        });
        self.enter(judged, Stage::Systematic);
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
        let total = total as u64;
        (self.listener)(&Event::StageStarted { stage, total });
        let first_salt = stage.salt(round);
        let shared = Arc::clone(&self.shared);
        let cases = plan.map(|planned| {
            let salt = first_salt + planned.index as u64;
            shared.start(planned.case, salt, planned.label, &oracle)
        });
        let (told, mut told_at) = (self.told(), Instant::now());
        let (mut puts_off, mut weight) = (0, 0);
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
            *timeouts += transcript
                .exchanges
                .iter()
                .filter(|exchange| matches!(exchange.answer, Err(Failure::Timeout(_))))
                .count();
            let why = [
                (*silences >= SILENCES, GONE),
                (puts_off >= PUTS_OFF, UNWANTED),
                (*timeouts >= TIMEOUTS, SLOW),
            ];
            let why = why.iter().find(|(is_so, _)| *is_so);
            stopped = why.map(|(_, why)| (*why).to_owned());
            let see = see(&judged);
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
        held
    }
}

/// A case of a stage that is to be carried out.
pub(super) struct Planned {
    /// Its place among all cases of the stage.
    index: usize,
    /// What the target is told of it.
    label: String,
    case: Case,
}

impl Planned {
    fn new(stage: Stage, index: usize, case: Case) -> Self {
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

/// Whether a case went as it should, but for notes.
fn is_clean(judged: &Judged) -> bool {
    let violations = judged
        .verdicts
        .iter()
        .filter_map(|said| said.violation.as_ref());
    judged.transcript.stopped.is_none()
        && violations
            .into_iter()
            .all(|violation| violation.grade == Grade::Note)
}

/// Whether the session outlived the refusals before. If not, all that came after the first of them was refused for another
/// reason than its own, where a dialect lets refusals end a session.
fn is_accepted_at_last(judged: &Judged) -> bool {
    let last = judged.transcript.exchanges.last();
    last.is_some_and(Exchange::is_accepted)
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
