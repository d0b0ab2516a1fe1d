//! The ID token of a holder wallet: form, claims, times, and other tokens in its place.

use super::direct_post::ID_TOKEN;
use super::jws::Signed;
use super::{benign, either, malformed};
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op};
use crate::case::raw::{Raw, Time, TimeForm};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    self, IdTokenAudience, IdTokenForm, IdTokenNonce, IdTokenSignature,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

const SIGNED: Signed = Signed {
    jws: Jws::IdToken,
    topic: "id-token",
    endpoint: Endpoint::DirectPost,
    grants: ID_TOKEN,
    form_clause: c::ID_TOKEN,
    clause: c::ID_TOKEN_SIGNATURE,
    form: IdTokenForm,
    header: IdTokenForm,
    algorithm: IdTokenSignature,
    signature: IdTokenSignature,
    received: false,
};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.entries();
    let mut own = in_place();
    own.extend(form());
    own.extend(values());
    own.extend(times());
    let at = |entry: Entry| entry.at(Endpoint::DirectPost).only(ID_TOKEN);
    all.extend(own.into_iter().map(at));
    all
}

pub(super) fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::IdToken, edit)
}

pub(super) fn claim(name: &'static str, value: Raw) -> Op {
    op(JwsEdit::Claim(name, Edit::Set(value)))
}

pub(super) fn bad(
    id: &str,
    stage: Stage,
    clause: &'static Clause,
    doc: &str,
    ops: Vec<Op>,
) -> Entry {
    malformed(id, stage, clause, doc, ops)
}

/// Something else, or nothing, in place of the ID token.
fn in_place() -> Vec<Entry> {
    let form = |id: &str, doc: &str, ops: Vec<Op>| bad(id, IdTokenForm, c::ID_TOKEN, doc, ops);
    let set = |text: &'static str| vec![Op::Form("id_token", FormEdit::Set(text.into()))];
    vec![
        form(
            "id-token/absent",
            "There is no ID token.",
            vec![Op::Form("id_token", FormEdit::Remove)],
        ),
        form("id-token/empty", "The ID token is empty.", set("")),
        form(
            "id-token/did",
            "The DID stands in place of the ID token.",
            set("{did}"),
        ),
        form(
            "id-token/is-issuer-state",
            "The issuer state stands in place of the ID token.",
            set("{issuer_state}"),
        ),
        form(
            "id-token/is-server-request",
            "The server's own request stands in place of the ID token.",
            set("{server_request}"),
        ),
        form(
            "id-token/as-presentation",
            "The ID token is called vp_token.",
            vec![
                Op::Form("id_token", FormEdit::Remove),
                Op::FormExtra("vp_token", "{posted_id_token}".into()),
            ],
        ),
        either(
            "id-token/twice",
            "http-layer",
            IdTokenForm,
            c::ID_TOKEN,
            "The ID token is named twice.",
            [Op::Form("id_token", FormEdit::Twice)],
        ),
    ]
}

/// Members that are not there or of a wrong type; those that are compared are near-misses too.
fn form() -> Vec<Entry> {
    let form = |id: &str, doc: &str, op| bad(id, IdTokenForm, c::ID_TOKEN, doc, vec![op]);
    let typ = |id: &str, doc: &str, name: &'static str| {
        let op = op(JwsEdit::Header("typ", Edit::Set(Raw::template(name))));
        bad(id, IdTokenForm, rfc::JWT_TYP, doc, vec![op])
    };
    let absent = |name: &'static str| {
        form(
            &format!("id-token/{name}-absent"),
            &format!("The ID token has no {name}."),
            op(JwsEdit::Claim(name, Edit::Remove)),
        )
    };
    let text = |name: &'static str, offset| {
        form(
            &format!("id-token/{name}-string"),
            &format!("The ID token's {name} is a string of digits."),
            claim(
                name,
                Raw::Time(Time {
                    offset,
                    form: TimeForm::Text,
                }),
            ),
        )
    };
    let null = |name: &'static str| {
        form(
            &format!("id-token/{name}-null"),
            &format!("The ID token's {name} is null."),
            claim(name, Raw::Null),
        )
    };
    vec![
        absent("iss"),
        absent("sub"),
        absent("aud"),
        absent("exp"),
        absent("iat"),
        absent("nonce"),
        text("exp", 300),
        text("iat", 0),
        null("exp"),
        null("iat"),
        form(
            "id-token/typ-absent",
            "The ID token has no typ.",
            op(JwsEdit::Header("typ", Edit::Remove)),
        ),
        typ(
            "id-token/typ-proof",
            "The ID token's typ is that of a key proof.",
            "{proof_typ}",
        ),
        typ(
            "id-token/typ-access-token",
            "The ID token's typ is at+jwt.",
            "at+jwt",
        ),
    ]
}

fn values() -> Vec<Entry> {
    let nonce = |id: &str, doc: &str, text: &'static str| {
        let op = claim("nonce", Raw::template(text));
        bad(id, IdTokenNonce, c::ID_TOKEN_NONCE, doc, vec![op])
    };
    let audience = |id: &str, doc: &str, value| {
        let op = claim("aud", value);
        bad(id, IdTokenAudience, c::ID_TOKEN_AUDIENCE, doc, vec![op])
    };
    vec![
        nonce(
            "id-token/nonce-of-client",
            "The ID token's nonce is one that the client made up.",
            "{client_nonce}",
        ),
        nonce(
            "id-token/nonce-is-state",
            "The ID token's nonce is the state of the server's request.",
            "{request_state}",
        ),
        nonce(
            "id-token/nonce-of-other-session",
            "The ID token's nonce is that of another session.",
            "{other_request_nonce}",
        )
        .needs(Need::OtherSession),
        audience(
            "id-token/aud-issuer",
            "The ID token is meant for the credential issuer.",
            Raw::template("{issuer}"),
        ),
        audience(
            "id-token/aud-other",
            "The ID token is meant for another server.",
            Raw::string("https://other.example/auth"),
        ),
        audience(
            "id-token/aud-holder",
            "The ID token is meant for the holder.",
            Raw::template("{did}"),
        ),
        audience(
            "id-token/aud-others",
            "The ID token is meant for two other servers.",
            Raw::templates(&["https://other.example/auth", "{issuer}"]),
        ),
        either(
            "id-token/aud-array",
            "proof-aud-array",
            IdTokenForm,
            c::ID_TOKEN_AUDIENCE,
            "The ID token's aud is an array of the server alone.",
            [claim("aud", Raw::templates(&["{as}"]))],
        )
        .accepted(),
        either(
            "id-token/aud-more",
            "proof-aud-array",
            IdTokenForm,
            c::ID_TOKEN_AUDIENCE,
            "The ID token is meant for another server besides.",
            [claim(
                "aud",
                Raw::templates(&["{as}", "https://other.example/auth"]),
            )],
        )
        .accepted(),
    ]
}

fn times() -> Vec<Entry> {
    let bad = |id: &str, clause: &'static Clause, doc: &str, op| {
        bad(id, IdTokenSignature, clause, doc, vec![op])
    };
    let window = |id: &str, doc: &str, offset| {
        either(
            id,
            "proof-iat-window",
            IdTokenSignature,
            c::ID_TOKEN,
            doc,
            [claim("iat", Raw::time(offset))],
        )
        .accepted()
    };
    vec![
        bad(
            "id-token/expired",
            rfc::JWT_EXP,
            "The ID token has expired.",
            claim("exp", Raw::time(-600)),
        ),
        bad(
            "id-token/expired-long-ago",
            rfc::JWT_EXP,
            "The ID token expired a year ago.",
            claim("exp", Raw::time(-31_536_000)),
        ),
        bad(
            "id-token/exp-zero",
            rfc::JWT_EXP,
            "The ID token's exp is 0.",
            claim("exp", Raw::number(0)),
        ),
        bad(
            "id-token/not-yet",
            rfc::JWT_NBF,
            "The ID token is not valid before an hour.",
            claim("nbf", Raw::time(3600)),
        ),
        window(
            "id-token/iat-day-old",
            "The ID token was issued a day ago.",
            -86_400,
        ),
        window(
            "id-token/iat-day-ahead",
            "The ID token was issued a day ahead.",
            86_400,
        ),
        benign(
            "id-token/nbf-past",
            rfc::JWT_NBF,
            "The ID token is valid since a minute.",
            [claim("nbf", Raw::time(-60))],
        ),
        benign(
            "id-token/jti",
            c::UNKNOWN_MEMBERS,
            "The ID token has a jti.",
            [claim("jti", Raw::template("urn:uuid:{client_nonce}"))],
        ),
    ]
}
