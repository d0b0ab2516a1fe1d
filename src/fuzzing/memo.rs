//! Signatures that were checked or made before. Most of what a fuzzer sends is the same each time, and cryptography takes most
//! of the time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::issuer::{
    Algorithm, PublicKey, ReproducibleSignatures, Signatures, SigningError, SigningKey,
};

/// The real cryptography, asked once for each question. Signs without randomness, as whoever remembers a signature does not
/// make another one.
#[derive(Debug, Default)]
pub struct RememberedSignatures {
    verified: Mutex<HashMap<Verification, bool>>,
    signed: Mutex<HashMap<(String, Vec<u8>), String>>,
}

/// Algorithm, public key as canonical JWK, message, signature.
type Verification = (Algorithm, String, Vec<u8>, String);

impl Signatures for RememberedSignatures {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &str,
    ) -> bool {
        let question = (
            algorithm,
            key.canonical_jwk().to_owned(),
            message.to_vec(),
            signature.to_owned(),
        );
        recall(&self.verified, question, || {
            Ok::<_, SigningError>(ReproducibleSignatures.verify(algorithm, key, message, signature))
        })
        .unwrap_or(false)
    }

    fn sign(&self, key: &SigningKey, message: &[u8]) -> Result<String, SigningError> {
        let public = key.private_jwk()["x"].to_string();
        recall(&self.signed, (public, message.to_vec()), || {
            ReproducibleSignatures.sign(key, message)
        })
    }
}

/// The answer to a question, found if it was not before.
fn recall<Q: Eq + Hash, A: Clone, E>(
    answers: &Mutex<HashMap<Q, A>>,
    question: Q,
    find: impl FnOnce() -> Result<A, E>,
) -> Result<A, E> {
    let lock = || answers.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = lock().get(&question) {
        return Ok(answer.clone());
    }
    let answer = find()?;
    let mut answers = lock();
    if answers.len() >= MOST_ANSWERS {
        answers.clear();
    }
    answers.insert(question, answer.clone());
    Ok(answer)
}

/// How much is remembered: some 2 KiB each.
const MOST_ANSWERS: usize = 10_000;
