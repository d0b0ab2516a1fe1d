//! Reports: listeners on the engine's events, and files made from what a run came to.
//!
//! Nothing here decides what a finding is. Start at [`json`] and [`summary`].

pub mod json;
pub mod summary;
