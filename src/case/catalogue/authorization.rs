//! The Authorization header around an intact access token.

use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Op, Place};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{
    AuthorizationPresent, BearerScheme, TokenHeaderDecodes, TokenSignature,
};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let value = |text: &'static str| [Op::Header("authorization", text.into())];
    let scheme = |id: &str, text: &'static str, doc: &str| {
        malformed(id, BearerScheme, c::BEARER_SCHEME, doc, value(text))
    };
    vec![
        malformed(
            "authorization/absent",
            AuthorizationPresent,
            c::AUTHORIZATION_PRESENT,
            "There is no Authorization header.",
            [Op::NoHeader("authorization")],
        ),
        malformed(
            "authorization/empty",
            AuthorizationPresent,
            c::AUTHORIZATION_PRESENT,
            "The Authorization header is empty.",
            value(""),
        ),
        malformed(
            "authorization/in-query",
            AuthorizationPresent,
            rfc::BEARER_QUERY,
            "The access token travels in the query instead of the header.",
            [
                Op::NoHeader("authorization"),
                Op::Query("access_token={token}".into()),
            ],
        ),
        malformed(
            "authorization/in-body",
            AuthorizationPresent,
            c::AUTHORIZATION_PRESENT,
            "The access token travels in the body instead of the header.",
            [
                Op::NoHeader("authorization"),
                Op::Extra(Place::BodyBack, "access_token", Raw::template("{token}")),
            ],
        ),
        malformed(
            "authorization/in-cookie",
            AuthorizationPresent,
            c::AUTHORIZATION_PRESENT,
            "The access token travels in a cookie instead of the header.",
            [
                Op::NoHeader("authorization"),
                Op::Header("cookie", "access_token={token}".into()),
            ],
        ),
        malformed(
            "authorization/proxy-header",
            AuthorizationPresent,
            c::AUTHORIZATION_PRESENT,
            "The access token travels in Proxy-Authorization instead.",
            [
                Op::NoHeader("authorization"),
                Op::Header("proxy-authorization", "Bearer {token}".into()),
            ],
        ),
        either(
            "authorization/query-too",
            "http-layer",
            AuthorizationPresent,
            rfc::BEARER_QUERY,
            "The access token travels in the query besides the header.",
            [Op::Query("access_token={token}".into())],
        )
        .accepted(),
        scheme(
            "authorization/scheme-only",
            "Bearer",
            "The Authorization header holds the scheme alone.",
        ),
        scheme("authorization/dpop", "DPoP {token}", "The scheme is DPoP."),
        scheme(
            "authorization/basic",
            "Basic {token}",
            "The scheme is Basic.",
        ),
        scheme(
            "authorization/bearer-behind-basic",
            "Basic Bearer {token}",
            "The right scheme stands behind another.",
        ),
        scheme(
            "authorization/token-scheme",
            "Token {token}",
            "The scheme is Token.",
        ),
        scheme(
            "authorization/no-scheme",
            "{token}",
            "There is a token but no scheme.",
        ),
        scheme(
            "authorization/tab",
            "Bearer\t{token}",
            "A tab stands between scheme and token.",
        ),
        scheme(
            "authorization/colon",
            "Bearer: {token}",
            "A colon stands behind the scheme.",
        ),
        scheme(
            "authorization/equals",
            "Bearer={token}",
            "An equals sign stands between scheme and token.",
        ),
        scheme(
            "authorization/longer-scheme",
            "Bearers {token}",
            "The scheme has a letter more.",
        ),
        malformed(
            "authorization/scheme-twice",
            TokenHeaderDecodes,
            c::BEARER_SCHEME,
            "The scheme is there twice.",
            value("Bearer Bearer {token}"),
        ),
        malformed(
            "authorization/quoted",
            TokenSignature,
            c::TOKEN_HEADER_DECODES,
            "The token is in quotes.",
            value("Bearer \"{token}\""),
        ),
        malformed(
            "authorization/angle-brackets",
            TokenSignature,
            c::TOKEN_HEADER_DECODES,
            "The token is in angle brackets.",
            value("Bearer <{token}>"),
        ),
        either(
            "authorization/scheme-lower-case",
            "bearer-spelling",
            BearerScheme,
            rfc::HTTP_SCHEME_CASE,
            "The scheme is in lower case.",
            value("bearer {token}"),
        ),
        either(
            "authorization/scheme-upper-case",
            "bearer-spelling",
            BearerScheme,
            rfc::HTTP_SCHEME_CASE,
            "The scheme is in upper case.",
            value("BEARER {token}"),
        ),
        either(
            "authorization/two-spaces",
            "bearer-spelling",
            TokenSignature,
            c::BEARER_SCHEME,
            "Two spaces stand between scheme and token.",
            value("Bearer  {token}"),
        ),
        either(
            "authorization/second-header",
            "http-layer",
            TokenHeaderDecodes,
            rfc::HTTP_FIELDS,
            "A second Authorization header, with garbage, stands behind the right one.",
            [Op::HeaderAfter("authorization", "Bearer x".into())],
        )
        .accepted(),
        either(
            "authorization/first-header",
            "http-layer",
            TokenHeaderDecodes,
            rfc::HTTP_FIELDS,
            "A first Authorization header, with garbage, stands in front of the right one.",
            [Op::HeaderBefore("authorization", "Bearer x".into())],
        ),
    ]
}
