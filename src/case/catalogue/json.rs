//! JSON syntax and encoding of the request body.

use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{BodyEdit, Member, Op, Place, Position};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{BodyFormat, BodyJson, BodyProof, BodyTypes, Http};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = broken();
    all.extend(roots());
    all.extend(lenient());
    all.extend(harmless());
    all
}

fn broken() -> Vec<Entry> {
    let body = |id: &str, doc: &str, edit| {
        malformed(id, BodyJson, rfc::JSON_GRAMMAR, doc, [Op::Body(edit)])
    };
    let extra = |id: &str, doc: &str, bytes: &'static [u8]| {
        malformed(
            id,
            BodyJson,
            rfc::JSON_GRAMMAR,
            doc,
            [Op::Extra(Place::BodyFront, "x", Raw::bytes(bytes))],
        )
    };
    vec![
        body("json/empty", "The body is empty.", BodyEdit::Replace(b"")),
        body(
            "json/only-space",
            "The body is white space.",
            BodyEdit::Replace(b"   "),
        ),
        body(
            "json/word",
            "The body is a word.",
            BodyEdit::Replace(b"hello"),
        ),
        body(
            "json/only-brace",
            "The body is an opening brace.",
            BodyEdit::Replace(b"{"),
        ),
        body(
            "json/last-byte-missing",
            "The last byte of the body is missing.",
            BodyEdit::CutEnd(1),
        ),
        body("json/half", "The body is cut in half.", BodyEdit::FirstHalf),
        body(
            "json/trailing-brace",
            "A brace more stands behind the body.",
            BodyEdit::Suffix(b"}"),
        ),
        body(
            "json/trailing-text",
            "Text stands behind the body.",
            BodyEdit::Suffix(b" x"),
        ),
        body(
            "json/trailing-nul",
            "A NUL byte stands behind the body.",
            BodyEdit::Suffix(b"\0"),
        ),
        body(
            "json/leading-text",
            "A cross-site guard stands in front of the body.",
            BodyEdit::Prefix(b")]}',\n"),
        ),
        body("json/twice", "The body is there twice.", BodyEdit::Twice),
        body(
            "json/comment",
            "There is a comment in the body.",
            BodyEdit::Comment,
        ),
        body(
            "json/trailing-comma",
            "There is a comma behind the last member.",
            BodyEdit::TrailingComma,
        ),
        body(
            "json/single-quotes",
            "Strings are in single quotes.",
            BodyEdit::SingleQuotes,
        ),
        body(
            "json/bare-names",
            "Member names are not quoted.",
            BodyEdit::BareNames,
        ),
        body(
            "json/as-form",
            "The body holds form parameters.",
            BodyEdit::AsForm,
        ),
        malformed(
            "json/utf-16",
            BodyJson,
            rfc::JSON_UTF8,
            "The body is encoded in UTF-16.",
            [Op::Body(BodyEdit::Utf16)],
        ),
        extra("json/nan", "A number is NaN.", b"NaN"),
        extra("json/infinity", "A number is -Infinity.", b"-Infinity"),
        extra("json/undefined", "A value is undefined.", b"undefined"),
        extra("json/leading-zero", "A number has a leading zero.", b"01"),
        extra("json/plus-sign", "A number has a plus sign.", b"+1"),
        extra("json/hex-number", "A number is hexadecimal.", b"0x1f"),
        extra(
            "json/bare-point",
            "A number ends in a decimal point.",
            b"1.",
        ),
        extra(
            "json/upper-case-literal",
            "A literal is written True.",
            b"True",
        ),
        extra(
            "json/control-character",
            "A string holds a bare control character.",
            b"\"\x01\"",
        ),
        extra(
            "json/bad-escape",
            "A string holds an unknown escape.",
            b"\"\\x41\"",
        ),
        extra(
            "json/short-escape",
            "A string holds a short Unicode escape.",
            b"\"\\u12\"",
        ),
        extra(
            "json/unterminated-string",
            "A string is not closed.",
            b"\"abc",
        ),
        either(
            "json/invalid-utf-8",
            "json-leniency",
            BodyJson,
            rfc::JSON_UTF8,
            "A string holds bytes that are no UTF-8.",
            [Op::Extra(
                Place::BodyFront,
                "x",
                Raw::bytes(*b"\"\xff\xfe\""),
            )],
        ),
        either(
            "json/overlong-utf-8",
            "json-leniency",
            BodyJson,
            rfc::JSON_UTF8,
            "A string holds a slash in overlong UTF-8.",
            [Op::Extra(
                Place::BodyFront,
                "x",
                Raw::bytes(*b"\"\xc0\xaf\""),
            )],
        ),
    ]
}

fn roots() -> Vec<Entry> {
    let root =
        |id: &str, doc: &str, edit| malformed(id, BodyJson, c::BODY_JSON, doc, [Op::Body(edit)]);
    vec![
        root(
            "json/root-null",
            "The body is null.",
            BodyEdit::Replace(b"null"),
        ),
        root(
            "json/root-true",
            "The body is true.",
            BodyEdit::Replace(b"true"),
        ),
        root(
            "json/root-number",
            "The body is a number.",
            BodyEdit::Replace(b"1"),
        ),
        root(
            "json/root-string",
            "The body is the request as a JSON string.",
            BodyEdit::InString,
        ),
        root(
            "json/root-array",
            "The body is an empty array.",
            BodyEdit::Replace(b"[]"),
        ),
        root(
            "json/root-array-of-request",
            "The body is an array that holds the request.",
            BodyEdit::InArray,
        ),
        malformed(
            "json/root-empty-object",
            BodyFormat,
            c::BODY_JSON,
            "The body is an empty object.",
            [Op::Body(BodyEdit::Replace(b"{}"))],
        ),
    ]
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
        ),
        duplicate(
            "json/duplicate-format-after",
            BodyFormat,
            Member::Format,
            Position::After,
            Raw::string("ldp_vc"),
            "A wrong format stands behind the right one.",
        ),
        duplicate(
            "json/duplicate-types-before",
            BodyJson,
            Member::Types,
            Position::Before,
            Raw::Array(Vec::new()),
            "Empty types stand in front of the right ones.",
        ),
        duplicate(
            "json/duplicate-types-after",
            BodyTypes,
            Member::Types,
            Position::After,
            Raw::Array(Vec::new()),
            "Empty types stand behind the right ones.",
        ),
        duplicate(
            "json/duplicate-proof-before",
            BodyJson,
            Member::Proof,
            Position::Before,
            Raw::Object(Vec::new()),
            "An empty proof stands in front of the right one.",
        ),
        duplicate(
            "json/duplicate-proof-after",
            BodyProof,
            Member::Proof,
            Position::After,
            Raw::Object(Vec::new()),
            "An empty proof stands behind the right one.",
        ),
        duplicate(
            "json/duplicate-jwt-after",
            BodyProof,
            Member::ProofJwt,
            Position::After,
            Raw::string("x"),
            "A wrong jwt stands behind the right one.",
        ),
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
