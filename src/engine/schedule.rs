//! Who runs when. Cases that wait hold no worker and wait together; results are handed on in the order of the cases.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use super::carry::{Judged, Progress, Running, Shared};
use super::halt::Until;

/// How a batch of cases ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Every case was carried out.
    Done,
    /// The consumer wanted no more.
    Enough,
    /// The time was up, or the run was told to end.
    CutShort,
}

/// Carries out all cases, at most `workers` of them at once, and hands each on in its order.
///
/// Whoever has slept long enough goes before who has not begun. Nobody sleeps alone: only when no case can go on does
/// the clock move, so with a virtual clock the time at which a request is sent does not depend on the workers.
pub(super) async fn all(
    shared: &Arc<Shared>,
    cases: impl Iterator<Item = Running>,
    workers: usize,
    until: &Until,
    mut take: impl FnMut(Judged) -> ControlFlow<()>,
) -> Ended {
    let clock = Arc::clone(&shared.environment.clock);
    let mut ready = cases.enumerate();
    let mut asleep: BTreeMap<(Duration, usize), Running> = BTreeMap::new();
    let mut at_work = JoinSet::new();
    let mut finished: BTreeMap<usize, Judged> = BTreeMap::new();
    let mut next = 0;
    loop {
        while at_work.len() < workers.max(1) {
            let due = asleep
                .first_entry()
                .filter(|first| first.key().0 <= clock.now());
            let (index, running) = match due {
                Some(first) => {
                    let ((_, index), running) = first.remove_entry();
                    (index, running)
                }
                None => match ready.next() {
                    Some(entry) => entry,
                    None => break,
                },
            };
            let shared = Arc::clone(shared);
            at_work.spawn(async move { (index, running.go_on(shared).await) });
        }
        let first_wakes = asleep.keys().next().map(|(time, _)| *time);
        let joined = match first_wakes {
            None if at_work.is_empty() => return Ended::Done,
            Some(time) if at_work.is_empty() => {
                if until.first(clock.sleep_until(time)).await.is_none() {
                    return Ended::CutShort;
                }
                continue;
            }
            Some(time) if clock.passes_by_itself() => {
                let first = async {
                    tokio::select! {
                        joined = at_work.join_next() => joined,
                        () = clock.sleep_until(time), if at_work.len() < workers => None,
                    }
                };
                until.first(first).await
            }
            _ => until.first(at_work.join_next()).await,
        };
        match joined {
            None => return Ended::CutShort,
            Some(None) => {}
            Some(Some(Err(error))) => resume(error),
            Some(Some(Ok((index, Progress::Waiting(running, time))))) => {
                asleep.insert((time, index), running);
            }
            Some(Some(Ok((index, Progress::Finished(judged))))) => {
                finished.insert(index, judged);
            }
        }
        while let Some(judged) = finished.remove(&next) {
            next += 1;
            if take(judged).is_break() {
                return Ended::Enough;
            }
        }
    }
}

/// A panic of the harness itself goes on in the caller.
pub(super) fn resume(error: JoinError) -> ! {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => {
            unreachable!("no task of a batch is cancelled while it is waited for: {error}")
        }
    }
}
