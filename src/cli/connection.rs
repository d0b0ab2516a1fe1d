//! How a server is reached: flags, and keys of `[http]` in the configuration.

use std::path::{Path, PathBuf};

use clap::Args;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use super::Stop;
use super::manners::is_loopback;
use crate::target::{Connections, Http, Limits, Proxy, Trust};

/// How a server is reached.
#[derive(Debug, Default, Clone, Args)]
pub(super) struct Reach {
    /// An http proxy that carries the requests on. Without it, the environment is asked (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY,
    /// NO_PROXY), but for servers of this machine.
    #[arg(long, value_name = "URL")]
    pub(super) proxy: Option<String>,
    /// Certificates in PEM that vouch for the server, in place of those of the operating system.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(super) ca_cert: Option<PathBuf>,
    /// Do not look at the server's certificate.
    #[arg(long)]
    pub(super) insecure: bool,
    /// The certificate that the client shows, in PEM, with those that vouch for it.
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(super) client_cert: Option<PathBuf>,
    /// The private key of --client-cert, in PEM.
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(super) client_key: Option<PathBuf>,
}

impl Reach {
    /// These, and where they say nothing, what a configuration says.
    pub(super) fn or(&self, other: &Self) -> Self {
        let own = self.clone();
        Self {
            proxy: own.proxy.or_else(|| other.proxy.clone()),
            ca_cert: own.ca_cert.or_else(|| other.ca_cert.clone()),
            insecure: own.insecure || other.insecure && self.ca_cert.is_none(),
            client_cert: own.client_cert.or_else(|| other.client_cert.clone()),
            client_key: own.client_key.or_else(|| other.client_key.clone()),
        }
    }

    /// A client of the server at `url`.
    pub(super) fn http(&self, url: &Url, limits: Limits) -> Result<Http, Stop> {
        let connections = Connections {
            proxy: self.proxy(url)?,
            trust: self.trust()?,
            identity: self.identity()?,
        };
        Http::through(limits, connections).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                Stop::usage("--client-key does not belong to --client-cert")
            }
            other => Stop::usage(format!(
                "the files of --ca-cert, --client-cert and --client-key cannot be used for TLS: {other}"
            )),
        })
    }

    /// The flags as they were given, for a command that does the same again.
    pub(super) fn again(&self) -> Vec<(&'static str, Option<String>)> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        // What a proxy is told of the user must not get into a report.
        let proxy = self.proxy.as_ref().map(|proxy| match proxy.contains('@') {
            true => "PROXY_URL".to_owned(),
            false => proxy.clone(),
        });
        vec![
            (" --proxy", proxy),
            (" --ca-cert", path(&self.ca_cert)),
            (" --client-cert", path(&self.client_cert)),
            (" --client-key", path(&self.client_key)),
        ]
    }

    /// The lines of `[http]` that say the same, with files that are found from everywhere.
    pub(super) fn keys(&self) -> Vec<String> {
        let anywhere = |path: &Option<PathBuf>| {
            let path = std::path::absolute(path.as_ref()?);
            Some(path.ok()?.display().to_string())
        };
        let texts = [
            ("proxy", self.proxy.clone()),
            ("ca_cert", anywhere(&self.ca_cert)),
            ("client_cert", anywhere(&self.client_cert)),
            ("client_key", anywhere(&self.client_key)),
        ];
        let lines = texts
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key} = {:?}", value?)));
        let insecure = self.insecure.then(|| "insecure = true".to_owned());
        lines.chain(insecure).collect()
    }

    /// Whether the server's certificate is not looked at.
    pub(super) fn is_insecure(&self) -> bool {
        self.insecure
    }

    fn proxy(&self, server: &Url) -> Result<Option<Proxy>, Stop> {
        let Some(text) = &self.proxy else {
            return Ok((!is_loopback(server)).then(Proxy::of_the_environment));
        };
        let url = Url::parse(text).ok();
        let is_usable = url.is_some_and(|url| url.scheme() == "http" && url.has_host());
        if !is_usable {
            return Err(Stop::usage(format!(
                "--proxy \"{text}\" is no http URL, such as http://proxy.example:3128"
            )));
        }
        Ok(Some(Proxy::at(text)))
    }

    fn trust(&self) -> Result<Trust, Stop> {
        match &self.ca_cert {
            _ if self.insecure => Ok(Trust::Anybody),
            Some(file) => certificates(file).map(Trust::Only),
            None => Ok(Trust::System),
        }
    }

    fn identity(
        &self,
    ) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, Stop> {
        match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => {
                let secret = PrivateKeyDer::from_pem_file(key)
                    .map_err(|error| unreadable(key, "private key", error))?;
                Ok(Some((certificates(certificate)?, secret)))
            }
            (None, None) => Ok(None),
            _ => Err(Stop::usage(
                "a client certificate takes both client_cert and client_key",
            )),
        }
    }
}

/// The certificates in a PEM file: one at least.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Stop> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    match found {
        Ok(found) if found.is_empty() => {
            Err(unreadable(file, "certificate", pem::Error::NoItemsFound))
        }
        Ok(found) => Ok(found),
        Err(error) => Err(unreadable(file, "certificate", error)),
    }
}

/// Why a PEM file could not be read.
pub(super) fn unreadable(file: &Path, what: &str, error: pem::Error) -> Stop {
    let reason = match error {
        pem::Error::NoItemsFound => format!("it holds no {what} in PEM form"),
        pem::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    Stop::usage(format!("could not read {}: {reason}", file.display()))
}
