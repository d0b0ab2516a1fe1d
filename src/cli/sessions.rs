//! Where `run` and `replay` get their sessions from, as flags: offers, access tokens or logins. They count more than `[session]`
//! of the configuration.

use std::sync::Arc;

use clap::Args;

use super::Stop;
use super::commands::{LoginCommand, OfferCommand, TokenCommand};
use crate::engine::{Config, Environment};
use crate::wallet::{GivenToken, Login, SessionSource};

/// What a session begins with. At most one is given.
#[derive(Debug, Args)]
pub(super) struct SessionFlags {
    /// An offer URI to use in place of the issuer's initiate-credential-offer endpoint.
    #[arg(long, value_name = "URI", group = "sessions")]
    offer: Option<String>,
    /// A command that prints a fresh offer URI; it finds VCISPEC_HOLDER and
    /// VCISPEC_CREDENTIAL_TYPE in its environment.
    #[arg(long, value_name = "COMMAND", group = "sessions")]
    offer_command: Option<String>,
    /// An access token that every session has: nothing is offered, and none is asked for. Others may see it here; vcispec.toml
    /// takes it from the environment.
    #[arg(long, value_name = "TOKEN", group = "sessions")]
    access_token: Option<String>,
    /// A command that prints a fresh access token for each session, or a token response with one; it finds VCISPEC_HOLDER and
    /// VCISPEC_CREDENTIAL_TYPE in its environment.
    #[arg(long, value_name = "COMMAND", group = "sessions")]
    token_command: Option<String>,
    /// A command that logs in at the URL in VCISPEC_AUTHORIZATION_URL, and prints the URL that it was redirected to or the
    /// authorization code alone; it finds VCISPEC_HOLDER and VCISPEC_CREDENTIAL_TYPE in its environment too.
    #[arg(long, value_name = "COMMAND", group = "sessions")]
    login_command: Option<String>,
}

impl SessionFlags {
    /// Where the flags say that offers or access tokens come from.
    pub(super) fn enter(
        &self,
        environment: &mut Environment,
        config: &mut Config,
    ) -> Result<(), Stop> {
        if let Some(uri) = &self.offer {
            config.sessions = SessionSource::Offer(uri.clone());
        }
        if let Some(command) = &self.offer_command {
            config.sessions = SessionSource::Ask;
            environment.offers = Some(Arc::new(OfferCommand(command.clone())));
        }
        if let Some(token) = &self.access_token {
            let given = GivenToken::parse(token);
            let given = given.map_err(|error| Stop::usage(format!("--access-token: {error}")))?;
            config.sessions = SessionSource::Token(given);
        }
        if let Some(command) = &self.token_command {
            config.sessions = SessionSource::AskToken;
            environment.tokens = Some(Arc::new(TokenCommand(command.clone())));
        }
        if let Some(command) = &self.login_command {
            // What the request says stands in the file, if anywhere.
            if !matches!(config.sessions, SessionSource::Login(_)) {
                config.sessions = SessionSource::Login(Login::default());
            }
            environment.logins = Some(Arc::new(LoginCommand(command.clone())));
        }
        Ok(())
    }

    /// The flags without which a case would not run again as it did. A token must not get into a report.
    pub(super) fn again(&self) -> [(&'static str, Option<String>); 5] {
        let token = self.access_token.as_ref();
        [
            (" --offer", self.offer.clone()),
            (" --offer-command", self.offer_command.clone()),
            (" --access-token", token.map(|_| "ACCESS_TOKEN".to_owned())),
            (" --token-command", self.token_command.clone()),
            (" --login-command", self.login_command.clone()),
        ]
    }
}
