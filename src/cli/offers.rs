//! Fresh offers from a command.

use std::process::Stdio;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::process::Command;

use crate::engine::Offers;

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A shell command that prints an offer URI.
pub(super) struct OfferCommand(pub(super) String);

impl Offers for OfferCommand {
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<String, String>> {
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.0])
            .env("VCISPEC_HOLDER", holder)
            .env("VCISPEC_CREDENTIAL_TYPE", credential_type)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        async move {
            let output = tokio::time::timeout(LIMIT, command.output())
                .await
                .map_err(|_| format!("the offer command took longer than {} s", LIMIT.as_secs()))?
                .map_err(|error| format!("the offer command could not be started: {error}"))?;
            if !output.status.success() {
                return Err(format!("the offer command failed: {}", output.status));
            }
            let text = String::from_utf8_lossy(&output.stdout);
            let line = text.lines().map(str::trim).rfind(|line| !line.is_empty());
            line.map(str::to_owned)
                .ok_or_else(|| "the offer command printed nothing".to_owned())
        }
        .boxed()
    }
}
