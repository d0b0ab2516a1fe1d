//! The shapes of every answer: JSON, OAuth errors, problem details (RFC 7807).

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

/// Which step of the validation refused a request.
///
/// For a credential request `"1"` to `"25"` with `"9a"` to `"9d"`; for the other endpoints a name such as `"token-verifier"`;
/// `"http"` where HTTP itself forbids the request. There is none where nothing was refused, and for a path that leads nowhere.
///
/// Put among the extensions of the response, so it never reaches the wire; tests look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefusedAt(pub &'static str);

/// What every endpoint answers with.
pub(crate) type Reply = Response<Bytes>;

/// A refused request, and the step of the validation that refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) step: &'static str,
    pub(crate) refusal: Refusal,
}

impl Refused {
    /// The answer that tells the client.
    pub(crate) fn into_reply(self) -> Reply {
        let mut reply = self.refusal.into_reply();
        reply.extensions_mut().insert(RefusedAt(self.step));
        reply
    }
}

/// What a client that is refused is told. Redirects with an error are made in [`super::redirect`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `{"error", "error_description"}` (RFC 6749 §5.2).
    OAuth {
        status: StatusCode,
        error: &'static str,
        description: Cow<'static, str>,
    },
    /// Problem details (RFC 7807).
    Problem {
        status: StatusCode,
        detail: Cow<'static, str>,
    },
    /// Something failed that is not the client's fault; nothing is told of it.
    Internal,
}

impl Refusal {
    /// 400 `invalid_request`.
    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// 400 `invalid_token`; the profile does not use 401 here.
    pub(crate) fn invalid_token(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("invalid_token", description)
    }

    /// 400 `invalid_or_missing_proof`.
    pub(crate) fn invalid_proof(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("invalid_or_missing_proof", description)
    }

    /// 401 `invalid_request`: the only refusal whose status the profile sets.
    pub(crate) fn unauthorised_types(description: impl Into<Cow<'static, str>>) -> Self {
        Self::OAuth {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_request",
            description: description.into(),
        }
    }

    /// 400 `invalid_grant` (RFC 6749 §5.2): a code that is not good, or not good for this client.
    pub(crate) fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("invalid_grant", description)
    }

    /// 400 `invalid_client` (RFC 6749 §5.2): the client did not show who it is.
    pub(crate) fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("invalid_client", description)
    }

    /// Problem details.
    pub(crate) fn problem(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Problem {
            status,
            detail: detail.into(),
        }
    }

    /// Says which step refuses.
    pub(crate) fn at(self, step: &'static str) -> Refused {
        Refused {
            step,
            refusal: self,
        }
    }

    fn bad_request(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::OAuth {
            status: StatusCode::BAD_REQUEST,
            error,
            description: description.into(),
        }
    }

    /// The answer that tells the client.
    pub(crate) fn into_reply(self) -> Reply {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            error_description: &'a str,
        }
        match self {
            Self::OAuth {
                status,
                error,
                description,
            } => {
                let mut reply = json(&Body {
                    error,
                    error_description: &text(&description),
                });
                *reply.status_mut() = status;
                reply
            }
            Self::Problem { status, detail } => problem(status, detail),
            Self::Internal => problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server encountered an internal error and was unable to complete your request",
            ),
        }
    }
}

/// A text with the characters that RFC 6749 §5.2 allows in `error_description`: ASCII without
/// quotes and backslashes. Several messages are separated by semicolons instead of line breaks.
pub(crate) fn text(description: &str) -> String {
    let mut out = String::with_capacity(description.len());
    for letter in description.chars() {
        match letter {
            '"' => out.push('\''),
            '\\' => out.push('/'),
            '\n' => out.push_str("; "),
            ' '..='~' => out.push(letter),
            _ => out.push('?'),
        }
    }
    out
}

/// 200 with a JSON body.
pub(crate) fn json(body: &impl Serialize) -> Reply {
    match serde_json::to_vec(body) {
        Ok(bytes) => with_type(StatusCode::OK, JSON, bytes),
        Err(_) => Refusal::Internal.into_reply(),
    }
}

/// An answer with ready-made bytes.
pub(crate) fn with_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Reply {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// 302 without a body.
pub(crate) fn found(location: String) -> Reply {
    let Ok(location) = HeaderValue::try_from(location) else {
        return Refusal::Internal.into_reply();
    };
    let mut reply = empty(StatusCode::FOUND);
    reply.headers_mut().insert(LOCATION, location);
    reply
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Bytes::new());
    *reply.status_mut() = status;
    reply
}

/// Problem details (RFC 7807); `detail` must hold nothing internal.
pub(crate) fn problem(status: StatusCode, detail: impl AsRef<str>) -> Reply {
    #[derive(Serialize)]
    struct Problem<'a> {
        title: &'a str,
        status: u16,
        r#type: &'a str,
        detail: &'a str,
    }
    let problem = Problem {
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        r#type: "about:blank",
        detail: detail.as_ref(),
    };
    // A struct of strings and a number always serialises.
    with_type(
        status,
        PROBLEM,
        serde_json::to_vec(&problem).unwrap_or_default(),
    )
}

/// Forbids caches to keep an answer that holds a secret (RFC 6749 §5.1).
pub(crate) fn forbid_storing(reply: &mut Reply) {
    reply
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const JWK_SET: &str = "application/jwk-set+json; charset=utf-8";
pub(crate) const JWT: &str = "application/jwt";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
const PROBLEM: &str = "application/problem+json; charset=utf-8";
