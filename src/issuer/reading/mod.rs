//! Readings: other uses of the latitude that conformant issuers have, each switched beside its rule with
//! `issuer.reads(Reading::…)`, or by a question to [`answer`] and [`request`] where it takes more than a word.
//!
//! A reading breaks no rule. What a judge makes of each is no matter of the issuer's. `names.rs` lists them.

pub(crate) mod answer;
mod names;
pub(crate) mod request;
pub(crate) mod success;

pub use names::{Reading, UnknownReading};
