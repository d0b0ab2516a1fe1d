//! The code challenge of a holder wallet's authorization request (RFC 7636).

use super::authorize::of_holders;
use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{FormEdit, Op};
use crate::case::stage::Stage::AuthorizePkce;
use crate::clauses::ebsi_v3 as c;

pub(super) fn entries() -> Vec<Entry> {
    of_holders(pkce())
}

fn set(name: &'static str, text: &'static str) -> Op {
    Op::Parameter(name, FormEdit::Set(text.into()))
}

fn no(name: &'static str) -> Op {
    Op::Parameter(name, FormEdit::Remove)
}

fn pkce() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, ops: Vec<Op>| malformed(id, AuthorizePkce, c::PKCE, doc, ops);
    vec![
        bad(
            "pkce/challenge-absent",
            "There is no code_challenge.",
            vec![no("code_challenge")],
        ),
        bad(
            "pkce/challenge-empty",
            "The code_challenge is empty.",
            vec![set("code_challenge", "")],
        ),
        bad(
            "pkce/method-absent",
            "There is no code_challenge_method.",
            vec![no("code_challenge_method")],
        ),
        bad(
            "pkce/absent",
            "There is neither a code_challenge nor its method.",
            vec![no("code_challenge"), no("code_challenge_method")],
        ),
        bad(
            "pkce/method-plain",
            "The code_challenge_method is plain, and the challenge is the verifier.",
            vec![
                set("code_challenge", "{verifier}"),
                set("code_challenge_method", "plain"),
            ],
        ),
        bad(
            "pkce/method-plain-in-name",
            "The code_challenge_method is plain, while the challenge is a hash.",
            vec![set("code_challenge_method", "plain")],
        ),
        bad(
            "pkce/method-unknown",
            "The code_challenge_method is one that does not exist.",
            vec![set("code_challenge_method", "S512")],
        ),
        either(
            "pkce/challenge-twice",
            "http-layer",
            AuthorizePkce,
            c::PKCE,
            "The code_challenge is named twice.",
            [Op::Parameter("code_challenge", FormEdit::Twice)],
        ),
        either(
            "pkce/other-method-behind",
            "http-layer",
            AuthorizePkce,
            c::PKCE,
            "The method plain stands behind the method S256.",
            [Op::ParameterExtra("code_challenge_method", "plain".into())],
        ),
    ]
}
