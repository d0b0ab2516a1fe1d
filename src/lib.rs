//! Conformance tester for verifiable-credential issuers.

pub mod case;
pub mod clauses;
pub mod fuzzing;
pub mod generate;
pub mod invariants;
pub mod issuer;
pub mod oracle;
pub mod profile;
pub mod transcript;
pub mod wallet;
