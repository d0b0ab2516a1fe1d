//! JSON of the request body that some readers accept and others do not, and what must not matter.

use super::{benign, either};
use crate::case::mutation::Entry;
use crate::case::op::{BodyEdit, Member, Op, Place, Position};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{BodyFormat, BodyJson, BodyProof, BodyTypes, Http};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = lenient();
    all.extend(harmless());
    all
}

fn lenient() -> Vec<Entry> {
    let point = "json-leniency";
    let duplicate = |id: &str, stage, member, position, value, doc: &str| {
        either(
            id,
            point,
            stage,
            rfc::JSON_UNIQUE_NAMES,
            doc,
            [Op::Duplicate(member, position, value)],
        )
    };
    let extra = |id: &str, doc: &str, name: &'static str, value| {
        either(
            id,
            point,
            BodyJson,
            rfc::JSON_GRAMMAR,
            doc,
            [Op::Extra(Place::BodyFront, name, value)],
        )
    };
    vec![
        duplicate(
            "json/duplicate-format-before",
            BodyJson,
            Member::Format,
            Position::Before,
            Raw::string("ldp_vc"),
            "A wrong format stands in front of the right one.",
        )
        .also("draft-11-codes"),
        duplicate(
            "json/duplicate-format-after",
            BodyFormat,
            Member::Format,
            Position::After,
            Raw::string("ldp_vc"),
            "A wrong format stands behind the right one.",
        )
        .also("draft-11-codes"),
        duplicate(
            "json/duplicate-types-before",
            BodyJson,
            Member::Types,
            Position::Before,
            Raw::Array(Vec::new()),
            "Empty types stand in front of the right ones.",
        )
        .also("draft-11-codes"),
        duplicate(
            "json/duplicate-types-after",
            BodyTypes,
            Member::Types,
            Position::After,
            Raw::Array(Vec::new()),
            "Empty types stand behind the right ones.",
        )
        .also("draft-11-codes"),
        duplicate(
            "json/duplicate-proof-before",
            BodyJson,
            Member::Proof,
            Position::Before,
            Raw::Object(Vec::new()),
            "An empty proof stands in front of the right one.",
        )
        .also("missing-proof-code"),
        duplicate(
            "json/duplicate-proof-after",
            BodyProof,
            Member::Proof,
            Position::After,
            Raw::Object(Vec::new()),
            "An empty proof stands behind the right one.",
        )
        .also("missing-proof-code"),
        duplicate(
            "json/duplicate-jwt-after",
            BodyProof,
            Member::ProofJwt,
            Position::After,
            Raw::string("x"),
            "A wrong jwt stands behind the right one.",
        )
        // Who takes the last one finds a proof that is no JWS.
        .also("missing-proof-code"),
        either(
            "json/byte-order-mark",
            point,
            BodyJson,
            rfc::JSON_UTF8,
            "The body begins with a byte order mark.",
            [Op::Body(BodyEdit::Prefix(b"\xef\xbb\xbf"))],
        )
        .accepted(),
        either(
            "json/trailing-space",
            point,
            BodyJson,
            rfc::JSON_GRAMMAR,
            "White space stands behind the body.",
            [Op::Body(BodyEdit::Suffix(b" \r\n\t"))],
        )
        .accepted(),
        extra(
            "json/lone-surrogate",
            "An unknown member holds a lone surrogate.",
            "x",
            Raw::bytes(*b"\"\\ud800\""),
        )
        .accepted(),
        extra(
            "json/number-too-large",
            "An unknown member holds the number 1e999.",
            "x",
            Raw::Number("1e999".into()),
        ),
        extra(
            "json/proto-member",
            "There is a member __proto__.",
            "__proto__",
            Raw::Object(vec![("a".into(), Raw::number(1))]),
        )
        .accepted(),
        extra(
            "json/proto-member-with-types",
            "There is a member __proto__ that holds the types of the request.",
            "__proto__",
            Raw::Object(vec![(
                "types".into(),
                Raw::templates(&["{base_type}", "{attestation_type}", "{type}"]),
            )]),
        )
        .accepted(),
        extra(
            "json/constructor-member",
            "There is a member constructor with a prototype.",
            "constructor",
            Raw::Object(vec![(
                "prototype".into(),
                Raw::Object(vec![("a".into(), Raw::number(1))]),
            )]),
        )
        .accepted(),
        extra(
            "json/deep-nesting",
            "An unknown member is nested 10,000 deep.",
            "x",
            Raw::Nested(10_000),
        ),
        either(
            "json/one-mebibyte",
            "body-too-large",
            BodyJson,
            c::BODY_JSON,
            "The body has a mebibyte.",
            [Op::Body(BodyEdit::PadTo(1_048_576))],
        )
        .accepted(),
        either(
            "json/over-one-mebibyte",
            "body-too-large",
            Http,
            c::BODY_JSON,
            "The body has a byte more than a mebibyte.",
            [Op::Body(BodyEdit::PadTo(1_048_577))],
        ),
        either(
            "json/large",
            "body-too-large",
            BodyJson,
            c::BODY_JSON,
            "The body has 100 KiB.",
            [Op::Extra(Place::BodyBack, "x", Raw::Pad(102_400))],
        )
        .accepted(),
    ]
}

fn harmless() -> Vec<Entry> {
    let body = |id: &str, doc: &str, edit| benign(id, rfc::JSON_GRAMMAR, doc, [Op::Body(edit)]);
    let extra = |id: &str, doc: &str, place, value| {
        benign(
            id,
            c::UNKNOWN_MEMBERS,
            doc,
            [Op::Extra(place, "x_unknown", value)],
        )
    };
    vec![
        body(
            "json/white-space",
            "White space stands wherever the grammar allows it, but not behind the body.",
            BodyEdit::Spaces,
        ),
        body(
            "json/leading-space",
            "White space stands in front of the body.",
            BodyEdit::Prefix(b" \r\n\t"),
        ),
        body(
            "json/members-reversed",
            "The members stand in the opposite order.",
            BodyEdit::ReverseMembers,
        ),
        body(
            "json/names-escaped",
            "Member names are written with escapes.",
            BodyEdit::EscapeNames,
        ),
        body(
            "json/values-escaped",
            "String values are written with escapes.",
            BodyEdit::EscapeValues,
        ),
        extra(
            "json/extra-first",
            "An unknown member stands in front.",
            Place::BodyFront,
            Raw::string("x"),
        ),
        extra(
            "json/extra-null",
            "An unknown member is null.",
            Place::BodyBack,
            Raw::Null,
        ),
        extra(
            "json/extra-object",
            "An unknown member holds an object.",
            Place::BodyBack,
            Raw::Object(vec![("a".into(), Raw::Array(vec![Raw::number(1)]))]),
        ),
        extra(
            "json/extra-in-proof",
            "The proof has an unknown member.",
            Place::Proof,
            Raw::Bool(true),
        ),
        extra(
            "json/extra-nested",
            "An unknown member is nested 40 deep.",
            Place::BodyBack,
            Raw::Nested(40),
        ),
        extra(
            "json/extra-long-integer",
            "An unknown member holds an integer of thirty digits.",
            Place::BodyBack,
            Raw::Number("123456789012345678901234567890".into()),
        ),
        extra(
            "json/extra-negative-zero",
            "An unknown member holds negative zero.",
            Place::BodyBack,
            Raw::Number("-0.0e-0".into()),
        ),
        extra(
            "json/extra-unicode",
            "An unknown member holds text beyond the basic plane.",
            Place::BodyBack,
            Raw::string("Ω≈ç√ 🦀 \u{7f}"),
        ),
        extra(
            "json/extra-of-32-kib",
            "An unknown member has 32 KiB.",
            Place::BodyBack,
            Raw::Pad(32_768),
        ),
        benign(
            "json/extra-of-later-drafts",
            c::UNKNOWN_MEMBERS,
            "There are members of later drafts.",
            [
                Op::Extra(Place::BodyBack, "credential_identifier", Raw::string("x")),
                Op::Extra(
                    Place::BodyBack,
                    "credential_response_encryption",
                    Raw::Object(Vec::new()),
                ),
            ],
        ),
    ]
}
