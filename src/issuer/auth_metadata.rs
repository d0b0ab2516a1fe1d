//! `GET /auth-mock/.well-known/openid-configuration` (OpenID Connect Discovery §3).

use serde_json::json;

use super::reply::{self, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer) -> Reply {
    let url = issuer.auth_url();
    let es256 = json!({ "alg_values_supported": ["ES256"] });
    reply::json(&json!({
        "redirect_uris": [format!("{url}/direct_post")],
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "scopes_supported": ["openid"],
        "response_types_supported": ["code", "vp_token", "id_token"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "request_object_signing_alg_values_supported": ["ES256"],
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "request_authentication_methods_supported": { "authorization_endpoint": ["request_object"] },
        "vp_formats_supported": { "jwt_vp": es256, "jwt_vc": es256, "jwt_vp_json": es256, "jwt_vc_json": es256 },
        "subject_syntax_types_supported": ["did:key", "did:ebsi"],
        "subject_syntax_types_discriminations": ["did:key:jwk_jcs-pub", "did:ebsi:v1"],
        "subject_trust_frameworks_supported": ["ebsi"],
        "id_token_types_supported": ["subject_signed_id_token", "attester_signed_id_token"],
    }))
}
