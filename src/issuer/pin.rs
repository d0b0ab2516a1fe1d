//! The PIN that guards a pre-authorised code (EBSI conformance v3, user PIN).

use sha2::{Digest, Sha256};

/// The four-digit PIN of a holder: the last four bytes of the SHA-256 of the DID, each modulo ten.
///
/// A public rule instead of a secret, so that a wallet under test can compute what its user would have been told.
pub fn user_pin(did: &str) -> String {
    Sha256::digest(did)[28..]
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}
