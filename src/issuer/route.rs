//! From a request target to a resource.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

/// A resource of the issuer or of the authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    IssuerMetadata,
    IssuerJwks,
    InitiateOffer,
    /// With the id of the offer.
    Offer(String),
    AuthMetadata,
    AuthJwks,
    Authorize,
    /// With the id of the request object.
    RequestUri(String),
    DirectPost,
    Token,
    Credential,
    CredentialDeferred,
}

impl Route {
    /// The resource that a path names after percent-decoding. Case and trailing slashes matter.
    pub(crate) fn find(prefix: &str, path: &str) -> Option<Self> {
        let path: Cow<'_, str> = percent_decode_str(path).decode_utf8().ok()?;
        let path = path.strip_prefix(prefix)?;
        Some(match path {
            "/issuer-mock/credential" => Self::Credential,
            "/issuer-mock/credential_deferred" => Self::CredentialDeferred,
            "/auth-mock/authorize" => Self::Authorize,
            "/auth-mock/direct_post" => Self::DirectPost,
            "/auth-mock/token" => Self::Token,
            "/issuer-mock/initiate-credential-offer" => Self::InitiateOffer,
            "/issuer-mock/.well-known/openid-credential-issuer" => Self::IssuerMetadata,
            "/issuer-mock/jwks" => Self::IssuerJwks,
            "/auth-mock/.well-known/openid-configuration" => Self::AuthMetadata,
            "/auth-mock/jwks" => Self::AuthJwks,
            _ => match id(path, "/issuer-mock/offers/") {
                Some(id) => Self::Offer(id),
                None => Self::RequestUri(id(path, "/auth-mock/request_uri/")?),
            },
        })
    }

    /// Whether the resource is written to; all others are read.
    fn is_post(&self) -> bool {
        matches!(
            self,
            Self::Credential | Self::CredentialDeferred | Self::DirectPost | Self::Token
        )
    }

    pub(crate) fn allows(&self, method: &Method) -> bool {
        if self.is_post() {
            method == Method::POST
        } else {
            method == Method::GET || method == Method::HEAD
        }
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    pub(crate) fn allow(&self) -> &'static str {
        if self.is_post() {
            "POST, OPTIONS"
        } else {
            "GET, HEAD, OPTIONS"
        }
    }
}

/// The one segment below a folder.
fn id(path: &str, folder: &str) -> Option<String> {
    let id = path.strip_prefix(folder)?;
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}
