//! The plan of a run: discovery, one valid run of each flow, every mutation alone, combinations.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::carry::{Judged, Shared};
use super::config::{Config, Environment, Phase};
use super::discover::discover;
use super::event::{Event, Stage};
use super::ledger::Ledger;
use super::outcome::{NotApplicable, Outcome, Unusable};
use super::schedule::{self, Ended};
use super::shrink;
use crate::case::{Case, Flow};
use crate::generate::{self, Capabilities, Screening};
use crate::invariants;
use crate::oracle::Oracle;
use crate::transcript::{Context, Grade, Transcript};
use crate::wallet::{AuthKey, Wallet};

/// Tests an issuer.
///
/// # Errors
/// There was no run: see [`Unusable`].
pub async fn run(
    environment: &Environment,
    config: &Config,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
) -> Result<Outcome, Unusable> {
    if config.is_empty() {
        return Err(Unusable::NothingToRun);
    }
    let mut run = Run::begin(environment, config, listener).await?;
    let capabilities = capabilities(environment, config);
    let (mut flows, absent) = generate::flows(config.profile, &run.shared.context, capabilities);
    flows.retain(|flow| config.wants(flow));
    run.skip(absent.into_iter().map(|left| (left.id, left.reason)));
    run.announce(&flows);
    let usable = run.baselines(flows).await;
    run.shrink().await;
    if usable.is_empty() && !run.has_failures() {
        return Err(Unusable::NoSession(run.why_unusable()));
    }
    if config.phases.contains(&Phase::Systematic) && !usable.is_empty() {
        let (cases, skipped) = generate::systematic(config.profile, &usable, &capabilities);
        run.skip(skipped.into_iter().map(|left| (left.id, left.reason)));
        run.systematic(generate::screened(config.profile, cases))
            .await;
        run.shrink().await;
    }
    if config.phases.contains(&Phase::Sequence) && !usable.is_empty() {
        let profile = config.profile;
        let mut cases: Vec<_> = usable
            .iter()
            .flat_map(|flow| generate::notable(profile, flow, &capabilities))
            .collect();
        let drawn = |index| generate::sequence(profile, &usable, &capabilities, config.seed, index);
        cases.extend((0..config.cases.div_ceil(4)).map(drawn));
        run.stage(Stage::Sequence, cases.len(), cases.into_iter(), |_| true)
            .await;
        run.shrink().await;
    }
    if config.phases.contains(&Phase::Random) && !usable.is_empty() {
        let case =
            |index| generate::random(config.profile, &usable, &capabilities, config.seed, index);
        let total = usize::try_from(config.cases).unwrap_or(usize::MAX);
        run.stage(Stage::Random, total, (0..config.cases).map(case), |_| true)
            .await;
        run.shrink().await;
    }
    Ok(run.finish())
}

/// Carries out cases that are given, without shrinking what they show.
///
/// # Errors
/// There was no run: see [`Unusable`].
pub async fn replay(
    environment: &Environment,
    config: &Config,
    cases: Vec<Case>,
    listener: &mut (dyn FnMut(&Event<'_>) + Send),
) -> Result<Outcome, Unusable> {
    if cases.is_empty() {
        return Err(Unusable::NothingToRun);
    }
    let mut run = Run::begin(environment, config, listener).await?;
    let capabilities = capabilities(environment, config);
    let lacking = |flow: &Flow| {
        let known = config.profile.find_type(&flow.credential_type)?;
        capabilities.lacks_for(known)
    };
    let (cases, skipped): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .partition(|case| lacking(&case.flow).is_none());
    run.skip(skipped.iter().filter_map(|case| {
        let reason = lacking(&case.flow)?;
        Some((format!("flow {}", case.flow.credential_type), reason.into()))
    }));
    if cases.is_empty() {
        return Err(Unusable::NoSession(run.why_unusable()));
    }
    let flows: BTreeSet<Flow> = cases.iter().map(|case| case.flow.clone()).collect();
    run.announce(&flows.into_iter().collect::<Vec<_>>());
    let mut stopped = Vec::new();
    run.stage(Stage::Replay, cases.len(), cases.into_iter(), |judged| {
        stopped.extend(judged.transcript.stopped.clone());
        true
    })
    .await;
    if let (Some(reason), false) = (stopped.into_iter().next(), run.has_failures()) {
        return Err(Unusable::NoSession(reason));
    }
    Ok(run.finish())
}

fn capabilities(environment: &Environment, config: &Config) -> Capabilities {
    Capabilities {
        auth_key: config.auth_key.is_some(),
        service: config.service.is_some(),
        registrar: environment.registrar.is_some(),
    }
}

/// A run under way.
struct Run<'a> {
    config: &'a Config,
    shared: Arc<Shared>,
    oracle: Arc<Oracle>,
    listener: &'a mut (dyn FnMut(&Event<'_>) + Send),
    ledger: Ledger,
    not_applicable: Vec<NotApplicable>,
    started: SystemTime,
    since: Instant,
    deadline: Option<Instant>,
    /// How many cases were started: each gets keys of its own.
    salt: u64,
    stopped: Option<String>,
}

/// So many cases in a row without an answer, and the target is taken to be gone.
const SILENCES: usize = 20;

impl<'a> Run<'a> {
    /// Discovers the issuer, and judges what it says about itself.
    async fn begin(
        environment: &Environment,
        config: &'a Config,
        listener: &'a mut (dyn FnMut(&Event<'_>) + Send),
    ) -> Result<Self, Unusable> {
        let (started, since) = (SystemTime::now(), Instant::now());
        let auth_key = config
            .auth_key
            .as_ref()
            .map(AuthKey::from_jwk)
            .transpose()?;
        let (context, transcript) = discover(environment, config).await?;
        let context = Arc::new(context);
        let wallet = Wallet::new(
            config.profile,
            Arc::clone(&context),
            config.seed,
            auth_key,
            config.sessions.clone(),
        )
        .with_service(config.service.clone());
        let shared = Arc::new(Shared {
            environment: environment.clone(),
            profile: config.profile,
            context,
            wallet: Arc::new(wallet),
            filter: config.invariants.clone(),
        });
        let delay = shared.context.deferred_delay;
        let mut run = Self {
            oracle: Arc::new(Oracle::new(config.profile).with_deferred_delay(delay)),
            config,
            shared,
            listener,
            ledger: Ledger::default(),
            not_applicable: Vec::new(),
            started,
            since,
            deadline: config.max_time.map(|limit| since + limit),
            salt: 0,
            stopped: None,
        };
        let verdicts = run.shared.judge(&transcript);
        let judged = Judged {
            transcript,
            verdicts,
        };
        enter(
            &mut run.ledger,
            judged,
            Stage::Baseline,
            &run.shared,
            config,
            run.listener,
        );
        Ok(run)
    }

    fn announce(&mut self, flows: &[Flow]) {
        let context: &Context = &self.shared.context;
        (self.listener)(&Event::RunStarted {
            target: &self.config.target,
            profile: self.config.profile,
            seed: self.config.seed,
            context,
            flows,
        });
    }

    fn new_oracle(&self) -> Oracle {
        let delay = self.shared.context.deferred_delay;
        Oracle::new(self.config.profile).with_deferred_delay(delay)
    }

    /// One valid run of each flow, and of each other kind of key once. The flows that work.
    async fn baselines(&mut self, flows: Vec<Flow>) -> Vec<Flow> {
        let config = self.config;
        let mut cases: Vec<_> = flows
            .iter()
            .map(|flow| generate::baseline(config.profile, flow))
            .collect();
        if let Some(first) = flows.first() {
            cases.extend(generate::key_types(config.profile, first));
        }
        let mut broken: Vec<(Flow, String)> = Vec::new();
        self.stage(Stage::Baseline, cases.len(), cases.into_iter(), |judged| {
            let transcript = &judged.transcript;
            let Some(case) = &transcript.case else {
                return true;
            };
            let reason = if is_other_format(transcript, config) {
                Some(format!("the issuer does not issue {}", case.flow.format))
            } else {
                why_unusable(transcript)
            };
            broken.extend(reason.map(|reason| (case.flow.clone(), reason)));
            true
        })
        .await;
        let usable = flows
            .into_iter()
            .filter(|flow| !broken.iter().any(|(other, _)| other == flow))
            .collect();
        self.skip(
            broken
                .into_iter()
                .map(|(flow, reason)| (flow.to_string(), reason)),
        );
        usable
    }

    /// Every mutation alone: several in one session first, and by themselves where anything was not
    /// as it should be.
    async fn systematic(&mut self, screenings: Vec<Screening>) {
        let cases: Vec<_> = screenings.iter().map(|s| s.together.clone()).collect();
        let mut at = 0;
        let mut again: Vec<Case> = Vec::new();
        let strict = self.new_oracle().screening();
        self.stage_with(
            strict.into(),
            Stage::Systematic,
            cases.len(),
            cases.into_iter(),
            |judged| {
                let screening = &screenings[at];
                at += 1;
                let as_it_should = screening.alone.len() == 1 || is_clean(judged);
                if !as_it_should {
                    again.extend(screening.alone.iter().cloned());
                    // What only several together show is shown by them together.
                    again.push(screening.together.clone());
                }
                as_it_should
            },
        )
        .await;
        if !again.is_empty() {
            self.stage(Stage::Systematic, again.len(), again.into_iter(), |_| true)
                .await;
        }
    }

    /// Carries out cases; `see` is shown each, in their order, and says whether it counts.
    async fn stage(
        &mut self,
        stage: Stage,
        total: usize,
        cases: impl Iterator<Item = Case>,
        see: impl FnMut(&Judged) -> bool,
    ) {
        let oracle = Arc::clone(&self.oracle);
        self.stage_with(oracle, stage, total, cases, see).await;
    }

    /// As [`Run::stage`], with another oracle.
    async fn stage_with(
        &mut self,
        oracle: Arc<Oracle>,
        stage: Stage,
        total: usize,
        cases: impl Iterator<Item = Case>,
        mut see: impl FnMut(&Judged) -> bool,
    ) {
        if self.stopped.is_some() {
            return;
        }
        let total = total as u64;
        (self.listener)(&Event::StageStarted { stage, total });
        let first_salt = self.salt;
        self.salt += total;
        let shared = Arc::clone(&self.shared);
        let cases = cases.zip(first_salt..).map(|(case, salt)| {
            let label = format!("{}/{}", stage.slug(), salt - first_salt);
            shared.start(case, salt, label, &oracle)
        });
        let mut silences = 0;
        let mut stopped = None;
        let (config, ledger, listener) = (self.config, &mut self.ledger, &mut *self.listener);
        let ended = schedule::all(&shared, cases, config.workers, self.deadline, |judged| {
            let transcript = &judged.transcript;
            let is_silent = transcript
                .exchanges
                .last()
                .is_some_and(|e| e.answer.is_err());
            silences = if is_silent { silences + 1 } else { 0 };
            let counts = see(&judged);
            let transcript = &judged.transcript;
            if !counts || is_other_format(transcript, config) {
                // The cases are run again by themselves; or the issuer may do without this format,
                // and whatever it said is no finding.
                ledger.requests += transcript.exchanges.len() as u64;
                return ControlFlow::Continue(());
            }
            enter(ledger, judged, stage, &shared, config, listener);
            if silences >= SILENCES {
                stopped = Some(format!(
                    "{SILENCES} cases in a row went without an answer: the target seems to be gone"
                ));
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
    }

    async fn shrink(&mut self) {
        if !self.config.shrink || self.stopped.as_deref() == Some(OUT_OF_TIME) {
            return;
        }
        let listener = &mut *self.listener;
        let ended = shrink::all(
            &mut self.ledger,
            &self.shared,
            &self.oracle,
            self.config.workers,
            self.deadline,
            &mut self.salt,
            |total| {
                listener(&Event::StageStarted {
                    stage: Stage::Shrink,
                    total,
                });
            },
        )
        .await;
        if ended == Ended::OutOfTime {
            self.stopped = Some(OUT_OF_TIME.to_owned());
        }
        self.ledger.join_compounds();
    }

    fn skip(&mut self, what: impl Iterator<Item = (String, String)>) {
        self.not_applicable
            .extend(what.map(|(id, reason)| NotApplicable { id, reason }));
    }

    fn has_failures(&self) -> bool {
        let findings = self.ledger.findings(self.config);
        findings
            .iter()
            .any(|finding| finding.grade == crate::transcript::Grade::Failure)
    }

    fn why_unusable(&self) -> String {
        let first = self.not_applicable.first();
        first.map_or_else(
            || "the issuer offers no credential type that the profile knows".to_owned(),
            |left| format!("{}: {}", left.id, left.reason),
        )
    }

    fn finish(mut self) -> Outcome {
        let silent = invariants::ALL
            .iter()
            .filter(|rule| self.shared.filter.selects(rule))
            .filter(|rule| !self.ledger.spoke.contains(rule.id));
        let silent: Vec<_> = silent.map(|rule| rule.id.to_owned()).collect();
        self.skip(
            silent
                .into_iter()
                .map(|id| (id, "no exchange of this run was of its kind".to_owned())),
        );
        self.not_applicable.sort();
        self.not_applicable.dedup();
        let outcome = Outcome {
            target: self.config.target.clone(),
            profile: self.config.profile.id,
            seed: self.config.seed,
            started: self.started,
            duration: self.since.elapsed(),
            cases: self.ledger.cases,
            requests: self.ledger.requests,
            cases_by_step: self.ledger.by_step.clone(),
            findings: self.ledger.findings(self.config),
            not_applicable: self.not_applicable,
            stopped: self.stopped,
        };
        (self.listener)(&Event::Finished(&outcome));
        outcome
    }
}

const OUT_OF_TIME: &str = "the time was up";

/// Enters a case into the books, and tells of it.
fn enter(
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

/// Why mutations of this flow would show nothing: the valid run of it went wrong.
fn why_unusable(transcript: &Transcript) -> Option<String> {
    if let Some(reason) = &transcript.stopped {
        return Some(format!("a valid run stopped: {reason}"));
    }
    let refused = transcript
        .exchanges
        .iter()
        .find(|exchange| exchange.expectation.is_valid() && !exchange.is_allowed())?;
    Some(format!(
        "a valid {} request was answered {}",
        refused.endpoint.slug(),
        refused.outcome_words()
    ))
}

/// Whether the issuer says that it does not issue a format which is not the profile's first.
fn is_other_format(transcript: &Transcript, config: &Config) -> bool {
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
