//! What the issuer remembers. Everything expires by the clock, and every collection has an upper bound.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::authorisation::{Authorisation, Pending};
use super::catalogue::Format;

/// The memory of one issuer. Times are seconds since the Unix epoch.
#[derive(Default)]
pub(crate) struct Store {
    /// The c_nonces that have yielded a credential, until their access token expires.
    used_nonces: Mutex<Expiring<(), NONCES>>,
    /// The pre-authorised codes that have been redeemed, until they expire.
    redeemed_codes: Mutex<Expiring<(), SESSIONS>>,
    /// Credential offers by id.
    offers: Mutex<Expiring<Bytes, SESSIONS>>,
    /// Credentials that wait for their holder, by acceptance token.
    deferred: Mutex<Expiring<Arc<Deferred>, SESSIONS>>,
    /// Authorisations that wait for the holder's wallet, by the state it was sent.
    pending: Mutex<Expiring<Arc<Pending>, AUTHORISATIONS>>,
    /// Request objects by id.
    request_objects: Mutex<Expiring<Bytes, AUTHORISATIONS>>,
    /// Authorisations that were given, by code.
    authorisations: Mutex<Expiring<Arc<Authorisation>, AUTHORISATIONS>>,
    /// The client assertions that have been used, by client and `jti`, until they expire.
    used_assertions: Mutex<Expiring<(), NONCES>>,
}

/// A credential that is handed out later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deferred {
    pub(crate) format: Format,
    pub(crate) credential: String,
    /// From when on, since the Unix epoch.
    pub(crate) ready_at: Duration,
}

impl Clone for Store {
    fn clone(&self) -> Self {
        fn copy<V: Clone>(mutex: &Mutex<V>) -> Mutex<V> {
            Mutex::new(lock(mutex).clone())
        }
        Self {
            used_nonces: copy(&self.used_nonces),
            redeemed_codes: copy(&self.redeemed_codes),
            offers: copy(&self.offers),
            deferred: copy(&self.deferred),
            pending: copy(&self.pending),
            request_objects: copy(&self.request_objects),
            authorisations: copy(&self.authorisations),
            used_assertions: copy(&self.used_assertions),
        }
    }
}

impl Store {
    pub(crate) fn is_nonce_used(&self, nonce: &str, now: u64) -> bool {
        lock(&self.used_nonces).get(nonce, now).is_some()
    }

    /// Marks a c_nonce as used; `false` if it already was. Of several callers with one nonce exactly one gets `true`.
    pub(crate) fn use_nonce(&self, nonce: &str, expires: u64, now: u64) -> bool {
        lock(&self.used_nonces).insert_new(nonce, (), expires, now)
    }

    /// Takes [`Self::use_nonce`] back, when no credential came of it after all.
    pub(crate) fn release_nonce(&self, nonce: &str) {
        lock(&self.used_nonces).remove(nonce);
    }

    /// Marks a pre-authorised code as redeemed; `false` if it already was. Atomic like [`Self::use_nonce`].
    pub(crate) fn redeem(&self, code: &str, expires: u64, now: u64) -> bool {
        lock(&self.redeemed_codes).insert_new(code, (), expires, now)
    }

    pub(crate) fn keep_offer(&self, id: &str, offer: Bytes, expires: u64, now: u64) {
        lock(&self.offers).insert_new(id, offer, expires, now);
    }

    pub(crate) fn offer(&self, id: &str, now: u64) -> Option<Bytes> {
        lock(&self.offers).get(id, now).cloned()
    }

    pub(crate) fn keep_deferred(
        &self,
        acceptance_token: &str,
        deferred: Deferred,
        expires: u64,
        now: u64,
    ) {
        lock(&self.deferred).insert_new(acceptance_token, Arc::new(deferred), expires, now);
    }

    pub(crate) fn deferred(&self, acceptance_token: &str, now: u64) -> Option<Arc<Deferred>> {
        lock(&self.deferred).get(acceptance_token, now).cloned()
    }

    /// Forgets a deferred credential; only defects and the reading `deferred-once` do.
    pub(crate) fn drop_deferred(&self, acceptance_token: &str) {
        lock(&self.deferred).remove(acceptance_token);
    }

    pub(crate) fn keep_pending(&self, state: &str, pending: Pending, expires: u64, now: u64) {
        lock(&self.pending).insert_new(state, Arc::new(pending), expires, now);
    }

    /// Takes what waits under a state out of the store. Of several callers with one state exactly one gets it.
    pub(crate) fn take_pending(&self, state: &str, now: u64) -> Option<Arc<Pending>> {
        lock(&self.pending).take(state, now)
    }

    /// What waits under a state, left where it is; only defects and the reading `state-outlives-refusal` look at it so.
    pub(crate) fn pending(&self, state: &str, now: u64) -> Option<Arc<Pending>> {
        lock(&self.pending).get(state, now).cloned()
    }

    pub(crate) fn keep_request_object(&self, id: &str, object: Bytes, expires: u64, now: u64) {
        lock(&self.request_objects).insert_new(id, object, expires, now);
    }

    pub(crate) fn request_object(&self, id: &str, now: u64) -> Option<Bytes> {
        lock(&self.request_objects).get(id, now).cloned()
    }

    pub(crate) fn keep_authorisation(
        &self,
        code: &str,
        authorisation: Authorisation,
        expires: u64,
        now: u64,
    ) {
        lock(&self.authorisations).insert_new(code, Arc::new(authorisation), expires, now);
    }

    /// What a code is good for. The code stays good.
    pub(crate) fn authorisation(&self, code: &str, now: u64) -> Option<Arc<Authorisation>> {
        lock(&self.authorisations).get(code, now).cloned()
    }

    /// Uses a code up; `false` if it is no longer good. Of several callers with one code exactly one gets `true`.
    pub(crate) fn use_code(&self, code: &str, now: u64) -> bool {
        lock(&self.authorisations).take(code, now).is_some()
    }

    /// Marks a client assertion as used; `false` if it already was. Atomic like [`Self::use_nonce`].
    pub(crate) fn use_assertion(&self, identity: &str, expires: u64, now: u64) -> bool {
        lock(&self.used_assertions).insert_new(identity, (), expires, now)
    }

    /// Takes [`Self::use_assertion`] back, when the request was refused after all.
    pub(crate) fn release_assertion(&self, identity: &str) {
        lock(&self.used_assertions).remove(identity);
    }
}

/// A map whose entries expire. Expired entries are dropped as new ones come; beyond `CAPACITY` those that expire next go first.
///
/// A run under a clock that stands still would otherwise grow without limit.
#[derive(Clone)]
struct Expiring<V, const CAPACITY: usize> {
    entries: HashMap<Arc<str>, Entry<V>>,
    /// The keys by expiry, and among those of one second by age.
    queue: BTreeMap<(u64, u64), Arc<str>>,
    /// How many entries there have ever been.
    count: u64,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    expires: u64,
    number: u64,
}

impl<V, const CAPACITY: usize> Expiring<V, CAPACITY> {
    fn get(&self, key: &str, now: u64) -> Option<&V> {
        self.entries
            .get(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| &entry.value)
    }

    fn insert_new(&mut self, key: &str, value: V, expires: u64, now: u64) -> bool {
        if self.get(key, now).is_some() {
            return false;
        }
        self.remove(key);
        self.make_room(now);
        self.count += 1;
        let (key, number) = (Arc::<str>::from(key), self.count);
        self.queue.insert((expires, number), Arc::clone(&key));
        self.entries.insert(
            key,
            Entry {
                value,
                expires,
                number,
            },
        );
        true
    }

    fn remove(&mut self, key: &str) -> Option<Entry<V>> {
        let entry = self.entries.remove(key)?;
        self.queue.remove(&(entry.expires, entry.number));
        Some(entry)
    }

    fn take(&mut self, key: &str, now: u64) -> Option<V> {
        self.remove(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| entry.value)
    }

    fn make_room(&mut self, now: u64) {
        while let Some(first) = self.queue.first_entry() {
            if first.key().0 > now && self.entries.len() < CAPACITY {
                return;
            }
            self.entries.remove(&first.remove());
        }
    }
}

impl<V, const CAPACITY: usize> Default for Expiring<V, CAPACITY> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            queue: BTreeMap::new(),
            count: 0,
        }
    }
}

/// No operation leaves a map half changed, so one that a panic interrupted is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many used nonces are remembered: forgetting one lets a token be replayed, so more of these small entries are kept.
const NONCES: usize = 1 << 18;

/// How many offers, redeemed codes and deferred credentials are remembered, of each.
const SESSIONS: usize = 1 << 15;

/// How many authorisations are under way at most, in each of their states. They hold what clients sent, and live for two minutes.
const AUTHORISATIONS: usize = 1 << 13;

#[cfg(test)]
mod tests {
    use super::Expiring;

    #[test]
    fn entries_expire_and_are_dropped() {
        let mut map = Expiring::<_, 100>::default();
        assert!(map.insert_new("a", 1, 10, 0));
        assert!(!map.insert_new("a", 2, 20, 9));
        assert_eq!(map.get("a", 9), Some(&1));
        assert_eq!(map.get("a", 10), None);
        assert!(map.insert_new("b", 3, 20, 10));
        assert_eq!((map.entries.len(), map.queue.len()), (1, 1));
        map.remove("b");
        assert_eq!((map.entries.len(), map.queue.len()), (0, 0));
    }

    #[test]
    fn those_that_expire_next_make_room_and_of_equals_the_oldest() {
        let mut map = Expiring::<_, 100>::default();
        for index in 0..105 {
            map.insert_new(&index.to_string(), (), 1000, 0);
        }
        assert!(map.insert_new("soon", (), 500, 0));
        assert!(map.insert_new("late", (), 2000, 0));
        assert_eq!(map.entries.len(), 100);
        assert!(map.get("4", 0).is_none() && map.get("soon", 0).is_none());
        assert!(map.get("6", 0).is_some() && map.get("late", 0).is_some());
    }
}
