//! Integration tests.

mod invariants;
