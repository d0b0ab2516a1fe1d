//! The reference issuer, through its public interface only.

mod concurrency;
mod contents;
mod credential;
mod defects;
mod deferred;
mod http_rules;
mod keys;
mod offers;
mod recorded;
mod registries;
mod support;
#[cfg(feature = "cli")]
mod wire;
