//! A child process that answers requests: JSON lines on its standard input and output, described in `docs/exec.md`.
//!
//! One process at a time. One that died, hung or said nonsense is replaced, a bounded number of times; what belongs to a
//! [`Conversation`] with its predecessor is not sent to the new one, which could only misunderstand it. Start at [`Exec`].

mod child;
mod line;
mod words;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{self, Arc, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use tokio::sync::Mutex;

use self::child::{Child, End, State};
use self::line::{Answer, Control, Useless};
use self::words::Words;
use super::{Conversation, Limits, SendError, Target, wire};

/// Sends requests to a child process.
pub struct Exec {
    command: String,
    limits: ExecLimits,
    words: Arc<Words>,
    ids: AtomicU64,
    slot: Mutex<Slot>,
    /// The process that was started last, for who cannot wait for the slot.
    newest: sync::Mutex<Newest>,
}

/// How long things may take, how large they may be, and how often a process is started.
#[derive(Debug, Clone, Copy)]
pub struct ExecLimits {
    /// How long the process may take until it answers for the first time.
    pub start: Duration,
    /// How long and how large an answer may be.
    pub answer: Limits,
    /// How many processes are started, one after the other.
    pub starts: u64,
}

/// Why a command cannot be asked anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the command {why}. After exec: stands a shell command that reads requests from its standard input, one JSON object a \
     line, answers each with a line on its standard output, and goes on until its input ends; docs/exec.md describes the \
     lines. The command was: {command}"
)]
pub struct StartError {
    /// The command.
    pub command: String,
    /// What it did, as the end of a sentence about it.
    pub why: String,
}

/// Why a control line was not obeyed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The process cannot do this, and says so.
    #[error("the command cannot do this: {0}")]
    Unsupported(String),
    /// The process did not answer.
    #[error(transparent)]
    Unanswered(#[from] SendError),
}

#[derive(Default)]
struct Newest {
    child: Weak<Child>,
    /// Whether no more is started.
    is_aborted: bool,
}

#[derive(Default)]
struct Slot {
    child: Option<Arc<Child>>,
    /// How many were started.
    starts: u64,
    /// What each is told to be the time.
    time: Option<u64>,
    /// Why no more is started.
    closed: Option<String>,
}

impl Exec {
    /// A command that is not started yet. What it writes to standard error will go to `words`.
    pub fn new(
        command: impl Into<String>,
        limits: ExecLimits,
        words: impl Fn(&[u8]) + Send + Sync + 'static,
    ) -> Self {
        Self {
            command: command.into(),
            limits,
            words: Arc::new(words),
            ids: AtomicU64::new(1),
            slot: Mutex::default(),
            newest: sync::Mutex::default(),
        }
    }

    /// Starts the command, in a shell, and has it forget all sessions.
    ///
    /// # Errors
    /// It cannot be started, or does not answer.
    pub async fn start(&self) -> Result<(), StartError> {
        let Err(error) = self.child().await else {
            return Ok(());
        };
        let closed = self.slot.lock().await.closed.clone();
        Err(StartError {
            command: self.command.clone(),
            why: closed.unwrap_or_else(|| format!("gave up: {error}")),
        })
    }

    /// Has the process forget all sessions.
    ///
    /// # Errors
    /// It cannot, or does not answer.
    pub async fn reset(&self) -> Result<(), ControlError> {
        let (child, _) = self.child().await?;
        self.control(&child, Control::Reset, self.limits.answer.timeout)
            .await
    }

    /// Tells the process, and each that follows it, what time it is: in whole seconds since the Unix epoch.
    ///
    /// # Errors
    /// It cannot be told, or does not answer.
    pub async fn set_clock(&self, time: Duration) -> Result<(), ControlError> {
        let time = time.as_secs();
        let running = {
            let mut slot = self.slot.lock().await;
            let child = slot.child.clone().filter(|child| child.is_running());
            if child.is_some() || slot.time.is_some() {
                slot.time = Some(time);
            }
            child
        };
        // Whoever is started next is told then.
        let Some(child) = running else {
            return Ok(());
        };
        let limit = self.limits.answer.timeout;
        let told = self
            .control(&child, Control::SetClock { time }, limit)
            .await;
        match &told {
            Ok(()) => {}
            Err(ControlError::Unsupported(_)) => self.slot.lock().await.time = None,
            // Whose request comes next has to hear of it.
            Err(ControlError::Unanswered(SendError::Process(why))) => child.fail(why.clone()),
            Err(ControlError::Unanswered(error)) => {
                child.fail(format!("was ended when told the time: {error}"));
            }
        }
        told
    }

    /// Kills the process at once, also while it is being started. Nothing is answered afterwards.
    pub fn abort(&self) {
        let mut newest = self.newest();
        newest.is_aborted = true;
        if let Some(child) = newest.child.upgrade() {
            child.stop();
        }
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process: closes its input, and kills it if that is not enough. Nothing is answered afterwards.
    pub async fn end(&self) {
        let mut slot = self.slot.lock().await;
        slot.closed = Some("was ended".to_owned());
        if let Some(child) = slot.child.take() {
            child.finish(GRACE).await;
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let (child, number) = self.child().await?;
        let (mut head, body) = request.into_parts();
        let conversation = head.extensions.get::<Conversation>();
        if conversation.is_some_and(|conversation| !conversation.is_with(number)) {
            return Err(SendError::Unsendable(FORGOTTEN.to_owned()));
        }
        wire::origin_form(&mut head)?;
        let id = self.id();
        let line = line::request(id, &head, &body);
        let timeout = self.limits.answer.timeout;
        match self.ask(&child, id, line, timeout).await? {
            Answer::Response(response) => Ok(response),
            Answer::Error(message) => Err(SendError::Panicked(message)),
            Answer::Useless(Useless::Wrong(reason)) => Err(SendError::Process(format!(
                "gave an answer that is none: {reason}"
            ))),
            Answer::Useless(Useless::TooLarge) => Err(SendError::TooLarge(self.limits.answer.body)),
            Answer::Done => Err(SendError::Process(
                "gave an answer that is none: it has no status".to_owned(),
            )),
        }
    }

    async fn control(
        &self,
        child: &Child,
        control: Control,
        timeout: Duration,
    ) -> Result<(), ControlError> {
        let id = self.id();
        let line = line::control(id, control);
        match self.ask(child, id, line, timeout).await? {
            Answer::Done => Ok(()),
            Answer::Error(message) => Err(ControlError::Unsupported(message)),
            Answer::Useless(_) | Answer::Response(_) => {
                let said = "answered a control line with more than its id or an error";
                Err(SendError::Process(said.to_owned()).into())
            }
        }
    }

    async fn ask(
        &self,
        child: &Child,
        id: u64,
        line: Vec<u8>,
        timeout: Duration,
    ) -> Result<Answer, SendError> {
        match tokio::time::timeout(timeout, child.ask(id, line)).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(End::Itself(why)))) => Err(SendError::Process(why)),
            Ok(Ok(Err(End::Stopped)) | Err(_)) => Err(SendError::Unsendable(STOPPED.to_owned())),
            Err(_) => {
                // Who does not answer this will not answer what comes after it either.
                child.stop();
                Err(SendError::Timeout(timeout.as_secs()))
            }
        }
    }

    /// The process to ask, and how many there were with it.
    async fn child(&self) -> Result<(Arc<Child>, u64), SendError> {
        let mut slot = self.slot.lock().await;
        if let Some(child) = slot.child.take() {
            match child.state() {
                State::Running => {
                    slot.child = Some(Arc::clone(&child));
                    return Ok((child, slot.starts));
                }
                State::EndedUnnoticed(why) => {
                    let why = format!("{why} (between two requests)");
                    return Err(SendError::Process(why));
                }
                State::Ended => {}
            }
        }
        if let Some(why) = &slot.closed {
            return Err(SendError::Connect(format!("the command {why}")));
        }
        let launched = if slot.starts < self.limits.starts {
            slot.starts += 1;
            self.launch(slot.time).await
        } else {
            Err(format!(
                "was started {} times, and ended each time",
                slot.starts
            ))
        };
        match launched {
            Ok(child) => {
                slot.child = Some(Arc::clone(&child));
                Ok((child, slot.starts))
            }
            Err(why) => {
                slot.closed = Some(why.clone());
                Err(SendError::Connect(format!("the command {why}")))
            }
        }
    }

    /// A process that has answered. The error is the end of a sentence about the command.
    async fn launch(&self, time: Option<u64>) -> Result<Arc<Child>, String> {
        let limit = self.limits.start;
        let child = self.spawn()?;
        let controls = [
            Some(Control::Reset),
            time.map(|time| Control::SetClock { time }),
        ];
        for control in controls.into_iter().flatten() {
            match self.control(&child, control, limit).await {
                Ok(()) => {}
                Err(ControlError::Unsupported(_)) if control == Control::Reset => {}
                Err(ControlError::Unsupported(message)) => {
                    return Err(format!("does not keep time any more: {message}"));
                }
                Err(ControlError::Unanswered(SendError::Process(why))) => return Err(why),
                Err(ControlError::Unanswered(SendError::Timeout(seconds))) => {
                    return Err(format!(
                        "did not answer its first line, a reset, within {seconds} s"
                    ));
                }
                Err(ControlError::Unanswered(error)) => return Err(format!("gave up: {error}")),
            }
        }
        Ok(child)
    }

    /// A process that whoever aborts knows of.
    fn spawn(&self) -> Result<Arc<Child>, String> {
        let mut newest = self.newest();
        if newest.is_aborted {
            return Err("was ended".to_owned());
        }
        let child = Child::spawn(&self.command, &self.words, self.limits.answer.body)
            .map_err(|error| format!("could not be started: {error}"))?;
        let child = Arc::new(child);
        newest.child = Arc::downgrade(&child);
        Ok(child)
    }

    fn id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }
}

impl Target for Exec {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        self.exchange(request).boxed()
    }
}

impl Default for ExecLimits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(300),
            answer: Limits::default(),
            starts: 200,
        }
    }
}

impl std::fmt::Debug for Exec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exec")
            .field("command", &self.command)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How long a process has to end of itself when it is not needed any more.
const GRACE: Duration = Duration::from_secs(2);

/// Why a request is not sent to another process than those before it.
const FORGOTTEN: &str =
    "the command was started anew in the middle of the case, and its sessions are gone";

/// Why a request has no answer that another one is to blame for.
const STOPPED: &str = "the command was ended because it did not answer another request";
