//! The signature of the key proof.

use super::proof::op;
use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{JwsEdit, Segment, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::ProofSignature;
use crate::clauses::{ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let edit = |id: &str, doc: &str, edit| {
        malformed(
            id,
            ProofSignature,
            c::PROOF_SIGNATURE,
            doc,
            [op(JwsEdit::Signature(edit))],
        )
    };
    let number = |id: &str, doc: &str, edit| {
        malformed(
            id,
            ProofSignature,
            rfc::JWA_ECDSA,
            doc,
            [op(JwsEdit::Signature(edit))],
        )
    };
    let lenient = |id: &str, doc: &str, edit| {
        either(
            id,
            "base64url-leniency",
            ProofSignature,
            rfc::JWS_BASE64URL,
            doc,
            [op(JwsEdit::Signature(edit))],
        )
    };
    let tamper = |id: &str, doc: &str, edit| {
        malformed(id, ProofSignature, c::PROOF_SIGNATURE, doc, [op(edit)])
    };
    vec![
        edit(
            "proof-signature/first-bit",
            "The first bit of the signature is flipped.",
            SignatureEdit::FlipFirstBit,
        ),
        edit(
            "proof-signature/middle-bit",
            "A bit in the middle of the signature is flipped.",
            SignatureEdit::FlipMiddleBit,
        ),
        edit(
            "proof-signature/last-bit",
            "The last bit of the signature is flipped.",
            SignatureEdit::FlipLastBit,
        ),
        edit(
            "proof-signature/empty",
            "The signature is empty.",
            SignatureEdit::Empty,
        ),
        edit(
            "proof-signature/last-byte-missing",
            "The last byte of the signature is missing.",
            SignatureEdit::CutLastByte,
        ),
        edit(
            "proof-signature/half",
            "The signature is cut in half.",
            SignatureEdit::FirstHalf,
        ),
        edit(
            "proof-signature/extended",
            "The signature has a byte more.",
            SignatureEdit::Extended,
        ),
        edit(
            "proof-signature/zero",
            "The signature is all zero.",
            SignatureEdit::Zero,
        ),
        edit(
            "proof-signature/of-other-claims",
            "The signature is the same key's over other claims.",
            SignatureEdit::OfOtherClaims,
        ),
        edit(
            "proof-signature/of-access-token",
            "The signature is that of the access token.",
            SignatureEdit::OfOtherJws,
        ),
        number("proof-signature/zero-r", "R is zero.", SignatureEdit::ZeroR),
        number("proof-signature/zero-s", "S is zero.", SignatureEdit::ZeroS),
        number(
            "proof-signature/ones",
            "R and S are 1.",
            SignatureEdit::Ones,
        ),
        number(
            "proof-signature/swapped",
            "R and S are exchanged.",
            SignatureEdit::Swapped,
        ),
        number(
            "proof-signature/der",
            "The signature is encoded in DER.",
            SignatureEdit::Der,
        ),
        malformed(
            "proof-signature/other-key",
            ProofSignature,
            c::PROOF_SIGNATURE,
            "Another key of the same type signed.",
            [op(JwsEdit::Signer(Signer::OtherKey))],
        ),
        malformed(
            "proof-signature/other-curve",
            ProofSignature,
            c::PROOF_SIGNATURE,
            "A key on another curve signed.",
            [op(JwsEdit::Signer(Signer::OtherCurve))],
        ),
        tamper(
            "proof-signature/claim-changed",
            "A claim was changed after signing.",
            JwsEdit::TamperClaim("iat", Raw::time(-1)),
        ),
        tamper(
            "proof-signature/claim-added",
            "A claim was added after signing.",
            JwsEdit::TamperClaim("x", Raw::number(1)),
        ),
        tamper(
            "proof-signature/header-changed",
            "A header member was added after signing.",
            JwsEdit::TamperHeader("x", Raw::number(1)),
        ),
        tamper(
            "proof-signature/character-changed",
            "A character of the signature segment is another one.",
            JwsEdit::FlipCharacter(Segment::Signature),
        ),
        either(
            "proof-signature/high-s",
            "base64url-leniency",
            ProofSignature,
            rfc::JWA_ECDSA,
            "S is the other valid value, n - S.",
            [op(JwsEdit::Signature(SignatureEdit::HighS))],
        )
        .accepted(),
        lenient(
            "proof-signature/padded",
            "The signature segment is padded.",
            SignatureEdit::Padded,
        ),
        lenient(
            "proof-signature/standard-base64",
            "The signature segment uses the standard alphabet.",
            SignatureEdit::StandardBase64,
        ),
        lenient(
            "proof-signature/stray-character",
            "The signature segment holds a character of no alphabet.",
            SignatureEdit::StrayCharacter,
        ),
        lenient(
            "proof-signature/trailing-bits",
            "The unused bits of the signature's last character are set.",
            SignatureEdit::TrailingBits,
        ),
    ]
}
