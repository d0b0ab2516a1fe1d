//! The reference issuer, through its public interface only.

mod authorisation;
mod client_assertions;
mod concurrency;
mod contents;
mod credential;
mod defects;
mod deferred;
#[cfg(feature = "cli")]
mod fetching;
mod http_rules;
mod keys;
mod offers;
mod openapi;
mod presentations;
mod recorded;
mod refusals;
mod registries;
mod robustness;
mod service;
mod service_wallets;
mod support;
mod wallet;
#[cfg(feature = "cli")]
mod wire;
