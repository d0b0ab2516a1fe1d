//! One child process: lines in, lines out, and what became of it.
//!
//! A process that says what is no line of the protocol is ended, because nobody knows what its next line would belong to.
//! What it starts itself ends with it (on Unix). Start at [`Child::spawn`].

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::line::{self, Answer};
use super::words::{self, Words};

/// A child process, running or not.
pub(super) struct Child {
    /// `None` closes its standard input.
    to: mpsc::UnboundedSender<Option<Vec<u8>>>,
    shared: Arc<Shared>,
    group: Arc<Group>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
}

/// What whoever asks gets.
type Reply = Result<Answer, End>;

/// Why a child process answers no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// Of itself, or because of what it said. The text goes on from "the command".
    Itself(String),
    /// It was ended because another request got no answer in time, or because it is not needed any more.
    Stopped,
}

/// Whether a child process can be asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It can.
    Running,
    /// It cannot, and nobody was told why.
    EndedUnnoticed(String),
    /// It cannot.
    Ended,
}

struct Shared {
    waiting: Mutex<Waiting>,
    stop: Notify,
}

#[derive(Default)]
struct Waiting {
    /// Who waits for an answer, by the identifier of the request.
    requests: HashMap<u64, oneshot::Sender<Reply>>,
    ended: Option<End>,
    /// Whether somebody was told why.
    told: bool,
}

impl Child {
    /// Starts a shell command. What it writes to standard error goes to `words`; answers have bodies of at most `largest`
    /// bytes.
    ///
    /// # Errors
    /// There is no shell, or no room for another process.
    pub(super) fn spawn(
        command: &str,
        words: &Arc<Words>,
        largest: usize,
    ) -> std::io::Result<Self> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        shell.process_group(0);
        let mut process = shell.spawn()?;
        let (to, lines) = mpsc::unbounded_channel();
        if let Some(input) = process.stdin.take() {
            tokio::spawn(write(input, lines));
        }
        let last_words = words::Tail::default();
        let listener = process.stderr.take().map(|errors| {
            let (words, tail) = (Arc::clone(words), last_words.clone());
            tokio::spawn(words::listen(errors, words, tail))
        });
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            stop: Notify::new(),
        });
        let group = Arc::new(Group::of(&process));
        let supervised = Supervised {
            group: Arc::clone(&group),
            process,
            listener,
            last_words,
            shared: Arc::clone(&shared),
        };
        Ok(Self {
            to,
            shared,
            group,
            supervisor: Mutex::new(Some(tokio::spawn(supervised.watch(largest)))),
        })
    }

    /// Sends the line of this identifier; ready with the answer to it.
    pub(super) fn ask(&self, id: u64, line: Vec<u8>) -> oneshot::Receiver<Reply> {
        let (sender, answer) = oneshot::channel();
        let mut waiting = self.shared.waiting();
        if let Some(end) = waiting.ended.clone() {
            waiting.told = true;
            // Whoever does not wait any more need not know.
            let _ = sender.send(Err(end));
            return answer;
        }
        waiting.requests.insert(id, sender);
        // A child that takes nothing more is about to be found out.
        let _ = self.to.send(Some(line));
        answer
    }

    pub(super) fn state(&self) -> State {
        let mut waiting = self.shared.waiting();
        let told = std::mem::replace(&mut waiting.told, true);
        match &waiting.ended {
            Some(End::Itself(why)) if !told => State::EndedUnnoticed(why.clone()),
            Some(_) => State::Ended,
            None => {
                waiting.told = told;
                State::Running
            }
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.shared.waiting().ended.is_none()
    }

    /// Ends it at once, for a reason that whoever asks next has to be told.
    pub(super) fn fail(&self, why: String) {
        let mut waiting = self.shared.waiting();
        self.group.kill();
        let end = End::Itself(why);
        for (_, sender) in waiting.requests.drain() {
            let _ = sender.send(Err(end.clone()));
        }
        // It may have been stopped already, for this very reason.
        waiting.ended = Some(end);
        waiting.told = false;
        drop(waiting);
        self.shared.stop.notify_one();
    }

    /// Ends it at once.
    pub(super) fn stop(&self) {
        // Whoever learns that it has ended may end this process next, and with it whatever is not done yet.
        self.shared.end(End::Stopped, || self.group.kill());
        self.shared.stop.notify_one();
    }

    /// Closes its standard input, and ends it if it does not end of itself within this time.
    pub(super) async fn finish(&self, grace: Duration) {
        let _ = self.to.send(None);
        let supervisor = self
            .supervisor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut supervisor) = supervisor else {
            return;
        };
        if tokio::time::timeout(grace, &mut supervisor).await.is_err() {
            self.stop();
            let _ = supervisor.await;
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everyone who waits that there will be no answer. The first reason stands.
    /// Does the deed before anybody can know of it.
    fn end(&self, end: End, deed: impl FnOnce()) {
        let mut waiting = self.waiting();
        deed();
        if waiting.ended.is_some() {
            return;
        }
        waiting.told = !waiting.requests.is_empty();
        for (_, sender) in waiting.requests.drain() {
            let _ = sender.send(Err(end.clone()));
        }
        waiting.ended = Some(end);
    }

    fn is_stopped(&self) -> bool {
        self.waiting().ended.is_some()
    }

    fn answered(&self, id: u64, answer: Answer) -> Result<(), String> {
        let sender = self.waiting().requests.remove(&id);
        let sender =
            sender.ok_or_else(|| format!("answered request {id}, for which nobody waits"))?;
        let _ = sender.send(Ok(answer));
        Ok(())
    }
}

/// What belongs to the process, until it is over.
struct Supervised {
    process: tokio::process::Child,
    group: Arc<Group>,
    listener: Option<JoinHandle<()>>,
    last_words: words::Tail,
    shared: Arc<Shared>,
}

impl Supervised {
    /// Hands its answers on until it ends or has to be ended.
    async fn watch(mut self, largest: usize) {
        let fault = match self.process.stdout.take() {
            Some(output) => tokio::select! {
                fault = read(output, &self.shared, largest) => fault,
                () = self.shared.stop.notified() => None,
            },
            None => None,
        };
        if fault.is_none() && !self.shared.is_stopped() {
            // It has closed its standard output, so it is about to end.
            let _ = tokio::time::timeout(MOMENT, self.process.wait()).await;
        }
        let status = self.process.try_wait().ok().flatten();
        self.group.kill();
        let _ = self.process.start_kill();
        let _ = tokio::time::timeout(MOMENT, self.process.wait()).await;
        if let Some(listener) = self.listener.take() {
            let _ = tokio::time::timeout(MOMENT, listener).await;
        }
        let why = match (fault, status) {
            (Some(fault), _) => format!("{fault}, and was ended"),
            (None, Some(status)) => format!("ended with {status}"),
            (None, None) => "closed its standard output, and was ended".to_owned(),
        };
        self.shared.end(
            End::Itself(format!("{why}{}", self.last_words.quoted())),
            || {},
        );
    }
}

/// Reads answers until the output ends; what is wrong with it if it does not.
async fn read(output: ChildStdout, shared: &Shared, largest: usize) -> Option<String> {
    // Four characters for three bytes, and room for headers.
    let longest = largest.div_ceil(3) * 4 + HEADERS;
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        match read_line(&mut output, &mut line, longest).await {
            Err(_) | Ok(0) => return None,
            Ok(_) if line.len() > longest => {
                return Some(format!("wrote a line of more than {longest} bytes"));
            }
            Ok(_) => {}
        }
        let said = line::read(&line, largest)
            .map_err(|error| {
                let shown = words::shown(&line);
                format!("wrote a line to standard output that is no answer ({error}): {shown}")
            })
            .and_then(|(id, answer)| shared.answered(id, answer));
        if let Err(fault) = said {
            return Some(fault);
        }
    }
}

/// Reads up to the end of a line, but not much more than `longest` bytes.
async fn read_line(
    output: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    longest: usize,
) -> std::io::Result<usize> {
    let limit = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    output.take(limit).read_until(b'\n', line).await
}

async fn write(mut input: ChildStdin, mut lines: mpsc::UnboundedReceiver<Option<Vec<u8>>>) {
    while let Some(Some(line)) = lines.recv().await {
        // Who reads its answers notices that it ended.
        if input.write_all(&line).await.is_err() {
            return;
        }
    }
}

/// The processes that the child and its children have become.
struct Group {
    #[cfg(unix)]
    leader: Mutex<Option<rustix::process::Pid>>,
}

impl Group {
    #[cfg(unix)]
    fn of(process: &tokio::process::Child) -> Self {
        let id = process.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: Mutex::new(id.and_then(rustix::process::Pid::from_raw)),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &tokio::process::Child) -> Self {
        Self {}
    }

    /// Ends all of them, once.
    fn kill(&self) {
        #[cfg(unix)]
        if let Some(leader) = self
            .leader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            // None may be left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How long a process may take for what takes none at all.
const MOMENT: Duration = Duration::from_secs(1);

/// How many bytes of a line are for anything but the body.
const HEADERS: usize = 256 << 10;
