//! Conformance tester for verifiable-credential issuers.

pub mod case;
pub mod clauses;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod generate;
pub mod invariants;
pub mod issuer;
pub mod oracle;
pub mod profile;
pub mod report;
pub mod target;
pub mod transcript;
pub mod wallet;
