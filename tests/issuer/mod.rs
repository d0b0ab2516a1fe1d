//! The reference issuer, through its public interface only.

mod authorisation;
mod concurrency;
mod credential;
mod defects;
mod deferred;
mod http_rules;
mod keys;
mod offers;
mod recorded;
mod support;
mod wallet;
#[cfg(feature = "cli")]
mod wire;
