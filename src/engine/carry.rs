//! Carries one case out: asks the wallet what to send, sends it, and judges what comes back.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use serde_json::Value;
use tokio::runtime::Handle;

use super::clock::Clock;
use super::config::{Environment, Filter};
use super::schedule::resume;
use crate::case::{Case, Endpoint};
use crate::invariants::{self, Invariant, Memory, Scene};
use crate::oracle::{self, History, Oracle, Question};
use crate::profile::Profile;
use crate::target::{Conversation, SendError, Together};
use crate::transcript::{Context, Exchange, Expectation, Failure, Transcript, Verdict, Violation};
use crate::wallet::{Action, CaseRun, Outgoing, Wallet, Wanted};

/// What every case of a run shares.
pub(super) struct Shared {
    pub(super) environment: Environment,
    pub(super) profile: &'static Profile,
    pub(super) context: Arc<Context>,
    pub(super) wallet: Arc<Wallet>,
    pub(super) filter: Filter,
}

/// A case under way.
pub(super) struct Running {
    run: CaseRun,
    oracle: Arc<Oracle>,
    sender: Sender,
    history: History,
    exchanges: Vec<Exchange>,
    /// How much is remembered of them, in bytes.
    weight: usize,
}

/// Whose requests they are.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    /// What the target is told about the case.
    label: String,
    conversation: Conversation,
}

/// How far a case got.
pub(super) enum Progress {
    /// It waits for this time, and nothing is to be done before.
    Waiting(Running, Duration),
    /// It is over.
    Finished(Judged),
}

/// A case that was carried out, and what the rules about it alone have to say.
pub(super) struct Judged {
    /// What the target was told of it.
    pub(super) label: String,
    pub(super) transcript: Transcript,
    pub(super) verdicts: Vec<Said>,
}

impl Sender {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            conversation: Conversation::default(),
        }
    }

    /// Says in a request whose it is.
    fn sign(&self, request: &mut Request<Bytes>) {
        request.extensions_mut().insert(self.conversation.clone());
        if let Ok(value) = HeaderValue::from_str(&self.label) {
            request.headers_mut().insert(CASE_HEADER, value);
        }
    }
}

impl Judged {
    /// About how many bytes it takes to remember it.
    pub(super) fn weight(&self) -> usize {
        self.transcript.exchanges.iter().map(Exchange::weight).sum()
    }

    /// Whether it breaks this rule.
    pub(super) fn breaks(&self, invariant: &str) -> bool {
        let mut verdicts = self.verdicts.iter();
        verdicts.any(|said| said.invariant.id == invariant && said.violation.is_some())
    }
}

/// A rule that was not silent.
pub(super) struct Said {
    pub(super) invariant: &'static Invariant,
    /// The exchange it speaks about.
    pub(super) exchange: usize,
    /// How the rule is broken; `None` if it holds.
    pub(super) violation: Option<Violation>,
}

impl Shared {
    pub(super) fn start(
        &self,
        case: Case,
        salt: u64,
        label: String,
        oracle: &Arc<Oracle>,
    ) -> Running {
        Running {
            run: self.wallet.start(case, salt),
            oracle: Arc::clone(oracle),
            sender: Sender::new(label),
            history: History::default(),
            exchanges: Vec::new(),
            weight: 0,
        }
    }

    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            context: &self.context,
            profile: self.profile,
        }
    }

    /// What the rules about this transcript alone have to say.
    pub(super) fn judge(&self, transcript: &Transcript) -> Vec<Said> {
        let scene = self.scene();
        let mut said = Vec::new();
        for (index, exchange) in transcript.exchanges.iter().enumerate() {
            if is_put_off(exchange) {
                // It says nothing about the request, and what was said before it makes no whole.
                return said;
            }
            let verdicts = invariants::judge_exchange(exchange, &scene);
            self.note(&mut said, index, verdicts);
        }
        let last = transcript.exchanges.len().saturating_sub(1);
        let verdicts = invariants::judge_transcript(transcript, &scene);
        self.note(&mut said, last, verdicts);
        said
    }

    /// What the rules about the run have to say.
    pub(super) fn remember(&self, memory: &mut Memory, transcript: &Transcript) -> Vec<Said> {
        let scene = self.scene();
        let mut said = Vec::new();
        let answered = transcript.exchanges.iter().enumerate();
        for (index, exchange) in answered.filter(|(_, exchange)| !is_put_off(exchange)) {
            let verdicts = invariants::remember(memory, exchange, &scene);
            self.note(&mut said, index, verdicts);
        }
        said
    }

    fn note(
        &self,
        said: &mut Vec<Said>,
        exchange: usize,
        verdicts: Vec<(&'static Invariant, Verdict)>,
    ) {
        for (invariant, verdict) in verdicts {
            if !self.filter.selects(invariant) {
                continue;
            }
            let violation = match verdict {
                Verdict::NotApplicable => continue,
                Verdict::Pass => None,
                Verdict::Fail(violation) => {
                    let clause = violation.clause.unwrap_or(invariant.clause);
                    Some(Violation {
                        // In the words of the dialect.
                        clause: self.profile.clause(clause).or(Some(clause)),
                        grade: self.filter.grade(invariant).unwrap_or(violation.grade),
                        ..*violation
                    })
                }
            };
            let named = violation.as_ref().and_then(|broken| broken.exchange);
            said.push(Said {
                invariant,
                exchange: named.unwrap_or(exchange),
                violation,
            });
        }
    }
}

impl Running {
    /// Goes on until the case is over or has to wait.
    pub(super) async fn go_on(mut self, shared: Arc<Shared>) -> Progress {
        let clock = Arc::clone(&shared.environment.clock);
        let stopped = loop {
            if let Some(reason) = self.has_enough() {
                break Some(reason);
            }
            match self.run.next(clock.now()) {
                Action::Send(outgoing) if self.exchanges.len() < MOST_REQUESTS => {
                    self.send(*outgoing, &shared).await;
                }
                Action::Race(all) if self.exchanges.len() + all.len() <= MOST_REQUESTS => {
                    self.race(all, &shared).await;
                }
                Action::Send(_) | Action::Race(_) => {
                    break Some(format!("more than {MOST_REQUESTS} requests"));
                }
                Action::WaitUntil(time) if time > clock.now() => {
                    return Progress::Waiting(self, time);
                }
                Action::WaitUntil(_) => {}
                Action::Fetch {
                    holder,
                    credential_type,
                    wanted,
                } => {
                    let who = (holder, credential_type);
                    let told = self.ask(&shared.environment, who, wanted).await;
                    if let Err(reason) = told {
                        break Some(reason);
                    }
                }
                Action::Register { did, document } => {
                    let registered = register(&shared.environment, did.clone(), document).await;
                    if let Err(reason) = registered {
                        break Some(reason);
                    }
                    self.run.registered(&did);
                }
                Action::Done => break None,
                Action::Stop(reason) => break Some(reason),
            }
        };
        let mut transcript = Transcript {
            case: Some(self.run.case().clone()),
            exchanges: self.exchanges,
            stopped,
        };
        oracle::in_hindsight(&mut transcript.exchanges);
        let verdicts = shared.judge(&transcript);
        let exchanges = transcript.exchanges.iter_mut();
        exchanges.for_each(|exchange| exchange.lighten(KEPT_BODY));
        Progress::Finished(Judged {
            label: self.sender.label,
            transcript,
            verdicts,
        })
    }

    /// Why the case cannot go on, whatever it would send next.
    fn has_enough(&self) -> Option<String> {
        if self.exchanges.last().is_some_and(is_put_off) {
            return Some(PUT_OFF.to_owned());
        }
        let too_much = self.weight > MOST_BYTES;
        too_much.then(|| format!("more than {} MiB of answers", MOST_BYTES >> 20))
    }

    /// Gets from outside what a session begins with.
    async fn ask(
        &mut self,
        environment: &Environment,
        (holder, credential_type): (String, String),
        wanted: Wanted,
    ) -> Result<(), String> {
        match wanted {
            Wanted::Offer => {
                let offers = environment.offers.as_ref();
                let offers =
                    offers.ok_or("there is nothing that makes the issuer offer a credential")?;
                self.run
                    .offer(&offers.fetch(holder, credential_type).await?)
            }
            Wanted::Code(url) => {
                let logins = environment.logins.as_ref();
                let logins = logins.ok_or("there is nobody who logs in")?;
                let told = logins.log_in(url, holder, credential_type).await?;
                self.run.redirected(&told)
            }
            Wanted::Token => {
                let tokens = environment.tokens.as_ref();
                let tokens = tokens.ok_or("there is nothing that gives access tokens")?;
                self.run
                    .token(&tokens.fetch(holder, credential_type).await?);
                Ok(())
            }
        }
    }

    async fn send(&mut self, outgoing: Outgoing, shared: &Shared) {
        let clock = &*shared.environment.clock;
        let question = question(self.run.case(), &outgoing, clock.now());
        let expectation = self.oracle.expect(&self.history, question);
        let exchange = exchange(
            outgoing,
            expectation,
            &self.sender,
            &shared.environment,
            clock,
        )
        .await;
        self.take(exchange);
    }

    /// Sends all at the same time, each on a thread of its own, so that a service in this process
    /// meets them at once however few cores there are.
    async fn race(&mut self, all: Vec<Outgoing>, shared: &Arc<Shared>) {
        let now = shared.environment.clock.now();
        let questions: Vec<_> = all
            .iter()
            .map(|one| question(self.run.case(), one, now))
            .collect();
        let expectations = self.oracle.expect_race(&self.history, &questions);
        // Nobody begins before all are ready to.
        let start = Arc::new(Barrier::new(all.len()));
        let tasks: Vec<_> = all
            .into_iter()
            .zip(expectations)
            .map(|(mut one, expectation)| {
                one.request.extensions_mut().insert(Together);
                let (shared, sender) = (Arc::clone(shared), self.sender.clone());
                let (runtime, start) = (Handle::current(), Arc::clone(&start));
                tokio::task::spawn_blocking(move || {
                    start.wait();
                    let environment = &shared.environment;
                    let clock = &*environment.clock;
                    runtime.block_on(exchange(one, expectation, &sender, environment, clock))
                })
            })
            .collect();
        for task in tasks {
            let mut exchange = task.await.unwrap_or_else(|error| resume(error));
            exchange.raced = true;
            self.take(exchange);
        }
    }

    fn take(&mut self, exchange: Exchange) {
        self.history.record(&exchange);
        self.run.receive(&exchange);
        self.weight += exchange.weight();
        self.exchanges.push(exchange);
    }
}

/// A request as the oracle needs to know it.
pub(crate) fn question<'a>(case: &'a Case, outgoing: &'a Outgoing, now: Duration) -> Question<'a> {
    Question {
        flow: &case.flow,
        endpoint: outgoing.endpoint,
        session: outgoing.session,
        mutations: &outgoing.mutations,
        facts: &outgoing.facts,
        now,
    }
}

/// Sends one request.
pub(super) async fn exchange(
    outgoing: Outgoing,
    expectation: Expectation,
    sender: &Sender,
    environment: &Environment,
    clock: &dyn Clock,
) -> Exchange {
    let mut request = outgoing.request.clone();
    sender.sign(&mut request);
    let sent_at = clock.now();
    let answer = environment.target.send(request).await;
    let answer = answer
        .and_then(|answer| fits(outgoing.endpoint, answer))
        .map_err(failure);
    let mut exchange = Exchange::new(outgoing.endpoint, outgoing.request, answer);
    exchange.step = outgoing.step;
    exchange.session = outgoing.session;
    exchange.mutations = outgoing.mutations;
    exchange.sent_at = sent_at;
    exchange.received_at = clock.now();
    exchange.facts = outgoing.facts;
    exchange.expectation = expectation;
    exchange
}

/// An answer, if it is no larger than what anybody hands out: that goes from request to request. What an issuer says about
/// itself may be larger, and so may a refusal that goes through what is wrong item by item.
fn fits(endpoint: Endpoint, answer: Response<Bytes>) -> Result<Response<Bytes>, SendError> {
    let describes = matches!(
        endpoint,
        Endpoint::IssuerMetadata
            | Endpoint::AuthMetadata
            | Endpoint::AuthJwks
            | Endpoint::IssuerJwks
    );
    if describes || !answer.status().is_success() || answer.body().len() <= LARGEST_ANSWER {
        Ok(answer)
    } else {
        Err(SendError::TooLarge(LARGEST_ANSWER))
    }
}

/// How many bytes the body of an answer may have that hands something out.
const LARGEST_ANSWER: usize = 256 << 10;

/// Tells the target which case a request belongs to, so that its log can be read beside the report.
const CASE_HEADER: HeaderName = HeaderName::from_static("x-vcispec-case");

/// No case needs so many; a target that always asks for one more ends here.
const MOST_REQUESTS: usize = 500;

/// How much of a request and of an answer is kept once they were judged, in bytes.
const KEPT_BODY: usize = 16 << 10;

/// How much the exchanges of a case may weigh, in bytes: no issuer needs so much, and several cases are under way at once.
const MOST_BYTES: usize = 4 << 20;

/// Whether the server wants to be asked another time.
pub(super) fn is_put_off(exchange: &Exchange) -> bool {
    exchange.status() == 429
}

/// Why a case ends with such an answer.
pub(super) const PUT_OFF: &str =
    "the target answered 429: it wants fewer requests (see --rate-limit)";

async fn register(environment: &Environment, did: String, document: Value) -> Result<(), String> {
    match &environment.registrar {
        Some(registrar) => registrar.register(did, document).await,
        None => Err("there is nothing that registers a DID".to_owned()),
    }
}

fn failure(error: SendError) -> Failure {
    match error {
        SendError::Connect(reason) => Failure::Connect(reason),
        SendError::Timeout(seconds) => Failure::Timeout(seconds),
        SendError::Broken(reason) => Failure::Broken(reason),
        SendError::TooLarge(limit) => Failure::TooLarge(limit),
        SendError::Panicked(message) => Failure::Panicked(message),
        SendError::Process(reason) => Failure::Process(reason),
        SendError::Unsendable(reason) => Failure::Unsendable(reason),
    }
}
