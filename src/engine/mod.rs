//! Plans a run, carries its cases out, judges them, shrinks what it finds. Emits [`Event`]s and prints nothing.
//!
//! Time, the network, fresh offers and the registration of DIDs are arguments ([`Environment`]), so equal seeds give equal outcomes whatever the
//! number of workers: cases run in any order, and are taken into account in theirs.
//! Start at [`run`]; then `schedule.rs` (who runs when), `ledger.rs` and `cause.rs` (what becomes a finding) and `shrink.rs`.

mod baseline;
mod carry;
mod cause;
mod clock;
mod config;
mod control;
mod curl;
mod discover;
mod event;
mod halt;
mod ledger;
mod outcome;
mod replay;
mod run;
mod schedule;
mod screening;
mod shard;
mod shrink;
mod stages;

pub(crate) use carry::question;
pub use clock::{Clock, RemoteClock, SystemClock, VirtualClock};
pub use config::{
    Config, Environment, Filter, Logins, Offers, Phase, Registrar, Tokens, UnknownName,
};
#[cfg(feature = "cli")]
pub(crate) use curl::line as curl_line;
pub use event::{Event, Stage};
pub use halt::Halt;
pub use outcome::{Asked, NotApplicable, Outcome, Unusable};
pub use replay::{Fate, Recorded, Take, replay, replay_each};
pub use run::run;
pub use shard::{NoShard, Shard};
