//! The plan of a run: discovery, one valid run of each flow, every mutation alone, combinations.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::carry::{Judged, Shared};
use super::config::{Config, Environment, Phase};
use super::discover::discover;
use super::event::{Event, Stage};
use super::ledger::Ledger;
use super::outcome::{Asked, NotApplicable, Outcome, Unusable};
use super::schedule::Ended;
use super::shrink;
use super::stages::{GONE, See, enter};
use crate::case::{Flow, KeyTypes};
use crate::generate::{self, Capabilities};
use crate::invariants::{self, Invariant};
use crate::oracle::Oracle;
use crate::profile::KeyId;
use crate::transcript::{Context, Transcript};
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
    let (context, transcript) = discover(environment, config).await?;
    let config = &config.for_issuer(&context);
    let mut run = Run::begin(environment, config, (context, transcript), listener)?;
    let capabilities = capabilities(environment, config);
    let (mut flows, absent) = generate::flows(config.profile, &run.shared.context, capabilities);
    let key = config.holder().key;
    flows.iter_mut().for_each(|flow| flow.key = key);
    flows.retain(|flow| config.wants(flow));
    run.skip(absent.into_iter().map(|left| (left.id, left.reason)));
    run.announce(&flows);
    let usable = run.baselines(flows).await;
    let refused_keys = run.keys(&usable).await.into_iter().collect();
    let capabilities = Capabilities {
        refused_keys,
        ..capabilities
    };
    run.shrink().await;
    if usable.is_empty() && !run.has_failures() {
        return Err(Unusable::NoSession(run.why_unusable()));
    }
    if config.phases.contains(&Phase::Systematic) && !usable.is_empty() {
        let (cases, skipped) = generate::systematic(config.profile, &usable, &capabilities);
        run.skip(skipped.into_iter().map(|left| (left.id, left.reason)));
        let sharing = !config.fresh_per_case;
        run.systematic(generate::screened(config.profile, cases, sharing))
            .await;
        run.shrink().await;
    }
    if config.phases.contains(&Phase::Sequence) && !usable.is_empty() {
        let profile = config.profile;
        let mut cases: Vec<_> = usable
            .iter()
            .flat_map(|flow| generate::notable(profile, flow, &capabilities))
            .map(|notable| notable.case)
            .collect();
        let drawn = |index| generate::sequence(profile, &usable, &capabilities, config.seed, index);
        cases.extend((0..config.cases.div_ceil(4)).map(drawn));
        // Whoever waits longest begins first: the others have their turn meanwhile.
        cases.sort_by_key(|case| std::cmp::Reverse(generate::waits(profile, case)));
        run.stage(Stage::Sequence, cases.len(), cases.into_iter(), |_| {
            See::Counts
        })
        .await;
        run.shrink().await;
    }
    if config.phases.contains(&Phase::Random) && !usable.is_empty() {
        let case =
            |index| generate::random(config.profile, &usable, &capabilities, config.seed, index);
        let total = usize::try_from(config.cases).unwrap_or(usize::MAX);
        run.stage(Stage::Random, total, (0..config.cases).map(case), |_| {
            See::Counts
        })
        .await;
        run.shrink().await;
    }
    Ok(run.finish())
}

pub(super) fn capabilities(environment: &Environment, config: &Config) -> Capabilities {
    Capabilities {
        auth_key: config.auth_key.is_some(),
        service: config.service.is_some(),
        redirected_keys: config
            .service
            .as_ref()
            .is_some_and(|service| service.redirected().is_some()),
        registrar: environment.registrar.is_some(),
        refused_keys: KeyTypes::default(),
        clock: !environment.clock.passes_by_itself(),
        bare_key: config.holder().key_id == KeyId::Jwk,
    }
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) config: &'a Config,
    pub(super) shared: Arc<Shared>,
    pub(super) oracle: Arc<Oracle>,
    pub(super) listener: &'a mut (dyn FnMut(&Event<'_>) + Send),
    pub(super) ledger: Ledger,
    pub(super) not_applicable: Vec<NotApplicable>,
    pub(super) started: SystemTime,
    pub(super) since: Instant,
    pub(super) deadline: Option<Instant>,
    /// How many cases were started: each gets keys of its own.
    pub(super) salt: u64,
    pub(super) stopped: Option<String>,
}

impl<'a> Run<'a> {
    /// Discovers the issuer, and judges what it says about itself.
    pub(super) fn begin(
        environment: &Environment,
        config: &'a Config,
        (context, transcript): (Context, Transcript),
        listener: &'a mut (dyn FnMut(&Event<'_>) + Send),
    ) -> Result<Self, Unusable> {
        let (started, since) = (SystemTime::now(), Instant::now());
        let auth_key = config
            .auth_key
            .as_ref()
            .map(AuthKey::from_jwk)
            .transpose()?;
        let context = Arc::new(context);
        let wallet = Wallet::new(
            config.profile,
            Arc::clone(&context),
            config.seed,
            auth_key,
            config.sessions.clone(),
        )
        .with_manner(config.manner.clone())
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

    pub(super) fn announce(&mut self, flows: &[Flow]) {
        let context: &Context = &self.shared.context;
        (self.listener)(&Event::RunStarted {
            target: &self.config.target,
            profile: self.config.profile,
            seed: self.config.seed,
            context,
            flows,
        });
    }

    async fn shrink(&mut self) {
        if !self.config.shrink || matches!(self.stopped.as_deref(), Some(OUT_OF_TIME | GONE)) {
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

    pub(super) fn skip(&mut self, what: impl Iterator<Item = (String, String)>) {
        self.not_applicable
            .extend(what.map(|(id, reason)| NotApplicable { id, reason }));
    }

    pub(super) fn has_failures(&self) -> bool {
        let findings = self.ledger.findings(self.config);
        findings
            .iter()
            .any(|finding| finding.grade == crate::transcript::Grade::Failure)
    }

    pub(super) fn why_unusable(&self) -> String {
        let first = self.not_applicable.first();
        first.map_or_else(
            || "the issuer offers no credential type that the profile knows".to_owned(),
            |left| format!("{}: {}", left.id, left.reason),
        )
    }

    pub(super) fn finish(mut self) -> Outcome {
        if !self.config.profile.reading.one_credential_a_token {
            self.ledger.join_unread_tokens();
        }
        let silent = invariants::ALL
            .iter()
            .filter(|rule| self.shared.filter.selects(rule))
            .filter(|rule| !self.ledger.spoke.contains_key(rule.id));
        let profile = self.config.profile;
        let reason = |rule: &Invariant| match profile.judges(rule.id, rule.clause) {
            true => "no exchange of this run was of its kind".to_owned(),
            false => format!("{} has no such rule", profile.title),
        };
        let silent: Vec<_> = silent
            .map(|rule| (rule.id.to_owned(), reason(rule)))
            .collect();
        self.skip(silent.into_iter());
        self.not_applicable.sort();
        self.not_applicable.dedup();
        let asked = invariants::ALL
            .iter()
            .filter(|rule| self.shared.filter.selects(rule))
            .filter(|rule| profile.judges(rule.id, rule.clause));
        let asked = asked.map(|rule| Asked {
            id: rule.id,
            doc: rule.doc,
            clause: profile.clause(rule.clause).unwrap_or(rule.clause),
            flows: self.ledger.spoke.get(rule.id).cloned().unwrap_or_default(),
        });
        let outcome = Outcome {
            asked: asked.collect(),
            shown: self.ledger.shown(),
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

pub(super) const OUT_OF_TIME: &str = "the time was up";
