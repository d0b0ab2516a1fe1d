//! Ending a run early from outside: what was found until then is reported.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

/// Ends the runs that were given a clone of it.
#[derive(Debug, Clone)]
pub struct Halt(Arc<watch::Sender<bool>>);

impl Halt {
    /// Ends them: requests under way are given up, and [`super::run`] returns.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether they were told to end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Ready when they are told to end.
    async fn told(&self) {
        let mut told = self.0.subscribe();
        // The sender is ours: it cannot be gone.
        let _ = told.wait_for(|told| *told).await;
    }
}

impl Default for Halt {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

/// Until when a run may go on.
#[derive(Debug, Clone, Default)]
pub(super) struct Until {
    pub(super) deadline: Option<Instant>,
    pub(super) halt: Halt,
}

impl Until {
    /// What `future` comes to; `None` if the run has to end before.
    pub(super) async fn first<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let in_time = async {
            match self.deadline {
                None => Some(future.await),
                Some(deadline) => tokio::time::timeout_at(deadline.into(), future).await.ok(),
            }
        };
        tokio::select! {
            biased;
            () = self.halt.told() => None,
            done = in_time => done,
        }
    }

    /// Why nothing goes on.
    pub(super) fn why(&self) -> &'static str {
        if self.halt.is_set() {
            INTERRUPTED
        } else {
            OUT_OF_TIME
        }
    }
}

pub(super) const OUT_OF_TIME: &str = "the time was up";

pub(super) const INTERRUPTED: &str = "it was interrupted";
