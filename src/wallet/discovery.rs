//! Finds the issuer's endpoints from its own documents. Sans-IO, like all of the wallet.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::run::Outgoing;
use crate::case::Endpoint;
use crate::profile::Profile;
use crate::transcript::{Context, Exchange, Facts};

/// Fetches the documents that describe an issuer, one after the other.
#[derive(Debug)]
pub struct Discovery {
    context: Context,
    next: Option<(Endpoint, String)>,
    error: Option<DiscoveryError>,
}

/// Why an issuer cannot be tested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// Nothing answers there.
    #[error("{url} gives no answer ({reason}); is the issuer running, and is the address right?")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What happened.
        reason: String,
    },
    /// There is an answer, but no metadata.
    #[error(
        "{url} answers {status}, not issuer metadata; TARGET is the credential issuer identifier, without /.well-known and without /credential"
    )]
    NoMetadata {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The metadata lacks something without which nothing can be requested.
    #[error("the metadata at {url} lacks {member}")]
    Incomplete {
        /// Where the document was fetched.
        url: String,
        /// The member that is missing or no string.
        member: &'static str,
    },
}

impl Discovery {
    /// Discovery of the issuer with this identifier.
    pub fn new(profile: &Profile, issuer: &str) -> Self {
        let issuer = issuer.trim_end_matches('/').to_owned();
        let url = format!("{issuer}/.well-known/openid-credential-issuer");
        let context = Context {
            issuer,
            deferred_delay: profile.deferred_delay,
            ..Context::default()
        };
        Self {
            context,
            next: Some((Endpoint::IssuerMetadata, url)),
            error: None,
        }
    }

    /// The next document to fetch; `None` when there is nothing more to learn.
    pub fn next_request(&mut self) -> Option<Outgoing> {
        let (endpoint, url) = self.next.clone()?;
        let Ok(request) = Request::builder()
            .uri(&url)
            .header("accept", "application/json")
            .body(Bytes::new())
        else {
            self.next = None;
            self.error = Some(DiscoveryError::Unreachable {
                url,
                reason: "it is no URL".into(),
            });
            return None;
        };
        let facts = Facts {
            public: vec![(self.context.issuer.clone(), "issuer")],
            ..Facts::default()
        };
        Some(Outgoing {
            endpoint,
            step: None,
            session: 0,
            mutations: Vec::new(),
            request,
            facts,
        })
    }

    /// Learns from an answer.
    pub fn receive(&mut self, exchange: &Exchange) {
        let Some((endpoint, url)) = self.next.take() else {
            return;
        };
        let document = exchange
            .json()
            .filter(|json| exchange.is_success() && json.is_object())
            .cloned();
        self.next = match endpoint {
            Endpoint::IssuerMetadata => self.issuer_metadata(exchange, url, document),
            Endpoint::AuthMetadata => self.auth_metadata(url, document.unwrap_or_default()),
            Endpoint::AuthJwks => {
                self.context.auth_jwks = document.unwrap_or_default();
                Some((
                    Endpoint::IssuerJwks,
                    format!("{}/jwks", self.context.issuer),
                ))
            }
            _ => {
                self.context.issuer_jwks = document.unwrap_or_default();
                None
            }
        };
    }

    fn issuer_metadata(
        &mut self,
        exchange: &Exchange,
        url: String,
        document: Option<Value>,
    ) -> Option<(Endpoint, String)> {
        if let Err(failure) = &exchange.answer {
            self.error = Some(DiscoveryError::Unreachable {
                url,
                reason: failure.to_string(),
            });
            return None;
        }
        let Some(document) = document else {
            self.error = Some(DiscoveryError::NoMetadata {
                url,
                status: exchange.status(),
            });
            return None;
        };
        let text = |name: &str| {
            document
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let Some(credential_endpoint) = text("credential_endpoint") else {
            self.error = Some(DiscoveryError::Incomplete {
                url,
                member: "credential_endpoint",
            });
            return None;
        };
        self.context.credential_endpoint = credential_endpoint;
        self.context.deferred_endpoint = text("deferred_credential_endpoint");
        self.context.auth_server =
            text("authorization_server").unwrap_or_else(|| self.context.issuer.clone());
        self.context.issuer_metadata = document;
        let auth = self.context.auth_server.trim_end_matches('/');
        Some((
            Endpoint::AuthMetadata,
            format!("{auth}/.well-known/openid-configuration"),
        ))
    }

    fn auth_metadata(&mut self, url: String, document: Value) -> Option<(Endpoint, String)> {
        let text = |name: &str| {
            document
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let Some(token_endpoint) = text("token_endpoint") else {
            self.error = Some(DiscoveryError::Incomplete {
                url,
                member: "token_endpoint",
            });
            return None;
        };
        self.context.token_endpoint = token_endpoint;
        self.context.authorization_endpoint = text("authorization_endpoint");
        let jwks = text("jwks_uri").unwrap_or_else(|| format!("{}/jwks", self.context.auth_server));
        self.context.auth_metadata = document;
        Some((Endpoint::AuthJwks, jwks))
    }

    /// What was learnt.
    ///
    /// # Errors
    /// If the issuer cannot be tested.
    pub fn finish(self) -> Result<Context, DiscoveryError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.context),
        }
    }
}
