//! `GET /issuer-mock/jwks` and `GET /auth-mock/jwks` (RFC 7517 §5).

use http::StatusCode;
use serde_json::json;

use super::keys::SigningKey;
use super::reply::{self, Reply};

pub(crate) fn answer(key: &SigningKey) -> Reply {
    reply::with_type(
        StatusCode::OK,
        reply::JWK_SET,
        json!({ "keys": [key.public_jwk()] }).to_string(),
    )
}
