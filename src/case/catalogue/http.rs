//! The HTTP layer: method, path, query, media type, codings, other headers.

use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Op, PathEdit};
use crate::case::stage::Stage::{Http, MediaType};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = methods();
    all.extend(paths());
    all.extend(media_types());
    all.extend(headers());
    all
}

fn methods() -> Vec<Entry> {
    let method = |id: &str, name: &'static str| {
        malformed(
            id,
            Http,
            c::HTTP_METHOD,
            &format!("The method is {name}."),
            [Op::Method(name)],
        )
    };
    vec![
        method("http/method-get", "GET"),
        method("http/method-put", "PUT"),
        method("http/method-patch", "PATCH"),
        method("http/method-delete", "DELETE"),
        method("http/method-head", "HEAD"),
        method("http/method-unknown", "ISSUE"),
        method("http/method-lower-case", "post"),
        malformed(
            "http/method-options",
            Http,
            c::HTTP_METHOD,
            "The method is OPTIONS, as in a plain capability query.",
            [Op::Method("OPTIONS")],
        )
        .also("options-answer"),
    ]
}

fn paths() -> Vec<Entry> {
    let path = |edit| [Op::Path(edit)];
    vec![
        malformed(
            "http/path-unknown",
            Http,
            c::HTTP_PATH,
            "The last segment of the path is one that does not exist.",
            path(PathEdit::LastSegment("no-such-endpoint")),
        ),
        malformed(
            "http/path-letter-missing",
            Http,
            c::HTTP_PATH,
            "The last letter of the path is missing.",
            path(PathEdit::LastLetterMissing),
        ),
        malformed(
            "http/path-letter-more",
            Http,
            c::HTTP_PATH,
            "The path has a letter more.",
            path(PathEdit::Append("s")),
        ),
        malformed(
            "http/path-below",
            Http,
            c::HTTP_PATH,
            "The path has a segment more.",
            path(PathEdit::Append("/x")),
        ),
        malformed(
            "http/path-nul",
            Http,
            c::HTTP_PATH,
            "The path ends in an encoded NUL.",
            path(PathEdit::Append("%00")),
        ),
        malformed(
            "http/path-extension",
            Http,
            c::HTTP_PATH,
            "The path has a file name extension.",
            path(PathEdit::Append(".json")),
        ),
        either(
            "http/path-trailing-slash",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "The path ends in a slash.",
            path(PathEdit::Append("/")),
        ),
        either(
            "http/path-upper-case",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "The last segment of the path is in upper case.",
            path(PathEdit::UpperCase),
        ),
        either(
            "http/path-letter-encoded",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "One letter of the path is percent-encoded.",
            path(PathEdit::PercentEncodedLetter),
        )
        .accepted(),
        either(
            "http/path-slash-encoded",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "A slash of the path is percent-encoded.",
            path(PathEdit::PercentEncodedSlash),
        )
        .accepted(),
        either(
            "http/path-double-slash",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "A slash of the path is doubled.",
            path(PathEdit::DoubleSlash),
        ),
        either(
            "http/path-dot-segments",
            "method-and-path",
            Http,
            c::HTTP_PATH,
            "The path takes a detour over a segment that it leaves again.",
            path(PathEdit::DotSegments),
        ),
        benign(
            "http/query-unknown",
            c::UNKNOWN_MEMBERS,
            "The URL has a query that nobody asked for.",
            [Op::Query("x=1".into())],
        ),
        either(
            "http/query-bad-percent",
            "method-and-path",
            Http,
            c::UNKNOWN_MEMBERS,
            "The query has a broken percent-encoding.",
            [Op::Query("x=%zz".into())],
        )
        .accepted(),
    ]
}

fn media_types() -> Vec<Entry> {
    let refused = |id: &str, value: &'static str| {
        malformed(
            id,
            MediaType,
            c::MEDIA_TYPE,
            &format!("The Content-Type is {value}."),
            [Op::Header("content-type", value.into())],
        )
    };
    let unsure = |id: &str, value: &'static str| {
        either(
            id,
            "media-type",
            MediaType,
            c::MEDIA_TYPE,
            &format!("The Content-Type is {value}."),
            [Op::Header("content-type", value.into())],
        )
    };
    let accepted = |id: &str, value: &'static str| {
        benign(
            id,
            c::MEDIA_TYPE,
            &format!("The Content-Type is {value}."),
            [Op::Header("content-type", value.into())],
        )
    };
    vec![
        malformed(
            "media-type/absent",
            MediaType,
            c::MEDIA_TYPE,
            "There is no Content-Type.",
            [Op::NoHeader("content-type")],
        ),
        malformed(
            "media-type/empty",
            MediaType,
            c::MEDIA_TYPE,
            "The Content-Type is empty.",
            [Op::Header("content-type", "".into())],
        ),
        refused("media-type/text-plain", "text/plain"),
        refused("media-type/text-html", "text/html"),
        refused("media-type/form", "application/x-www-form-urlencoded"),
        refused("media-type/multipart", "multipart/form-data; boundary=x"),
        refused("media-type/octet-stream", "application/octet-stream"),
        refused("media-type/jwt", "application/jwt"),
        refused("media-type/any", "*/*"),
        refused("media-type/xml", "application/xml"),
        refused("media-type/subtype-only", "json"),
        unsure("media-type/problem-json", "application/problem+json"),
        unsure("media-type/vc-json", "application/vc+json"),
        unsure("media-type/json5", "application/json5"),
        unsure("media-type/json-patch", "application/json-patch+json"),
        unsure("media-type/text-json", "text/json"),
        unsure(
            "media-type/charset-utf16",
            "application/json; charset=utf-16",
        ),
        unsure("media-type/trailing-semicolon", "application/json;"),
        unsure("media-type/parameter", "application/json; foo=bar").accepted(),
        unsure("media-type/charset", "application/json; charset=utf-8").accepted(),
        accepted("media-type/upper-case", "APPLICATION/JSON"),
        either(
            "media-type/twice",
            "media-type",
            MediaType,
            c::MEDIA_TYPE,
            "A second Content-Type, text/plain, stands behind the right one.",
            [Op::HeaderAfter("content-type", "text/plain".into())],
        )
        .accepted(),
    ]
}

fn headers() -> Vec<Entry> {
    let accepted = |id: &str, name: &'static str, value: &'static str| {
        benign(
            id,
            rfc::HTTP_FIELDS,
            &format!("There is a header {name}: {value}."),
            [Op::Header(name, value.into())],
        )
    };
    let unsure = |id: &str, stage, name: &'static str, value: &'static str| {
        either(
            id,
            "http-layer",
            stage,
            rfc::HTTP_FIELDS,
            &format!("There is a header {name}: {value}."),
            [Op::Header(name, value.into())],
        )
        .accepted()
    };
    vec![
        accepted("http/accept-json", "accept", "application/json"),
        accepted(
            "http/accept-problem",
            "accept",
            "application/problem+json, */*;q=0.1",
        ),
        unsure("http/accept-html", Http, "accept", "text/html"),
        accepted("http/accept-language", "accept-language", "de-AT, de;q=0.9"),
        accepted("http/origin", "origin", "https://wallet.example"),
        accepted("http/cookie", "cookie", "session=1; lang=de"),
        accepted("http/referer", "referer", "https://wallet.example/a?b#c"),
        accepted(
            "http/request-id",
            "x-request-id",
            "00000000-0000-0000-0000-000000000000",
        ),
        accepted("http/cache-control", "cache-control", "no-cache"),
        accepted("http/connection-close", "connection", "close"),
        either(
            "http/chunked",
            "http-layer",
            Http,
            rfc::HTTP_FIELDS,
            "The body comes in chunks, and no Content-Length says how long it is.",
            [Op::Header("transfer-encoding", "chunked".into())],
        )
        .accepted(),
        unsure(
            "http/method-override",
            Http,
            "x-http-method-override",
            "GET",
        ),
        unsure(
            "http/forwarded-host",
            Http,
            "x-forwarded-host",
            "other.example",
        ),
        either(
            "http/expect-unknown",
            "http-layer",
            Http,
            rfc::HTTP_FIELDS,
            "There is an expectation that no server knows.",
            [Op::Header("expect", "200-ok".into())],
        ),
        unsure("http/coding-unknown", Http, "content-encoding", "x-unknown"),
        either(
            "http/coding-gzip-lie",
            "http-layer",
            Http,
            rfc::HTTP_CODING,
            "Content-Encoding says gzip, but the body is not compressed.",
            [Op::Header("content-encoding", "gzip".into())],
        )
        .accepted(),
        either(
            "http/coding-identity",
            "http-layer",
            Http,
            rfc::HTTP_CODING,
            "Content-Encoding is identity.",
            [Op::Header("content-encoding", "identity".into())],
        )
        .accepted(),
        either(
            "http/header-large",
            "http-layer",
            Http,
            rfc::HTTP_FIELDS,
            "A header has 7,000 characters.",
            [Op::Header("x-large", "a".repeat(7000).into())],
        )
        .accepted(),
        either(
            "http/header-not-ascii",
            "http-layer",
            Http,
            rfc::HTTP_FIELDS,
            "A header has bytes that are no ASCII.",
            [Op::HeaderBytes("x-name", b"J\xfcrgen \xe2\x82\xac")],
        )
        .accepted(),
    ]
}
