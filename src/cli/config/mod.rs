//! `vcispec.toml`: what a run is told beside its flags. Flags win.
//!
//! `file.rs` says what may stand in it, `session.rs` reads where sessions come from, `offers.rs` asks for offers over HTTP, `liveness.rs` starts a target again that died,
//! `expected.rs` knows deviations. Start at [`ConfigFile::find`].

mod expected;
mod file;
mod headers;
mod liveness;
mod offers;
mod session;

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Stop;
use super::connection::Reach;
use crate::case::KeyType;
use crate::engine::{Config, Environment, Filter, UnknownName};
use crate::invariants;
use crate::profile::{DidMethod, Holder, KeyId, NonceSource, Profile};
use crate::target::Target;
use crate::transcript::Grade;
use crate::wallet::Endpoints;
use file::{File, Level, Nonce};

pub(super) use expected::Expected;

/// The file that is read if none is named.
const USUAL: &str = "vcispec.toml";

/// The target, with these header fields in every request, each written as in HTTP.
pub(super) fn with_fields(
    target: Arc<dyn Target>,
    fields: &[String],
) -> Result<Arc<dyn Target>, String> {
    let field = |field: &String| {
        let (name, value) = field
            .split_once(':')
            .ok_or_else(|| format!("-H \"{field}\" has no colon; write \"Name: value\""))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    let fields: Result<_, String> = fields.iter().map(field).collect();
    headers::around(target, &fields?)
}

/// A configuration file that was read.
#[derive(Debug)]
pub(super) struct ConfigFile {
    path: PathBuf,
    file: File,
}

impl ConfigFile {
    /// The file of this path, or the usual one if there is one and none is named.
    pub(super) fn find(named: Option<&Path>) -> Result<Option<Self>, Stop> {
        let path = match named {
            Some(path) => path.to_owned(),
            None if Path::new(USUAL).is_file() => PathBuf::from(USUAL),
            None => return Ok(None),
        };
        let text = super::target::read(&path)?;
        Self::parse(path, &text, |name| std::env::var(name).ok()).map(Some)
    }

    /// What stands in this text, which was read from `path`, with these variables of the environment.
    pub(super) fn parse(
        path: impl Into<PathBuf>,
        text: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Stop> {
        let path = path.into();
        let text = with_environment(&path, text, variable)?;
        let file = toml::from_str(&text).map_err(|error| wrong(&path, explained(&error)))?;
        Ok(Self { path, file })
    }

    /// The credential issuer identifier.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.file.issuer.as_deref()
    }

    /// The name of the dialect.
    pub(super) fn profile(&self) -> Option<&str> {
        self.file.profile.as_deref()
    }

    /// How the issuer is reached. Its files are beside the configuration.
    pub(super) fn reach(&self) -> Reach {
        let folder = self.path.parent().unwrap_or_else(|| Path::new(""));
        let keys = &self.file.http;
        let inside = |path: &Option<PathBuf>| path.as_ref().map(|path| folder.join(path));
        Reach {
            proxy: keys.proxy.clone(),
            ca_cert: inside(&keys.ca_cert),
            insecure: keys.insecure,
            client_cert: inside(&keys.client_cert),
            client_key: inside(&keys.client_key),
        }
    }

    /// How many cases are under way at once. One, for a target that may have to be started again: two at once would not
    /// show which of them it died of.
    pub(super) fn workers(&self) -> Option<usize> {
        let said = self.file.workers.map(usize::from);
        let liveness = self.file.liveness.as_ref();
        let restart = liveness.and_then(|keys| keys.restart.as_ref());
        said.or(restart.map(|_| 1))
    }

    /// Puts what the file says between the requests and the target.
    pub(super) fn around(&self, target: Arc<dyn Target>) -> Result<Arc<dyn Target>, Stop> {
        let mut target = target;
        if let Some(keys) = &self.file.liveness {
            target =
                liveness::around(target, keys, self.issuer()).map_err(|error| self.wrong(error))?;
        }
        headers::around(target, &self.file.http.headers).map_err(|error| self.wrong(error))
    }

    /// Enters what the file says.
    pub(super) fn enter(
        &self,
        environment: &mut Environment,
        config: &mut Config,
    ) -> Result<(), Stop> {
        let file = &self.file;
        let keys = &file.endpoints;
        config.endpoints = Endpoints {
            issuer_metadata: keys.issuer_metadata.clone(),
            auth_metadata: keys.auth_metadata.clone(),
            credential: keys.credential.clone(),
            deferred: keys.deferred.clone(),
            token: keys.token.clone(),
            authorization: keys.authorization.clone(),
        };
        self.session(environment, config)?;
        config.manner.holder = self.holder(config.profile)?;
        config.manner.pin = self.pin()?;
        config.manner.nonce = file.session.nonce.map(|nonce| match nonce {
            Nonce::TokenResponse => NonceSource::TokenResponse,
            Nonce::Latest => NonceSource::Latest,
        });
        let parameters = file.session.token_parameters.clone();
        config.manner.token_parameters = parameters.into_iter().collect();
        config.fresh_per_case = file.session.fresh_per_case;
        let liveness = file.liveness.as_ref();
        config.control_every = liveness
            .and_then(|keys| keys.control)
            .map(NonZeroUsize::get);
        Ok(())
    }

    /// The rules that are to be asked, with those of the command line.
    pub(super) fn filter(&self, only: Vec<String>, exclude: Vec<String>) -> Result<Filter, Stop> {
        let disabled = self.file.invariants.disable.clone();
        Filter::new(Vec::new(), disabled.clone()).map_err(|error| self.wrong(error))?;
        let filter = Filter::new(only, [exclude, disabled].concat()).map_err(Stop::usage)?;
        Ok(filter.weighing(self.levels()?))
    }

    /// The deviations that are known.
    pub(super) fn expected(&self) -> Result<Expected, Stop> {
        Expected::new(&self.file.expectations).map_err(|error| self.wrong(error))
    }

    fn holder(&self, profile: &Profile) -> Result<Option<Holder>, Stop> {
        let keys = &self.file.holder;
        let mut holder = profile.conduct.holder;
        if let Some(name) = &keys.key {
            let known = KeyType::ALL.iter().find(|key| key.alg() == name);
            holder.key = *known.ok_or_else(|| {
                let names = KeyType::ALL.iter().map(|key| key.alg());
                self.wrong(UnknownName::new("algorithm of a key", name, names))
            })?;
        }
        if let Some(name) = &keys.id {
            let did = DidMethod::ALL.iter().find(|(known, _)| known == name);
            holder.key_id = match did {
                Some((_, method)) => KeyId::Did(*method),
                None if name == "jwk" => KeyId::Jwk,
                None => {
                    let names = DidMethod::ALL.iter().map(|(known, _)| *known);
                    let names = names.chain(["jwk"]);
                    return Err(self.wrong(UnknownName::new("[holder] id", name, names)));
                }
            };
        }
        if holder.key_id == KeyId::Did(DidMethod::KeyP256) && holder.key != KeyType::P256 {
            return Err(self.wrong("[holder] id did:key:p256 takes a key for ES256"));
        }
        holder.sends_iss = keys.iss.unwrap_or(holder.sends_iss);
        Ok(Some(holder).filter(|holder| *holder != profile.conduct.holder))
    }

    fn levels(&self) -> Result<Vec<(String, Grade)>, Stop> {
        let keys = self.file.invariants.level.iter();
        keys.map(|(name, level)| {
            if invariants::find(name).is_none() {
                let names = invariants::ALL.iter().map(|rule| rule.id);
                return Err(self.wrong(UnknownName::new("invariant", name, names)));
            }
            let grade = match level {
                Level::Note => Grade::Note,
                Level::Tolerable => Grade::Tolerable,
                Level::Failure => Grade::Failure,
            };
            Ok((name.clone(), grade))
        })
        .collect()
    }

    fn wrong(&self, what: impl Display) -> Stop {
        wrong(&self.path, what)
    }
}

fn wrong(path: &Path, what: impl Display) -> Stop {
    Stop::usage(format!("{}: {what}", path.display()))
}

/// What TOML finds wrong, with the nearest of the names that it expected.
fn explained(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let message = error.message();
    let mut names = message.split('`').skip(1).step_by(2);
    let nearest = names
        .next()
        .filter(|_| message.starts_with("unknown "))
        .and_then(|unknown| {
            let near = UnknownName::new("key", unknown, names);
            near.suggestions.into_iter().next()
        });
    match nearest {
        Some(name) => format!("{}; did you mean {name}?", text.trim_end()),
        None => text.trim_end().to_owned(),
    }
}

/// The text with each `${NAME}` replaced by the variable of the environment.
fn with_environment(
    path: &Path,
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<String, Stop> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            out.push_str("${");
            rest = behind;
            continue;
        };
        let is_comment = out
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim_start().starts_with('#'));
        if is_comment {
            out.push_str("${");
            rest = behind;
            continue;
        }
        let value = variable(name).ok_or_else(|| {
            let line = out.matches('\n').count() + 1;
            wrong(
                path,
                format!("line {line}: there is no variable {name} in the environment"),
            )
        })?;
        out.push_str(&escaped(&value));
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// A value as it may stand inside a basic TOML string.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<File, String> {
        toml::from_str(text).map_err(|error| explained(&error))
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_line_and_the_nearest_name() {
        let error =
            read("issuer = \"x\"\n[session]\nkindd = \"offer\"\n").expect_err("a wrong key");
        assert!(error.contains("line 3"), "{error}");
        assert!(error.ends_with("did you mean kind?"), "{error}");
    }

    #[test]
    fn an_unknown_kind_of_session_is_an_error_with_the_nearest_name() {
        let error = read("[session]\nkind = \"offer-htp\"\n").expect_err("a wrong kind");
        assert!(
            error.contains("line 2") && error.ends_with("did you mean offer-http?"),
            "{error}"
        );
    }

    #[test]
    fn variables_of_the_environment_are_filled_in() {
        let variable = |name: &str| (name == "PIN").then(|| "1\"2".to_owned());
        let filled =
            |text| with_environment(Path::new("f"), text, variable).map_err(|stop| stop.message);
        assert_eq!(filled("a = \"${PIN}\"").as_deref(), Ok("a = \"1\\\"2\""));
        assert_eq!(filled("# ${NONE}\n").as_deref(), Ok("# ${NONE}\n"));
        assert_eq!(
            filled("\na = \"${NONE}\""),
            Err("f: line 2: there is no variable NONE in the environment".to_owned())
        );
    }
}
