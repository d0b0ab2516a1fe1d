//! The compact form and the header of the key proof.

use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Jws, JwsEdit, Op};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{ProofClaims, ProofDecodes, ProofHeaderDecodes, ProofSignature};
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = compact();
    all.extend(undecodable());
    all.extend(super::proof_header::entries());
    all.extend(super::proof_key::entries());
    all
}

pub(super) fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::Proof, edit)
}

pub(super) fn set(name: &'static str, value: Raw) -> Op {
    op(JwsEdit::Header(name, Edit::Set(value)))
}

fn compact() -> Vec<Entry> {
    let form = |id: &str, stage, doc: &str, text: &'static str| {
        malformed(
            id,
            stage,
            rfc::JWS_COMPACT,
            doc,
            [op(JwsEdit::Compact(text.into()))],
        )
    };
    let lenient = |id: &str, doc: &str, text: &'static str| {
        either(
            id,
            "base64url-leniency",
            ProofSignature,
            rfc::JWS_BASE64URL,
            doc,
            [op(JwsEdit::Compact(text.into()))],
        )
    };
    vec![
        form(
            "proof-jws/empty",
            ProofDecodes,
            "The proof is the empty string.",
            "",
        ),
        form(
            "proof-jws/word",
            ProofDecodes,
            "The proof is a word.",
            "abc",
        ),
        form(
            "proof-jws/garbage",
            ProofDecodes,
            "The proof is three letters with periods between them.",
            "a.b.c",
        ),
        form(
            "proof-jws/only-periods",
            ProofDecodes,
            "The proof is two periods.",
            "..",
        ),
        form(
            "proof-jws/one-segment",
            ProofDecodes,
            "The proof is its header alone.",
            "{h}",
        ),
        form(
            "proof-jws/two-segments",
            ProofDecodes,
            "The proof has no third segment.",
            "{h}.{p}",
        ),
        form(
            "proof-jws/four-segments",
            ProofDecodes,
            "The proof has a fourth segment.",
            "{h}.{p}.{s}.x",
        ),
        form(
            "proof-jws/five-segments",
            ProofDecodes,
            "The proof has five segments, as encrypted tokens have.",
            "{h}.{p}.{s}.x.y",
        ),
        form(
            "proof-jws/detached",
            ProofDecodes,
            "The payload of the proof is detached.",
            "{h}..{s}",
        ),
        form(
            "proof-jws/segments-swapped",
            ProofDecodes,
            "Signature and payload of the proof are exchanged.",
            "{h}.{s}.{p}",
        ),
        form(
            "proof-jws/bearer-prefix",
            ProofHeaderDecodes,
            "The proof begins with a scheme, as an Authorization header does.",
            "Bearer {h}.{p}.{s}",
        ),
        form(
            "proof-jws/is-access-token",
            ProofClaims,
            "The access token stands in place of the proof.",
            "{token}",
        ),
        lenient(
            "proof-jws/header-padded",
            "The proof's header segment is padded.",
            "{h}==.{p}.{s}",
        ),
        lenient(
            "proof-jws/payload-padded",
            "The proof's payload segment is padded.",
            "{h}.{p}==.{s}",
        ),
        lenient(
            "proof-jws/leading-space",
            "A space stands in front of the proof.",
            " {h}.{p}.{s}",
        ),
        lenient(
            "proof-jws/trailing-newline",
            "A line feed stands behind the proof.",
            "{h}.{p}.{s}\n",
        ),
        lenient(
            "proof-jws/trailing-space",
            "A space stands behind the proof.",
            "{h}.{p}.{s} ",
        ),
    ]
}

fn undecodable() -> Vec<Entry> {
    let payload = |id: &str, doc: &str, bytes: &'static [u8]| {
        malformed(
            id,
            ProofDecodes,
            c::PROOF_DECODES,
            doc,
            [op(JwsEdit::PayloadBytes(bytes))],
        )
    };
    let header = |id: &str, doc: &str, bytes: &'static [u8]| {
        malformed(
            id,
            ProofHeaderDecodes,
            c::PROOF_HEADER_DECODES,
            doc,
            [op(JwsEdit::HeaderBytes(bytes))],
        )
    };
    vec![
        payload(
            "proof-jws/payload-not-json",
            "The proof's payload is no JSON.",
            b"hello",
        ),
        payload(
            "proof-jws/payload-empty",
            "The proof's payload is empty.",
            b"",
        ),
        payload(
            "proof-jws/payload-array",
            "The proof's payload is an array.",
            b"[]",
        ),
        payload(
            "proof-jws/payload-null",
            "The proof's payload is null.",
            b"null",
        ),
        payload(
            "proof-jws/payload-string",
            "The proof's payload is a string.",
            b"\"x\"",
        ),
        payload(
            "proof-jws/payload-number",
            "The proof's payload is a number.",
            b"1",
        ),
        payload(
            "proof-jws/payload-truncated",
            "The proof's payload is truncated JSON.",
            b"{\"iss\":\"x\"",
        ),
        header(
            "proof-jws/header-not-json",
            "The proof's header is no JSON.",
            b"hello",
        ),
        header(
            "proof-jws/header-empty",
            "The proof's header is empty.",
            b"",
        ),
        header(
            "proof-jws/header-array",
            "The proof's header is an array.",
            b"[]",
        ),
        header(
            "proof-jws/header-null",
            "The proof's header is null.",
            b"null",
        ),
        header(
            "proof-jws/header-number",
            "The proof's header is a number.",
            b"7",
        ),
        malformed(
            "proof-jws/header-not-base64",
            ProofHeaderDecodes,
            c::PROOF_HEADER_DECODES,
            "The proof's header segment is no base64.",
            [op(JwsEdit::Compact("!!!!.{p}.{s}".into()))],
        ),
        malformed(
            "proof-jws/header-segment-empty",
            ProofHeaderDecodes,
            c::PROOF_HEADER_DECODES,
            "The proof's header segment is empty.",
            [op(JwsEdit::Compact(".{p}.{s}".into()))],
        ),
        malformed(
            "proof-jws/payload-not-base64",
            ProofDecodes,
            c::PROOF_DECODES,
            "The proof's payload segment is no base64.",
            [op(JwsEdit::Compact("{h}.!!!!.{s}".into()))],
        ),
    ]
}
