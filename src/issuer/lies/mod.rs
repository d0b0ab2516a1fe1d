//! What the deliberate bugs do, where one word beside the rule would not say it. One file a place.
//!
//! Every function here is asked by a rule of the clean issuer and is silent unless the issuer has the defect: it lets nothing pass,
//! changes nothing and remembers nothing. Start at [`Defect`](super::Defect), then look for the defect's name.

pub(crate) mod access_token;
pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod credential;
pub(crate) mod deferred;
pub(crate) mod http;
pub(crate) mod issue;
mod leak;
mod memory;
pub(crate) mod proof;
pub(crate) mod signature;
pub(crate) mod token;

pub(crate) use memory::Memory;

use std::time::Duration;

/// Lets another request come between two steps that should be one.
pub(crate) fn dawdle() {
    std::thread::sleep(Duration::from_millis(25));
}

/// What a server does whose author trusted the client: it stops.
#[expect(
    clippy::panic,
    reason = "the defect is that the server panics; targets in this process report it"
)]
pub(crate) fn crash(message: &str) -> ! {
    panic!("{message}")
}
