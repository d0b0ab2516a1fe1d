//! `--tls-cert` and `--tls-key`: from two PEM files to a TLS server.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::cli::Stop;
use crate::cli::connection::{certificates, unreadable};

/// The configuration of a server that shows `certificate` and proves it with `key`.
pub(super) fn configure(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, Stop> {
    let chain = certificates(certificate)?;
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, "private key", error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Stop::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => Stop::usage(format!(
                "the key in {} does not belong to the certificate in {}",
                key.display(),
                certificate.display()
            )),
            other => Stop::usage(format!(
                "{} and {} cannot be used for TLS: {other}",
                certificate.display(),
                key.display()
            )),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
