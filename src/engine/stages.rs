//! The stages of a run: cases in a row, what is made of each, and when a stage ends early.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::carry::{Judged, Shared};
use super::config::Config;
use super::event::{Event, Stage};
use super::ledger::Ledger;
use super::run::{OUT_OF_TIME, Run};
use super::schedule::{self, Ended};
use crate::case::Case;
use crate::generate::Screening;
use crate::oracle::Oracle;
use crate::transcript::{Exchange, Grade, Transcript};

/// So many cases in a row without an answer, and the target is taken to be gone.
const SILENCES: usize = 20;

/// Why nothing more is sent then.
pub(super) const GONE: &str =
    "20 cases in a row went without an answer: the target seems to be gone";

impl Run<'_> {
    pub(super) fn new_oracle(&self) -> Oracle {
        let delay = self.shared.context.deferred_delay;
        Oracle::new(self.config.profile).with_deferred_delay(delay)
    }

    /// Every mutation alone: several in one session first, and by themselves where anything was not
    /// as it should be.
    pub(super) async fn systematic(&mut self, screenings: Vec<Screening>) {
        let cases: Vec<_> = screenings.iter().map(|s| s.together.clone()).collect();
        let mut at = 0;
        let mut again: Vec<Case> = Vec::new();
        let until = self.config.until;
        let once = self.config.profile.reading.one_credential_a_token;
        let strict = self.new_oracle().screening().into();
        let (stage, total) = (Stage::Systematic, cases.len());
        let held = self
            .stage_with(strict, stage, total, numbered(stage, cases), |judged| {
                let screening = &screenings[at];
                at += 1;
                let is_enough = is_clean(judged) && (once || is_accepted_at_last(judged));
                if screening.alone.len() == 1 || is_enough {
                    return See::Counts;
                }
                again.extend(screening.alone.iter().cloned());
                // What only several together show is shown by them together.
                again.push(screening.together.clone());
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
            self.stage(stage, again.len(), again.into_iter(), |_| See::Counts)
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
        let (config, shared) = (self.config, &self.shared);
        let stage = Stage::Systematic;
        enter(
            &mut self.ledger,
            judged,
            stage,
            shared,
            config,
            self.listener,
        );
    }

    /// Counts the requests of cases that do not count themselves.
    fn requests_of(&mut self, held: &[Judged]) {
        let requests = held.iter().map(|judged| judged.transcript.exchanges.len());
        self.ledger.requests += requests.sum::<usize>() as u64;
    }

    /// Carries out cases; `see` is shown each, in their order, and says whether it counts.
    pub(super) async fn stage(
        &mut self,
        stage: Stage,
        total: usize,
        cases: impl Iterator<Item = Case>,
        see: impl FnMut(&Judged) -> See,
    ) {
        let oracle = Arc::clone(&self.oracle);
        self.stage_with(oracle, stage, total, numbered(stage, cases), see)
            .await;
    }

    /// As [`Run::stage`], with another oracle and with what the target is told of each case. What did
    /// not count is given back.
    pub(super) async fn stage_with(
        &mut self,
        oracle: Arc<Oracle>,
        stage: Stage,
        total: usize,
        cases: impl Iterator<Item = (String, Case)>,
        mut see: impl FnMut(&Judged) -> See,
    ) -> Vec<Judged> {
        if self.stopped.is_some() {
            return Vec::new();
        }
        let total = total as u64;
        (self.listener)(&Event::StageStarted { stage, total });
        let first_salt = self.salt;
        self.salt += total;
        let shared = Arc::clone(&self.shared);
        let cases = cases
            .zip(first_salt..)
            .map(|((label, case), salt)| shared.start(case, salt, label, &oracle));
        let mut silences = 0;
        let (mut stopped, mut held) = (None, Vec::new());
        let (config, ledger, listener) = (self.config, &mut self.ledger, &mut *self.listener);
        let ended = schedule::all(&shared, cases, config.workers, self.deadline, |judged| {
            let transcript = &judged.transcript;
            let is_silent = transcript
                .exchanges
                .last()
                .is_some_and(|e| e.answer.is_err());
            silences = if is_silent { silences + 1 } else { 0 };
            if silences >= SILENCES {
                stopped = Some(GONE.to_owned());
            }
            let see = see(&judged);
            if is_other_format(&judged.transcript, config) {
                // The issuer may do without this format: whatever it said is no finding.
                ledger.requests += judged.transcript.exchanges.len() as u64;
                return ControlFlow::Continue(());
            }
            if see != See::Counts {
                held.push(judged);
                return match (see, &stopped) {
                    (See::CountsNotAndIsEnough, _) | (_, Some(_)) => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                };
            }
            enter(ledger, judged, stage, &shared, config, listener);
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
        if ended == Ended::OutOfTime {
            stopped = Some(OUT_OF_TIME.to_owned());
        }
        self.stopped = stopped;
        held
    }
}

/// Cases with their numbers.
pub(super) fn numbered(
    stage: Stage,
    cases: impl IntoIterator<Item = Case>,
) -> impl Iterator<Item = (String, Case)> {
    let numbered = cases.into_iter().enumerate();
    numbered.map(move |(index, case)| (format!("{}/{index}", stage.slug()), case))
}

/// Enters a case into the books, and tells of it.
pub(super) fn enter(
    ledger: &mut Ledger,
    judged: Judged,
    stage: Stage,
    shared: &Shared,
    config: &Config,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
) {
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
