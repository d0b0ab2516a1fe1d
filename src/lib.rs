//! Conformance tester for verifiable-credential issuers.

pub mod issuer;
