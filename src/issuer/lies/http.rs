//! Before any endpoint is asked: methods, paths, headers.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Uri};

use super::crash;
use crate::issuer::defect::Defect;
use crate::issuer::reply::{Refusal, Reply};
use crate::issuer::route::Route;
use crate::issuer::service::Issuer;

/// The request as a buggy server understands it.
pub(crate) fn understood(issuer: &Issuer, mut request: Request<Bytes>) -> Request<Bytes> {
    if issuer.lies(Defect::PutAccepted) && request.method() == Method::PUT {
        *request.method_mut() = Method::POST;
    }
    if issuer.lies(Defect::PathBelowAccepted)
        && let Some(parent) = parent(issuer, request.uri())
    {
        *request.uri_mut() = parent;
    }
    request
}

/// The endpoint that a path lies below.
fn parent(issuer: &Issuer, uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let (parent, _) = path.rsplit_once('/')?;
    let is_known = |path: &str| Route::find(&issuer.prefix, None, path).is_some();
    if is_known(path) || !is_known(parent) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let query = uri.query().map(|query| format!("?{query}"));
    let target = format!("{parent}{}", query.unwrap_or_default());
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// The answer of a server that does not get as far as an endpoint.
pub(crate) fn early_end(issuer: &Issuer, request: &Request<Bytes>) -> Option<Reply> {
    if issuer.lies(Defect::HeadPanics) && request.method() == Method::HEAD {
        crash("no handler for HEAD");
    }
    let is_foreign = |value: &http::HeaderValue| value.to_str().is_err();
    let fails = issuer.lies(Defect::TextNotAscii500) && request.headers().values().any(is_foreign)
        || issuer.lies(Defect::BadPercent500) && has_bad_escape(request.uri().query())
        || issuer.lies(Defect::Preflight500) && request.method() == Method::OPTIONS
        || issuer.lies(Defect::ConnectionsRunOut) && issuer.memory().total("connections") >= 20
        || issuer.lies(Defect::QuoteInOfferId500) && has_quote(request.uri().path())
        || issuer.lies(Defect::PercentInOfferId500)
            && request.uri().path().contains("/offers/")
            && has_bad_escape(Some(request.uri().path()));
    fails.then(|| Refusal::Internal.into_reply())
}

fn has_bad_escape(query: Option<&str>) -> bool {
    let mut rest = query.unwrap_or_default().split('%').skip(1);
    rest.any(|after| {
        let digits = after.get(..2).unwrap_or_default();
        digits.len() < 2 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn has_quote(path: &str) -> bool {
    path.contains("/offers/")
        && ["'", "%27", "\"", "%22"]
            .iter()
            .any(|quote| path.contains(quote))
}

/// Whether the declared type of a body has a parameter, which a strict comparison does not expect.
pub(crate) fn has_parameter(request: &Request<Bytes>) -> bool {
    let declared = request.headers().get(CONTENT_TYPE);
    declared.is_some_and(|value| value.as_bytes().contains(&b';'))
}

/// Whether the body is empty under a type of JSON.
pub(crate) fn is_empty_json(request: &Request<Bytes>) -> bool {
    let declared = request.headers().get(CONTENT_TYPE);
    let is_json = declared.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    is_json && request.body().is_empty()
}
