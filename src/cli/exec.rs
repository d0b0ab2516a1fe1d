//! `exec:COMMAND` as a target: starts the command, finds out whether it keeps time, and ends it.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::embedded::START;
use super::{Exit, Stop, interrupt};
use crate::engine::{Clock, Halt, RemoteClock, SystemClock};
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
    halt: Halt,
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
    // A command in a process group of its own is not reached by the terminal's Ctrl-C.
    interrupt::watch(halt, Some(Arc::clone(&exec))).map_err(Stop::internal)?;
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
