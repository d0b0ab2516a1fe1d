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
    Authorize,
    /// With the id of the request object.
    RequestUri(String),
    DirectPost,
    Token,
    Credential,
    CredentialDeferred,
    StatusList,
    OpenApi,
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
            "/auth-mock/authorize" => Self::Authorize,
            "/auth-mock/direct_post" => Self::DirectPost,
            "/auth-mock/token" => Self::Token,
            "/issuer-mock/initiate-credential-offer" => Self::InitiateOffer,
            "/issuer-mock/.well-known/openid-credential-issuer" => Self::IssuerMetadata,
            "/issuer-mock/jwks" => Self::IssuerJwks,
            "/issuer-mock/credentials/status/1" => Self::StatusList,
            "/auth-mock/.well-known/openid-configuration" => Self::AuthMetadata,
            "/auth-mock/jwks" => Self::AuthJwks,
            "/openapi.json" => Self::OpenApi,
            _ => match id(path, "/issuer-mock/offers/") {
                Some(id) => Self::Offer(id),
                None => Self::RequestUri(id(path, "/auth-mock/request_uri/")?),
            },
        })
    }

    /// Its path as the API description writes it, below the prefix or the base of the registries.
    #[cfg(test)]
    pub(super) const fn template(&self) -> &'static str {
        match self {
            Self::IssuerMetadata => "/issuer-mock/.well-known/openid-credential-issuer",
            Self::IssuerJwks => "/issuer-mock/jwks",
            Self::InitiateOffer => "/issuer-mock/initiate-credential-offer",
            Self::Offer(_) => "/issuer-mock/offers/{credentialOfferId}",
            Self::AuthMetadata => "/auth-mock/.well-known/openid-configuration",
            Self::AuthJwks => "/auth-mock/jwks",
            Self::Authorize => "/auth-mock/authorize",
            Self::RequestUri(_) => "/auth-mock/request_uri/{requestId}",
            Self::DirectPost => "/auth-mock/direct_post",
            Self::Token => "/auth-mock/token",
            Self::Credential => "/issuer-mock/credential",
            Self::CredentialDeferred => "/issuer-mock/credential_deferred",
            Self::StatusList => "/issuer-mock/credentials/status/1",
            Self::OpenApi => "/openapi.json",
            Self::Registry(record) => record.template(),
        }
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

/// One of every route, to hold the API description against.
#[cfg(test)]
pub(super) fn every_route() -> Vec<Route> {
    let text = String::new;
    let mut routes = vec![
        Route::IssuerMetadata,
        Route::IssuerJwks,
        Route::InitiateOffer,
        Route::Offer(text()),
        Route::AuthMetadata,
        Route::AuthJwks,
        Route::Authorize,
        Route::RequestUri(text()),
        Route::DirectPost,
        Route::Token,
        Route::Credential,
        Route::CredentialDeferred,
        Route::StatusList,
        Route::OpenApi,
    ];
    let records = [
        Record::Did(text()),
        Record::Issuer(text()),
        Record::Attributes(text()),
        Record::Attribute(text(), text()),
        Record::StatusList(text(), text()),
        Record::Schema(text()),
    ];
    routes.extend(records.map(Route::Registry));
    routes
}
