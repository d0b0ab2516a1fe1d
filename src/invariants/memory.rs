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
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory")
            .field("credentials", &self.credentials.len())
            .field("access_tokens", &self.access_tokens.len())
            .field("nonces", &self.nonces.len())
            .field("acceptance_tokens", &self.acceptance_tokens.len())
            .field("authorization_values", &self.authorization_values.len())
            .finish()
    }
}
