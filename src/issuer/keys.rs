//! The private keys of the issuer and of the authorization server (ES256, P-256).

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::base64url;
use super::public_key::PublicKey;

/// A private P-256 key, parsed once.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    public: PublicKey,
    pair: Arc<EcdsaKeyPair>,
    private_jwk: Value,
}

impl SigningKey {
    /// Reads a private JWK of type EC, curve P-256. A `kid` in it is ignored: the thumbprint is the `kid`.
    ///
    /// # Errors
    /// It is not such a key, or its public half does not belong to its private half.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        if member("kty") != Some("EC") || member("crv") != Some("P-256") {
            return Err(KeyError::NotP256);
        }
        let d = member("d")
            .and_then(base64url::decode_strict)
            .ok_or(KeyError::NotPrivate)?;
        let key = Self::from_scalar(&d)?;
        let matches = |name: &str| {
            member(name).is_none_or(|given| {
                key.private_jwk.get(name).and_then(Value::as_str) == Some(given)
            })
        };
        if matches("x") && matches("y") {
            Ok(key)
        } else {
            Err(KeyError::HalvesDiffer)
        }
    }

    /// The key that a seed and a purpose determine.
    pub(crate) fn derive(seed: u64, purpose: &str) -> Result<Self, KeyError> {
        let mut hash = Sha256::new();
        hash.update(purpose);
        hash.update(seed.to_be_bytes());
        let mut stream = ChaCha20Rng::from_seed(hash.finalize().into());
        let mut scalar = [0; 32];
        // Nearly every scalar is in range (the chance to miss is below 2^-32), so a few draws are enough.
        for _ in 0..4 {
            stream.fill_bytes(&mut scalar);
            if let Ok(key) = Self::from_scalar(&scalar) {
                return Ok(key);
            }
        }
        Err(KeyError::OutOfRange)
    }

    fn from_scalar(scalar: &[u8]) -> Result<Self, KeyError> {
        let secret = SecretKey::from_slice(scalar).map_err(|_| KeyError::OutOfRange)?;
        let point = secret.public_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| {
            bytes.map(base64url::encode).ok_or(KeyError::OutOfRange)
        };
        let (x, y) = (coordinate(point.x())?, coordinate(point.y())?);
        let mut private_jwk = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "x": x, "y": y, "d": base64url::encode(scalar) });
        let public = private_jwk
            .as_object()
            .and_then(PublicKey::from_jwk)
            .ok_or(KeyError::OutOfRange)?;
        let kid = base64url::encode(Sha256::digest(public.canonical_jwk()));
        private_jwk["kid"] = Value::from(kid.clone());
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point.as_bytes())
                .map_err(|_| KeyError::OutOfRange)?;
        Ok(Self {
            kid,
            public,
            pair: Arc::new(pair),
            private_jwk,
        })
    }

    /// The key's identifier: its JWK thumbprint (RFC 7638) with SHA-256.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The private JWK.
    pub fn private_jwk(&self) -> &Value {
        &self.private_jwk
    }

    /// The public JWK as it stands in a JWK set.
    pub(crate) fn public_jwk(&self) -> Value {
        let mut jwk = self.private_jwk.clone();
        if let Some(members) = jwk.as_object_mut() {
            members.remove("d");
        }
        jwk
    }

    pub(crate) fn pair(&self) -> &EcdsaKeyPair {
        &self.pair
    }
}

impl std::fmt::Debug for SigningKey {
    /// Never shows the private half.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// A JWK that cannot be a signing key of the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Another key type or curve.
    #[error("the key is not an EC key on P-256")]
    NotP256,
    /// `d` is absent or not base64url.
    #[error("the key has no private member \"d\" in base64url")]
    NotPrivate,
    /// `d` is zero or not below the order of the curve.
    #[error("the private member \"d\" is not a scalar of P-256")]
    OutOfRange,
    /// `x` and `y` do not belong to `d`.
    #[error("the public members \"x\" and \"y\" do not belong to \"d\"")]
    HalvesDiffer,
}
