//! What happens when the process is told to stop: the run ends, what it found is reported, and a second time ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::engine::Halt;
use crate::target::Exec;

/// Sees to it that the run ends when the process is told to, and the command with it.
pub(super) fn watch(halt: Halt, exec: Option<Arc<Exec>>) -> std::io::Result<()> {
    let told = super::told_to_stop()?;
    tokio::spawn(async move {
        told.await;
        // Whoever sees the command end must not take it for the command's own doing.
        TOLD.store(true, Ordering::SeqCst);
        halt.stop();
        if let Some(exec) = exec {
            exec.abort();
        }
        // Listened for only now, because the first signal would wake it too.
        let again = async {
            match super::told_to_stop() {
                Ok(again) => again.await,
                Err(_) => std::future::pending().await,
            }
        };
        let _ = tokio::time::timeout(LONGEST_FAREWELL, again).await;
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

/// How long the reports of a run that was interrupted may take.
const LONGEST_FAREWELL: Duration = Duration::from_secs(10);
