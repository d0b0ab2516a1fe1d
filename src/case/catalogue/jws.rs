//! What can be wrong with any JWS: its form, its header, its algorithm, its signature. Written once,
//! for every JWS of the requests that lead to an access token; a topic says where each fault is found.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Jws, JwsEdit, Op, PublicKeyForm, Segment, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::{Endpoint, Stage};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

/// A JWS of a request, and where its faults are found.
pub(super) struct Signed {
    pub(super) jws: Jws,
    /// First part of the identifiers.
    pub(super) topic: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) grants: &'static [Grant],
    /// The rule on its form.
    pub(super) form_clause: &'static Clause,
    /// The rule on its signature.
    pub(super) clause: &'static Clause,
    /// Where a JWS that does not decode is refused.
    pub(super) form: Stage,
    /// Where one without `alg` or `kid` is refused.
    pub(super) header: Stage,
    /// Where another algorithm is refused.
    pub(super) algorithm: Stage,
    /// Where a wrong signature is refused.
    pub(super) signature: Stage,
    /// Whether it is changed as it was received, because somebody else signed it.
    pub(super) received: bool,
}

/// The faults that show the most, for a JWS whose every request costs many others.
const TELLING: &[&str] = &[
    "garbage",
    "payload-not-json",
    "kid-absent",
    "crit-unknown",
    "key-by-jwk",
    "alg-none",
    "alg-hmac-jwk",
    "signature-first-bit",
    "signature-empty",
    "signature-zero",
    "signature-of-other-claims",
    "signature-of-other-key",
    "claim-tampered",
    "header-reversed",
    "claim-unknown",
];

impl Signed {
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut all = self.forms();
        all.extend(self.algorithms());
        all.extend(self.signatures());
        all.extend(self.tampered());
        if !self.received {
            all.extend(self.headers());
            all.extend(self.harmless());
        }
        for entry in &mut all {
            entry.endpoint = self.endpoint;
            entry.grants = self.grants;
        }
        all
    }

    /// Only the most telling.
    pub(super) fn few(&self) -> Vec<Entry> {
        let is_telling = |entry: &Entry| {
            let slug = entry.id.rsplit('/').next();
            slug.is_some_and(|slug| TELLING.contains(&slug))
        };
        self.entries().into_iter().filter(is_telling).collect()
    }

    fn op(&self, edit: JwsEdit) -> Op {
        Op::Jws(self.jws, edit)
    }

    fn set(&self, name: &'static str, value: Raw) -> Op {
        self.op(JwsEdit::Header(name, Edit::Set(value)))
    }

    /// Another `alg`, with the signature that there was.
    fn alg(&self, name: &str) -> Op {
        let value = Raw::string(name);
        if self.received {
            self.op(JwsEdit::TamperHeader("alg", value))
        } else {
            self.set("alg", value)
        }
    }

    fn id(&self, slug: &str) -> String {
        format!("{}/{slug}", self.topic)
    }

    /// `rest` with the name of the JWS in front.
    fn doc(&self, rest: &str) -> String {
        format!("The {}{rest}.", self.jws.words())
    }

    fn bad(
        &self,
        slug: &str,
        stage: Stage,
        clause: &'static Clause,
        rest: &str,
        ops: Vec<Op>,
    ) -> Entry {
        malformed(&self.id(slug), stage, clause, &self.doc(rest), ops)
    }

    fn forms(&self) -> Vec<Entry> {
        let form = |slug: &str, rest: &str, text: &'static str| {
            let ops = vec![self.op(JwsEdit::Compact(text.into()))];
            self.bad(slug, self.form, self.form_clause, rest, ops)
        };
        vec![
            form(
                "garbage",
                " is three letters with periods between them",
                "x.y.z",
            ),
            form("two-segments", " has no third segment", "{h}.{p}"),
            form("four-segments", " has a fourth segment", "{h}.{p}.{s}.x"),
            form("payload-empty", "'s payload is empty", "{h}..{s}"),
            form(
                "payload-not-json",
                "'s payload is no JSON",
                "{h}.aGVsbG8.{s}",
            ),
            form("payload-array", "'s payload is an array", "{h}.W10.{s}"),
            form("header-not-json", "'s header is no JSON", "aGVsbG8.{p}.{s}"),
        ]
    }

    fn headers(&self) -> Vec<Entry> {
        let no = |name: &'static str| vec![self.op(JwsEdit::Header(name, Edit::Remove))];
        vec![
            self.bad(
                "alg-absent",
                self.header,
                self.form_clause,
                " has no alg",
                no("alg"),
            ),
            self.bad(
                "kid-absent",
                self.header,
                self.form_clause,
                " has no kid",
                no("kid"),
            ),
            self.bad(
                "crit-unknown",
                self.signature,
                rfc::JWS_CRIT,
                " has an unknown extension that it calls critical",
                vec![
                    self.set("crit", Raw::templates(&["x"])),
                    self.set("x", Raw::number(1)),
                ],
            ),
        ]
    }

    fn algorithms(&self) -> Vec<Entry> {
        let alg = |slug: &str, rest: &str, ops: Vec<Op>| {
            self.bad(slug, self.algorithm, rfc::JWT_ALG, rest, ops)
        };
        let empty = || self.op(JwsEdit::Signature(SignatureEdit::Empty));
        let hmac = |slug: &str, rest: &str, signer| {
            let ops = vec![
                self.set("alg", Raw::string("HS256")),
                self.op(JwsEdit::Signer(signer)),
            ];
            alg(slug, rest, ops)
        };
        vec![
            alg(
                "alg-none",
                "'s alg is none and there is no signature",
                vec![self.alg("none"), empty()],
            ),
            alg(
                "alg-none-capitalised",
                "'s alg is None and there is no signature",
                vec![self.alg("None"), empty()],
            ),
            alg(
                "alg-none-signature-kept",
                "'s alg is none, with a signature",
                vec![self.alg("none")],
            ),
            alg(
                "alg-lower-case",
                "'s alg is in lower case",
                vec![self.alg("es256")],
            ),
            alg(
                "alg-es384",
                "'s alg is ES384, which does not fit the key",
                vec![self.alg("ES384")],
            ),
            alg(
                "alg-rs256",
                "'s alg is RS256, which does not fit the key",
                vec![self.alg("RS256")],
            ),
            hmac(
                "alg-hmac-jwk",
                " is HS256, keyed with the public key as canonical JWK",
                Signer::Hmac(PublicKeyForm::CanonicalJwk),
            ),
            hmac(
                "alg-hmac-jwk-as-written",
                " is HS256, keyed with the public key as JWK whose first member is kty",
                Signer::Hmac(PublicKeyForm::JwkAsWritten),
            ),
            hmac(
                "alg-hmac-pem",
                " is HS256, keyed with the public key in PEM",
                Signer::Hmac(PublicKeyForm::Pem),
            ),
            hmac(
                "alg-hmac-kid",
                " is HS256, keyed with its kid",
                Signer::Hmac(PublicKeyForm::KeyId),
            ),
            hmac(
                "alg-hmac-empty",
                " is HS256, keyed with the empty string",
                Signer::HmacEmpty,
            ),
        ]
    }

    fn signatures(&self) -> Vec<Entry> {
        let edit = |slug: &str, rest: &str, edit| {
            let ops = vec![self.op(JwsEdit::Signature(edit))];
            self.bad(slug, self.signature, self.clause, rest, ops)
        };
        let lenient = |slug: &str, rest: &str, edit| {
            either(
                &self.id(slug),
                "base64url-leniency",
                self.signature,
                rfc::JWS_BASE64URL,
                &self.doc(rest),
                [self.op(JwsEdit::Signature(edit))],
            )
        };
        let mut all = vec![
            edit(
                "signature-first-bit",
                "'s signature has its first bit flipped",
                SignatureEdit::FlipFirstBit,
            ),
            edit(
                "signature-last-bit",
                "'s signature has its last bit flipped",
                SignatureEdit::FlipLastBit,
            ),
            edit(
                "signature-empty",
                "'s signature is empty",
                SignatureEdit::Empty,
            ),
            edit(
                "signature-cut",
                "'s signature lacks its last byte",
                SignatureEdit::CutLastByte,
            ),
            edit(
                "signature-zero",
                "'s signature is all zero",
                SignatureEdit::Zero,
            ),
            edit(
                "signature-ones",
                "'s signature has R and S 1",
                SignatureEdit::Ones,
            ),
            edit(
                "signature-der",
                "'s signature is encoded in DER",
                SignatureEdit::Der,
            ),
            lenient(
                "signature-high-s",
                "'s signature has the other valid S, n - S",
                SignatureEdit::HighS,
            )
            .accepted(),
            lenient(
                "signature-padded",
                "'s signature segment is padded",
                SignatureEdit::Padded,
            ),
        ];
        if !self.received {
            all.push(edit(
                "signature-of-other-claims",
                "'s signature is the same key's over other claims",
                SignatureEdit::OfOtherClaims,
            ));
        }
        all
    }

    /// Changed after signing, or signed by somebody else.
    fn tampered(&self) -> Vec<Entry> {
        let bad = |slug: &str, rest: &str, ops: Vec<Op>| {
            self.bad(slug, self.signature, self.clause, rest, ops)
        };
        let other_key = || self.op(JwsEdit::Signer(Signer::OtherKey));
        vec![
            bad(
                "claim-tampered",
                " got a further claim after it was signed",
                vec![self.op(JwsEdit::TamperClaim("x", Raw::number(1)))],
            ),
            bad(
                "header-tampered",
                "'s header got a further member after it was signed",
                vec![self.op(JwsEdit::TamperHeader("x", Raw::number(1)))],
            ),
            bad(
                "signature-character",
                "'s signature segment has another character",
                vec![self.op(JwsEdit::FlipCharacter(Segment::Signature))],
            ),
            bad(
                "signature-of-other-key",
                " is signed by another key of the same type",
                vec![other_key()],
            ),
            bad(
                "key-by-jwk",
                " carries another key as jwk, which signed it",
                vec![self.set("jwk", Raw::embedded("{other_jwk}")), other_key()],
            ),
            bad(
                "key-by-jku",
                " points to other keys by jku, one of which signed it",
                vec![
                    self.set("jku", Raw::string("https://attacker.example/jwks")),
                    other_key(),
                ],
            ),
        ]
    }

    fn harmless(&self) -> Vec<Entry> {
        let ok = |slug: &str, clause: &'static Clause, rest: &str, edit| {
            benign(&self.id(slug), clause, &self.doc(rest), [self.op(edit)])
        };
        let unknown = || Edit::Set(Raw::Array(vec![Raw::number(1)]));
        vec![
            ok(
                "header-reversed",
                rfc::JSON_GRAMMAR,
                "'s header has its members in the opposite order",
                JwsEdit::ReverseHeader,
            ),
            ok(
                "claims-reversed",
                rfc::JSON_GRAMMAR,
                "'s claims stand in the opposite order",
                JwsEdit::ReverseClaims,
            ),
            ok(
                "white-space",
                rfc::JSON_GRAMMAR,
                " has white space inside header and payload",
                JwsEdit::Spaces,
            ),
            ok(
                "header-unknown",
                c::UNKNOWN_MEMBERS,
                "'s header has an unknown member",
                JwsEdit::Header("x_unknown", unknown()),
            ),
            ok(
                "claim-unknown",
                c::UNKNOWN_MEMBERS,
                " has an unknown claim",
                JwsEdit::Claim("x_unknown", unknown()),
            ),
        ]
    }
}
