//! How the harness conducts itself as a wallet: who the holder is, and what it takes from answers.

use crate::case::KeyType;

/// The conduct of a wallet of a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Conduct {
    /// The holder, unless a run says otherwise.
    pub holder: Holder,
    /// Which `c_nonce` a proof holds.
    pub nonce: NonceSource,
    /// Whether the types come from the issuer's metadata, and the profile's own list is empty.
    pub types_of_metadata: bool,
    /// Whether every issuer takes keys of every type.
    pub every_key_type: bool,
    /// Whether key sets are at `/jwks` below the identifiers where no document says otherwise.
    pub keys_below_identifiers: bool,
}

/// Who asks for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The kind of key that signs proofs.
    pub key: KeyType,
    /// How a proof names the key.
    pub key_id: KeyId,
    /// Whether the proofs of a pre-authorised session have an `iss`.
    pub sends_iss: bool,
}

/// How a proof names the key that signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyId {
    /// By a `kid` that is the URL of a key of this DID.
    Did(DidMethod),
    /// By the `jwk` itself.
    Jwk,
}

/// How a DID is made of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DidMethod {
    /// did:key over the canonical JWK (multicodec `jwk_jcs-pub`), as EBSI has it.
    KeyJwkJcs,
    /// did:key over the compressed point of a P-256 key (multicodec `p256-pub`).
    KeyP256,
    /// did:jwk.
    Jwk,
}

/// Which `c_nonce` a proof holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceSource {
    /// That of the token response, as long as the session lasts.
    TokenResponse,
    /// The latest that any answer of the session brought.
    Latest,
}

impl Conduct {
    /// That of a wallet for EBSI.
    pub const EBSI: Self = Self {
        holder: Holder {
            key: KeyType::P256,
            key_id: KeyId::Did(DidMethod::KeyJwkJcs),
            sends_iss: true,
        },
        nonce: NonceSource::TokenResponse,
        types_of_metadata: false,
        every_key_type: true,
        keys_below_identifiers: true,
    };
}

impl DidMethod {
    /// Every method, with the name that a configuration gives it.
    pub const ALL: &[(&str, Self)] = &[
        ("did:key:jwk_jcs-pub", Self::KeyJwkJcs),
        ("did:key:p256", Self::KeyP256),
        ("did:jwk", Self::Jwk),
    ];
}
