//! A service wallet: a client with an https identifier, a did:ebsi, and a key that it has published
//! under both. Whoever tests an issuer with it has to register it there first.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::keys::{Key, KeyError};
use crate::case::KeyType;

/// A service wallet.
#[derive(Debug, Clone)]
pub struct ServiceClient {
    client_id: String,
    did: String,
    key: Key,
}

/// Why a description of a service wallet cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServiceClientError {
    /// A member is absent or no string.
    #[error("the service wallet has no string member \"{0}\"")]
    Lacks(&'static str),
    /// The key cannot be read.
    #[error("could not read the service wallet's key")]
    Key(#[from] KeyError),
}

impl ServiceClient {
    /// The service wallet that follows from a seed.
    pub fn derive(seed: u64) -> Self {
        let id = Sha256::digest(format!("vcispec service wallet {seed}"));
        let mut bytes = vec![1];
        bytes.extend_from_slice(&id[..16]);
        Self {
            client_id: "https://service-wallet.example/vcispec".to_owned(),
            did: format!("did:ebsi:z{}", bs58::encode(bytes).into_string()),
            key: Key::derive(KeyType::P256, seed, "service wallet"),
        }
    }

    /// Reads `{"client_id", "did", "jwk"}`; `jwk` is the private key, on P-256.
    ///
    /// # Errors
    /// A member is missing, or the key is none.
    pub fn from_json(json: &Value) -> Result<Self, ServiceClientError> {
        let text = |name: &'static str| {
            let member = json.get(name).and_then(Value::as_str);
            member
                .map(|text| text.trim_end_matches('/').to_owned())
                .ok_or(ServiceClientError::Lacks(name))
        };
        Ok(Self {
            client_id: text("client_id")?,
            did: text("did")?,
            key: Key::from_jwk(json.get("jwk").unwrap_or(&Value::Null))?,
        })
    }

    /// The client identifier, an https URL without a slash at the end.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The DID, of method did:ebsi.
    pub fn did(&self) -> &str {
        &self.did
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// OAuth client metadata (RFC 7591) with the public key, to register at an authorization server.
    pub fn client_metadata(&self) -> Value {
        json!({ "client_id": self.client_id, "jwks": { "keys": [self.public_jwk()] } })
    }

    /// The DID document, to register in a DID registry.
    pub fn did_document(&self) -> Value {
        let method = format!("{}#{}", self.did, self.key.thumbprint());
        json!({
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/suites/jws-2020/v1",
            ],
            "id": self.did,
            "controller": [self.did],
            "verificationMethod": [{
                "id": method,
                "type": "JsonWebKey2020",
                "controller": self.did,
                "publicKeyJwk": self.public_jwk(),
            }],
            "authentication": [method],
            "assertionMethod": [method],
            "capabilityInvocation": [method],
        })
    }

    fn public_jwk(&self) -> Value {
        let mut jwk = self.key.jwk.clone();
        jwk["kid"] = self.key.thumbprint().into();
        jwk["alg"] = self.key.alg().into();
        jwk
    }
}
