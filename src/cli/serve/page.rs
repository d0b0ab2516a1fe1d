//! What all pages share: the frame around them, the header fields of the answer, the style and the script.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use maud::{DOCTYPE, Markup, html};

/// A whole page. `refresh` reloads it every few seconds where scripts do not run.
pub(super) fn page(title: &str, refresh: bool, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                @if refresh {
                    noscript { meta http-equiv="refresh" content="5"; }
                }
                script src="/live.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    div.wide {
                        a.brand href="/" { "vcispec" }
                        span.tagline { "EBSI v3 reference issuer" }
                        nav aria-label="Pages" {
                            a href="/" { "Offers" }
                            a href="/requests" { "Requests" }
                        }
                    }
                }
                main.wide #main { (main) }
                footer.wide {
                    p { "A test issuer: its credentials attest nothing. Pages and requests are kept in memory only." }
                }
            }
        }
    }
}

/// An answer that holds a page, or a part of one.
pub(super) fn answer(status: StatusCode, markup: Markup) -> Response<Bytes> {
    let mut response = with_type("text/html; charset=utf-8", markup.into_string());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The style sheet.
pub(super) fn style() -> Response<Bytes> {
    with_type("text/css; charset=utf-8", include_str!("style.css"))
}

/// The script behind the live list.
pub(super) fn script() -> Response<Bytes> {
    with_type("text/javascript; charset=utf-8", include_str!("live.js"))
}

/// The icon of the pages: without one, browsers would ask the issuer.
pub(super) fn icon() -> Response<Bytes> {
    with_type("image/svg+xml", include_str!("icon.svg"))
}

/// An answer that a browser neither guesses the type of, nor frames, nor lets load anything from elsewhere.
pub(super) fn with_type(content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
