//! Keys and signatures that were made before, for whoever begins equal sessions again and again: a fuzzer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::keys::Key;
use crate::case::KeyType;

/// Holder keys by type and label. What they sign is remembered too.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    keys: Mutex<HashMap<(KeyType, String), Key>>,
}

impl Keyring {
    /// As [`Key::derive`].
    pub(super) fn key(&self, key_type: KeyType, seed: u64, label: &str) -> Key {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut keys, MOST_KEYS);
        let key = keys.entry((key_type, label.to_owned()));
        key.or_insert_with(|| Key::derive(key_type, seed, label).remembering())
            .clone()
    }
}

/// The signatures of one key by what was signed.
#[derive(Default)]
pub(super) struct Made {
    signatures: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
}

impl Made {
    /// The signature over `message`, made by `sign` if it was not before.
    pub(super) fn or_make(&self, message: &[u8], sign: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
        let lock = || {
            self.signatures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(signature) = lock().get(message) {
            return signature.clone();
        }
        let signature = sign();
        let mut signatures = lock();
        make_room(&mut signatures, MOST_SIGNATURES);
        signatures.insert(message.to_vec(), signature.clone());
        signature
    }
}

/// Forgets everything when there is too much: what is needed again and again soon comes back.
fn make_room<K, V>(map: &mut HashMap<K, V>, most: usize) {
    if map.len() >= most {
        map.clear();
    }
}

const MOST_KEYS: usize = 256;
const MOST_SIGNATURES: usize = 4096;
