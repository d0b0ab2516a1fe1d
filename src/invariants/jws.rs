//! Signatures against a published key set, and key thumbprints.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::transcript::Compact;

/// The keys of a JWKS.
pub(super) fn keys(jwks: &Value) -> &[Value] {
    jwks.get("keys")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The key of this id.
pub(super) fn key<'a>(jwks: &'a Value, id: &str) -> Option<&'a Value> {
    keys(jwks)
        .iter()
        .find(|key| key.get("kid").and_then(Value::as_str) == Some(id))
}

/// Whether the ES256 signature verifies with the key that the header names, by its id or the
/// fragment of it, or else with any.
pub(super) fn verifies(jws: &Compact, jwks: &Value) -> bool {
    let named = jws
        .header
        .get("kid")
        .and_then(Value::as_str)
        .and_then(|kid| key(jwks, kid).or_else(|| key(jwks, kid.rsplit('#').next()?)));
    match named {
        Some(key) => verifies_with(jws, key),
        None => keys(jwks).iter().any(|key| verifies_with(jws, key)),
    }
}

fn verifies_with(jws: &Compact, key: &Value) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("kty") != Some("EC") || text("crv") != Some("P-256") {
        return false;
    }
    let (Some(x), Some(y)) = (text("x"), text("y")) else {
        return false;
    };
    let signature = jws.text.rsplit('.').next().unwrap_or_default();
    DecodingKey::from_ec_components(x, y).is_ok_and(|key| {
        crypto::verify(
            signature,
            jws.signing_input.as_bytes(),
            &key,
            Algorithm::ES256,
        )
        .unwrap_or(false)
    })
}

/// The SHA-256 thumbprint of an elliptic-curve key (RFC 7638); `None` for other kinds of key.
pub(super) fn thumbprint(key: &Value) -> Option<String> {
    let member = |name: &str| Some(Value::from(key.get(name)?.as_str()?).to_string());
    if key.get("kty")?.as_str()? != "EC" {
        return None;
    }
    let canonical = format!(
        r#"{{"crv":{},"kty":"EC","x":{},"y":{}}}"#,
        member("crv")?,
        member("x")?,
        member("y")?
    );
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
}
