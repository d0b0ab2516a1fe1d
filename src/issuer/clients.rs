//! Clients that were registered beforehand (RFC 7591): service wallets whose keys the server knows or knows where to find.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::client_keys::Jwks;
use super::schema::is_url;

/// The metadata of one client: its identifier and its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientMetadata {
    client_id: String,
    keys: ClientKeys,
}

/// Where the keys of a client are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ClientKeys {
    /// They came with the registration.
    Given(Arc<Jwks>),
    /// They are fetched from a `jwks_uri`.
    At(String),
}

impl ClientMetadata {
    /// Reads a JSON array of OAuth client metadata, each with `client_id` and either `jwks` or `jwks_uri` (RFC 7591 §2).
    ///
    /// Other members are ignored.
    ///
    /// # Errors
    /// It is no such array, or names a client twice.
    pub fn read_all(json: &[u8]) -> Result<Vec<Self>, ClientError> {
        let document: Value = serde_json::from_slice(json).map_err(|error| ClientError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        let entries = document.as_array().ok_or(ClientError::NotAnArray)?;
        let mut clients: Vec<Self> = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let client =
                Self::from_json(entry).map_err(|fault| ClientError::Entry { index, fault })?;
            if clients
                .iter()
                .any(|other| other.client_id == client.client_id)
            {
                return Err(ClientError::Repeated(client.client_id));
            }
            clients.push(client);
        }
        Ok(clients)
    }

    /// The identifier.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    fn from_json(entry: &Value) -> Result<Self, String> {
        let member = |name: &str| entry.get(name).filter(|value| !value.is_null());
        let client_id = member("client_id")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
            .ok_or("client_id must be a string that is not empty")?;
        let keys = match (member("jwks"), member("jwks_uri")) {
            (Some(set), None) => ClientKeys::Given(Arc::new(Jwks::from_json(set)?)),
            (None, Some(Value::String(url))) if is_url(url) => ClientKeys::At(url.clone()),
            (None, Some(_)) => return Err("jwks_uri must be a URL".to_owned()),
            (None, None) | (Some(_), Some(_)) => {
                return Err("there must be either jwks or jwks_uri".to_owned());
            }
        };
        Ok(Self {
            client_id: client_id.to_owned(),
            keys,
        })
    }
}

/// Why client metadata could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Not JSON.
    #[error("the client metadata is malformed at line {line}, column {column}")]
    Json {
        /// Counted from one.
        line: usize,
        /// Counted from one.
        column: usize,
    },
    /// Not an array.
    #[error("the client metadata is not a JSON array")]
    NotAnArray,
    /// An entry is not metadata of a client.
    #[error("entry {index} of the client metadata is wrong: {fault}")]
    Entry {
        /// Counted from zero.
        index: usize,
        /// What is wrong with it.
        fault: String,
    },
    /// Two entries of one client.
    #[error("the client metadata names {0} twice")]
    Repeated(String),
}

/// The registered clients by identifier.
#[derive(Debug, Default)]
pub(crate) struct Clients(HashMap<String, ClientKeys>);

impl Clients {
    pub(crate) fn new(clients: Vec<ClientMetadata>) -> Self {
        let entry = |client: ClientMetadata| (client.client_id, client.keys);
        Self(clients.into_iter().map(entry).collect())
    }

    pub(crate) fn keys(&self, client_id: &str) -> Option<&ClientKeys> {
        self.0.get(client_id)
    }
}
