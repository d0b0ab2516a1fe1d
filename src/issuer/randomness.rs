//! Randomness as an argument.

use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

/// Where nonces, identifiers and acceptance tokens come from.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// A stream of bytes that a seed determines.
#[derive(Debug)]
pub struct SeededRandomness {
    stream: Mutex<ChaCha20Rng>,
}

impl SeededRandomness {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            stream: Mutex::new(ChaCha20Rng::seed_from_u64(seed)),
        }
    }

    /// How far the stream has got, in words of 32 bits.
    pub fn position(&self) -> u128 {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.get_word_pos()
    }

    /// Goes on from a [`Self::position`]; from the beginning at 0.
    pub fn go_to(&self, position: u128) {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.set_word_pos(position);
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.stream
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}

/// A random (version 4) UUID in its hyphenated form.
pub(crate) fn uuid(randomness: &dyn Randomness) -> String {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .hyphenated()
        .to_string()
}

/// Whether `text` is a version 4 UUID in its hyphenated form, the only one that the issuer hands out.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok_and(|uuid| uuid.get_version_num() == 4)
}
