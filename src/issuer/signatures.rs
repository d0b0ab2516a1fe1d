//! Verifying and signing as an argument, so that a fuzzer can remember what it has already computed.

use aws_lc_rs::rand::SystemRandom;
use jsonwebtoken::crypto;
use k256::ecdsa::Signature as Secp256k1Signature;
use k256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::Signer as _;

use super::base64url;
use super::keys::SigningKey;
use super::public_key::{Algorithm, Material, PublicKey};

/// Verifies proofs and tokens, and signs what the issuer and the authorization server hand out.
pub trait Signatures: Send + Sync {
    /// Whether `signature` (base64url) is one over `message` by the owner of `key`. `algorithm` already fits the key.
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &str,
    ) -> bool;

    /// Signs `message` with ES256 and returns the signature in base64url.
    ///
    /// # Errors
    /// The key cannot sign; the client gets a 500 without a reason.
    fn sign(&self, key: &SigningKey, message: &[u8]) -> Result<String, SigningError>;
}

/// A message could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("could not sign with the issuer's key")]
pub struct SigningError;

/// The real cryptography: aws-lc, verifying through `jsonwebtoken`, and `k256` for ES256K.
#[derive(Debug, Clone, Copy, Default)]
pub struct LibrarySignatures;

impl Signatures for LibrarySignatures {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &str,
    ) -> bool {
        match (key.material(), library_algorithm(algorithm)) {
            (Material::Library(key), Some(algorithm)) => {
                crypto::verify(signature, message, key, algorithm).unwrap_or(false)
            }
            (Material::Secp256k1(key), None) => base64url::decode_strict(signature)
                .and_then(|bytes| Secp256k1Signature::from_slice(&bytes).ok())
                // Both halves of a malleable pair are signatures (SEC 1); `k256` verifies only the low one.
                .is_some_and(|signature| key.verify(message, &signature.normalize_s()).is_ok()),
            _ => false,
        }
    }

    fn sign(&self, key: &SigningKey, message: &[u8]) -> Result<String, SigningError> {
        // The JWT library would parse and check the private key on each call, which takes as long as the signature.
        let signature = key
            .pair()
            .sign(&SystemRandom::new(), message)
            .map_err(|_| SigningError)?;
        Ok(base64url::encode(signature))
    }
}

/// The real cryptography, signing without randomness (RFC 6979): equal messages get equal signatures. For vectors that are
/// reproducible to the byte; a server has no need of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReproducibleSignatures;

impl Signatures for ReproducibleSignatures {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &str,
    ) -> bool {
        LibrarySignatures.verify(algorithm, key, message, signature)
    }

    fn sign(&self, key: &SigningKey, message: &[u8]) -> Result<String, SigningError> {
        let scalar = key.private_jwk()["d"].as_str();
        let scalar = scalar.and_then(base64url::decode_strict);
        let key = scalar.and_then(|bytes| p256::ecdsa::SigningKey::from_slice(&bytes).ok());
        let signature: p256::ecdsa::Signature = key.ok_or(SigningError)?.sign(message);
        Ok(base64url::encode(signature.to_bytes()))
    }
}

/// The JWT library's name for the algorithm; `None` for ES256K, which it lacks.
fn library_algorithm(algorithm: Algorithm) -> Option<jsonwebtoken::Algorithm> {
    use jsonwebtoken::Algorithm as Library;
    Some(match algorithm {
        Algorithm::Es256 => Library::ES256,
        Algorithm::Es384 => Library::ES384,
        Algorithm::EdDsa => Library::EdDSA,
        Algorithm::Rs256 => Library::RS256,
        Algorithm::Rs384 => Library::RS384,
        Algorithm::Rs512 => Library::RS512,
        Algorithm::Ps256 => Library::PS256,
        Algorithm::Ps384 => Library::PS384,
        Algorithm::Ps512 => Library::PS512,
        Algorithm::Es256K => return None,
    })
}
