//! Reading `Content-Type` (RFC 9110 §8.3).

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Whether the body is declared to be JSON in UTF-8: `application/json`, with any parameters but another charset.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    declared(headers).is_some_and(|value| is(value, "application/json"))
}

/// Whether the body is declared to be an HTML form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    declared(headers).is_some_and(|value| is(value, "application/x-www-form-urlencoded"))
}

fn declared(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

fn is(value: &str, expected: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(expected) && parts.all(is_harmless_parameter)
}

/// A parameter is `name=value`; only a charset other than UTF-8 changes what the body means.
fn is_harmless_parameter(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    if name.is_empty() || value.is_empty() {
        return false;
    }
    !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
}
