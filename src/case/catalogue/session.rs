//! The token request, whatever the grant, and that of a pre-authorised code.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{FormEdit, Op, PathEdit};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    Http, TokenRequestClient, TokenRequestCode, TokenRequestGrant, TokenRequestMediaType,
    TokenRequestParameters, TokenRequestPin,
};
use crate::clauses::{Clause, ebsi_v3 as c};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = token_requests();
    all.extend(http());
    all.into_iter()
        .map(|entry| entry.at(Endpoint::Token))
        .collect()
}

fn token_requests() -> Vec<Entry> {
    let form = |name, edit| [Op::Form(name, edit)];
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, ops: [Op; 1]| {
        let entry = malformed(id, stage, clause, doc, ops);
        match stage {
            TokenRequestCode | TokenRequestPin | TokenRequestParameters => {
                entry.only(&[Grant::PreAuthorized])
            }
            _ => entry,
        }
    };
    let text = |value: &'static str| FormEdit::Set(value.into());
    let of_others = |id: &str, stage, doc: &str, ops: [Op; 1]| {
        let clause = c::TOKEN_REQUEST_UNKNOWN;
        either(id, "token-request-of-others", stage, clause, doc, ops)
            .accepted()
            .only(&[Grant::PreAuthorized])
    };
    vec![
        bad(
            "token-request/media-type-json",
            TokenRequestMediaType,
            c::TOKEN_REQUEST,
            "The token request's Content-Type is application/json.",
            [Op::Header("content-type", "application/json".into())],
        )
        .also("token-media-type"),
        bad(
            "token-request/media-type-text",
            TokenRequestMediaType,
            c::TOKEN_REQUEST,
            "The token request's Content-Type is text/plain.",
            [Op::Header("content-type", "text/plain".into())],
        )
        .also("token-media-type"),
        bad(
            "token-request/grant-absent",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request has no grant_type.",
            form("grant_type", FormEdit::Remove),
        ),
        bad(
            "token-request/grant-unknown",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request's grant_type is password.",
            form("grant_type", text("password")),
        ),
        bad(
            "token-request/grant-short",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request's grant_type is not the full URN.",
            form("grant_type", text("pre-authorized_code")),
        ),
        bad(
            "token-request/code-absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The token request has no pre-authorised code.",
            form("pre-authorized_code", FormEdit::Remove),
        ),
        bad(
            "token-request/code-garbage",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is garbage.",
            form("pre-authorized_code", text("x")),
        ),
        bad(
            "token-request/code-access-token",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is garbage in three segments.",
            form("pre-authorized_code", text("a.b.c")),
        ),
        bad(
            "token-request/pin-absent",
            TokenRequestParameters,
            c::PIN,
            "The token request has no user_pin.",
            form("user_pin", FormEdit::Remove),
        ),
        bad(
            "token-request/pin-of-other",
            TokenRequestPin,
            c::PIN,
            "The PIN is another holder's.",
            form("user_pin", text("{other_pin}")),
        ),
        bad(
            "token-request/pin-longer",
            TokenRequestPin,
            c::PIN,
            "The PIN has further digits.",
            form("user_pin", text("{pin}0000")),
        ),
        bad(
            "token-request/pin-as-number",
            TokenRequestPin,
            c::PIN,
            "The PIN has a leading zero more.",
            form("user_pin", text("0{pin}")),
        ),
        benign(
            "token-request/extra",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request has a parameter that nobody asked for.",
            [Op::FormExtra("x_unknown", "1".into())],
        ),
        benign(
            "token-request/client-assertion",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request carries a client assertion, as the official client sends one.",
            [Op::FormExtra(
                "client_assertion",
                "eyJ4IjoxfQ.eyJ4IjoxfQ.x".into(),
            )],
        )
        .only(&[Grant::PreAuthorized, Grant::IdToken, Grant::VpToken]),
        benign(
            "token-request/client-id",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request carries the client id.",
            [Op::FormExtra("client_id", "{did}".into())],
        )
        .only(&[Grant::PreAuthorized]),
        of_others(
            "token-request/client-id-of-other",
            TokenRequestClient,
            "The token request names another client than the code does.",
            [Op::FormExtra("client_id", "{other_did}".into())],
        ),
        of_others(
            "token-request/details-of-other-type",
            TokenRequestParameters,
            "The token request has authorization_details of its own, for another type than was offered.",
            [Op::FormExtra(
                "authorization_details",
                "[{\"type\":\"openid_credential\",\"format\":\"{default_format}\",\"locations\":[\"{issuer}\"],\"types\":[\"{base_type}\",\"{attestation_type}\",\"{other_type}\"]}]".into(),
            )],
        ),
        bad(
            "token-request/pin-of-other-holder",
            TokenRequestPin,
            c::PIN,
            "The PIN is that of another holder who has an offer.",
            form("user_pin", text("{other_holder_pin}")),
        )
        .needs(Need::OtherHolder),
        benign(
            "token-request/charset",
            c::TOKEN_REQUEST,
            "The token request's Content-Type has a charset.",
            [Op::Header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".into(),
            )],
        ),
    ]
}

fn http() -> Vec<Entry> {
    let bad = |id: &str, clause: &'static Clause, doc: &str, op| {
        malformed(id, Http, clause, doc, [op]).also("method-and-path")
    };
    vec![
        bad(
            "token-request/method-get",
            c::HTTP_METHOD,
            "The method of the token request is GET.",
            Op::Method("GET"),
        ),
        bad(
            "token-request/method-put",
            c::HTTP_METHOD,
            "The method of the token request is PUT.",
            Op::Method("PUT"),
        ),
        bad(
            "token-request/path-below",
            c::HTTP_PATH,
            "The path of the token request has a segment more.",
            Op::Path(PathEdit::Append("/x")),
        ),
        malformed(
            "token-request/media-type-absent",
            TokenRequestMediaType,
            c::TOKEN_REQUEST,
            "The token request has no Content-Type.",
            [Op::NoHeader("content-type")],
        )
        .also("token-media-type"),
    ]
}
