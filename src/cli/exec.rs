//! `exec:COMMAND` as a target: starts the command, finds out whether it keeps time, and ends it.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::embedded::START;
use super::{Exit, Stop};
use crate::engine::{Clock, RemoteClock, SystemClock};
use crate::target::{ControlError, Exec, ExecLimits, Limits};

/// A command that answers.
pub(super) struct Command {
    pub(super) exec: Arc<Exec>,
    /// Its time: one that jumps if it can be told the time, else that of this machine.
    pub(super) clock: Arc<dyn Clock>,
}

/// The command of a target that is one.
pub(super) fn command(target: &str) -> Option<&str> {
    target.strip_prefix("exec:")
}

/// Starts it, and sees to it that it ends with this process.
pub(super) async fn start(
    command: &str,
    first_answer: Duration,
    answer: Limits,
) -> Result<Command, Stop> {
    if command.trim().is_empty() {
        return Err(Stop::usage(
            "TARGET \"exec:\" names no command; write exec:COMMAND, for example 'exec:node issuer.mjs'",
        ));
    }
    let limits = ExecLimits {
        start: first_answer,
        answer,
        ..ExecLimits::default()
    };
    let exec = Arc::new(Exec::new(command, limits, hand_on));
    end_when_told(Arc::clone(&exec)).map_err(Stop::internal)?;
    exec.start().await.map_err(unusable)?;
    let clock: Arc<dyn Clock> = match exec.set_clock(START).await {
        Ok(()) => {
            let exec = Arc::clone(&exec);
            Arc::new(RemoteClock::new(START, move |time| {
                let exec = Arc::clone(&exec);
                // What went wrong is told to whoever asks the command next.
                async move { drop(exec.set_clock(time).await) }.boxed()
            }))
        }
        Err(ControlError::Unsupported(_)) => Arc::new(SystemClock),
        Err(ControlError::Unanswered(error)) => {
            exec.end().await;
            return Err(unusable(format!(
                "{error}, when it was told the time; a command that cannot be told the time answers {{\"id\":…,\"error\":\"unsupported\"}}"
            )));
        }
    };
    Ok(Command { exec, clock })
}

fn unusable(why: impl std::fmt::Display) -> Stop {
    Stop {
        exit: Exit::Unusable,
        message: why.to_string(),
    }
}

/// What the command writes to standard error is seen as if it had been started in this terminal.
fn hand_on(words: &[u8]) {
    // Nobody may be there to see it.
    let _ = std::io::stderr().write_all(words);
}

/// A command in a process group of its own is not reached by the terminal's Ctrl-C.
fn end_when_told(exec: Arc<Exec>) -> std::io::Result<()> {
    let told = super::told_to_stop()?;
    tokio::spawn(async move {
        told.await;
        // Whoever sees the command end must not take it for the command's own doing.
        TOLD.store(true, Ordering::SeqCst);
        exec.abort();
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}

/// Whether this process was told to stop.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Ends the process as one that was interrupted, if it was told to stop.
pub(super) fn end_if_told() {
    if TOLD.load(Ordering::SeqCst) {
        std::process::exit(INTERRUPTED);
    }
}

/// What a shell reports of a process that was ended with Ctrl-C.
const INTERRUPTED: i32 = 130;
