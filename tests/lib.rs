//! Integration tests, in one binary so that proptest keeps its seeds in one folder.

mod architecture;
mod canned;
mod catalogue;
mod children;
mod cli;
mod corpus;
mod docs;
mod draft11;
mod engine;
mod foreign_issuer;
mod frozen;
mod fuzzing;
mod hostile;
mod invariant_pages;
mod invariants;
mod issuer;
mod judged;
mod played;
mod properties;
mod recorded_judged;
mod service_wallet;
mod strict;
mod target;
mod thorough;
mod toy_profile;
