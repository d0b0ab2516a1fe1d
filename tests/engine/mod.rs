//! The engine: who runs when, what becomes a finding, and what it makes of deliberate bugs.

mod control;
mod defects;
mod findings;
mod kills;
mod readings;
mod reports;
mod schedule;
mod screening;
mod sequences;
mod shards;
pub(crate) mod support;
