//! The commands that `run` and `replay` are given: one prints offers, one access tokens, one logs in, one
//! registers DIDs.

use std::process::Stdio;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::engine::{Logins, Offers, Registrar, Tokens};
use crate::wallet::{GivenToken, Offered};

/// A command that prints an offer.
pub(super) struct OfferCommand(pub(super) String);

impl Offers for OfferCommand {
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<Offered, String>> {
        let variables = [
            ("VCISPEC_HOLDER", holder),
            ("VCISPEC_CREDENTIAL_TYPE", credential_type),
        ];
        let output = output("offer", &self.0, variables);
        async move {
            let output = output.await?;
            match output.lines().map(str::trim).find(|line| !line.is_empty()) {
                Some(line) => Ok(Offered {
                    uri: line.to_owned(),
                    pin: None,
                }),
                None => Err("the offer command printed nothing".to_owned()),
            }
        }
        .boxed()
    }
}

/// A command that prints an access token, or a token response with one.
pub(super) struct TokenCommand(pub(super) String);

impl Tokens for TokenCommand {
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<GivenToken, String>> {
        let variables = [
            ("VCISPEC_HOLDER", holder),
            ("VCISPEC_CREDENTIAL_TYPE", credential_type),
        ];
        let output = output("token", &self.0, variables);
        async move {
            let given = GivenToken::parse(&output.await?);
            given.map_err(|error| format!("what the token command printed: {error}"))
        }
        .boxed()
    }
}

/// A command that logs in, and prints where it was redirected to.
pub(super) struct LoginCommand(pub(super) String);

impl Logins for LoginCommand {
    fn log_in(
        &self,
        url: String,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<String, String>> {
        let variables = [
            ("VCISPEC_AUTHORIZATION_URL", url),
            ("VCISPEC_HOLDER", holder),
            ("VCISPEC_CREDENTIAL_TYPE", credential_type),
        ];
        output("login", &self.0, variables).boxed()
    }
}

/// A command that registers a DID.
pub(super) struct RegisterCommand(pub(super) String);

impl Registrar for RegisterCommand {
    fn register(&self, did: String, document: Value) -> BoxFuture<'_, Result<(), String>> {
        let variables = [
            ("VCISPEC_DID", did),
            ("VCISPEC_DID_DOCUMENT", document.to_string()),
        ];
        output("register", &self.0, variables)
            .map(|output| output.map(drop))
            .boxed()
    }
}

/// What a shell command prints that finds these variables in its environment.
fn output<const N: usize>(
    name: &'static str,
    text: &str,
    variables: [(&'static str, String); N],
) -> impl Future<Output = Result<String, String>> + Send + use<N> {
    let mut command = tokio::process::Command::new("sh");
    command
        .args(["-c", text])
        .envs(variables)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    async move {
        let output = command
            .output()
            .await
            .map_err(|error| format!("the {name} command cannot be started: {error}"))?;
        if !output.status.success() {
            return Err(format!("the {name} command ended with {}", output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
