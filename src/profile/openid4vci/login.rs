//! What the drafts say of authorization codes for whoever logs in (5.1, 6): that is OAuth, and PKCE where the server has it.

use super::metadata::joined;
use super::stages::token;
use crate::case::Stage;
use crate::clauses::{Clause, ebsi_v3 as e, oauth};
use crate::profile::{Clauses, Profile, Reading};

impl Profile {
    /// The profile for sessions that begin with a login, at a server that looks at PKCE or does not say so (RFC 8414, 2: one
    /// that names no method supports none, and ignores what it does not know).
    pub(in crate::profile) fn with_login(self, checks_pkce: bool) -> Self {
        let Clauses::Of(own) = self.reading.clauses else {
            return self;
        };
        let is_replaced = |clause: &Clause| CLAUSES.iter().any(|(known, _)| known.id == clause.id);
        let kept = own.iter().filter(|(known, _)| !is_replaced(known));
        let clauses: Vec<_> = kept.chain(CLAUSES).copied().collect();
        let stages = self.stages.iter().map(|rule| match rule.stage {
            Stage::TokenRequestCode => token(rule.stage, oauth::CODE_SINGLE_USE),
            _ => *rule,
        });
        let stages = stages.chain([
            token(Stage::TokenRequestClient, oauth::CODE_CLIENT),
            token(Stage::TokenRequestVerifier, oauth::PKCE_VERIFIER),
        ]);
        let unchecked = if checks_pkce { &[][..] } else { OF_PKCE };
        Self {
            stages: stages.collect::<Vec<_>>().leak(),
            reading: Reading {
                clauses: Clauses::Of(clauses.leak()),
                open: joined(self.reading.open, unchecked.iter().copied()),
                ..self.reading
            },
            ..self
        }
    }
}

/// Which clause stands for EBSI's where a code is that of a login.
const CLAUSES: &[(&Clause, &Clause)] = &[
    (e::CODE_SINGLE_USE, oauth::CODE_SINGLE_USE),
    (e::CODE_CLIENT, oauth::CODE_CLIENT),
    (e::PKCE_VERIFIER, oauth::PKCE_VERIFIER),
];

/// What a server accepts that does not look at the verifier.
const OF_PKCE: &[&str] = &["code-verifier/*", "code-grant/code-of-other-session"];
