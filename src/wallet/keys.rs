//! Holder keys, derived from a seed so that the same run signs with the same keys, and their DIDs.
//!
//! The harness has its own JOSE code, apart from the reference issuer's, so that neither hides a
//! mistake of the other. ECDSA signatures are deterministic (RFC 6979). RSA keys are fixed test keys.

use std::sync::{Arc, OnceLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use jsonwebtoken::{Algorithm, EncodingKey};
use p256::pkcs8::EncodePublicKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::remembered::Made;
use crate::case::{KeyType, PublicKeyForm};

/// A private key with its public forms.
#[derive(Clone)]
pub struct Key {
    secret: Secret,
    /// The public JWK, without `kid` and `alg`.
    pub jwk: Value,
    /// The part of the DID behind the method. Base58 is slow, and every request names it.
    multibase: String,
    /// What it has signed, if that is remembered.
    made: Option<Arc<Made>>,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Rsa(EncodingKey),
}

/// The keys of strangers, one of each type, for requests that use the key of somebody else. All cases of a run share them.
#[derive(Debug)]
pub(super) struct Strangers {
    seed: u64,
    keys: [OnceLock<Arc<Key>>; KeyType::ALL.len()],
}

impl Strangers {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            keys: Default::default(),
        }
    }

    /// The stranger's key of this type.
    pub(super) fn key(&self, key_type: KeyType) -> Arc<Key> {
        let at = KeyType::ALL.iter().position(|other| *other == key_type);
        let derive = || Key::derive(key_type, self.seed, "other").into();
        match at.and_then(|at| self.keys.get(at)) {
            Some(slot) => slot.get_or_init(derive).clone(),
            None => derive(),
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is no JWK at all, or lacks a member.
    #[error("the key is no private EC JWK: {0}")]
    NotAJwk(String),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("jwk", &self.jwk)
            .finish_non_exhaustive()
    }
}

impl Key {
    /// The key of this type that follows from `seed` and the `label` of its use.
    pub fn derive(key_type: KeyType, seed: u64, label: &str) -> Self {
        let mut counter = 0_u32;
        loop {
            let bytes = material(seed, label, counter);
            if let Some(key) = Self::from_material(key_type, &bytes, label) {
                return key;
            }
            // The bytes are no scalar of the curve: a chance of one in 2^32 at most.
            counter += 1;
        }
    }

    fn from_material(key_type: KeyType, bytes: &[u8; 48], label: &str) -> Option<Self> {
        Some(match key_type {
            KeyType::P256 => Self::p256(p256::ecdsa::SigningKey::from_slice(&bytes[..32]).ok()?),
            KeyType::Secp256k1 => {
                let secret = k256::ecdsa::SigningKey::from_slice(&bytes[..32]).ok()?;
                let point = secret.verifying_key().to_sec1_point(false);
                let jwk = ec_jwk("secp256k1", point.x()?, point.y()?);
                Self::new(Secret::Secp256k1(secret), jwk)
            }
            KeyType::P384 => {
                let secret = p384::ecdsa::SigningKey::from_slice(bytes).ok()?;
                let point = secret.verifying_key().to_sec1_point(false);
                let jwk = ec_jwk("P-384", point.x()?, point.y()?);
                Self::new(Secret::P384(secret), jwk)
            }
            KeyType::Ed25519 => {
                let secret = ed25519_dalek::SigningKey::from_bytes(bytes[..32].try_into().ok()?);
                let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(secret.verifying_key().as_bytes())});
                Self::new(Secret::Ed25519(secret), jwk)
            }
            KeyType::Rsa => {
                let (pem, modulus): (&[u8], &str) = if label.contains("other") {
                    (
                        include_bytes!("test_keys/rsa-other.pem"),
                        include_str!("test_keys/rsa-other.n"),
                    )
                } else {
                    (
                        include_bytes!("test_keys/rsa-holder.pem"),
                        include_str!("test_keys/rsa-holder.n"),
                    )
                };
                let secret = EncodingKey::from_rsa_pem(pem).expect("the built-in test key is PEM");
                let jwk = json!({"kty": "RSA", "e": "AQAB", "n": modulus.trim()});
                Self::new(Secret::Rsa(secret), jwk)
            }
        })
    }

    fn p256(secret: p256::ecdsa::SigningKey) -> Self {
        let point = secret.verifying_key().to_sec1_point(false);
        let coordinate =
            |part: Option<&p256::FieldBytes>| part.map(|bytes| bytes.to_vec()).unwrap_or_default();
        let jwk = ec_jwk("P-256", &coordinate(point.x()), &coordinate(point.y()));
        Self::new(Secret::P256(secret), jwk)
    }

    fn new(secret: Secret, jwk: Value) -> Self {
        let mut bytes = vec![0xd1, 0xd6, 0x03];
        bytes.extend_from_slice(canonical(&jwk).as_bytes());
        Self {
            secret,
            jwk,
            multibase: format!("z{}", bs58::encode(bytes).into_string()),
            made: None,
        }
    }

    /// The same key, which signs nothing twice: the signature that it made before is given again. Its signatures are
    /// deterministic, so nobody sees a difference.
    pub(super) fn remembering(self) -> Self {
        Self {
            made: Some(Arc::default()),
            ..self
        }
    }

    /// A P-256 key from a private JWK.
    ///
    /// # Errors
    /// If the JWK is no private P-256 key.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let curve = jwk.get("crv").and_then(Value::as_str).unwrap_or_default();
        if curve != "P-256" {
            return Err(KeyError::NotAJwk(format!(
                "crv is \"{curve}\", P-256 is needed"
            )));
        }
        let d = jwk
            .get("d")
            .and_then(Value::as_str)
            .ok_or_else(|| KeyError::NotAJwk("there is no member d".into()))?;
        let bytes = URL_SAFE_NO_PAD
            .decode(d)
            .map_err(|error| KeyError::NotAJwk(format!("d: {error}")))?;
        let secret = p256::ecdsa::SigningKey::from_slice(&bytes)
            .map_err(|_| KeyError::NotAJwk("d is no scalar of P-256".into()))?;
        Ok(Self::p256(secret))
    }

    /// The signature over `message` with the key's own algorithm, as JWS wants it.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.made {
            Some(made) => made.or_make(message, || self.sign_anew(message)),
            None => self.sign_anew(message),
        }
    }

    fn sign_anew(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::P256(secret) => {
                let signature: p256::ecdsa::Signature = secret.sign(message);
                signature.to_vec()
            }
            Secret::Secp256k1(secret) => {
                let signature: k256::ecdsa::Signature = secret.sign(message);
                signature.to_vec()
            }
            Secret::P384(secret) => {
                let signature: p384::ecdsa::Signature = secret.sign(message);
                signature.to_vec()
            }
            Secret::Ed25519(secret) => secret.sign(message).to_bytes().to_vec(),
            Secret::Rsa(secret) => {
                let text = jsonwebtoken::crypto::sign(message, secret, Algorithm::RS256)
                    .expect("the test key signs");
                URL_SAFE_NO_PAD
                    .decode(text)
                    .expect("a signature is base64url")
            }
        }
    }

    /// The JWS algorithm of the key.
    pub fn alg(&self) -> &'static str {
        match &self.secret {
            Secret::P256(_) => KeyType::P256.alg(),
            Secret::Secp256k1(_) => KeyType::Secp256k1.alg(),
            Secret::Ed25519(_) => KeyType::Ed25519.alg(),
            Secret::P384(_) => KeyType::P384.alg(),
            Secret::Rsa(_) => KeyType::Rsa.alg(),
        }
    }

    /// The public JWK in canonical JSON (RFC 8785).
    pub fn canonical_jwk(&self) -> String {
        canonical(&self.jwk)
    }

    /// The RFC 7638 thumbprint.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.jwk)
    }

    /// The did:key of method jwk_jcs-pub: multicodec 0xeb51 and the canonical JWK in base58btc.
    pub fn did(&self) -> String {
        format!("did:key:{}", self.multibase)
    }

    /// The part of the DID behind the method, also the fragment of the key's id.
    pub fn multibase(&self) -> &str {
        &self.multibase
    }
}

fn canonical(jwk: &Value) -> String {
    serde_jcs::to_string(jwk).expect("a JWK of strings is canonicalisable")
}

/// The public key of a P-256 JWK in one of the forms in which implementations hold it.
pub(super) fn public_form(jwk: &Value, form: PublicKeyForm, kid: &str) -> Vec<u8> {
    let canonical = || {
        serde_jcs::to_string(&public_members(jwk))
            .unwrap_or_default()
            .into_bytes()
    };
    let member = |name: &str| {
        jwk.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let point = || {
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(member(name)).unwrap_or_default();
        [vec![4], coordinate("x"), coordinate("y")].concat()
    };
    let public = || p256::PublicKey::from_sec1_bytes(&point()).ok();
    let der = || {
        public()
            .and_then(|key| key.to_public_key_der().ok())
            .map(|der| der.as_bytes().to_vec())
    };
    let pem = || {
        public()
            .and_then(|key| key.to_public_key_pem(p256::pkcs8::LineEnding::LF).ok())
            .map(String::into_bytes)
    };
    let as_written = || {
        let present = ["kty", "crv", "x", "y", "n", "e"].map(|name| (name, member(name)));
        let members = present.iter().filter(|(_, value)| !value.is_empty());
        let members: Vec<_> = members
            .map(|(name, value)| format!("\"{name}\":\"{value}\""))
            .collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    };
    match form {
        PublicKeyForm::CanonicalJwk => canonical(),
        PublicKeyForm::JwkAsWritten => as_written(),
        PublicKeyForm::Pem => pem().unwrap_or_else(canonical),
        PublicKeyForm::Der => der().unwrap_or_else(canonical),
        PublicKeyForm::Point => point(),
        PublicKeyForm::XCoordinate => member("x").into_bytes(),
        PublicKeyForm::KeyId => kid.as_bytes().to_vec(),
    }
}

/// The RFC 7638 thumbprint of a JWK.
pub fn thumbprint(jwk: &Value) -> String {
    let canonical = serde_jcs::to_string(&public_members(jwk)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

fn public_members(jwk: &Value) -> Value {
    let wanted: &[&str] = match jwk.get("kty").and_then(Value::as_str) {
        Some("RSA") => &["e", "kty", "n"],
        Some("OKP") => &["crv", "kty", "x"],
        _ => &["crv", "kty", "x", "y"],
    };
    wanted
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), jwk.get(*name)?.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn ec_jwk(curve: &str, x: &[u8], y: &[u8]) -> Value {
    json!({"kty": "EC", "crv": curve, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
}

fn material(seed: u64, label: &str, counter: u32) -> [u8; 48] {
    let block = |index: u8| {
        let mut hash = Sha256::new();
        hash.update(b"vcispec key");
        hash.update(seed.to_be_bytes());
        hash.update(counter.to_be_bytes());
        hash.update([index]);
        hash.update(label.as_bytes());
        hash.finalize()
    };
    let mut out = [0; 48];
    out[..32].copy_from_slice(&block(0));
    out[32..].copy_from_slice(&block(1)[..16]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivation_is_deterministic_and_labels_differ() {
        for key_type in KeyType::ALL {
            let key = Key::derive(*key_type, 1, "holder 0");
            assert_eq!(key.did(), Key::derive(*key_type, 1, "holder 0").did());
            assert_ne!(key.did(), Key::derive(*key_type, 1, "other 0").did());
            assert_eq!(key.sign(b"x"), key.sign(b"x"), "{key_type:?}");
        }
    }

    #[test]
    fn a_p256_did_has_the_prefix_of_the_method() {
        assert!(
            Key::derive(KeyType::P256, 1, "holder")
                .did()
                .starts_with("did:key:z2dmzD81cgPx8Vki7Jbuu")
        );
    }

    #[test]
    fn thumbprint_follows_rfc_7638() {
        // The example of RFC 7638, section 3.1.
        let jwk = json!({"kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        assert_eq!(
            thumbprint(&jwk),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }
}
