//! JSON syntax and encoding of the request body.

use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{BodyEdit, Op, Place};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{BodyFormat, BodyJson};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = broken();
    all.extend(roots());
    all.extend(super::json_lenient::entries());
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
