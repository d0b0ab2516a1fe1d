//! The deferred credential request: acceptance token, bearer scheme, and bodies that wallets send.

use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{BodyEdit, FormEdit, Op, PathEdit};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{DeferredAuthorization, DeferredToken, Http};
use crate::clauses::{Clause, ebsi_v3 as c};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = deferred();
    all.extend(schemes());
    all.extend(bodies());
    all.into_iter()
        .map(|entry| entry.at(Endpoint::Deferred))
        .collect()
}

fn deferred() -> Vec<Entry> {
    let bearer = |edit| [Op::Bearer(edit)];
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, ops: [Op; 1]| {
        malformed(id, stage, clause, doc, ops)
    };
    vec![
        bad(
            "acceptance-token/absent",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The deferred request has no Authorization header.",
            bearer(FormEdit::Remove),
        ),
        bad(
            "acceptance-token/basic",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The deferred request uses the Basic scheme.",
            [Op::Header(
                "authorization",
                "Basic {acceptance_token}".into(),
            )],
        ),
        bad(
            "acceptance-token/garbage",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is garbage.",
            bearer(FormEdit::Set("x".into())),
        ),
        bad(
            "acceptance-token/never-issued",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is a UUID that was never issued.",
            bearer(FormEdit::Set("7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab".into())),
        ),
        bad(
            "acceptance-token/access-token",
            DeferredToken,
            c::ACCEPTANCE_NOT_ACCESS,
            "The access token stands in place of the acceptance token.",
            bearer(FormEdit::Set("{token}".into())),
        ),
        bad(
            "acceptance-token/c-nonce",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The c_nonce stands in place of the acceptance token.",
            bearer(FormEdit::Set("{c_nonce}".into())),
        ),
        bad(
            "acceptance-token/list",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is followed by another.",
            bearer(FormEdit::Set("{acceptance_token},x".into())),
        ),
        bad(
            "deferred-request/method-get",
            Http,
            c::HTTP_METHOD,
            "The method of the deferred request is GET.",
            [Op::Method("GET")],
        )
        .also("method-and-path"),
        either(
            "deferred-request/media-type-form",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a Content-Type, but no body.",
            [Op::Header(
                "content-type",
                "application/x-www-form-urlencoded".into(),
            )],
        )
        .accepted(),
        either(
            "deferred-request/body-without-media-type",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a body without a Content-Type.",
            [Op::Body(BodyEdit::Replace(b"{}"))],
        )
        .accepted(),
        either(
            "deferred-request/body-of-xml",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a body in XML.",
            [
                Op::Header("content-type", "application/xml".into()),
                Op::Body(BodyEdit::Replace(b"<x/>")),
            ],
        )
        .accepted(),
    ]
}

fn schemes() -> Vec<Entry> {
    let bad = |id: &str, stage, doc: &str, op| malformed(id, stage, c::DEFERRED_TOKEN, doc, [op]);
    let authorization = |text: &'static str| Op::Header("authorization", text.into());
    vec![
        bad(
            "acceptance-token/scheme-absent",
            DeferredAuthorization,
            "The acceptance token stands in the Authorization header without a scheme.",
            authorization("{acceptance_token}"),
        ),
        bad(
            "acceptance-token/scheme-dpop",
            DeferredAuthorization,
            "The deferred request uses the DPoP scheme.",
            authorization("DPoP {acceptance_token}"),
        ),
        bad(
            "acceptance-token/order-reversed",
            DeferredAuthorization,
            "The scheme stands behind the acceptance token.",
            authorization("{acceptance_token} Bearer"),
        ),
        bad(
            "acceptance-token/only-scheme",
            DeferredAuthorization,
            "The Authorization header of the deferred request is the scheme alone.",
            authorization("Bearer"),
        ),
        either(
            "acceptance-token/scheme-lower-case",
            "bearer-spelling",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The scheme of the deferred request is in lower case.",
            [authorization("bearer {acceptance_token}")],
        ),
        either(
            "acceptance-token/two-spaces",
            "bearer-spelling",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "Two spaces stand in front of the acceptance token.",
            [authorization("Bearer  {acceptance_token}")],
        ),
        bad(
            "acceptance-token/jwt",
            DeferredToken,
            "The acceptance token is garbage in three segments.",
            Op::Bearer(FormEdit::Set("a.b.c".into())),
        ),
        bad(
            "acceptance-token/twice",
            DeferredToken,
            "The acceptance token stands there twice over.",
            Op::Bearer(FormEdit::Set("{acceptance_token}{acceptance_token}".into())),
        ),
        malformed(
            "acceptance-token/in-body",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The acceptance token stands in the body instead of the header.",
            [
                Op::NoHeader("authorization"),
                Op::Header("content-type", "application/json".into()),
                Op::Body(BodyEdit::Replace(b"{\"acceptance_token\":\"x\"}")),
            ],
        )
        .also("http-layer"),
        malformed(
            "deferred-request/method-put",
            Http,
            c::HTTP_METHOD,
            "The method of the deferred request is PUT.",
            [Op::Method("PUT")],
        )
        .also("method-and-path"),
        malformed(
            "deferred-request/path-below",
            Http,
            c::HTTP_PATH,
            "The path of the deferred request has a segment more.",
            [Op::Path(PathEdit::Append("/x"))],
        )
        .also("method-and-path"),
    ]
}

/// What published wallets send, and an issuer should bear.
fn bodies() -> Vec<Entry> {
    let borne = |id: &str, doc: &str, ops: Vec<Op>| {
        either(id, "http-layer", Http, c::DEFERRED_TOKEN, doc, ops).accepted()
    };
    let json = || Op::Header("content-type", "application/json".into());
    vec![
        borne(
            "deferred-request/json-without-body",
            "The deferred request's Content-Type is application/json, and there is no body.",
            vec![json()],
        ),
        borne(
            "deferred-request/json-empty-string",
            "The deferred request's body is an empty JSON string.",
            vec![json(), Op::Body(BodyEdit::Replace(b"\"\""))],
        ),
        borne(
            "deferred-request/json-empty-object",
            "The deferred request's body is an empty JSON object.",
            vec![json(), Op::Body(BodyEdit::Replace(b"{}"))],
        ),
        borne(
            "deferred-request/json-null",
            "The deferred request's body is null.",
            vec![json(), Op::Body(BodyEdit::Replace(b"null"))],
        ),
        borne(
            "deferred-request/json-malformed",
            "The deferred request's body is malformed JSON.",
            vec![json(), Op::Body(BodyEdit::Replace(b"{"))],
        ),
        benign(
            "deferred-request/accept",
            c::DEFERRED_READY,
            "The wallet says that it accepts JSON.",
            [Op::Header("accept", "application/json".into())],
        ),
        benign(
            "deferred-request/query",
            c::DEFERRED_READY,
            "The deferred request has a query that nobody asked for.",
            [Op::Query("x_unknown=1".into())],
        ),
    ]
}
