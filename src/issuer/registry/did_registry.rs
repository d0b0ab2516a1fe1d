//! DID documents by DID, in memory: what a DID registry would answer with (DID Core §5, EBSI DID method v1).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::issuer::did::{Did, DidDocument, DidResolver};
use crate::issuer::keys::SigningKey;

/// A registry that knows the documents that were put into it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DidRegistry {
    documents: BTreeMap<String, Value>,
}

impl DidRegistry {
    /// Puts a DID document in, after a look at what others will rely on.
    ///
    /// # Errors
    /// It is no document of a did:ebsi (version 1) or did:web, or contradicts itself, or its DID is there already.
    pub fn register(&mut self, document: Value) -> Result<(), DidDocumentError> {
        let did = checked_id(&document)?.to_owned();
        if self.documents.contains_key(&did) {
            return Err(DidDocumentError::Twice(did));
        }
        self.documents.insert(did, document);
        Ok(())
    }

    /// Puts a document in without a look at it.
    pub(crate) fn publish(&mut self, did: &str, document: Value) {
        self.documents.insert(did.to_owned(), document);
    }

    /// The document of a DID, as it was put in.
    pub fn document(&self, did: &str) -> Option<&Value> {
        self.documents.get(did)
    }

    /// The DIDs that are known, in alphabetical order.
    pub fn dids(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }
}

impl DidResolver for DidRegistry {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        self.document(did).map(DidDocument::from_json)
    }
}

/// The document of a DID that has one key: the key authenticates, and signs what the DID asserts.
///
/// Published verifiers expand it as JSON-LD, so the context of `JsonWebKey2020` must be named.
pub(crate) fn document_of(did: &str, key: &SigningKey) -> Value {
    let kid = method_id(did, key);
    let mut jwk = key.public_jwk();
    if let Some(members) = jwk.as_object_mut() {
        // The id of the method says which key it is; published documents do not repeat it.
        members.remove("kid");
    }
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "controller": [did],
        "verificationMethod": [{ "id": kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk }],
        "authentication": [kid],
        "assertionMethod": [kid],
        "capabilityInvocation": [kid],
    })
}

/// The id of a registered key: the DID and the key's thumbprint.
pub(crate) fn method_id(did: &str, key: &SigningKey) -> String {
    format!("{did}#{}", key.kid())
}

/// Why a JSON value cannot stand in a [`DidRegistry`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DidDocumentError {
    /// Not an object with a string `id`.
    #[error("a DID document is a JSON object whose \"id\" is the DID")]
    NoId,
    /// The `id` is not a DID that is registered anywhere.
    #[error(
        "the id {0:?} is neither a did:ebsi of version 1 nor a did:web (a did:key carries its own document)"
    )]
    Id(String),
    /// There is no key in it.
    #[error("\"verificationMethod\" is not an array with at least one entry")]
    NoMethods,
    /// A key whose `id` is missing or belongs to another DID.
    #[error(
        "\"id\" of verificationMethod[{0}] is not the DID of the document with a fragment behind it"
    )]
    MethodId(usize),
    /// A key in a form that cannot be used.
    #[error("\"publicKeyJwk\" of verificationMethod[{0}] is not a JWK: an object with a \"kty\"")]
    Jwk(usize),
    /// A private key where a public one belongs.
    #[error("\"publicKeyJwk\" of verificationMethod[{0}] holds a private key")]
    PrivateKey(usize),
    /// A relationship names a key that is not there.
    #[error("{0:?} names {1:?}, which is not among the entries of \"verificationMethod\"")]
    Relationship(&'static str, String),
    /// There are two documents of one DID.
    #[error("there is a document of {0} already")]
    Twice(String),
}

/// The DID of a document that holds together.
fn checked_id(document: &Value) -> Result<&str, DidDocumentError> {
    let did = text(document, "id").ok_or(DidDocumentError::NoId)?;
    if Did::parse(did) != Some(Did::Registered) {
        return Err(DidDocumentError::Id(did.to_owned()));
    }
    let methods = document
        .get("verificationMethod")
        .and_then(Value::as_array)
        .filter(|methods| !methods.is_empty())
        .ok_or(DidDocumentError::NoMethods)?;
    for (index, method) in methods.iter().enumerate() {
        let fragment = text(method, "id")
            .and_then(|id| id.strip_prefix(did))
            .and_then(|rest| rest.strip_prefix('#'));
        if fragment.is_none_or(str::is_empty) {
            return Err(DidDocumentError::MethodId(index));
        }
        // A method without a JWK is allowed: whoever needs one refuses it later.
        let Some(jwk) = method.get("publicKeyJwk") else {
            continue;
        };
        match jwk.as_object() {
            Some(jwk) if PRIVATE.iter().any(|name| jwk.contains_key(*name)) => {
                return Err(DidDocumentError::PrivateKey(index));
            }
            Some(jwk) if has_type(jwk) => {}
            _ => return Err(DidDocumentError::Jwk(index)),
        }
    }
    let is_known = |id: &str| methods.iter().any(|method| text(method, "id") == Some(id));
    for name in RELATIONSHIPS {
        let references = document.get(*name).and_then(Value::as_array);
        let unknown = references
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find(|id| !is_known(id));
        if let Some(unknown) = unknown {
            return Err(DidDocumentError::Relationship(name, unknown.to_owned()));
        }
    }
    Ok(did)
}

fn has_type(jwk: &Map<String, Value>) -> bool {
    jwk.get("kty").is_some_and(Value::is_string)
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

/// The members that only private keys have (RFC 7518 §6).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members that name keys of the document (DID Core §5.3).
const RELATIONSHIPS: &[&str] = &[
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
];
