//! How a server is reached: through which proxy, whose certificate is trusted, and which certificate is shown.

use std::sync::Arc;

use http::HeaderValue;
use http::uri::Uri;
use hyper_rustls::ConfigBuilderExt as _;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// How a server is reached.
#[derive(Debug, Default)]
pub struct Connections {
    /// Who carries requests on; nobody by default.
    pub proxy: Option<Proxy>,
    /// Whose certificate is trusted.
    pub trust: Trust,
    /// The certificate that the client shows, and its key.
    pub identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

/// Whose certificate is trusted.
#[derive(Debug, Default)]
pub enum Trust {
    /// Who the operating system trusts.
    #[default]
    System,
    /// Who shows one of these certificates, or one that one of them vouches for.
    Only(Vec<CertificateDer<'static>>),
    /// Anybody: for a server on the own desk.
    Anybody,
}

/// Who carries requests on, for which servers.
#[derive(Debug)]
pub struct Proxy(Matcher);

/// A proxy that a request goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Via {
    /// Where it is.
    pub(super) uri: Uri,
    /// What it is told as `Proxy-Authorization`.
    pub(super) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// The proxy at this http URL, for every server.
    pub fn at(url: &str) -> Self {
        Self(Matcher::builder().all(url).build())
    }

    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, as curl reads them.
    pub fn of_the_environment() -> Self {
        Self(Matcher::from_env())
    }

    /// Who carries requests to a server on.
    pub(super) fn towards(&self, server: &Uri) -> Option<Via> {
        let found = self.0.intercept(server)?;
        Some(Via {
            uri: found.uri().clone(),
            authorization: found.basic_auth().cloned(),
        })
    }
}

impl Connections {
    /// What of this a reader of the report should know.
    pub(super) fn remarks(&self) -> Vec<String> {
        match self.trust {
            Trust::Anybody => vec!["the server's certificate was not looked at".to_owned()],
            Trust::System | Trust::Only(_) => Vec::new(),
        }
    }

    /// As a client of TLS.
    ///
    /// # Errors
    /// The certificate and the key that the client shows do not belong together.
    pub(super) fn tls(&self) -> Result<ClientConfig, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match &self.trust {
            Trust::Anybody => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Verifier::of_anybody(provider))),
            Trust::Only(certificates) => {
                let verifier = Verifier::of_named(certificates.clone(), provider)?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
            }
            // No certificates on this machine: plain HTTP still works, and a TLS server is told to be untrusted.
            Trust::System => match builder.clone().with_native_roots() {
                Ok(builder) => builder,
                Err(_) => builder.with_root_certificates(RootCertStore::empty()),
            },
        };
        match &self.identity {
            None => Ok(builder.with_no_client_auth()),
            Some((chain, key)) => builder.with_client_auth_cert(chain.clone(), key.clone_key()),
        }
    }
}

/// Takes the certificates that were named, and those that they vouch for; or every certificate. One that somebody signed for
/// themselves is named and vouched for at once, which the rules for chains do not provide for. Whoever shows a certificate must have
/// its key in any case.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Those that were named, and who judges chains that end at them; `None` to take every certificate.
    named: Option<(Vec<CertificateDer<'static>>, Arc<WebPkiServerVerifier>)>,
}

impl Verifier {
    fn of_anybody(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            named: None,
        }
    }

    fn of_named(
        certificates: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone())?;
        }
        let chains =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let chains = chains
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        Ok(Self {
            provider,
            named: Some((certificates, chains)),
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.named {
            Some((named, chains)) if !named.contains(certificate) => {
                chains.verify_server_cert(certificate, chain, name, ocsp, now)
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}
