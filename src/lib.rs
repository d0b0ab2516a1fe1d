//! Conformance tester for verifiable-credential issuers.

pub mod clauses;
pub mod issuer;
