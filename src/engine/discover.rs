//! What the issuer says about itself, before any case.

use super::carry::{self, Sender};
use super::config::{Config, Environment};
use super::outcome::Unusable;
use crate::case::{Endpoint, Grant};
use crate::transcript::{Context, Exchange, Expectation, Transcript};
use crate::wallet::Discovery;

/// Fetches the issuer's documents.
pub(super) async fn discover(
    environment: &Environment,
    config: &Config,
) -> Result<(Context, Transcript), Unusable> {
    let mut discovery =
        Discovery::new(config.profile, &config.issuer).knowing(config.endpoints.clone());
    if config.sessions.grant().is_some_and(Grant::is_given) {
        discovery = discovery.without_tokens();
    }
    let mut exchanges = Vec::new();
    while let Some(outgoing) = discovery.next_request() {
        let clock = &*environment.clock;
        let expectation = Expectation::default();
        let sender = Sender::new("discovery");
        let exchange = carry::exchange(outgoing, expectation, &sender, environment, clock).await;
        discovery.receive(&exchange);
        exchanges.push(exchange);
    }
    unless_silent(&exchanges)?;
    let mut context = discovery.finish()?;
    context.deferred_delay = config
        .deferred_delay
        .unwrap_or(config.profile.deferred_delay);
    let transcript = Transcript {
        case: None,
        exchanges,
        stopped: None,
    };
    Ok((context, transcript))
}

/// An issuer that does not answer when asked for its metadata cannot be tested.
fn unless_silent(exchanges: &[Exchange]) -> Result<(), Unusable> {
    let metadata = exchanges
        .iter()
        .find(|exchange| exchange.endpoint == Endpoint::IssuerMetadata);
    match metadata.map(|exchange| (&exchange.request, &exchange.answer)) {
        Some((request, Err(failure))) => Err(Unusable::NoAnswer {
            url: request.uri().to_string(),
            failure: failure.clone(),
        }),
        _ => Ok(()),
    }
}
