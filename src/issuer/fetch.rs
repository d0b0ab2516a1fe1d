//! Fetching what a client only points to: its keys (`jwks_uri`) and its request objects (`request_uri`).
//!
//! Who asks the server to fetch chooses the URL, so fetching is an argument: in tests and fuzzing no socket is opened, and
//! `GuardedFetcher` lets nobody reach what is not public.

use bytes::Bytes;

use super::defect::Defect;
use super::service::Issuer;

/// Fetches documents for the issuer.
pub trait Fetcher: Send + Sync {
    /// The body of the answer to a GET. Blocks, but must come to an end by itself.
    ///
    /// # Errors
    /// There is no successful answer, or the URL is not one to be fetched. No redirect is followed.
    fn get(&self, url: &str) -> Result<Bytes, FetchError>;
}

/// Why a document could not be fetched. The texts are told to the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Nothing is fetched at all.
    #[error("nothing is fetched by this server")]
    Disabled,
    /// Not a URL that can be fetched.
    #[error("the URL must be http or https, with a host and without credentials")]
    Url,
    /// The host has no address.
    #[error("the host could not be resolved")]
    Unresolved,
    /// The host has an address that is not public.
    #[error("the host is not a public one")]
    NotPublic,
    /// No connection, or it broke.
    #[error("the server could not be reached")]
    Unreachable,
    /// It took too long.
    #[error("the answer took too long")]
    Timeout,
    /// The answer is too large.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is a redirect.
    #[error("the answer is a redirect, which is not followed")]
    Redirect {
        /// Where it leads to, if that can be told.
        location: Option<String>,
    },
    /// The answer is not a success.
    #[error("the answer has status {0}")]
    Status(u16),
}

/// Fetches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFetcher;

impl Fetcher for NoFetcher {
    fn get(&self, _url: &str) -> Result<Bytes, FetchError> {
        Err(FetchError::Disabled)
    }
}

/// Fetches a client's key set.
pub(crate) fn jwks(issuer: &Issuer, url: &str) -> Result<Bytes, FetchError> {
    match issuer.fetcher().get(url) {
        Err(FetchError::Redirect {
            location: Some(location),
        }) if issuer.lies(Defect::JwksFetchedThroughRedirect) => issuer.fetcher().get(&location),
        answer => answer,
    }
}
