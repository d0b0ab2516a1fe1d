//! A request as HTTP/1.1 wants it, whatever carries it.

use http::header::{HOST, HeaderValue, USER_AGENT};
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};

use super::SendError;

/// Leaves path and query as the request's target, the authority as `Host`, and says who we are.
///
/// # Errors
/// The authority cannot stand in a header.
pub(super) fn origin_form(head: &mut Parts) -> Result<(), SendError> {
    let authority = head.uri.authority().map(ToString::to_string);
    let path = head.uri.path_and_query().cloned();
    head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    if let Some(authority) = authority.filter(|_| !head.headers.contains_key(HOST)) {
        // Credentials in a URL are no part of the host.
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = HeaderValue::from_str(host)
            .map_err(|error| SendError::Unsendable(error.to_string()))?;
        head.headers.insert(HOST, host);
    }
    if !head.headers.contains_key(USER_AGENT) {
        head.headers
            .insert(USER_AGENT, HeaderValue::from_static(AGENT));
    }
    Ok(())
}

const AGENT: &str = concat!("vcispec/", env!("CARGO_PKG_VERSION"));
