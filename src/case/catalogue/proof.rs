//! The compact form and the header of the key proof.

use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Jws, JwsEdit, Op, PublicKeyForm, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{
    ProofClaims, ProofDecodes, ProofDidValid, ProofHeader, ProofHeaderDecodes, ProofKidSubject,
    ProofSignature, ProofVerificationMethod,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = compact();
    all.extend(undecodable());
    all.extend(header());
    all.extend(algorithms());
    all.extend(keys());
    all.extend(harmless());
    all
}

pub(super) fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::Proof, edit)
}

fn set(name: &'static str, value: Raw) -> Op {
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

fn header() -> Vec<Entry> {
    let bad = |id: &str, clause: &'static Clause, doc: &str, op: Op| {
        malformed(id, ProofHeader, clause, doc, [op])
    };
    let no = |name| op(JwsEdit::Header(name, Edit::Remove));
    let refused = |id: &str, clause: &'static Clause, doc: &str, ops: Vec<Op>| {
        malformed(id, ProofSignature, clause, doc, ops)
    };
    vec![
        bad(
            "proof-header/typ-absent",
            c::PROOF_HEADER,
            "The proof has no typ.",
            no("typ"),
        ),
        bad(
            "proof-header/typ-renamed",
            c::PROOF_HEADER,
            "The proof's typ stands under the name type.",
            op(JwsEdit::Header("typ", Edit::Rename("type"))),
        ),
        bad(
            "proof-header/typ-jwt",
            rfc::JWT_TYP,
            "The proof's typ is JWT.",
            set("typ", Raw::string("JWT")),
        ),
        bad(
            "proof-header/typ-access-token",
            rfc::JWT_TYP,
            "The proof's typ is at+jwt.",
            set("typ", Raw::string("at+jwt")),
        ),
        bad(
            "proof-header/typ-without-suffix",
            rfc::JWT_TYP,
            "The proof's typ is openid4vci-proof.",
            set("typ", Raw::template("{proof_typ_bare}")),
        ),
        bad(
            "proof-header/typ-other-proof",
            rfc::JWT_TYP,
            "The proof's typ is dpop+jwt.",
            set("typ", Raw::string("dpop+jwt")),
        ),
        either(
            "proof-header/typ-upper-case",
            "proof-typ-case",
            ProofHeader,
            c::PROOF_HEADER,
            "The proof's typ is in upper case.",
            [set("typ", Raw::string("OPENID4VCI-PROOF+JWT"))],
        ),
        either(
            "proof-header/typ-media-type",
            "proof-typ-case",
            ProofHeader,
            c::PROOF_HEADER,
            "The proof's typ is the full media type.",
            [set("typ", Raw::template("application/{proof_typ}"))],
        ),
        bad(
            "proof-header/alg-absent",
            c::PROOF_HEADER,
            "The proof has no alg.",
            no("alg"),
        ),
        bad(
            "proof-header/kid-absent",
            c::PROOF_HEADER,
            "The proof has no kid.",
            no("kid"),
        ),
        bad(
            "proof-header/jwk-instead-of-kid",
            c::PROOF_HEADER,
            "The proof carries its key as jwk instead of a kid.",
            no("kid"),
        )
        .with(set("jwk", Raw::embedded("{jwk}"))),
        bad(
            "proof-header/x5c-instead-of-kid",
            c::PROOF_HEADER,
            "The proof carries a certificate chain instead of a kid.",
            no("kid"),
        )
        .with(set("x5c", Raw::Array(vec![Raw::string("MIIB")]))),
        bad(
            "proof-header/members-absent",
            c::PROOF_HEADER,
            "The proof's header is an empty object.",
            op(JwsEdit::HeaderBytes(b"{}")),
        ),
        refused(
            "proof-header/crit-unknown",
            rfc::JWS_CRIT,
            "The proof has an unknown extension that it calls critical.",
            vec![
                set("crit", Raw::templates(&["x"])),
                set("x", Raw::number(1)),
            ],
        ),
        refused(
            "proof-header/crit-empty",
            rfc::JWS_CRIT,
            "The proof's crit is empty.",
            vec![set("crit", Raw::Array(Vec::new()))],
        ),
        refused(
            "proof-header/crit-absent-member",
            rfc::JWS_CRIT,
            "The proof's crit names a member that is not there.",
            vec![set("crit", Raw::templates(&["exp"]))],
        ),
        refused(
            "proof-header/crit-string",
            rfc::JWS_CRIT,
            "The proof's crit is a string.",
            vec![set("crit", Raw::string("x"))],
        ),
        refused(
            "proof-header/unencoded-payload",
            rfc::JWS_CRIT,
            "The proof says that its payload is not encoded.",
            vec![
                set("b64", Raw::Bool(false)),
                set("crit", Raw::templates(&["b64"])),
            ],
        ),
    ]
}

fn algorithms() -> Vec<Entry> {
    let none = |id: &str, doc: &str, name: &str, signature: Option<SignatureEdit>| {
        let mut ops = vec![set("alg", Raw::string(name))];
        ops.extend(signature.map(|edit| op(JwsEdit::Signature(edit))));
        malformed(id, ProofSignature, rfc::JWT_ALG, doc, ops)
    };
    let hmac = |id: &str, doc: &str, signer| {
        malformed(
            id,
            ProofSignature,
            rfc::JWT_ALG,
            doc,
            [
                set("alg", Raw::string("HS256")),
                op(JwsEdit::Signer(signer)),
            ],
        )
    };
    let other = |id: &str, name: &str| {
        malformed(
            id,
            ProofSignature,
            rfc::JWT_ALG,
            &format!("The proof's alg is {name}, which does not fit the key."),
            [set("alg", Raw::string(name))],
        )
    };
    let empty = Some(SignatureEdit::Empty);
    vec![
        none(
            "proof-alg/none",
            "The proof's alg is none and there is no signature.",
            "none",
            empty,
        ),
        none(
            "proof-alg/none-signature-kept",
            "The proof's alg is none, with a signature.",
            "none",
            None,
        ),
        none(
            "proof-alg/none-capitalised",
            "The proof's alg is None and there is no signature.",
            "None",
            empty,
        ),
        none(
            "proof-alg/none-upper-case",
            "The proof's alg is NONE and there is no signature.",
            "NONE",
            empty,
        ),
        none(
            "proof-alg/none-mixed-case",
            "The proof's alg is nOnE and there is no signature.",
            "nOnE",
            empty,
        ),
        none(
            "proof-alg/empty-name",
            "The proof's alg is the empty string and there is no signature.",
            "",
            empty,
        ),
        none(
            "proof-alg/lower-case",
            "The proof's alg is in lower case.",
            "es256",
            None,
        ),
        none(
            "proof-alg/unknown",
            "The proof's alg is one that does not exist.",
            "ES257",
            None,
        ),
        hmac(
            "proof-alg/hmac-jwk",
            "The proof is HS256, keyed with the public key as canonical JWK.",
            Signer::Hmac(PublicKeyForm::CanonicalJwk),
        ),
        hmac(
            "proof-alg/hmac-pem",
            "The proof is HS256, keyed with the public key in PEM.",
            Signer::Hmac(PublicKeyForm::Pem),
        ),
        hmac(
            "proof-alg/hmac-der",
            "The proof is HS256, keyed with the public key in DER.",
            Signer::Hmac(PublicKeyForm::Der),
        ),
        hmac(
            "proof-alg/hmac-point",
            "The proof is HS256, keyed with the public key's point.",
            Signer::Hmac(PublicKeyForm::Point),
        ),
        hmac(
            "proof-alg/hmac-x",
            "The proof is HS256, keyed with the public key's x.",
            Signer::Hmac(PublicKeyForm::XCoordinate),
        ),
        hmac(
            "proof-alg/hmac-kid",
            "The proof is HS256, keyed with its kid.",
            Signer::Hmac(PublicKeyForm::KeyId),
        ),
        hmac(
            "proof-alg/hmac-empty",
            "The proof is HS256, keyed with the empty string.",
            Signer::HmacEmpty,
        ),
        other("proof-alg/es384", "ES384"),
        other("proof-alg/es256k", "ES256K"),
        other("proof-alg/rs256", "RS256"),
        other("proof-alg/ps256", "PS256"),
        other("proof-alg/eddsa", "EdDSA"),
    ]
}

fn keys() -> Vec<Entry> {
    let kid = |text: &'static str| set("kid", Raw::template(text));
    let other_key = || op(JwsEdit::Signer(Signer::OtherKey));
    let at = |id: &str, stage, clause: &'static Clause, doc: &str, ops: Vec<Op>| {
        malformed(id, stage, clause, doc, ops)
    };
    vec![
        at(
            "proof-kid/other-did",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is of another DID.",
            vec![kid("{other_did}#{other_frag}")],
        ),
        at(
            "proof-kid/other-did-and-key",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is of another DID, whose key signed.",
            vec![kid("{other_did}#{other_frag}"), other_key()],
        ),
        at(
            "proof-kid/other-did-own-fragment",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid joins another DID with the own fragment.",
            vec![kid("{other_did}#{frag}")],
        ),
        at(
            "proof-kid/fragment-alone",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is a fragment alone.",
            vec![kid("#{frag}")],
        ),
        at(
            "proof-kid/fragment-without-hash",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is the fragment without its hash sign.",
            vec![kid("{frag}")],
        ),
        at(
            "proof-kid/thumbprint",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is the thumbprint of the key.",
            vec![kid("{thumbprint}")],
        ),
        at(
            "proof-kid/did-inside-url",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid is a URL that holds the DID.",
            vec![kid("https://resolver.example/{did}#{frag}")],
        ),
        at(
            "proof-kid/upper-case-scheme",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "The kid begins with DID in upper case.",
            vec![kid("DID:key:{frag}#{frag}")],
        ),
        at(
            "proof-kid/did-extended",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The kid's DID has characters more than the subject's.",
            vec![kid("{did}1111#{frag}")],
        ),
        at(
            "proof-kid/did-extended-twice",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The kid's DID and fragment have characters more than the subject's.",
            vec![kid("{did}1111#{frag}1111")],
        ),
        at(
            "proof-kid/did-twice",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The kid's DID is the subject's twice over.",
            vec![kid("{did}{frag}#{frag}")],
        ),
        at(
            "proof-kid/did-with-other-behind",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "Another DID follows the subject's DID, and its key signed.",
            vec![kid("{did},{other_did}#{other_frag}"), other_key()],
        ),
        at(
            "proof-kid/without-fragment",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid has no fragment.",
            vec![kid("{did}")],
        ),
        at(
            "proof-kid/empty-fragment",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid's fragment is empty.",
            vec![kid("{did}#")],
        ),
        at(
            "proof-kid/fragment-of-other",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid's fragment is that of another key.",
            vec![kid("{did}#{other_frag}")],
        ),
        at(
            "proof-kid/fragment-of-other-and-key",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid's fragment is that of another key, which signed.",
            vec![kid("{did}#{other_frag}"), other_key()],
        ),
        at(
            "proof-kid/fragment-in-other-case",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The letters of the kid's fragment are in the other case.",
            vec![kid("{did}#{frag_in_other_case}")],
        ),
        at(
            "proof-kid/fragment-keys-1",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid's fragment is keys-1.",
            vec![kid("{did}#keys-1")],
        ),
        at(
            "proof-kid/two-fragments",
            ProofVerificationMethod,
            c::PROOF_VERIFICATION_METHOD,
            "The kid has two fragments.",
            vec![kid("{did}#{frag}#{frag}")],
        ),
    ]
}

fn harmless() -> Vec<Entry> {
    let ok = |id: &str, clause: &'static Clause, doc: &str, op: Op| benign(id, clause, doc, [op]);
    vec![
        ok(
            "proof-header/reversed",
            rfc::JSON_GRAMMAR,
            "The members of the proof's header stand in the opposite order.",
            op(JwsEdit::ReverseHeader),
        ),
        ok(
            "proof-header/extra",
            c::UNKNOWN_MEMBERS,
            "The proof's header has an unknown member.",
            set("x_unknown", Raw::Array(vec![Raw::number(1)])),
        ),
        ok(
            "proof-header/cty",
            c::UNKNOWN_MEMBERS,
            "The proof's header has a cty.",
            set("cty", Raw::string("json")),
        ),
        ok(
            "proof-jws/white-space",
            rfc::JSON_GRAMMAR,
            "White space stands inside the proof's header and payload.",
            op(JwsEdit::Spaces),
        ),
        either(
            "proof-header/jwk-besides-kid",
            "proof-jwk-and-kid",
            ProofHeader,
            c::PROOF_HEADER,
            "The proof carries its key as jwk besides the kid.",
            [set("jwk", Raw::embedded("{jwk}"))],
        )
        .accepted(),
        malformed(
            "proof-header/jwk-of-other",
            ProofSignature,
            c::PROOF_SIGNATURE,
            "The proof carries another key as jwk besides the kid, and that key signed.",
            [
                set("jwk", Raw::embedded("{other_jwk}")),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        malformed(
            "proof-header/jku-of-other",
            ProofSignature,
            c::PROOF_SIGNATURE,
            "The proof points to other keys by jku besides the kid, and another key signed.",
            [
                set("jku", Raw::string("https://attacker.example/jwks")),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
    ]
}

impl Entry {
    fn with(mut self, op: Op) -> Self {
        self.ops.push(op);
        self
    }
}
