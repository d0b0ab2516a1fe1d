//! The header of the key proof: its typ and alg.

use super::proof::{op, set};
use super::{either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, JwsEdit, Op, PublicKeyForm, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{ProofHeader, ProofSignature};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = header();
    all.extend(algorithms());
    all
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
            "proof-alg/hmac-jwk-as-written",
            "The proof is HS256, keyed with the public key as JWK whose first member is kty.",
            Signer::Hmac(PublicKeyForm::JwkAsWritten),
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
