//! Answers by redirect: to the client's `redirect_uri` (RFC 6749 §4.1.2) or to its authorisation endpoint.

use form_urlencoded::Serializer;
use url::Url;

use super::reply::{self, RefusedAt, Reply};

/// Where a client wants its answer, and the `state` that it wants to hear again.
#[derive(Debug, Clone)]
pub(crate) struct Return {
    pub(crate) uri: String,
    pub(crate) state: Option<String>,
}

impl Return {
    /// Success: an authorisation code (RFC 6749 §4.1.2).
    pub(crate) fn grant(&self, code: &str) -> Reply {
        self.answer(&[("code", code)])
    }

    /// An error (RFC 6749 §4.1.2.1).
    pub(crate) fn deny(&self, denial: &Denial) -> Reply {
        let description = reply::text(&denial.description);
        // It is ASCII now, so any index is a boundary.
        let description = &description[..description.len().min(DESCRIPTION_LIMIT)];
        let mut reply = self.answer(&[("error", denial.error), ("error_description", description)]);
        reply.extensions_mut().insert(RefusedAt(denial.step));
        reply
    }

    fn answer(&self, parameters: &[(&str, &str)]) -> Reply {
        let mut parameters = parameters.to_vec();
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        reply::found(location(&self.uri, &parameters))
    }
}

/// A request that is refused by redirect, and the step of the validation that refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denial {
    pub(crate) step: &'static str,
    pub(crate) error: &'static str,
    pub(crate) description: String,
}

impl Denial {
    /// `invalid_request`, the error of nearly every refusal.
    pub(crate) fn new(step: &'static str, description: impl Into<String>) -> Self {
        Self {
            step,
            error: "invalid_request",
            description: description.into(),
        }
    }

    /// `server_error`: something failed that is not the client's fault.
    pub(crate) fn internal(step: &'static str) -> Self {
        Self {
            step,
            error: "server_error",
            description: "the server encountered an internal error".to_owned(),
        }
    }
}

/// A URI with parameters in its query. One that ends in its scheme gets the slashes without which it would be no URL.
pub(crate) fn location(uri: &str, parameters: &[(&str, &str)]) -> String {
    let slashes = if uri.ends_with(':') { "//" } else { "" };
    let separator = if uri.contains('?') { '&' } else { '?' };
    let query = Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{uri}{slashes}{separator}{query}")
}

/// Whether somebody can be sent there: an absolute URI in plain characters and without a fragment (RFC 6749 §3.1.2).
pub(crate) fn is_target(uri: &str) -> bool {
    let is_plain = uri.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain && !uri.contains('#') && Url::parse(uri).is_ok()
}

/// The longest `error_description` in a redirect, so that the URI stays one that clients can read.
const DESCRIPTION_LIMIT: usize = 2000;
