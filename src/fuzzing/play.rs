//! Carries out cases on a [`Bench`]. What goes before the first request of a case is the same for many cases, so a bench that
//! can be rewound does it once for each kind and goes on from there.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::bench::{Bench, answer};
use crate::case::{Case, Endpoint, Flow, Need, Step};
use crate::engine::question;
use crate::issuer::{Clock as _, DidRegistry, Sessions};
use crate::oracle::History;
use crate::transcript::{Exchange, Transcript};
use crate::wallet::{Action, CaseRun, Outgoing, Standing};

/// A case that is being carried out.
struct Progress {
    run: CaseRun,
    history: History,
    transcript: Transcript,
}

impl Progress {
    fn new(run: CaseRun, history: History, exchanges: Vec<Exchange>) -> Self {
        let transcript = Transcript {
            case: Some(run.case().clone()),
            exchanges,
            stopped: None,
        };
        Self {
            run,
            history,
            transcript,
        }
    }

    fn learn(&mut self, exchange: Exchange) {
        self.history.record(&exchange);
        self.run.receive(&exchange);
        self.transcript.exchanges.push(exchange);
    }
}

impl Bench {
    /// Carries out a case. `salt` tells its holders from those of other cases.
    pub fn play(&self, case: &Case, salt: u64) -> Transcript {
        // Equal cases bring equal newcomers.
        self.registry.reset();
        let run = self.wallet.start(case.clone(), salt);
        self.go_on(Progress::new(run, History::default(), Vec::new()))
    }

    /// Rewinds the bench, carries out a case and shows what was said, and how many exchanges at its beginning were shown
    /// before. Nothing differs from [`Self::rewind`] and [`Self::play`] but the time it takes.
    pub fn replayed<R>(
        &mut self,
        case: &Case,
        look: impl FnOnce(&Self, &Transcript, usize) -> R,
    ) -> R {
        self.rewind();
        let Some(kind) = Kind::of(case).filter(|_| self.randomness.is_some()) else {
            return look(self, &self.play(case, 0), 0);
        };
        // Taken out: the exchanges go into the transcript and come back.
        let (prologue, known) = match self.prologues.0.remove(&kind) {
            Some(prologue) => {
                self.restore(&prologue);
                let known = prologue.exchanges.len();
                (prologue, known)
            }
            None => (self.prologue(case), 0),
        };
        let Prologue {
            exchanges,
            standing,
            history,
            ..
        } = &prologue;
        let length = exchanges.len();
        let run = self.wallet.resume(case.clone(), 0, standing.clone());
        let history = history.clone();
        let progress = Progress::new(run, history, prologue.exchanges);
        let mut transcript = self.go_on(progress);
        let seen = look(self, &transcript, known);
        transcript.exchanges.truncate(length);
        let prologue = Prologue {
            exchanges: transcript.exchanges,
            ..prologue
        };
        self.prologues.keep(kind, prologue);
        seen
    }

    /// Carries out what goes before the first request of a case, and hands that out instead of sending
    /// it. `None` if the session does not get so far.
    pub fn prepare(&self, case: &Case, salt: u64) -> Option<Outgoing> {
        let run = self.wallet.start(case.clone(), salt);
        let mut progress = Progress::new(run, History::default(), Vec::new());
        match self.lead_up(&mut progress) {
            Action::Send(outgoing) => Some(*outgoing),
            _ => None,
        }
    }

    fn go_on(&self, mut progress: Progress) -> Transcript {
        loop {
            match self.lead_up(&mut progress) {
                Action::Send(outgoing) => progress.learn(self.ask(&progress, *outgoing)),
                Action::Race(all) => {
                    for exchange in self.race(&progress, all) {
                        progress.learn(exchange);
                    }
                }
                Action::Stop(reason) => {
                    progress.transcript.stopped = Some(reason);
                    return progress.transcript;
                }
                _ => return progress.transcript,
            }
        }
    }

    /// Does what is to be done before the next request of a step, and returns what comes then: that request, a race, or the end.
    fn lead_up(&self, progress: &mut Progress) -> Action {
        loop {
            match progress.run.next(self.clock.now()) {
                Action::Send(outgoing) if outgoing.step.is_none() => {
                    let exchange = self.ask(progress, *outgoing);
                    progress.learn(exchange);
                }
                Action::WaitUntil(time) => self.clock.set(time),
                Action::Fetch { .. } => {
                    return Action::Stop("there is nobody to ask for an offer".into());
                }
                Action::Register { did, document } => match self.registry.register(document) {
                    Ok(()) => progress.run.registered(&did),
                    Err(reason) => return Action::Stop(reason),
                },
                other => return other,
            }
        }
    }

    fn ask(&self, progress: &Progress, outgoing: Outgoing) -> Exchange {
        let question = question(progress.run.case(), &outgoing, self.clock.now());
        let expectation = self.oracle.expect(&progress.history, question);
        answer(&self.issuer, &self.clock, outgoing, expectation)
    }

    /// Sends all at the same time, each on a thread of its own.
    fn race(&self, progress: &Progress, all: Vec<Outgoing>) -> Vec<Exchange> {
        let now = self.clock.now();
        let case = progress.run.case();
        let questions: Vec<_> = all.iter().map(|one| question(case, one, now)).collect();
        let expectations = self.oracle.expect_race(&progress.history, &questions);
        let (issuer, clock) = (&self.issuer, &*self.clock);
        std::thread::scope(|scope| {
            let threads: Vec<_> = all
                .into_iter()
                .zip(expectations)
                .map(|(one, expectation)| scope.spawn(|| answer(issuer, clock, one, expectation)))
                .collect();
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(mut exchange) => {
                    exchange.raced = true;
                    exchange
                }
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect()
        })
    }

    /// Carries out what goes before the first request of a case.
    fn prologue(&self, case: &Case) -> Prologue {
        let run = self.wallet.start(case.clone(), 0);
        let mut progress = Progress::new(run, History::default(), Vec::new());
        // What comes then is asked for again by whoever goes on from here.
        let _ = self.lead_up(&mut progress);
        Prologue {
            standing: progress.run.standing(),
            history: progress.history,
            exchanges: progress.transcript.exchanges,
            sessions: self.issuer.sessions(),
            registry: self.registry.standing(),
            now: self.clock.now(),
            position: self
                .randomness
                .as_ref()
                .map_or(0, |source| source.position()),
        }
    }

    fn restore(&mut self, prologue: &Prologue) {
        self.issuer.go_back(&prologue.sessions);
        self.registry.go_back(&prologue.registry);
        self.clock.set(prologue.now);
        if let Some(randomness) = &self.randomness {
            randomness.go_to(prologue.position);
        }
    }
}

/// What determines all that goes before the first request of a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    flow: Flow,
    sends: Vec<(Endpoint, u8, BTreeSet<Need>)>,
}

impl Kind {
    /// `None` if the case does not begin with a request.
    fn of(case: &Case) -> Option<Self> {
        let first = case.steps.first()?;
        matches!(first, Step::Send(_) | Step::Race(_)).then(|| Self {
            flow: case.flow.clone(),
            sends: first
                .sends()
                .iter()
                .map(|send| {
                    let needs = send.mutations.iter().flat_map(|one| &one.needs);
                    (send.to, send.session, needs.copied().collect())
                })
                .collect(),
        })
    }
}

/// Where everything stands before the first request of cases of a kind.
struct Prologue {
    standing: Standing,
    history: History,
    exchanges: Vec<Exchange>,
    sessions: Sessions,
    registry: DidRegistry,
    now: Duration,
    /// Of the randomness.
    position: u128,
}

/// The prologues by kind.
#[derive(Default)]
pub(super) struct Prologues(HashMap<Kind, Prologue>);

impl Prologues {
    fn keep(&mut self, kind: Kind, prologue: Prologue) {
        if self.0.len() >= MOST_PROLOGUES {
            self.0.clear();
        }
        self.0.insert(kind, prologue);
    }
}

impl std::fmt::Debug for Prologues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Prologues").field(&self.0.len()).finish()
    }
}

/// How many prologues are kept: some 100 KiB each.
const MOST_PROLOGUES: usize = 512;
