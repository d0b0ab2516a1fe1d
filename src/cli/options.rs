//! Options that `run` and `replay` share.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::offers::OfferCommand;
use super::target::{self, Place};
use super::{Done, Exit, key, usage};
use crate::engine::{Config, Environment, Filter, Offers, Outcome, UnknownName, Unusable};
use crate::profile::Profile;
use crate::report::{Terminal, json};
use crate::wallet::{AuthKey, SessionSource};

/// Options of whatever sends requests.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// What keys and random cases are made from; the same seed gives the same run
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// The dialect that the issuer speaks
    #[arg(long, default_value = "ebsi-v3", value_name = "NAME")]
    profile: String,
    /// Only these rules: identifiers or topics
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    invariants: Vec<String>,
    /// Not these rules: identifiers or topics
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    exclude: Vec<String>,
    /// The authorization server's private key, to mint access tokens with
    #[arg(long, value_name = "JWK_FILE")]
    as_key: Option<PathBuf>,
    /// How long a deferred credential takes
    #[arg(long, value_name = "SECONDS")]
    deferred_delay: Option<u64>,
    /// How long an answer may take
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    request_timeout: u64,
    /// Use this offer instead of the issuer's initiate-credential-offer endpoint
    #[arg(long, value_name = "URI", conflicts_with = "offer_command")]
    offer: Option<String>,
    /// Use the offer that this command prints; it finds VCISPEC_HOLDER and VCISPEC_CREDENTIAL_TYPE in its environment
    #[arg(long, value_name = "COMMAND")]
    offer_command: Option<String>,
    /// How many cases are under way at once [default: processors; 8 for a URL]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    /// Write reports
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMAT")]
    report: Vec<Format>,
    /// Where to write reports
    #[arg(long, default_value = "vcispec-report", value_name = "FOLDER")]
    report_dir: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// report.json
    Json,
}

impl Options {
    /// Where requests go, and the plan as far as these options tell it.
    pub(super) fn prepare(
        &self,
        target: Option<&str>,
    ) -> Result<(Environment, Config), (Exit, String)> {
        let place = Place::parse(target).map_err(usage)?;
        let profile = Profile::find(&self.profile).ok_or_else(|| {
            let names = Profile::ALL.iter().map(|profile| profile.id);
            usage(UnknownName::new("profile", &self.profile, names))
        })?;
        let auth_key = self.as_key.as_deref().map(key::read).transpose();
        let auth_key = auth_key.map_err(usage)?;
        if let (Some(jwk), Some(path)) = (&auth_key, &self.as_key) {
            AuthKey::from_jwk(jwk)
                .map_err(|error| usage(format!("{} cannot be used: {error}", path.display())))?;
        }
        let prepared = target::prepare(
            &place,
            self.seed,
            auth_key,
            self.deferred_delay,
            self.request_timeout,
        );
        let (mut environment, issuer, auth_key) = prepared.map_err(usage)?;
        environment.offers = self
            .offer_command
            .clone()
            .map(|command| Arc::new(OfferCommand(command)) as Arc<dyn Offers>);
        let mut config = Config::new(issuer);
        config.target = place.name().to_owned();
        config.replay = format!("vcispec replay {{case}}{}", self.again(&place));
        config.rerun = format!(
            "vcispec run{} --invariants {{invariant}}",
            self.again(&place)
        );
        config.profile = profile;
        config.seed = self.seed;
        config.invariants =
            Filter::new(self.invariants.clone(), self.exclude.clone()).map_err(usage)?;
        config.workers = self.workers.map_or_else(|| place.workers(), usize::from);
        config.deferred_delay = self.deferred_delay;
        config.auth_key = auth_key;
        config.sessions = match (&self.offer, &self.offer_command) {
            (Some(uri), _) => SessionSource::Offer(uri.clone()),
            (None, Some(_)) => SessionSource::Ask,
            (None, None) => SessionSource::EbsiInitiate,
        };
        Ok((environment, config))
    }

    /// Writes what is asked for, and says how the process ends.
    pub(super) fn finish(&self, terminal: &Terminal, outcome: Result<Outcome, Unusable>) -> Done {
        let outcome = outcome.map_err(|reason| (Exit::from(&reason), reason.to_string()))?;
        terminal.summarise(&outcome).map_err(super::unread)?;
        if self.report.contains(&Format::Json) {
            let path = json::write(&outcome, &self.report_dir).map_err(|error| {
                usage(format!(
                    "could not write a report to {}: {error}",
                    self.report_dir.display()
                ))
            })?;
            eprintln!("wrote {}", path.display());
        }
        Ok(if outcome.has_failures() {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }

    /// The target and the options without which a case would not run as it did.
    fn again(&self, place: &Place) -> String {
        let mut words = String::new();
        let mut add = |option: &str, value: Option<&str>| {
            if let Some(value) = value {
                words.push_str(&format!(" {option}{}", shell_word(value)));
            }
        };
        add("", place.url());
        add(
            "--as-key ",
            self.as_key.as_deref().and_then(|path| path.to_str()),
        );
        let delay = self.deferred_delay.map(|seconds| seconds.to_string());
        add("--deferred-delay ", delay.as_deref());
        add("--offer ", self.offer.as_deref());
        add("--offer-command ", self.offer_command.as_deref());
        if self.profile != "ebsi-v3" {
            add("--profile ", Some(&self.profile));
        }
        words
    }
}

/// A word for a POSIX shell, quoted only if it has to be.
fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
