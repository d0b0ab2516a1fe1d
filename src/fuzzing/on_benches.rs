//! Much work on benches, on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Bench;

/// What `work` makes of each item, in their order, on one bench a processor. It is told the number of the item, from 0.
pub fn on_benches<T: Sync, R: Send>(
    make: impl Fn() -> Bench + Sync,
    items: &[T],
    work: impl Fn(&Bench, &T, u64) -> R + Sync,
) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..processors.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                let bench = make();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = work(&bench, item, index as u64);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
