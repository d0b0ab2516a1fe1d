//! What the rules about a run remember of the exchanges before.

use std::collections::{HashMap, HashSet};

/// What was seen so far in a run. Holds live values; never printed.
#[derive(Default)]
pub struct Memory {
    /// The identifier of each credential, with the acceptance token that fetched it, if any.
    pub(super) credentials: HashMap<String, Option<String>>,
    /// Every access token.
    pub(super) access_tokens: HashSet<String>,
    /// Every `c_nonce` of a token response.
    pub(super) nonces: HashSet<String>,
    /// Every acceptance token.
    pub(super) acceptance_tokens: HashSet<String>,
    /// Every `state` and `nonce` of the authorization server, and every authorization code.
    pub(super) authorization_values: HashSet<String>,
    /// What values of a kind begin with.
    beginnings: HashSet<(&'static str, String)>,
}

/// How many characters at the end of a value are left aside when it is compared with others, and how long it must be for that.
const END: usize = 4;
const LONG: usize = 16;

impl Memory {
    /// Whether a value can be guessed from one of its kind that was seen before: all but its end is the same, as where an issuer
    /// counts. Of random values of this length no two do that (RFC 6749, 10.10: 2^-128, and better 2^-160).
    pub(super) fn is_guessable(&mut self, kind: &'static str, value: &str) -> bool {
        let beginning = value
            .len()
            .checked_sub(END)
            .and_then(|end| value.get(..end))
            .filter(|_| value.len() >= LONG);
        beginning.is_some_and(|beginning| !self.beginnings.insert((kind, beginning.to_owned())))
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory")
            .field("credentials", &self.credentials.len())
            .field("access_tokens", &self.access_tokens.len())
            .field("nonces", &self.nonces.len())
            .field("acceptance_tokens", &self.acceptance_tokens.len())
            .field("authorization_values", &self.authorization_values.len())
            .field("beginnings", &self.beginnings.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn a_value_that_is_one_before_with_another_end_is_guessable() {
        let mut memory = Memory::default();
        let mut is_guessable = |kind, value| memory.is_guessable(kind, value);
        assert!(!is_guessable(
            "code",
            "0e1c9e1e-5f0a-4d2b-9a3c-012345670001"
        ));
        assert!(is_guessable("code", "0e1c9e1e-5f0a-4d2b-9a3c-012345670002"));
        assert!(!is_guessable(
            "c_nonce",
            "0e1c9e1e-5f0a-4d2b-9a3c-012345670003"
        ));
        assert!(!is_guessable(
            "code",
            "a24f1e0c-92d7-4a53-8f0b-77d2c1a09b3e"
        ));
    }

    #[test]
    fn short_values_and_other_alphabets_are_not_compared() {
        let mut memory = Memory::default();
        for value in ["12345671", "12345672", "", "ключ-1", "ключ-2"] {
            assert!(!memory.is_guessable("c_nonce", value), "{value}");
        }
        assert!(!memory.is_guessable("c_nonce", "a-long-value-with-é"));
        assert!(!memory.is_guessable("c_nonce", "another-long-value-€"));
    }
}
