//! Reports: listeners on the engine's events, and files made from what a run came to.
//!
//! Nothing here decides what a finding is. No report holds a live secret. Start at [`json`] and [`summary`].

pub mod har;
#[cfg(feature = "cli")]
pub mod html;
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod summary;
mod wire;
