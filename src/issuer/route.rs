//! From a request target to a resource.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use super::registry::Record;

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
    Token,
    Credential,
    CredentialDeferred,
    StatusList,
    /// With the record.
    Registry(Record),
}

impl Route {
    /// The resource that a path names after percent-decoding. Case and trailing slashes matter.
    pub(crate) fn find(prefix: &str, registries: Option<&str>, path: &str) -> Option<Self> {
        let path: Cow<'_, str> = percent_decode_str(path).decode_utf8().ok()?;
        let service = path.strip_prefix(prefix).and_then(Self::of_service);
        service.or_else(|| {
            let record = Record::find(path.strip_prefix(registries?)?)?;
            Some(Self::Registry(record))
        })
    }

    /// The resource of the issuer or the authorization server at a path below the prefix.
    fn of_service(path: &str) -> Option<Self> {
        Some(match path {
            "/issuer-mock/credential" => Self::Credential,
            "/issuer-mock/credential_deferred" => Self::CredentialDeferred,
            "/auth-mock/token" => Self::Token,
            "/issuer-mock/initiate-credential-offer" => Self::InitiateOffer,
            "/issuer-mock/.well-known/openid-credential-issuer" => Self::IssuerMetadata,
            "/issuer-mock/jwks" => Self::IssuerJwks,
            "/issuer-mock/credentials/status/1" => Self::StatusList,
            "/auth-mock/.well-known/openid-configuration" => Self::AuthMetadata,
            "/auth-mock/jwks" => Self::AuthJwks,
            _ => Self::Offer(offer_id(path)?.to_owned()),
        })
    }

    /// Whether the resource is written to; all others are read.
    fn is_post(&self) -> bool {
        matches!(
            self,
            Self::Credential | Self::CredentialDeferred | Self::Token
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

fn offer_id(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/issuer-mock/offers/")?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
