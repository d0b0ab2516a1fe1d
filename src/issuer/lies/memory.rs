//! What a buggy issuer keeps between requests, in the manner of module variables and of caches with too coarse a key.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Texts and counters by name. The clean issuer leaves it empty.
#[derive(Default)]
pub(crate) struct Memory {
    texts: Mutex<BTreeMap<String, String>>,
    counts: Mutex<BTreeMap<String, u64>>,
    recent: Mutex<VecDeque<String>>,
}

impl Clone for Memory {
    fn clone(&self) -> Self {
        Self {
            texts: Mutex::new(lock(&self.texts).clone()),
            counts: Mutex::new(lock(&self.counts).clone()),
            recent: Mutex::new(lock(&self.recent).clone()),
        }
    }
}

impl Memory {
    /// Remembers a text and returns what was remembered before.
    pub(crate) fn swap(&self, name: &str, text: &str) -> Option<String> {
        lock(&self.texts).insert(name.to_owned(), text.to_owned())
    }

    /// The text that was remembered first; this one, if there was none.
    pub(crate) fn first(&self, name: &str, text: &str) -> String {
        let mut texts = lock(&self.texts);
        let first = texts
            .entry(name.to_owned())
            .or_insert_with(|| text.to_owned());
        first.clone()
    }

    /// What is remembered.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        lock(&self.texts).get(name).cloned()
    }

    /// Forgets, and returns what was remembered.
    pub(crate) fn take(&self, name: &str) -> Option<String> {
        lock(&self.texts).remove(name)
    }

    /// Everything that is remembered under a name that begins so, with the rest of its name.
    pub(crate) fn named(&self, prefix: &str) -> Vec<(String, String)> {
        let texts = lock(&self.texts);
        let named = texts
            .iter()
            .filter_map(|(name, text)| Some((name.strip_prefix(prefix)?.to_owned(), text.clone())));
        named.collect()
    }

    /// Counts once more, beginning with one.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let mut counts = lock(&self.counts);
        let count = counts.entry(name.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// The first UUID of this name, whose last four digits count.
    pub(crate) fn counted(&self, name: &str, uuid: &str) -> String {
        let first = self.first(&format!("first counted {name}"), uuid);
        let stem = first.get(..first.len().saturating_sub(4));
        format!(
            "{}{:04}",
            stem.unwrap_or_default(),
            self.count(name) % 10_000
        )
    }

    /// How often it was counted.
    pub(crate) fn total(&self, name: &str) -> u64 {
        lock(&self.counts).get(name).copied().unwrap_or_default()
    }

    /// Remembers a text among the last few, and returns the oldest if there is no room for it any more.
    pub(crate) fn push_out(&self, text: &str, capacity: usize) -> Option<String> {
        let mut recent = lock(&self.recent);
        recent.push_back(text.to_owned());
        (recent.len() > capacity)
            .then(|| recent.pop_front())
            .flatten()
    }

    /// Whether a text is not among the last few; it is from then on.
    pub(crate) fn is_news(&self, text: &str, capacity: usize) -> bool {
        let mut recent = lock(&self.recent);
        if recent.iter().any(|known| known == text) {
            return false;
        }
        recent.push_back(text.to_owned());
        while recent.len() > capacity {
            recent.pop_front();
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
