//! Finds the issuer's endpoints from its own documents, where deployed issuers have them. Sans-IO, like all of the wallet.
//!
//! Each document has several places; the next is asked only if the one before holds none. What a run was told beforehand
//! ([`Endpoints`]) counts more than any document. Start at [`Discovery::next_request`].

use std::collections::VecDeque;

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use url::Url;

use super::run::Outgoing;
use crate::case::Endpoint;
use crate::profile::{Conduct, Profile};
use crate::transcript::{Context, Exchange, Facts};

/// Fetches the documents that describe an issuer, one after the other.
#[derive(Debug)]
pub struct Discovery {
    context: Context,
    conduct: Conduct,
    told: Endpoints,
    /// Whether nobody will ask for an access token.
    has_tokens: bool,
    /// What is being looked for, and the places where it may still be.
    wanted: Endpoint,
    places: VecDeque<String>,
    /// The first place that held none, and its status.
    missed: Option<(String, u16)>,
    error: Option<DiscoveryError>,
}

/// What is known of an issuer's endpoints beforehand. Each is a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The credential issuer metadata.
    pub issuer_metadata: Option<String>,
    /// The authorization server metadata.
    pub auth_metadata: Option<String>,
    /// The credential endpoint.
    pub credential: Option<String>,
    /// The deferred credential endpoint.
    pub deferred: Option<String>,
    /// The token endpoint.
    pub token: Option<String>,
    /// The authorization endpoint.
    pub authorization: Option<String>,
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
        let places = well_known(&issuer, &["openid-credential-issuer"]);
        let context = Context {
            issuer,
            deferred_delay: profile.deferred_delay,
            ..Context::default()
        };
        Self {
            context,
            conduct: profile.conduct,
            told: Endpoints::default(),
            has_tokens: false,
            wanted: Endpoint::IssuerMetadata,
            places: places.into(),
            missed: None,
            error: None,
        }
    }

    /// The same, for an issuer of which this is known.
    #[must_use]
    pub fn knowing(mut self, told: Endpoints) -> Self {
        if let Some(url) = &told.issuer_metadata {
            self.places = [url.clone()].into();
        }
        Self { told, ..self }
    }

    /// The same, for a run that is given its access tokens: a token endpoint need not be found.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        Self {
            has_tokens: true,
            ..self
        }
    }

    /// The next document to fetch; `None` when there is nothing more to learn.
    pub fn next_request(&mut self) -> Option<Outgoing> {
        let url = self.places.front()?.clone();
        let Ok(request) = Request::builder()
            .uri(&url)
            .header("accept", "application/json")
            .body(Bytes::new())
        else {
            return self.fail(DiscoveryError::Unreachable {
                url,
                reason: "it is no URL".into(),
            });
        };
        let facts = Facts {
            public: vec![(self.context.issuer.clone(), "issuer")],
            ..Facts::default()
        };
        Some(Outgoing {
            endpoint: self.wanted,
            step: None,
            session: 0,
            mutations: Vec::new(),
            request,
            facts,
        })
    }

    /// Learns from an answer.
    pub fn receive(&mut self, exchange: &Exchange) {
        let Some(url) = self.places.pop_front() else {
            return;
        };
        let document = exchange
            .json()
            .filter(|json| exchange.is_success() && json.is_object())
            .cloned();
        match self.wanted {
            Endpoint::IssuerMetadata => self.issuer_metadata(exchange, url, document),
            Endpoint::AuthMetadata => self.auth_metadata(url, document),
            Endpoint::AuthJwks => {
                self.context.auth_jwks = document.unwrap_or_default();
                self.look_for_issuer_jwks();
            }
            _ => self.context.issuer_jwks = document.unwrap_or_default(),
        }
    }

    fn look_for(&mut self, wanted: Endpoint, places: Vec<String>) {
        self.wanted = wanted;
        self.places = places.into();
        self.missed = None;
    }

    fn issuer_metadata(&mut self, exchange: &Exchange, url: String, document: Option<Value>) {
        if let Err(failure) = &exchange.answer {
            self.fail::<()>(DiscoveryError::Unreachable {
                url,
                reason: failure.to_string(),
            });
            return;
        }
        let Some(document) = document else {
            let missed = self.missed.get_or_insert((url, exchange.status()));
            if self.places.is_empty() {
                let (url, status) = missed.clone();
                self.fail::<()>(DiscoveryError::NoMetadata { url, status });
            }
            return;
        };
        let told = self.told.credential.clone();
        let Some(credential_endpoint) = told.or_else(|| text(&document, "credential_endpoint"))
        else {
            self.fail::<()>(DiscoveryError::Incomplete {
                url,
                member: "credential_endpoint",
            });
            return;
        };
        self.context.credential_endpoint = credential_endpoint;
        let told = self.told.deferred.clone();
        self.context.deferred_endpoint =
            told.or_else(|| text(&document, "deferred_credential_endpoint"));
        let first = document.pointer("/authorization_servers/0");
        self.context.auth_server = text(&document, "authorization_server")
            .or_else(|| first.and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_else(|| self.context.issuer.clone());
        self.context.issuer_metadata = document;
        let places = match &self.told.auth_metadata {
            Some(url) => vec![url.clone()],
            None => {
                let server = self.context.auth_server.trim_end_matches('/');
                well_known(
                    server,
                    &["openid-configuration", "oauth-authorization-server"],
                )
            }
        };
        self.look_for(Endpoint::AuthMetadata, places);
    }

    fn auth_metadata(&mut self, url: String, document: Option<Value>) {
        let (first, _) = self.missed.get_or_insert((url, 0)).clone();
        let named = document
            .as_ref()
            .and_then(|document| text(document, "token_endpoint"));
        if named.is_none() && !self.places.is_empty() {
            return;
        }
        // Some issuers that are their own authorization server say so in their own metadata alone.
        let told = self.told.token.clone();
        let own = || text(&self.context.issuer_metadata, "token_endpoint");
        let needless = || self.has_tokens.then(String::new);
        let Some(token_endpoint) = told.or(named).or_else(own).or_else(needless) else {
            self.fail::<()>(DiscoveryError::Incomplete {
                url: first,
                member: "token_endpoint",
            });
            return;
        };
        let document = document.unwrap_or_default();
        self.context.token_endpoint = token_endpoint;
        let told = self.told.authorization.clone();
        self.context.authorization_endpoint =
            told.or_else(|| text(&document, "authorization_endpoint"));
        let below = || format!("{}/jwks", self.context.auth_server);
        let jwks = text(&document, "jwks_uri");
        let jwks = jwks.or_else(|| self.conduct.keys_below_identifiers.then(below));
        self.context.auth_metadata = document;
        match jwks {
            Some(jwks) => self.look_for(Endpoint::AuthJwks, vec![jwks]),
            None => self.look_for_issuer_jwks(),
        }
    }

    fn look_for_issuer_jwks(&mut self) {
        let below = format!("{}/jwks", self.context.issuer);
        let has = self.conduct.keys_below_identifiers;
        let places = has.then_some(below).into_iter().collect();
        self.look_for(Endpoint::IssuerJwks, places);
    }

    fn fail<T>(&mut self, error: DiscoveryError) -> Option<T> {
        self.places.clear();
        self.error = Some(error);
        None
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

fn text(document: &Value, name: &str) -> Option<String> {
    document.get(name)?.as_str().map(str::to_owned)
}

/// The well-known places of a document: behind the identifier with its path (OpenID Connect Discovery 4.1, OpenID4VCI draft 11),
/// then between its host and its path (RFC 8414, 3.1).
fn well_known(identifier: &str, names: &[&str]) -> Vec<String> {
    let behind = names
        .iter()
        .map(|name| format!("{identifier}/.well-known/{name}"));
    let mut places: Vec<String> = behind.collect();
    let url = Url::parse(identifier).ok();
    if let Some(url) = url.filter(|url| url.path().len() > 1) {
        let origin = url.origin().ascii_serialization();
        places.extend(
            names
                .iter()
                .map(|name| format!("{origin}/.well-known/{name}{}", url.path())),
        );
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_looked_for_behind_the_path_and_before_it() {
        assert_eq!(
            well_known("https://x.example:1/a/b", &["m", "n"]),
            [
                "https://x.example:1/a/b/.well-known/m",
                "https://x.example:1/a/b/.well-known/n",
                "https://x.example:1/.well-known/m/a/b",
                "https://x.example:1/.well-known/n/a/b",
            ]
        );
        assert_eq!(
            well_known("https://x.example", &["m"]),
            ["https://x.example/.well-known/m"]
        );
    }
}
