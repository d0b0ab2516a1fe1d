//! The wallet's answer to the authorization server as a form: state, media type, HTTP.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, PathEdit};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    DirectPostMediaType, DirectPostState, Http, IdTokenNonce, IdTokenSubject,
};
use crate::clauses::{Clause, ebsi_v3 as c};

/// The grants whose sessions answer with the holder's ID token.
pub(super) const ID_TOKEN: &[Grant] = &[Grant::IdToken];

pub(super) fn entries() -> Vec<Entry> {
    let mut all = states();
    all.extend(http());
    let at = |entry: Entry| entry.at(Endpoint::DirectPost).only(ID_TOKEN);
    all.into_iter().map(at).collect()
}

fn states() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, edit| {
        malformed(
            id,
            DirectPostState,
            c::DIRECT_POST_STATE,
            doc,
            [Op::Form("state", edit)],
        )
    };
    let text = |text: &'static str| FormEdit::Set(text.into());
    let state = |value: &'static str| Op::Form("state", text(value));
    vec![
        bad(
            "direct-post/state-absent",
            "The direct post has no state.",
            FormEdit::Remove,
        ),
        bad(
            "direct-post/state-word",
            "The state is a word.",
            text("state"),
        ),
        bad(
            "direct-post/state-never-issued",
            "The state is a UUID that was never handed out.",
            text("7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab"),
        ),
        bad(
            "direct-post/state-of-client",
            "The state is the client's own instead of the server's.",
            text("{client_state}"),
        ),
        bad(
            "direct-post/state-is-nonce",
            "The nonce of the server's request stands in place of its state.",
            text("{request_nonce}"),
        ),
        either(
            "direct-post/state-twice",
            "http-layer",
            DirectPostState,
            c::DIRECT_POST_STATE,
            "The state is named twice.",
            [Op::Form("state", FormEdit::Twice)],
        ),
        malformed(
            "direct-post/state-of-other-session",
            IdTokenNonce,
            c::ID_TOKEN_NONCE,
            "The state is that of another session, whose nonce is another.",
            [state("{other_request_state}")],
        )
        .needs(Need::OtherSession),
        malformed(
            "direct-post/state-of-other-holder",
            IdTokenNonce,
            c::ID_TOKEN_NONCE,
            "The state is that of another holder's session, whose nonce is another.",
            [state("{other_holder_state}")],
        )
        .needs(Need::OtherHolder),
        malformed(
            "direct-post/session-of-other-holder",
            IdTokenSubject,
            c::ID_TOKEN_HOLDER,
            "State and nonce are those of a session that another holder began.",
            [
                state("{other_holder_state}"),
                Op::Jws(
                    Jws::IdToken,
                    JwsEdit::Claim("nonce", Edit::Set(Raw::template("{other_holder_nonce}"))),
                ),
            ],
        )
        .needs(Need::OtherHolder),
    ]
}

fn http() -> Vec<Entry> {
    let media_type =
        |id: &str, doc: &str, op| malformed(id, DirectPostMediaType, c::DIRECT_POST, doc, [op]);
    let at_http = |id: &str, clause: &'static Clause, doc: &str, op| {
        malformed(id, Http, clause, doc, [op]).also("method-and-path")
    };
    let form = |id: &str, doc: &str, op| benign(id, c::DIRECT_POST, doc, [op]);
    vec![
        media_type(
            "direct-post/media-type-json",
            "The direct post's Content-Type is application/json.",
            Op::Header("content-type", "application/json".into()),
        ),
        media_type(
            "direct-post/media-type-text",
            "The direct post's Content-Type is text/plain.",
            Op::Header("content-type", "text/plain".into()),
        ),
        media_type(
            "direct-post/media-type-jwt",
            "The direct post's Content-Type is application/jwt.",
            Op::Header("content-type", "application/jwt".into()),
        ),
        media_type(
            "direct-post/media-type-absent",
            "The direct post has no Content-Type.",
            Op::NoHeader("content-type"),
        ),
        at_http(
            "direct-post/method-get",
            c::HTTP_METHOD,
            "The method of the direct post is GET.",
            Op::Method("GET"),
        ),
        at_http(
            "direct-post/method-put",
            c::HTTP_METHOD,
            "The method of the direct post is PUT.",
            Op::Method("PUT"),
        ),
        at_http(
            "direct-post/path-below",
            c::HTTP_PATH,
            "The path of the direct post has a segment more.",
            Op::Path(PathEdit::Append("/x")),
        ),
        at_http(
            "direct-post/path-letter-missing",
            c::HTTP_PATH,
            "The last letter of the direct post's path is missing.",
            Op::Path(PathEdit::LastLetterMissing),
        ),
        form(
            "direct-post/charset",
            "The direct post's Content-Type has a charset.",
            Op::Header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".into(),
            ),
        ),
        form(
            "direct-post/unknown-parameter",
            "The direct post has a parameter that nobody asked for.",
            Op::FormExtra("x_unknown", "1".into()),
        ),
        form(
            "direct-post/accept",
            "The wallet says what it accepts as an answer.",
            Op::Header("accept", "text/html,application/json;q=0.9".into()),
        ),
    ]
}
