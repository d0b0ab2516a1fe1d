//! Who a holder is: the DID that is made of its key, and how a proof names the key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::keys::Key;
use super::service::Redirected;
use crate::profile::{DidMethod, KeyId};

/// Who a session is.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) did: String,
    /// The part of the key's id behind the DID.
    pub(super) fragment: String,
    pub(super) client_id: String,
    /// The other name of a service wallet.
    pub(super) redirected: Option<Redirected>,
}

impl Identity {
    /// The holder of this key. Who is known by the key alone goes by its did:jwk among ourselves.
    pub(super) fn of(key: &Key, key_id: KeyId) -> Self {
        let method = match key_id {
            KeyId::Did(method) => method,
            KeyId::Jwk => DidMethod::Jwk,
        };
        let point = match method {
            DidMethod::KeyP256 => compressed_point(&key.jwk),
            DidMethod::KeyJwkJcs | DidMethod::Jwk => None,
        };
        let (did, fragment) = match (method, point) {
            (DidMethod::KeyJwkJcs, _) => (key.did(), key.multibase().to_owned()),
            (DidMethod::KeyP256, Some(point)) => {
                let bytes = [&P256_PUB[..], &point].concat();
                let multibase = format!("z{}", bs58::encode(bytes).into_string());
                (format!("did:key:{multibase}"), multibase)
            }
            (DidMethod::KeyP256 | DidMethod::Jwk, _) => {
                let encoded = URL_SAFE_NO_PAD.encode(key.canonical_jwk());
                (format!("did:jwk:{encoded}"), "0".to_owned())
            }
        };
        Self {
            client_id: did.clone(),
            fragment,
            did,
            redirected: None,
        }
    }
}

/// The multicodec `p256-pub`, 0x1200, as a varint.
const P256_PUB: [u8; 2] = [0x80, 0x24];

/// The compressed point of a P-256 key; `None` for another kind of key.
fn compressed_point(jwk: &Value) -> Option<Vec<u8>> {
    if jwk.get("crv")?.as_str()? != "P-256" {
        return None;
    }
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    let sign = 2 + (y.last()? & 1);
    Some([vec![sign], x].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::case::KeyType;

    #[test]
    fn a_p256_key_has_the_did_of_the_method() {
        let did =
            |method| Identity::of(&Key::derive(KeyType::P256, 1, "holder"), KeyId::Did(method)).did;
        assert!(
            did(DidMethod::KeyP256).starts_with("did:key:zDn"),
            "{}",
            did(DidMethod::KeyP256)
        );
        assert!(did(DidMethod::KeyJwkJcs).starts_with("did:key:z2dmzD81cgPx8Vki7Jbuu"));
        assert!(did(DidMethod::Jwk).starts_with("did:jwk:eyJjcnYiOiJQLTI1NiI"));
    }

    #[test]
    fn a_point_is_compressed_as_the_registry_of_did_key_has_it() {
        // A test vector of the did:key method, P-256.
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns", "y": "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM"});
        let bytes = [&P256_PUB[..], &compressed_point(&jwk).expect("a P-256 key")].concat();
        assert_eq!(
            format!("did:key:z{}", bs58::encode(bytes).into_string()),
            "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
        );
    }
}
