//! The registries, read side: DID registry v5, trusted issuers registry v5, trusted schemas registry v3 (EBSI APIs).
//!
//! They hold what a verifier needs to check a credential of this issuer with nothing else at hand: the issuer's DID document and
//! accreditation, the schemas, the status list. Nothing is written here; documents of other DIDs come through the builder.
//! Start at [`Record`] for the paths.

mod did_registry;
mod trusted_issuers;
mod trusted_schemas;

use http::StatusCode;
use serde_json::Value;

pub use did_registry::{DidDocumentError, DidRegistry};
pub(crate) use did_registry::{document_of, method_id};
pub(crate) use trusted_issuers::{attribute_id, attribute_url, status_list_url};
pub(crate) use trusted_schemas::schema_url;

use super::did::Did;
use super::reply::{self, Refusal, Reply};
use super::service::Issuer;

/// One record of a registry, with the identifiers that its path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    /// The document of a DID.
    Did(String),
    /// A trusted issuer.
    Issuer(String),
    /// The attributes of a trusted issuer.
    Attributes(String),
    /// One of them.
    Attribute(String, String),
    /// The status list of a trusted issuer, through its proxy.
    StatusList(String, String),
    /// A JSON Schema.
    Schema(String),
}

impl Record {
    /// The record that a path below the base of the registries names.
    pub(crate) fn find(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        Some(match segments[..] {
            ["did-registry", "v5", "identifiers", did] => Self::Did(did.to_owned()),
            ["trusted-schemas-registry", "v3", "schemas", id] => Self::Schema(id.to_owned()),
            [
                "trusted-issuers-registry",
                "v5",
                "issuers",
                did,
                ref rest @ ..,
            ] => match *rest {
                [] => Self::Issuer(did.to_owned()),
                ["attributes"] => Self::Attributes(did.to_owned()),
                ["attributes", id] => Self::Attribute(did.to_owned(), id.to_owned()),
                ["proxies", proxy, "credentials", "status", "1"] => {
                    Self::StatusList(did.to_owned(), proxy.to_owned())
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Its path as the API description writes it.
    #[cfg(test)]
    pub(crate) const fn template(&self) -> &'static str {
        match self {
            Self::Did(_) => "/did-registry/v5/identifiers/{did}",
            Self::Issuer(_) => "/trusted-issuers-registry/v5/issuers/{did}",
            Self::Attributes(_) => "/trusted-issuers-registry/v5/issuers/{did}/attributes",
            Self::Attribute(..) => {
                "/trusted-issuers-registry/v5/issuers/{did}/attributes/{attributeId}"
            }
            Self::StatusList(..) => {
                "/trusted-issuers-registry/v5/issuers/{did}/proxies/{proxyId}/credentials/status/1"
            }
            Self::Schema(_) => "/trusted-schemas-registry/v3/schemas/{schemaId}",
        }
    }

    /// The answer to a request for it.
    pub(crate) fn answer(&self, issuer: &Issuer) -> Reply {
        let found = match self {
            Self::Did(did) => identify(issuer, did),
            Self::Issuer(did) => trusted_issuers::issuer(issuer, did),
            Self::Attributes(did) => trusted_issuers::attributes(issuer, did),
            Self::Attribute(did, id) => trusted_issuers::attribute(issuer, did, id),
            Self::StatusList(did, proxy) => trusted_issuers::status_list(issuer, did, proxy),
            Self::Schema(id) => trusted_schemas::schema(id),
        };
        found.unwrap_or_else(Absent::into_reply)
    }
}

/// Why a registry has no answer.
#[derive(Debug)]
enum Absent {
    /// The identifier cannot be one.
    Malformed(&'static str),
    /// There is no such record.
    Unknown(String),
    /// The record could not be signed.
    Internal,
}

impl Absent {
    fn into_reply(self) -> Reply {
        match self {
            Self::Malformed(detail) => reply::problem(StatusCode::BAD_REQUEST, detail),
            Self::Unknown(detail) => reply::problem(StatusCode::NOT_FOUND, detail),
            Self::Internal => Refusal::Internal.into_reply(),
        }
    }
}

fn identify(issuer: &Issuer, did: &str) -> Result<Reply, Absent> {
    if !did.starts_with("did:ebsi:") || Did::parse(did).is_none() {
        return Err(Absent::Malformed(r#"["did must be a valid EBSI DID v1"]"#));
    }
    let document = issuer
        .did_registry()
        .document(did)
        .ok_or_else(|| Absent::Unknown(format!("Identifier {did} Not Found")))?;
    Ok(with_type(DID_DOCUMENT, document))
}

fn with_type(content_type: &'static str, value: &Value) -> Reply {
    reply::with_type(StatusCode::OK, content_type, value.to_string())
}

const DID_DOCUMENT: &str = "application/did+ld+json; charset=utf-8";
