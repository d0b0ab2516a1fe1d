//! Reports: listeners on the engine's events, and forms of its outcome.
//!
//! Nothing here decides anything. Start at [`json`], the form that other tools read, and [`summary`], the one for people.

pub mod json;
pub mod summary;
#[cfg(feature = "cli")]
mod terminal;

#[cfg(feature = "cli")]
pub use terminal::Terminal;
