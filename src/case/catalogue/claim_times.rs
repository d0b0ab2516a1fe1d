//! The times in a key proof, and claims that must not matter.

use super::claims::{no, set};
use super::proof::op;
use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{JwsEdit, Op};
use crate::case::raw::{Raw, Time, TimeForm};
use crate::case::stage::Stage::{ProofClaims, ProofSignature};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = times();
    all.extend(harmless());
    all
}

fn times() -> Vec<Entry> {
    let window = |id: &str, doc: &str, value: Raw| {
        either(
            id,
            "proof-iat-window",
            ProofSignature,
            c::PROOF_CLAIMS,
            doc,
            set("iat", value),
        )
        .accepted()
    };
    let form = |offset, form| Raw::Time(Time { offset, form });
    let expired = |id: &str, doc: &str, value: Raw| {
        malformed(id, ProofSignature, rfc::JWT_EXP, doc, set("exp", value))
    };
    let early = |id: &str, doc: &str, value: Raw| {
        malformed(id, ProofSignature, rfc::JWT_NBF, doc, set("nbf", value))
    };
    vec![
        malformed(
            "proof-iat/absent",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof has no iat.",
            no("iat"),
        ),
        malformed(
            "proof-iat/string",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof's iat is a string of digits.",
            set("iat", form(0, TimeForm::Text)),
        ),
        malformed(
            "proof-iat/date",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof's iat is a date.",
            set("iat", Raw::string("2024-01-01T00:00:00Z")),
        ),
        window(
            "proof-iat/day-old",
            "The proof was issued a day ago.",
            Raw::time(-86_400),
        ),
        window(
            "proof-iat/year-old",
            "The proof was issued a year ago.",
            Raw::time(-31_536_000),
        ),
        window(
            "proof-iat/day-ahead",
            "The proof was issued a day ahead.",
            Raw::time(86_400),
        ),
        window(
            "proof-iat/year-ahead",
            "The proof was issued a year ahead.",
            Raw::time(31_536_000),
        ),
        window(
            "proof-iat/milliseconds",
            "The proof's iat is in milliseconds.",
            form(0, TimeForm::Milliseconds),
        ),
        window(
            "proof-iat/fraction",
            "The proof's iat has a fraction.",
            form(-1, TimeForm::Fraction),
        ),
        window(
            "proof-iat/negative",
            "The proof's iat is negative.",
            Raw::number(-1),
        ),
        window(
            "proof-iat/past-2106",
            "The proof's iat does not fit 32 bits.",
            Raw::Number("4294967296".into()),
        ),
        window(
            "proof-iat/huge",
            "The proof's iat is 1e300.",
            Raw::Number("1e300".into()),
        ),
        either(
            "proof-exp/past",
            "clock-leeway",
            ProofSignature,
            rfc::JWT_EXP,
            "The proof has expired ten seconds ago.",
            set("exp", Raw::time(-10)),
        ),
        expired(
            "proof-exp/ten-minutes-past",
            "The proof has expired ten minutes ago.",
            Raw::time(-600),
        ),
        expired(
            "proof-exp/long-past",
            "The proof expired a year ago.",
            Raw::time(-31_536_000),
        ),
        expired("proof-exp/zero", "The proof's exp is 0.", Raw::number(0)),
        expired(
            "proof-exp/negative",
            "The proof's exp is negative.",
            Raw::number(-1),
        ),
        expired(
            "proof-exp/string",
            "The proof's exp is a string of digits.",
            form(300, TimeForm::Text),
        ),
        expired(
            "proof-exp/past-string",
            "The proof's exp is a string of digits, and past.",
            form(-300, TimeForm::Text),
        ),
        expired("proof-exp/null", "The proof's exp is null.", Raw::Null),
        expired(
            "proof-exp/array",
            "The proof's exp is an array.",
            Raw::Array(vec![Raw::time(300)]),
        ),
        either(
            "proof-exp/huge",
            "proof-iat-window",
            ProofSignature,
            rfc::JWT_EXP,
            "The proof's exp is 1e300.",
            set("exp", Raw::Number("1e300".into())),
        )
        .accepted(),
        either(
            "proof-exp/fraction",
            "proof-iat-window",
            ProofSignature,
            rfc::JWT_EXP,
            "The proof's exp has a fraction.",
            set("exp", form(300, TimeForm::Fraction)),
        )
        .accepted(),
        early(
            "proof-nbf/future",
            "The proof is not valid before an hour.",
            Raw::time(3600),
        ),
        early(
            "proof-nbf/far-future",
            "The proof is not valid before a year.",
            Raw::time(31_536_000),
        ),
        early(
            "proof-nbf/string",
            "The proof's nbf is a string.",
            Raw::string("x"),
        ),
        early("proof-nbf/null", "The proof's nbf is null.", Raw::Null),
    ]
}

fn harmless() -> Vec<Entry> {
    let ok = |id: &str, doc: &str, ops: [Op; 1]| benign(id, c::UNKNOWN_MEMBERS, doc, ops);
    vec![
        benign(
            "proof-exp/near",
            rfc::JWT_EXP,
            "The proof expires in five minutes.",
            set("exp", Raw::time(300)),
        ),
        benign(
            "proof-exp/far",
            rfc::JWT_EXP,
            "The proof expires in ten years.",
            set("exp", Raw::time(315_360_000)),
        ),
        benign(
            "proof-exp/past-2038",
            rfc::JWT_EXP,
            "The proof expires in the year 2100, which does not fit 31 bits.",
            set("exp", Raw::number(4_102_444_800)),
        ),
        benign(
            "proof-nbf/zero",
            rfc::JWT_NBF,
            "The proof's nbf is 0.",
            set("nbf", Raw::number(0)),
        ),
        benign(
            "proof-nbf/past",
            rfc::JWT_NBF,
            "The proof is valid since a minute.",
            set("nbf", Raw::time(-60)),
        ),
        ok(
            "proof-claims/jti",
            "The proof has a jti.",
            set(
                "jti",
                Raw::string("urn:uuid:5f0a7b1c-9e1e-4d2b-9a3c-111111111111"),
            ),
        ),
        ok(
            "proof-claims/sub",
            "The proof has a sub.",
            set("sub", Raw::template("{did}")),
        ),
        ok(
            "proof-claims/state",
            "The proof has a state, as one wallet sends it.",
            set("state", Raw::string("x")),
        ),
        ok(
            "proof-claims/extra-object",
            "The proof has an unknown claim that holds an object.",
            set("x_unknown", Raw::Object(vec![("a".into(), Raw::Null)])),
        ),
        benign(
            "proof-claims/reversed",
            rfc::JSON_GRAMMAR,
            "The claims of the proof stand in the opposite order.",
            [op(JwsEdit::ReverseClaims)],
        ),
    ]
}
