//! DIDs: the syntax that the profile knows, did:key with `jwk_jcs-pub` keys, and the seam to a registry.

use serde_json::{Map, Value};

use super::json::{self, Duplicates};
use super::public_key::canonical;

/// Looks up DIDs that are registered somewhere. did:key needs no registry and never gets here.
pub trait DidResolver: Send + Sync {
    /// The document of a did:ebsi (or did:web) identifier, if it is registered.
    fn resolve(&self, did: &str) -> Option<DidDocument>;
}

/// A registry without entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyRegistry;

impl DidResolver for EmptyRegistry {
    fn resolve(&self, _did: &str) -> Option<DidDocument> {
        None
    }
}

/// What the issuer reads of a DID document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DidDocument {
    /// The keys of the subject.
    pub verification_methods: Vec<VerificationMethod>,
    /// Those with which the subject authenticates.
    pub authentication: Vec<VerificationMethod>,
}

/// One key of a DID document.
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationMethod {
    /// The absolute id, `did#fragment`.
    pub id: String,
    /// The key as a JWK, when it is given as one.
    pub public_key_jwk: Option<Map<String, Value>>,
}

impl DidDocument {
    /// Reads `verificationMethod` and `authentication` of a DID document in JSON. Entries without a string `id` are passed over.
    ///
    /// A method that is embedded in `authentication` serves for that alone (DID Core §5.3.1).
    pub fn from_json(document: &Value) -> Self {
        let verification_methods: Vec<_> = entries(document, "verificationMethod")
            .filter_map(VerificationMethod::from_json)
            .collect();
        let named = |id: &str| verification_methods.iter().find(|method| method.id == id);
        let authentication = entries(document, "authentication")
            .filter_map(|entry| match entry {
                Value::String(id) => named(id).cloned(),
                embedded => VerificationMethod::from_json(embedded),
            })
            .collect();
        Self {
            verification_methods,
            authentication,
        }
    }

    /// The document of a did:key has one method whose fragment is the key itself (did:key §3.1).
    fn of_key(did: &str, multibase: &str, public_key_jwk: Option<Map<String, Value>>) -> Self {
        let method = VerificationMethod {
            id: format!("{did}#{multibase}"),
            public_key_jwk,
        };
        Self {
            authentication: vec![method.clone()],
            verification_methods: vec![method],
        }
    }
}

impl VerificationMethod {
    fn from_json(method: &Value) -> Option<Self> {
        let id = method.get("id")?.as_str()?.to_owned();
        let public_key_jwk = method
            .get("publicKeyJwk")
            .and_then(Value::as_object)
            .cloned();
        Some(Self { id, public_key_jwk })
    }
}

fn entries<'d>(document: &'d Value, name: &str) -> impl Iterator<Item = &'d Value> {
    let entries = document.get(name).and_then(Value::as_array);
    entries.into_iter().flatten()
}

/// A DID that is well formed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Did {
    /// did:key, which carries its own document.
    Key(DidDocument),
    /// did:ebsi version 1 or did:web, to be looked up.
    Registered,
}

impl Did {
    /// Parses a DID of a method that the profile knows: `did:key`, `did:ebsi` version 1, `did:web`.
    pub(crate) fn parse(did: &str) -> Option<Self> {
        // Base58 decoding takes quadratic time; no key that we can use comes near the bound.
        if did.len() > LONGEST_DID {
            return None;
        }
        if let Some(multibase) = did.strip_prefix("did:key:") {
            return parse_did_key(did, multibase).map(Self::Key);
        }
        if let Some(multibase) = did.strip_prefix("did:ebsi:") {
            return is_ebsi_v1(multibase).then_some(Self::Registered);
        }
        let host = did.strip_prefix("did:web:")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
        (!host.is_empty() && host.bytes().all(allowed)).then_some(Self::Registered)
    }
}

/// Whether `text` is a did:key whose key is a JWK, the only client identifier of a holder wallet.
pub(crate) fn is_jwk_did_key(text: &str) -> bool {
    matches!(Did::parse(text), Some(Did::Key(document)) if document.verification_methods.iter().all(|method| method.public_key_jwk.is_some()))
}

/// The JWK in a did:key of multicodec `jwk_jcs-pub`; `None` for any other DID.
pub fn did_key_jwk(did: &str) -> Option<Value> {
    let Did::Key(document) = Did::parse(did)? else {
        return None;
    };
    let methods = document.verification_methods;
    let jwk = methods.into_iter().next()?.public_key_jwk?;
    Some(Value::Object(jwk))
}

/// The did:key of a key, given as its canonical JWK, and the id of the one key in its document (did:key §3.1).
pub(crate) fn did_key(canonical_jwk: &str) -> (String, String) {
    let bytes = [JWK_JCS_PUB, canonical_jwk.as_bytes()].concat();
    let multibase = format!("z{}", bs58::encode(bytes).into_string());
    let did = format!("did:key:{multibase}");
    let kid = format!("{did}#{multibase}");
    (did, kid)
}

fn parse_did_key(did: &str, multibase: &str) -> Option<DidDocument> {
    let bytes = bs58::decode(multibase.strip_prefix('z')?).into_vec().ok()?;
    if let Some(jwk) = bytes.strip_prefix(JWK_JCS_PUB) {
        return Some(DidDocument::of_key(
            did,
            multibase,
            Some(canonical_jwk(jwk)?),
        ));
    }
    // Keys of other multicodecs resolve to a document with `publicKeyMultibase` only.
    let is_plain_key = PLAIN_KEYS.iter().any(|(codec, size)| {
        bytes
            .strip_prefix(*codec)
            .is_some_and(|key| key.len() == *size)
    });
    is_plain_key.then(|| DidDocument::of_key(did, multibase, None))
}

/// The JWK, if its bytes are the canonical form of its required members: no other member, order or white space.
fn canonical_jwk(bytes: &[u8]) -> Option<Map<String, Value>> {
    let Value::Object(jwk) = json::read(bytes, Duplicates::Refused).ok()? else {
        return None;
    };
    (canonical(&jwk)?.as_bytes() == bytes).then_some(jwk)
}

/// did:ebsi version 1: `z` and the base58 of a byte 1 and sixteen random bytes.
fn is_ebsi_v1(multibase: &str) -> bool {
    let decoded = multibase
        .strip_prefix('z')
        .and_then(|encoded| bs58::decode(encoded).into_vec().ok());
    decoded.is_some_and(|bytes| bytes.len() == 17 && bytes.first() == Some(&1))
}

/// The longest DID that is parsed, in bytes. An RSA key of 8192 bits needs about 2,000.
const LONGEST_DID: usize = 4096;

/// The multicodec `jwk_jcs-pub` (0xeb51) as an unsigned varint.
const JWK_JCS_PUB: &[u8] = &[0xd1, 0xd6, 0x03];

/// The multicodecs of keys that are no JWKs, with the size of such a key: Ed25519, secp256k1, P-256, P-384.
const PLAIN_KEYS: &[(&[u8], usize)] = &[
    (&[0xed, 0x01], 32),
    (&[0xe7, 0x01], 33),
    (&[0x80, 0x24], 33),
    (&[0x81, 0x24], 49),
];
