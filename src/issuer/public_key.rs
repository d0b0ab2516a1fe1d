//! Public keys as JWKs, and which JWS algorithms fit them (RFC 7517, RFC 7518 §3.1, RFC 8037, RFC 8812).

use std::fmt::Write as _;

use jsonwebtoken::DecodingKey;
use k256::ecdsa::VerifyingKey as Secp256k1Key;
use serde_json::{Map, Value};

use super::base64url;

/// A JWS algorithm for which the issuer can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of the registry of JWS algorithms"
)]
pub enum Algorithm {
    Es256,
    Es256K,
    Es384,
    EdDsa,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
}

impl Algorithm {
    /// The algorithm that a JWS header names; `None` for `none`, the HMAC family, and whatever is not supported.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ES256" => Self::Es256,
            "ES256K" => Self::Es256K,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            _ => return None,
        })
    }

    /// Whether a key of this kind can be used with the algorithm; if not, why.
    pub(crate) fn fits(self, kind: KeyKind) -> Result<(), String> {
        let curve = match self {
            Self::Es256 => KeyKind::P256,
            Self::Es256K => KeyKind::Secp256k1,
            Self::Es384 => KeyKind::P384,
            Self::EdDsa if kind == KeyKind::Ed25519 => return Ok(()),
            Self::EdDsa => return Err(wrong_key_type("ed25519 or ed448")),
            _ if kind == KeyKind::Rsa => return Ok(()),
            _ => return Err(wrong_key_type("rsa")),
        };
        match kind {
            kind if kind == curve => Ok(()),
            KeyKind::Rsa | KeyKind::Ed25519 => Err(wrong_key_type("ec")),
            other => Err(format!(
                "Invalid key curve for the algorithm, its curve must be {}, got {}",
                curve.name(),
                other.name()
            )),
        }
    }
}

/// A public key: its canonical JWK and the form in which it verifies.
#[derive(Debug, Clone)]
pub struct PublicKey {
    canonical: String,
    kind: KeyKind,
    material: Material,
}

impl PublicKey {
    /// Reads the public members of a JWK of type EC (P-256, P-384, secp256k1), OKP (Ed25519) or RSA; others are passed over.
    ///
    /// `None` for another key type, a missing member, or coordinates of the wrong size.
    pub fn from_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        let kind = KeyKind::of(member("kty")?, member("crv"))?;
        let bytes = |name: &str| member(name).and_then(base64url::decode_strict);
        let material = match kind {
            KeyKind::P256 => Material::Library(DecodingKey::from_ec_der(&point(
                &bytes("x")?,
                &bytes("y")?,
                32,
            )?)),
            KeyKind::P384 => Material::Library(DecodingKey::from_ec_der(&point(
                &bytes("x")?,
                &bytes("y")?,
                48,
            )?)),
            KeyKind::Secp256k1 => {
                let point = point(&bytes("x")?, &bytes("y")?, 32)?;
                Material::Secp256k1(Box::new(Secp256k1Key::from_sec1_bytes(&point).ok()?))
            }
            KeyKind::Ed25519 => Material::Library(DecodingKey::from_ed_der(
                &bytes("x").filter(|x| x.len() == 32)?,
            )),
            KeyKind::Rsa => Material::Library(DecodingKey::from_rsa_raw_components(
                &bytes("n")?,
                &bytes("e")?,
            )),
        };
        Some(Self {
            canonical: canonical(jwk)?,
            kind,
            material,
        })
    }

    /// The JWK with its required members only, in canonical form (RFC 8785), which is also what its thumbprint is made of.
    pub fn canonical_jwk(&self) -> &str {
        &self.canonical
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }
}

/// The kinds of key that the issuer can verify with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    P256,
    P384,
    Secp256k1,
    Ed25519,
    Rsa,
}

impl KeyKind {
    fn of(key_type: &str, curve: Option<&str>) -> Option<Self> {
        Some(match (key_type, curve) {
            ("EC", Some("P-256")) => Self::P256,
            ("EC", Some("P-384")) => Self::P384,
            ("EC", Some("secp256k1")) => Self::Secp256k1,
            ("OKP", Some("Ed25519")) => Self::Ed25519,
            ("RSA", _) => Self::Rsa,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::Secp256k1 => "secp256k1",
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
        }
    }
}

/// The form in which a key verifies: secp256k1 is not among the curves of the JWT library.
#[derive(Debug, Clone)]
pub(crate) enum Material {
    Library(DecodingKey),
    Secp256k1(Box<Secp256k1Key>),
}

/// The required members of a public JWK in canonical form (RFC 7638 §3.2 names them, RFC 8785 orders them).
pub(crate) fn canonical(jwk: &Map<String, Value>) -> Option<String> {
    let members: &[&str] = match jwk.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let mut text = String::with_capacity(160);
    for (index, name) in members.iter().enumerate() {
        let value = jwk.get(*name)?.as_str()?;
        // Each is a name or base64url, so none needs an escape; what would need one is no JWK.
        if value.is_empty()
            || value
                .bytes()
                .any(|byte| !byte.is_ascii_graphic() || byte == b'"' || byte == b'\\')
        {
            return None;
        }
        let before = if index == 0 { '{' } else { ',' };
        write!(text, "{before}\"{name}\":\"{value}\"").ok()?;
    }
    text.push('}');
    Some(text)
}

/// An uncompressed point (SEC 1 §2.3.3) from coordinates of `size` bytes each.
fn point(x: &[u8], y: &[u8], size: usize) -> Option<Vec<u8>> {
    (x.len() == size && y.len() == size).then(|| [&[4], x, y].concat())
}

fn wrong_key_type(expected: &str) -> String {
    format!("Invalid key for this operation, its asymmetricKeyType must be {expected}")
}
