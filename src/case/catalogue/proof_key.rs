//! Which key the header of the key proof names, and what in a proof must not matter.

use super::proof::{op, set};
use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{
    ProofDidValid, ProofHeader, ProofKidSubject, ProofSignature, ProofVerificationMethod,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = keys();
    all.extend(harmless());
    all
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
    pub(super) fn with(mut self, op: Op) -> Self {
        self.ops.push(op);
        self
    }
}
