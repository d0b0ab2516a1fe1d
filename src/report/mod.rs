//! Reports: listeners on the engine's events, and files made from what a run came to.
//!
//! What a run came to is put into a [`json::Report`], plain text without a live secret; every other format is made from that,
//! also when it was read from a file or merged from several. Nothing here decides what a finding is. Start at [`json`] and
//! [`summary`].

pub mod har;
#[cfg(feature = "cli")]
pub mod html;
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
pub mod markdown;
mod merge;
pub mod sarif;
pub mod summary;
mod told;
mod wire;

pub use merge::{MergeError, merge};
pub use told::{Answer, Body, Decoded, Request, Told};
