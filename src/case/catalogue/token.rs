//! The access token, without the authorization server's key: tampering, other tokens.

use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Jws, JwsEdit, Op, Segment, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{
    TokenHeader, TokenHeaderDecodes, TokenKid, TokenPayload, TokenPayloadDecodes, TokenSignature,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = forms();
    all.extend(tampered());
    all.extend(super::token_others::entries());
    all
}

pub(super) fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::Token, edit)
}

fn forms() -> Vec<Entry> {
    let form = |id: &str, stage, clause: &'static Clause, doc: &str, text: &'static str| {
        malformed(id, stage, clause, doc, [op(JwsEdit::Compact(text.into()))])
    };
    let header = |id: &str, doc: &str, text| {
        form(id, TokenHeaderDecodes, c::TOKEN_HEADER_DECODES, doc, text)
    };
    let payload = |id: &str, doc: &str, text| {
        form(id, TokenPayloadDecodes, c::TOKEN_PAYLOAD_DECODES, doc, text)
    };
    let respelt = |id: &str, doc: &str, edit| {
        let point = "base64url-leniency";
        either(
            id,
            point,
            TokenSignature,
            rfc::JWS_BASE64URL,
            doc,
            [op(edit)],
        )
    };
    vec![
        header("token/word", "The access token is a word.", "x"),
        header(
            "token/garbage",
            "The access token is three letters with periods between them.",
            "a.b.c",
        ),
        header(
            "token/only-periods",
            "The access token is two periods.",
            "..",
        ),
        header(
            "token/uuid",
            "The access token is a UUID.",
            "7b1c9e1e-5f0a-4d2b-9a3c-000000000000",
        ),
        header(
            "token/undefined",
            "The access token is the word undefined.",
            "undefined",
        ),
        header(
            "token/two-segments",
            "The access token has no third segment.",
            "{h}.{p}",
        ),
        header(
            "token/one-segment",
            "The access token is its header alone.",
            "{h}",
        ),
        header(
            "token/four-segments",
            "The access token has a fourth segment.",
            "{h}.{p}.{s}.x",
        ),
        header(
            "token/header-not-json",
            "The access token's header is no JSON.",
            "aGVsbG8.{p}.{s}",
        ),
        header(
            "token/header-null",
            "The access token's header is null.",
            "bnVsbA.{p}.{s}",
        ),
        header(
            "token/header-not-base64",
            "The access token's header is no base64.",
            "!!!!.{p}.{s}",
        ),
        form(
            "token/five-segments",
            TokenPayloadDecodes,
            c::TOKEN_HEADER_DECODES,
            "The access token has five segments.",
            "{h}.{p}.{s}.x.y",
        ),
        form(
            "token/header-empty-object",
            TokenHeader,
            c::TOKEN_HEADER,
            "The access token's header is an empty object.",
            "e30.{p}.{s}",
        ),
        payload(
            "token/payload-empty",
            "The access token's payload is empty.",
            "{h}..{s}",
        ),
        payload(
            "token/payload-not-base64",
            "The access token's payload is no base64.",
            "{h}.!!!!.{s}",
        ),
        payload(
            "token/payload-not-json",
            "The access token's payload is no JSON.",
            "{h}.aGVsbG8.{s}",
        ),
        payload(
            "token/payload-array",
            "The access token's payload is an array.",
            "{h}.W10.{s}",
        ),
        payload(
            "token/payload-number",
            "The access token's payload is a number.",
            "{h}.MQ.{s}",
        ),
        payload(
            "token/payload-string",
            "The access token's payload is a string.",
            "{h}.Ingi.{s}",
        ),
        form(
            "token/payload-empty-object",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "The access token's payload is an empty object.",
            "{h}.e30.{s}",
        ),
        malformed(
            "token/very-long",
            TokenHeaderDecodes,
            c::TOKEN_HEADER_DECODES,
            "The access token is a word of 12,000 letters.",
            [Op::Header(
                "authorization",
                format!("Bearer {}", "a".repeat(12_000)).into(),
            )],
        )
        .also("http-layer"),
        form(
            "token/signature-not-base64",
            TokenSignature,
            c::TOKEN_SIGNATURE,
            "The access token's signature is no base64.",
            "{h}.{p}.!!!!",
        ),
        respelt(
            "token/header-padded",
            "The access token's header segment is padded.",
            JwsEdit::Compact("{h}=.{p}.{s}".into()),
        ),
        respelt(
            "token/signature-padded",
            "The access token's signature segment is padded.",
            JwsEdit::Signature(SignatureEdit::Padded),
        ),
        respelt(
            "token/signature-trailing-bits",
            "The unused bits of the last character of the access token's signature are set.",
            JwsEdit::Signature(SignatureEdit::TrailingBits),
        ),
        respelt(
            "token/signature-high-s",
            "S of the access token's signature is the other valid value, n - S.",
            JwsEdit::Signature(SignatureEdit::HighS),
        )
        .accepted(),
    ]
}

fn tampered() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, edit| {
        malformed(id, TokenSignature, c::TOKEN_SIGNATURE, doc, [op(edit)])
    };
    let claim = |id: &str, doc: &str, name, value| bad(id, doc, JwsEdit::TamperClaim(name, value));
    let signature = |id: &str, doc: &str, edit| bad(id, doc, JwsEdit::Signature(edit));
    vec![
        bad(
            "token/header-tampered",
            "A member was added to the access token's header.",
            JwsEdit::TamperHeader("x", Raw::number(1)),
        ),
        bad(
            "token/header-cty",
            "A cty was added to the access token's header.",
            JwsEdit::TamperHeader("cty", Raw::string("JWT")),
        ),
        claim(
            "token/claim-added",
            "A claim was added to the access token.",
            "x",
            Raw::number(1),
        ),
        claim(
            "token/subject-tampered",
            "The access token's sub is another holder.",
            "sub",
            Raw::template("{other_did}"),
        ),
        claim(
            "token/client-tampered",
            "The access token's client_id is another client.",
            "claims.client_id",
            Raw::template("{other_did}"),
        ),
        claim(
            "token/nonce-tampered",
            "The access token's c_nonce is another.",
            "claims.c_nonce",
            Raw::string("7b1c9e1e-5f0a-4d2b-9a3c-000000000000"),
        ),
        claim(
            "token/expiry-tampered",
            "The access token expires later than it did.",
            "exp",
            Raw::time(172_800),
        ),
        claim(
            "token/issued-tampered",
            "The access token was issued earlier than it was.",
            "iat",
            Raw::time(-60),
        ),
        claim(
            "token/issuer-tampered",
            "The access token's iss is another server.",
            "iss",
            Raw::string("https://other.example"),
        ),
        signature(
            "token/signature-first-bit",
            "The first bit of the access token's signature is flipped.",
            SignatureEdit::FlipFirstBit,
        ),
        signature(
            "token/signature-last-bit",
            "The last bit of the access token's signature is flipped.",
            SignatureEdit::FlipLastBit,
        ),
        signature(
            "token/signature-empty",
            "The access token's signature is empty.",
            SignatureEdit::Empty,
        ),
        signature(
            "token/signature-last-byte-missing",
            "The last byte of the access token's signature is missing.",
            SignatureEdit::CutLastByte,
        ),
        signature(
            "token/signature-extended",
            "The access token's signature has a byte more.",
            SignatureEdit::Extended,
        ),
        signature(
            "token/signature-zero",
            "The access token's signature is all zero.",
            SignatureEdit::Zero,
        ),
        signature(
            "token/signature-ones",
            "R and S of the access token's signature are 1.",
            SignatureEdit::Ones,
        ),
        signature(
            "token/signature-der",
            "The access token's signature is encoded in DER.",
            SignatureEdit::Der,
        ),
        bad(
            "token/signature-character-changed",
            "A character of the access token's signature is another one.",
            JwsEdit::FlipCharacter(Segment::Signature),
        ),
        malformed(
            "token/signature-other-key",
            TokenSignature,
            c::TOKEN_SIGNATURE,
            "The holder's key signed the access token.",
            [op(JwsEdit::Signer(Signer::OtherKey))],
        ),
        malformed(
            "token/jwk-injected",
            TokenSignature,
            c::TOKEN_SIGNATURE,
            "The access token carries the key that signed it as jwk.",
            [
                op(JwsEdit::TamperHeader("jwk", Raw::embedded("{other_jwk}"))),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        malformed(
            "token/kid-and-key-of-other",
            TokenKid,
            c::TOKEN_KID,
            "The access token is signed by another key, which its kid names.",
            [
                op(JwsEdit::Header(
                    "kid",
                    Edit::Set(Raw::template("{other_thumbprint}")),
                )),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        malformed(
            "token/kid-path",
            TokenKid,
            c::TOKEN_KID,
            "The access token's kid is a path, and the empty key signed.",
            [
                op(JwsEdit::Header(
                    "kid",
                    Edit::Set(Raw::string("../../../dev/null")),
                )),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
    ]
}
