//! The plan of a run: discovery, one valid run of each flow, every mutation alone, combinations.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::carry::{Judged, Shared};
use super::config::{Config, Environment, Phase};
use super::control::Control;
use super::discover::discover;
use super::event::{Event, Stage};
use super::halt::{INTERRUPTED, OUT_OF_TIME, Until};
use super::ledger::Ledger;
use super::outcome::{Asked, NotApplicable, Outcome, Unusable};
use super::schedule::Ended;
use super::shrink;
use super::stages::{FEW_SILENCES, GONE, SLOW, SPENT, UNWANTED, enter};
use crate::case::{Flow, Grant, KeyTypes};
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
    let span = Span::of(config);
    let (context, transcript) = span.discovered(environment, config).await?;
    let config = &config.for_issuer(&context);
    let mut run = Run::begin(environment, config, (span, context, transcript), listener)?;
    let capabilities = capabilities(environment, config);
    let (mut flows, absent) = generate::flows(config.profile, &run.shared.context, capabilities);
    let key = config.holder().key;
    flows.iter_mut().for_each(|flow| flow.key = key);
    flows.retain(|flow| config.wants(flow));
    run.skip(absent.into_iter().map(|left| (left.id, left.reason)));
    run.announce(&flows);
    let usable = run.baselines(flows).await;
    let control = |every| Control::new(every, config.profile, &usable);
    run.control = config.control_every.and_then(control);
    let refused_keys = run.keys(&usable).await.into_iter().collect();
    let capabilities = Capabilities {
        refused_keys,
        ..capabilities
    };
    run.shrink().await;
    let is_cut_short = matches!(run.stopped.as_deref(), Some(OUT_OF_TIME | INTERRUPTED));
    if usable.is_empty() && !run.has_failures() && !is_cut_short {
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
        if config.shares_a_token() {
            let reason = generate::TOKEN_IS_SHARED.to_owned();
            run.skip([("sequences".to_owned(), reason)].into_iter());
        }
        let mut cases: Vec<_> = usable
            .iter()
            .flat_map(|flow| generate::notable(profile, flow, &capabilities))
            .map(|notable| notable.case)
            .collect();
        cases.extend(generate::crowds(profile, &usable));
        let drawn = |index| generate::sequence(profile, &usable, &capabilities, config.seed, index);
        cases.extend((0..config.cases.div_ceil(4)).map(drawn));
        // Whoever waits longest begins first: the others have their turn meanwhile.
        cases.sort_by_key(|case| std::cmp::Reverse(generate::waits(profile, case)));
        run.stage(Stage::Sequence, cases.len(), cases.into_iter())
            .await;
        run.shrink().await;
    }
    if config.phases.contains(&Phase::Random) && !usable.is_empty() {
        let case =
            |index| generate::random(config.profile, &usable, &capabilities, config.seed, index);
        let total = usize::try_from(config.cases).unwrap_or(usize::MAX);
        run.stage(Stage::Random, total, (0..config.cases).map(case))
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

/// When a run began, and until when it lasts.
pub(super) struct Span {
    started: SystemTime,
    since: Instant,
    until: Until,
}

impl Span {
    /// One that begins now.
    pub(super) fn of(config: &Config) -> Self {
        let since = Instant::now();
        Self {
            started: SystemTime::now(),
            since,
            until: Until {
                deadline: config.max_time.map(|limit| since + limit),
                halt: config.halt.clone(),
            },
        }
    }

    /// What the issuer says about itself.
    pub(super) async fn discovered(
        &self,
        environment: &Environment,
        config: &Config,
    ) -> Result<(Context, Transcript), Unusable> {
        let discovered = self.until.first(discover(environment, config)).await;
        discovered.ok_or(Unusable::Interrupted)?
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
    pub(super) until: Until,
    /// The number of the next case that is tried to shrink another.
    salt: u64,
    pub(super) stopped: Option<String>,
    /// How many requests were not answered in time.
    pub(super) timeouts: usize,
    /// How many cases in a row, up to the last, went without an answer.
    pub(super) silences: usize,
    /// The valid run that is repeated every so often.
    pub(super) control: Option<Control>,
}

impl<'a> Run<'a> {
    /// Discovers the issuer, and judges what it says about itself.
    pub(super) fn begin(
        environment: &Environment,
        config: &'a Config,
        (span, context, transcript): (Span, Context, Transcript),
        listener: &'a mut (dyn FnMut(&Event<'_>) + Send),
    ) -> Result<Self, Unusable> {
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
            started: span.started,
            since: span.since,
            until: span.until,
            salt: Stage::Shrink.salt(0),
            stopped: None,
            timeouts: 0,
            silences: 0,
            control: None,
        };
        let verdicts = run.shared.judge(&transcript);
        let judged = Judged {
            label: "discovery".to_owned(),
            transcript,
            verdicts,
        };
        if config.shard.is_first() {
            run.enter(judged, Stage::Baseline);
        }
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

    /// Looks for smaller cases, where there is time for it, and tells what the run came to so far.
    async fn shrink(&mut self) {
        let over = [OUT_OF_TIME, INTERRUPTED, GONE, SLOW, UNWANTED, SPENT];
        let is_over = self
            .stopped
            .as_deref()
            .is_some_and(|why| over.contains(&why));
        if self.config.shrink && !is_over {
            let listener = &mut *self.listener;
            let ended = shrink::all(
                &mut self.ledger,
                &self.shared,
                &self.oracle,
                self.config.workers,
                &self.until,
                &mut self.salt,
                |total| {
                    listener(&Event::StageStarted {
                        stage: Stage::Shrink,
                        total,
                    });
                },
            )
            .await;
            if ended == Ended::CutShort {
                self.stopped = Some(self.until.why().to_owned());
            }
            self.ledger.join_compounds();
        }
        self.tell_so_far();
    }

    /// Enters a case into the books, and tells of it.
    pub(super) fn enter(&mut self, judged: Judged, stage: Stage) {
        let shared = &self.shared;
        enter(
            &mut self.ledger,
            judged,
            stage,
            shared,
            self.config,
            self.listener,
        );
    }

    fn tell_so_far(&mut self) {
        let outcome = self.told().so_far(&self.ledger);
        (self.listener)(&Event::SoFar(&outcome));
    }

    /// What an outcome says that does not change any more.
    pub(super) fn told(&self) -> Told {
        Told {
            shared: Arc::clone(&self.shared),
            not_applicable: self.not_applicable.clone(),
            started: self.started,
            since: self.since,
            config: self.config.clone(),
        }
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
        if let Some(why) = &self.stopped {
            return why.clone();
        }
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
        if self.silences >= FEW_SILENCES {
            // Those in a row, and those that were under way with the first of them.
            let last = self.silences + 4 * self.config.workers;
            self.ledger.join_last_silences(last);
        }
        let silent = invariants::ALL
            .iter()
            .filter(|rule| self.shared.filter.selects(rule))
            .filter(|rule| !self.ledger.spoke.contains_key(rule.id));
        let profile = self.config.profile;
        let is_given = self.config.sessions.grant().is_some_and(Grant::is_given);
        let reason = |rule: &Invariant| match profile.judges(rule.id, rule.clause) {
            true if is_given && BEFORE_THE_TOKEN.contains(&rule.topic()) => {
                generate::TOKEN_IS_GIVEN.to_owned()
            }
            true => "no exchange of this run was of its kind".to_owned(),
            false => format!("{} has no such rule", profile.title),
        };
        let silent: Vec<_> = silent
            .map(|rule| (rule.id.to_owned(), reason(rule)))
            .collect();
        self.skip(silent.into_iter());
        self.not_applicable.sort();
        self.not_applicable.dedup();
        let mut outcome = self.told().so_far(&self.ledger);
        outcome.stopped = self.stopped;
        (self.listener)(&Event::Finished(&outcome));
        outcome
    }
}

/// The topics of rules about what goes before an access token.
const BEFORE_THE_TOKEN: &[&str] = &["offer", "authorize", "direct-post", "token"];

/// What an outcome says besides the books.
pub(super) struct Told {
    shared: Arc<Shared>,
    not_applicable: Vec<NotApplicable>,
    started: SystemTime,
    since: Instant,
    config: Config,
}

impl Told {
    /// What a run came to so far.
    pub(super) fn so_far(&self, ledger: &Ledger) -> Outcome {
        let profile = self.config.profile;
        let asked = invariants::ALL
            .iter()
            .filter(|rule| self.shared.filter.selects(rule))
            .filter(|rule| profile.judges(rule.id, rule.clause));
        let asked = asked.map(|rule| Asked {
            id: rule.id,
            doc: rule.doc,
            clause: profile.clause(rule.clause).unwrap_or(rule.clause),
            flows: ledger.spoke.get(rule.id).cloned().unwrap_or_default(),
        });
        Outcome {
            asked: asked.collect(),
            shown: ledger.shown(),
            target: self.config.target.clone(),
            profile: self.config.profile.id,
            seed: self.config.seed,
            started: self.started,
            duration: self.since.elapsed(),
            cases: ledger.cases,
            requests: ledger.requests,
            cases_by_step: ledger.by_step.clone(),
            findings: ledger.findings(&self.config),
            not_applicable: self.not_applicable.clone(),
            stopped: Some("the run is not over yet".to_owned()),
            remarks: self.remarks(),
        }
    }

    /// What is worth knowing and no finding.
    fn remarks(&self) -> Vec<String> {
        let context = &self.shared.context;
        let own = authority(&context.issuer);
        let endpoints = [
            Some(&context.credential_endpoint),
            Some(&context.token_endpoint),
            context.deferred_endpoint.as_ref(),
            context.authorization_endpoint.as_ref(),
        ];
        let mut others: Vec<String> = endpoints
            .into_iter()
            .flatten()
            .filter_map(|endpoint| authority(endpoint))
            .filter(|other| Some(other) != own.as_ref())
            .collect();
        others.sort();
        others.dedup();
        let mut remarks = self.shared.environment.target.remarks();
        if !others.is_empty() {
            remarks.push(format!(
                "the metadata sends requests to other hosts than the issuer's: {}",
                others.join(", ")
            ));
        }
        remarks
    }
}

/// Host and port of a URL, without a user.
fn authority(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let host = authority.rsplit('@').next().unwrap_or(authority);
    Some(host.to_owned())
}
