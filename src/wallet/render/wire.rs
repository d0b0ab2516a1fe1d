//! The outermost layer of a request: method, URL and header fields.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};

use super::pairs;
use super::{Parts, set_bearer, value};
use crate::case::{Live as _, Op, PathEdit};
use crate::wallet::jws::Void;
use crate::wallet::live::{Values, path_of};
use crate::wallet::session;

/// Carries out the changes to method, URL and headers.
pub(super) fn finish(
    mut parts: Parts,
    ops: &[&Op],
    values: &Values,
) -> Result<Request<Bytes>, Void> {
    for op in ops {
        match op {
            Op::Method(name) => {
                parts.method = Method::from_bytes(name.as_bytes())
                    .map_err(|_| Void("the method is no token"))?
            }
            Op::Path(change) => parts.url = change_path(&parts.url, change)?,
            Op::Query(text) => {
                let separator = if parts.url.contains('?') { '&' } else { '?' };
                parts.url = format!("{}{separator}{}", parts.url, values.fill(text));
            }
            Op::Header(name, text) => {
                parts
                    .headers
                    .insert(HeaderName::from_static(name), value(&values.fill(text))?);
            }
            Op::HeaderBytes(name, bytes) => {
                let bytes = HeaderValue::from_bytes(bytes)
                    .map_err(|_| Void("a header cannot hold the value"))?;
                parts.headers.insert(HeaderName::from_static(name), bytes);
            }
            Op::HeaderBefore(name, text) => {
                let old: Vec<HeaderValue> = parts.headers.get_all(*name).iter().cloned().collect();
                parts
                    .headers
                    .insert(HeaderName::from_static(name), value(&values.fill(text))?);
                for old in old {
                    parts.headers.append(HeaderName::from_static(name), old);
                }
            }
            Op::HeaderAfter(name, text) => {
                parts
                    .headers
                    .append(HeaderName::from_static(name), value(&values.fill(text))?);
            }
            Op::NoHeader(name) => {
                parts.headers.remove(*name);
            }
            Op::Id(text) => {
                parts.url = session::last_segment_replaced(&parts.url, &values.fill(text));
            }
            Op::Bearer(change) => {
                let old = parts
                    .headers
                    .get("authorization")
                    .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
                let old = old
                    .ok_or(Void("there is no bearer token to change"))?
                    .to_owned();
                match pairs::edit_text(&old, change, values)? {
                    Some(text) => set_bearer(&mut parts.headers, &text)?,
                    None => {
                        parts.headers.remove("authorization");
                    }
                }
            }
            _ => {}
        }
    }
    let mut request = Request::builder()
        .method(parts.method)
        .uri(parts.url.as_str());
    if let Some(headers) = request.headers_mut() {
        *headers = parts.headers;
    }
    request
        .body(Bytes::from(parts.body))
        .map_err(|_| Void("the URL cannot be sent"))
}

fn change_path(url: &str, change: &PathEdit) -> Result<String, Void> {
    let path = path_of(url);
    let start = url.find(&path).ok_or(Void("the URL has no path"))?;
    let (before, after) = (&url[..start], &url[start + path.len()..]);
    let (parent, last) = path
        .rsplit_once('/')
        .ok_or(Void("the path has no segment"))?;
    let new = match change {
        PathEdit::Append(text) => format!("{path}{text}"),
        PathEdit::UpperCase => format!("{parent}/{}", last.to_uppercase()),
        PathEdit::PercentEncodedLetter => {
            let at = last
                .find(|letter: char| letter.is_ascii_alphabetic())
                .ok_or(Void("the path has no letter"))?;
            format!(
                "{parent}/{}%{:02X}{}",
                &last[..at],
                last.as_bytes()[at],
                &last[at + 1..]
            )
        }
        PathEdit::PercentEncodedSlash => format!("{parent}%2F{last}"),
        PathEdit::DoubleSlash => format!("{parent}//{last}"),
        PathEdit::DotSegments => format!("{parent}/x/../{last}"),
        PathEdit::LastLetterMissing => path[..path.len() - 1].to_owned(),
        PathEdit::LastSegment(name) => format!("{parent}/{name}"),
    };
    if new == path {
        Err(Void("the path does not change"))
    } else {
        Ok(format!("{before}{new}{after}"))
    }
}
