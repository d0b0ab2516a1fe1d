//! What discovery told about the issuer under test. The same for every case of a run.

use serde_json::Value;

/// The issuer under test, as its own documents describe it.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The credential issuer identifier, without a trailing slash.
    pub issuer: String,
    /// The authorization server's identifier.
    pub auth_server: String,
    /// The credential issuer metadata; `null` if there was none.
    pub issuer_metadata: Value,
    /// The authorization server metadata; `null` if there was none.
    pub auth_metadata: Value,
    /// The JWKS that holds the key of the credentials; `null` if there was none.
    pub issuer_jwks: Value,
    /// The authorization server's JWKS; `null` if there was none.
    pub auth_jwks: Value,
    /// Where credentials are requested.
    pub credential_endpoint: String,
    /// Where deferred credentials are fetched, if the issuer has such an endpoint.
    pub deferred_endpoint: Option<String>,
    /// Where access tokens are requested. Empty if there is no such endpoint, and none is needed.
    pub token_endpoint: String,
    /// Where authorization requests go, if the authorization server has such an endpoint.
    pub authorization_endpoint: Option<String>,
    /// How long a deferred credential takes, in seconds.
    pub deferred_delay: u64,
}

impl Context {
    /// Where a wallet posts its answer if the server's request does not say so: the redirect URI of
    /// the server's own metadata, or what EBSI has below the server's identifier.
    pub fn direct_post_endpoint(&self) -> String {
        let named = self.auth_metadata.pointer("/redirect_uris/0");
        named.and_then(Value::as_str).map_or_else(
            || format!("{}/direct_post", self.auth_server),
            str::to_owned,
        )
    }
}
