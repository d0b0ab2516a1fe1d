//! Where `run` and `replay` send their requests, from the flags they share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::Value;
use url::Url;

use super::Stop;
use super::commands::RegisterCommand;
use super::config::{self, ConfigFile, Expected};
use super::connection::Reach;
use super::embedded::{self, Embedded};
use super::exec;
use super::interrupt;
use super::manners::MannerFlags;
use super::sessions::SessionFlags;
use crate::engine::{Clock, Config, Environment, Filter, Halt, SystemClock};
use crate::profile::{EBSI_V3, Profile};
use crate::target::{Exec, Limits, Mannerly, Target};
use crate::wallet::ServiceClient;

/// What `run` and `replay` have in common.
#[derive(Debug, Args)]
pub(super) struct TargetFlags {
    /// The credential issuer identifier, for example
    /// http://127.0.0.1:3000/conformance/v3/issuer-mock; exec:COMMAND for a command that answers
    /// requests on its standard input; nothing for the embedded reference issuer.
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    /// The credential issuer identifier of exec:COMMAND: what its metadata and the audience of proofs
    /// say.
    /// [default: http://localhost:3000/conformance/v3/issuer-mock]
    #[arg(long, value_name = "URL", requires = "target")]
    issuer: Option<String>,
    /// What keys and random cases are made from.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// What is to be known of the issuer beyond these flags, as TOML. Flags win. Without it, vcispec.toml of the working
    /// directory is read, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A header field of every request, such as "X-Api-Key: 1".
    #[arg(short = 'H', long = "header", value_name = "FIELD")]
    headers: Vec<String>,
    /// The dialect.
    /// [default: ebsi-v3]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The authorization server's private key (a JWK, or a file with one), to mint access tokens
    /// with.
    #[arg(long, value_name = "JWK")]
    as_key: Option<String>,
    /// A service wallet that the issuer knows: a JSON file with client_id (its https URL), did (of method
    /// did:ebsi) and jwk (its private key, on P-256), to try the flows of service wallets with.
    #[arg(long, value_name = "FILE", requires = "target")]
    service_wallet: Option<PathBuf>,
    /// A command that registers a DID where the issuer looks it up, for the flow that presents what a
    /// service wallet gets before it is onboarded; it finds VCISPEC_DID and VCISPEC_DID_DOCUMENT in
    /// its environment.
    #[arg(long, value_name = "COMMAND", requires = "service_wallet")]
    register_command: Option<String>,
    #[command(flatten)]
    sessions: SessionFlags,
    /// How long a deferred credential takes, in seconds.
    #[arg(long, value_name = "SECONDS")]
    deferred_delay: Option<u64>,
    /// How long an answer may take, in seconds.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    request_timeout: u64,
    /// How long the command of exec:COMMAND may take until it answers for the first time, in seconds.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    start_timeout: u64,
    /// How many cases are under way at once.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    #[command(flatten)]
    manners: MannerFlags,
    #[command(flatten)]
    reach: Reach,
}

/// How long a run against a URL takes at most, if nothing else is said.
const LONGEST_RUN: Duration = Duration::from_secs(3600);

impl TargetFlags {
    /// The environment and a configuration with what these flags say. A command is started.
    pub(super) async fn resolve(&self) -> Result<Resolved, Stop> {
        let file = ConfigFile::find(self.config.as_deref())?;
        let said = self.profile.as_deref();
        let name = said.or(file.as_ref().and_then(ConfigFile::profile));
        let name = name.unwrap_or(EBSI_V3.id);
        let profile = Profile::find(name).ok_or_else(|| {
            let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.id).collect();
            Stop::usage(format!(
                "no profile is called \"{}\"; there is {}",
                name,
                known.join(", ")
            ))
        })?;
        let auth_key = self.as_key.as_deref().map(read_jwk).transpose()?;
        let service = self.service_wallet.as_deref();
        let service = service.map(read_service_wallet).transpose()?;
        let mut exec = None;
        let target = self
            .target
            .clone()
            .or_else(|| file.as_ref()?.issuer().map(str::to_owned));
        let halt = Halt::default();
        let (mut environment, mut config) = match &target {
            None => self.embedded(auth_key)?,
            Some(target) => {
                let (carrier, clock, config) = match exec::command(target) {
                    Some(command) => {
                        let config = self.of_command(target)?;
                        let start = Duration::from_secs(self.start_timeout);
                        let command =
                            exec::start(command, start, self.limits(), halt.clone()).await?;
                        exec = Some(Arc::clone(&command.exec));
                        (command.exec as Arc<dyn Target>, command.clock, config)
                    }
                    None => self.remote(target, file.as_ref())?,
                };
                self.outside(
                    carrier,
                    clock,
                    Config {
                        auth_key,
                        service,
                        ..config
                    },
                )?
            }
        };
        if exec.is_none() {
            interrupt::watch(halt.clone(), None).map_err(Stop::internal)?;
        }
        config.halt = halt;
        let again = self.again();
        config.replay = format!("vcispec replay {{case}}{again}");
        config.rerun = format!("vcispec run{again} --invariants {{invariant}}");
        config.profile = profile;
        if let Some(file) = &file {
            environment.target = file.around(environment.target)?;
            file.enter(&mut environment, &mut config)?;
            config.workers = file.workers().unwrap_or(config.workers);
            self.sessions.enter(&mut environment, &mut config)?;
        }
        environment.target =
            config::with_fields(environment.target, &self.headers).map_err(Stop::usage)?;
        config.seed = self.seed;
        config.deferred_delay = self.deferred_delay;
        if let Some(workers) = self.workers {
            config.workers = workers.into();
        }
        Ok(Resolved {
            environment,
            config,
            exec,
            file,
        })
    }

    /// The target and the flags without which a case would not run again as it did.
    fn again(&self) -> String {
        let delay = self.deferred_delay.map(|seconds| seconds.to_string());
        let service = self
            .service_wallet
            .as_ref()
            .map(|path| path.display().to_string());
        let profile = self.profile.as_ref();
        let profile = profile.filter(|profile| *profile != EBSI_V3.id);
        let file = self.config.as_ref().map(|path| path.display().to_string());
        // A key on the command line must not get into a report.
        let key = self.as_key.as_ref().map(|key| {
            let is_file = !key.trim_start().starts_with('{');
            if is_file { key.as_str() } else { "AS_KEY_FILE" }.to_owned()
        });
        let values = [
            ("", &self.target),
            (" --issuer", &self.issuer),
            (" --config", &file),
            (" --profile", &profile.cloned()),
            (" --as-key", &key),
            (" --service-wallet", &service),
            (" --register-command", &self.register_command),
            (" --deferred-delay", &delay),
        ];
        let insecure = self.reach.is_insecure().then(|| " --insecure".to_owned());
        let values = values.map(|(flag, value)| (flag, value.clone()));
        values
            .into_iter()
            .chain(self.sessions.again())
            .chain(self.reach.again())
            .filter_map(|(flag, value)| Some(format!("{flag} {}", shell_word(&value?))))
            .chain(insecure)
            .collect()
    }

    fn embedded(&self, auth_key: Option<Value>) -> Result<(Environment, Config), Stop> {
        let limit = Duration::from_secs(self.request_timeout);
        let Embedded {
            environment,
            issuer,
            auth_key,
            service,
        } = embedded::embedded(self.seed, limit, auth_key, self.deferred_delay)?;
        let mut config = Config::new(issuer);
        config.target = embedded::NAME.to_owned();
        config.auth_key = Some(auth_key);
        config.service = Some(service);
        Ok((environment, config))
    }

    fn remote(&self, target: &str, file: Option<&ConfigFile>) -> Result<Way, Stop> {
        if self.issuer.is_some() {
            return Err(Stop::usage(
                "--issuer is for exec:COMMAND; a TARGET that is a URL is the credential issuer identifier itself",
            ));
        }
        let issuer = identifier("TARGET", target)?;
        let url = Url::parse(issuer).map_err(Stop::usage)?;
        let limits = self.limits();
        let (manners, notice) = self.manners.towards(&url, limits.timeout);
        if let Some(notice) = notice {
            anstream::eprintln!("notice: {notice}");
        }
        let said = file.map(ConfigFile::reach).unwrap_or_default();
        let reach = self.reach.or(&said);
        let config = Config {
            // However slowly it answers.
            max_time: Some(LONGEST_RUN),
            ..Config::new(issuer)
        };
        Ok((
            Arc::new(Mannerly::new(reach.http(&url, limits)?, manners)),
            Arc::new(SystemClock),
            config,
        ))
    }

    /// The configuration for a command, which most often does one thing after the other.
    fn of_command(&self, target: &str) -> Result<Config, Stop> {
        let issuer = self.issuer.as_deref().unwrap_or(embedded::ISSUER);
        let mut config = Config::new(identifier("--issuer", issuer)?);
        target.clone_into(&mut config.target);
        config.workers = 1;
        Ok(config)
    }

    /// What carries the requests, with what else comes from outside.
    fn outside(
        &self,
        target: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
        mut config: Config,
    ) -> Result<(Environment, Config), Stop> {
        let mut environment = Environment {
            target,
            clock,
            offers: None,
            tokens: None,
            logins: None,
            registrar: None,
        };
        if let Some(command) = &self.register_command {
            environment.registrar = Some(Arc::new(RegisterCommand(command.clone())));
        }
        self.sessions.enter(&mut environment, &mut config)?;
        Ok((environment, config))
    }

    fn limits(&self) -> Limits {
        Limits {
            timeout: Duration::from_secs(self.request_timeout),
            ..Limits::default()
        }
    }
}

/// What carries requests, whose time counts, and what is to be done.
type Way = (Arc<dyn Target>, Arc<dyn Clock>, Config);

/// Where a run takes place, and what is to be ended after it.
pub(super) struct Resolved {
    pub(super) environment: Environment,
    pub(super) config: Config,
    exec: Option<Arc<Exec>>,
    file: Option<ConfigFile>,
}

impl Resolved {
    /// The rules of these names, but for those that the configuration leaves out.
    pub(super) fn filter(&self, only: Vec<String>, exclude: Vec<String>) -> Result<Filter, Stop> {
        match &self.file {
            Some(file) => file.filter(only, exclude),
            None => Filter::new(only, exclude).map_err(Stop::usage),
        }
    }

    /// The deviations that the configuration knows.
    pub(super) fn expected(&self) -> Result<Expected, Stop> {
        let file = self.file.as_ref();
        file.map_or_else(|| Ok(Expected::default()), ConfigFile::expected)
    }

    /// Ends the command, if there is one.
    pub(super) async fn end(self) {
        if let Some(exec) = self.exec {
            exec.end().await;
        }
    }
}

/// A credential issuer identifier, from where it was given.
pub(super) fn identifier<'a>(given: &str, text: &'a str) -> Result<&'a str, Stop> {
    let wrong = |why: &str| {
        Stop::usage(format!(
            "{given} \"{text}\" {why}; give the credential issuer identifier, for example \
             http://127.0.0.1:3000/conformance/v3/issuer-mock"
        ))
    };
    let url = Url::parse(text).map_err(|_| wrong("is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("is no http or https URL"));
    }
    Ok(text.trim_end_matches('/'))
}

/// A JWK, given as JSON or as the path of a file that holds it.
pub(super) fn read_jwk(text: &str) -> Result<Value, Stop> {
    let json = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        let path = PathBuf::from(text);
        read(&path)?
    };
    serde_json::from_str(&json)
        .map_err(|error| Stop::usage(format!("{text} holds no JWK: {error}")))
}

/// The service wallet that a file describes.
fn read_service_wallet(path: &Path) -> Result<ServiceClient, Stop> {
    let wrong = |error: &dyn std::fmt::Display| {
        Stop::usage(format!(
            "{} describes no service wallet: {error}",
            path.display()
        ))
    };
    let json: Value = serde_json::from_str(&read(path)?).map_err(|error| wrong(&error))?;
    ServiceClient::from_json(&json).map_err(|error| wrong(&error))
}

/// The text of a file that the command line names.
pub(super) fn read(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path)
        .map_err(|error| Stop::usage(format!("could not read {}: {error}", path.display())))
}

/// A word for a POSIX shell, quoted only if it has to be.
fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
