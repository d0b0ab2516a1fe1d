//! The key with which a holder authenticates: what both kinds of token have in common.

use crate::issuer::did::{Did, DidDocument};
use crate::issuer::jws::Jws;
use crate::issuer::public_key::{KeyKind, PublicKey};
use crate::issuer::service::Issuer;

/// The DID that a key's id begins with.
pub(super) fn did_of(kid: &str) -> &str {
    kid.split_once('#').map_or(kid, |(did, _)| did)
}

/// The DID, if it is a did:key or a did:ebsi of version 1, and its document, if it has one.
pub(super) fn resolve(issuer: &Issuer, did: &str) -> Result<Option<DidDocument>, &'static str> {
    match Did::parse(did) {
        Some(Did::Key(document)) => Ok(Some(document)),
        Some(Did::Registered) if did.starts_with("did:ebsi:") => {
            Ok(issuer.did_resolver().resolve(did))
        }
        _ => Err("the DID is not a valid EBSI DID v1 or Key DID"),
    }
}

/// The key `kid` among those that the document names for authentication.
pub(super) fn authentication_key(
    document: Option<&DidDocument>,
    kid: &str,
) -> Result<PublicKey, String> {
    let did = did_of(kid);
    let document = document.ok_or_else(|| format!("DID {did} not found in the DID Registry"))?;
    let method = document
        .authentication
        .iter()
        .find(|method| method.id == kid)
        .ok_or_else(|| {
            format!("no authentication method matching {kid} found in the DID document")
        })?;
    let jwk = method.public_key_jwk.as_ref().ok_or_else(|| {
        format!("the authentication method matching {kid} doesn't have a publicKeyJwk")
    })?;
    PublicKey::from_jwk(jwk)
        .ok_or_else(|| format!("the publicKeyJwk of {kid} is not a key that is supported"))
}

/// Verifies a token of the holder, for which ES256 is the only algorithm.
///
/// # Errors
/// What is wrong with the signature or the times, to be put after the name of the token.
pub(super) fn verify(issuer: &Issuer, token: &Jws, key: &PublicKey) -> Result<(), String> {
    if key.kind() != KeyKind::P256 || token.header_text("alg") != "ES256" {
        return Err("only ES256 is supported".to_owned());
    }
    token.verify(key, issuer.signatures(), issuer.now())
}
