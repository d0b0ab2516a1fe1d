//! A service wallet: a client with an https identifier, a did:ebsi, and a key that it has published
//! under both. Whoever tests an issuer with it has to register it there first. For what newcomers ask
//! for it goes by other DIDs, which are not registered.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::keys::{Key, KeyError};
use crate::case::KeyType;

/// A service wallet.
#[derive(Debug, Clone)]
pub struct ServiceClient {
    client_id: String,
    did: String,
    /// The DID of a newcomer, if it is always the same.
    unregistered_did: Option<String>,
    redirected: Option<Redirected>,
    key: Key,
}

/// A second name of a service wallet: a client with the same key, which the issuer finds through a redirect only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirected {
    /// The client identifier, an https URL. The issuer knows it, if it knows clients, without their keys.
    pub client_id: String,
    /// Where the keys of this client are said to be: a URL whose answer is a redirect to the key set.
    pub jwks_uri: String,
}

/// Why a description of a service wallet cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServiceClientError {
    /// A member is absent or no string.
    #[error("the service wallet has no string member \"{0}\"")]
    Lacks(&'static str),
    /// An optional member is no string.
    #[error("the service wallet's member \"{0}\" is no string")]
    NoText(&'static str),
    /// The key cannot be read.
    #[error("could not read the service wallet's key")]
    Key(#[from] KeyError),
}

impl ServiceClient {
    /// The service wallet that follows from a seed.
    pub fn derive(seed: u64) -> Self {
        Self {
            client_id: "https://service-wallet.example/vcispec".to_owned(),
            did: ebsi_did(&format!("vcispec service wallet {seed}")),
            unregistered_did: None,
            redirected: Some(Redirected {
                client_id: "https://redirected-wallet.example/vcispec".to_owned(),
                jwks_uri: "https://redirected-wallet.example/vcispec/jwks".to_owned(),
            }),
            key: Key::derive(KeyType::P256, seed, "service wallet"),
        }
    }

    /// Reads `{"client_id", "did", "jwk"}`; `jwk` is the private key, on P-256. With
    /// `unregistered_did`, what newcomers ask for is always asked for under that DID; without, each
    /// session has one of its own. With `redirected`, `{"client_id", "jwks_uri"}`, the issuer is asked for what a client gets
    /// whose keys are found through a redirect only.
    ///
    /// # Errors
    /// A member is missing, or the key is none.
    pub fn from_json(json: &Value) -> Result<Self, ServiceClientError> {
        let member = |name: &'static str, json: &Value, key: &str| {
            let member = json.get(key).and_then(Value::as_str);
            member
                .map(|text| text.trim_end_matches('/').to_owned())
                .ok_or(ServiceClientError::Lacks(name))
        };
        let text = |name: &'static str| member(name, json, name);
        Ok(Self {
            client_id: text("client_id")?,
            did: text("did")?,
            unregistered_did: match json.get("unregistered_did") {
                None => None,
                Some(Value::String(did)) => Some(did.clone()),
                Some(_) => return Err(ServiceClientError::NoText("unregistered_did")),
            },
            redirected: match json.get("redirected") {
                None => None,
                Some(client) => Some(Redirected {
                    client_id: member("redirected.client_id", client, "client_id")?,
                    jwks_uri: member("redirected.jwks_uri", client, "jwks_uri")?,
                }),
            },
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

    /// A DID that is not registered. One that is about to be follows from `label`, whatever the
    /// wallet was told.
    pub(super) fn newcomer(&self, label: &str, is_to_be_registered: bool) -> String {
        match &self.unregistered_did {
            Some(did) if !is_to_be_registered => did.clone(),
            _ => ebsi_did(&format!("{} newcomer {label}", self.did)),
        }
    }

    /// The client whose keys are found through a redirect only, if there is one.
    pub fn redirected(&self) -> Option<&Redirected> {
        self.redirected.as_ref()
    }

    /// The set of public keys (RFC 7517, 5).
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.public_jwk()] })
    }

    pub(super) fn remembering(self) -> Self {
        Self {
            key: self.key.remembering(),
            ..self
        }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// OAuth client metadata (RFC 7591) with the public key, to register at an authorization server.
    pub fn client_metadata(&self) -> Value {
        json!({ "client_id": self.client_id, "jwks": self.jwks() })
    }

    /// The DID document, to register in a DID registry.
    pub fn did_document(&self) -> Value {
        self.document_of(&self.did)
    }

    /// The document of a DID with the wallet's key.
    pub(super) fn document_of(&self, did: &str) -> Value {
        let method = format!("{did}#{}", self.key.thumbprint());
        json!({
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/suites/jws-2020/v1",
            ],
            "id": did,
            "controller": [did],
            "verificationMethod": [{
                "id": method,
                "type": "JsonWebKey2020",
                "controller": did,
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

/// The did:ebsi of version 1 that follows from a text.
fn ebsi_did(text: &str) -> String {
    let id = Sha256::digest(text);
    let mut bytes = vec![1];
    bytes.extend_from_slice(&id[..16]);
    format!("did:ebsi:z{}", bs58::encode(bytes).into_string())
}
