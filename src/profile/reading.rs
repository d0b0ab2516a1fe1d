//! How a dialect reads what is written in EBSI's words: the catalogue of mutations and the rules cite clauses of EBSI, and a
//! dialect says which of its own clauses stands for each. What has none is no rule there, and no finding rests on it.
//!
//! Start at [`Profile::clause`]; [`Reading::OWN`] is EBSI's.

use super::Profile;
use crate::case::{Mutation, Need};
use crate::clauses::Clause;

/// How the catalogue and the rules read in a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The clauses.
    pub clauses: Clauses,
    /// Mutations that issuers of this dialect may accept or refuse: identifiers, or beginnings of them that end in `*`.
    pub open: &'static [&'static str],
    /// Mutations that mean nothing here, in the same form. They are not tried.
    pub left_out: &'static [&'static str],
    /// Rules that are none here though their clause has a counterpart, by identifier.
    pub silent: &'static [&'static str],
    /// Whether an access token yields one credential, and a refused request uses nothing up.
    pub one_credential_a_token: bool,
    /// Whether a credential may have types beyond those that were requested.
    pub more_types: bool,
    /// Whether answers of the HTTP layer are JSON too.
    pub json_from_every_layer: bool,
}

/// Which clauses of a dialect stand for EBSI's.
#[derive(Debug, Clone, Copy)]
pub enum Clauses {
    /// EBSI's themselves.
    Own,
    /// The second of each pair for the first. Clauses of RFCs hold everywhere.
    Of(&'static [(&'static Clause, &'static Clause)]),
}

impl Reading {
    /// EBSI's own.
    pub const OWN: Self = Self {
        clauses: Clauses::Own,
        open: &[],
        left_out: &[],
        silent: &[],
        one_credential_a_token: true,
        more_types: false,
        json_from_every_layer: true,
    };
}

impl Profile {
    /// The clause of this dialect that says what a clause of the catalogue says; `None` if it has none.
    pub fn clause(&self, clause: &'static Clause) -> Option<&'static Clause> {
        match self.reading.clauses {
            Clauses::Of(pairs) if clause.id.starts_with("ebsi-v3/") => pairs
                .iter()
                .find(|(own, _)| own.id == clause.id)
                .map(|(_, here)| *here),
            _ => Some(clause),
        }
    }

    /// Whether a rule is one in this dialect.
    pub fn judges(&self, invariant: &str, clause: &'static Clause) -> bool {
        self.clause(clause).is_some() && !self.reading.silent.contains(&invariant)
    }

    /// Whether a mutation means something in this dialect.
    pub fn tries(&self, mutation: Mutation) -> bool {
        if matches!(self.reading.clauses, Clauses::Own) {
            return true;
        }
        let is_known_stage = mutation
            .stage
            .is_none_or(|stage| self.rule(mutation.endpoint, stage).is_some());
        let mut rules = self.stages.iter();
        // What an access token says inside is the authorization server's business.
        !mutation.needs(Need::AuthKey)
            && rules.any(|rule| rule.endpoint == mutation.endpoint)
            && !names(self.reading.left_out, &mutation.id)
            && (self.leaves_open(mutation)
                || (is_known_stage && self.clause(mutation.clause).is_some()))
    }

    /// Whether issuers may accept or refuse the change.
    pub fn leaves_open(&self, mutation: Mutation) -> bool {
        names(self.reading.open, &mutation.id)
    }
}

/// Whether one of the patterns is this identifier, or a beginning of it.
fn names(patterns: &[&str], id: &str) -> bool {
    patterns.iter().any(|pattern| {
        pattern
            .strip_suffix('*')
            .map_or(*pattern == id, |start| id.starts_with(start))
    })
}
