//! Conformance tester for verifiable-credential issuers.

pub mod case;
pub mod clauses;
pub mod invariants;
pub mod issuer;
pub mod profile;
pub mod transcript;
