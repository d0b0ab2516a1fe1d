//! What was said: exchanges, what was expected of each, and what a rule made of it.
//!
//! Nothing here decides anything; the oracle fills in [`Expectation`], invariants return
//! [`Verdict`], the engine turns a failed verdict into a [`Finding`].
//! Start at [`Exchange`].

mod compact;
mod context;
mod exchange;
mod expectation;
mod facts;
mod finding;

pub use compact::Compact;
pub use context::Context;
pub use exchange::{Cut, Exchange, Failure, Redirect, Transcript};
pub use expectation::{Allowed, Body, Expectation, Fault};
pub use facts::Facts;
pub use finding::{Finding, Grade, Verdict, Violation};
