//! `format`, `types`, and the outer members of `proof`.

use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Member, Op};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{BodyFormat, BodyProof, BodyTypes, TypesAuthorised};
use crate::clauses::ebsi_v3 as c;

pub(super) fn entries() -> Vec<Entry> {
    let mut all = formats();
    all.extend(types());
    all.extend(proof_members());
    all
}

fn set(member: Member, value: Raw) -> [Op; 1] {
    [Op::Member(member, Edit::Set(value))]
}

fn formats() -> Vec<Entry> {
    let unknown = |id: &str, value: &str| {
        malformed(
            id,
            BodyFormat,
            c::BODY_FORMAT,
            &format!("The format is {value}."),
            set(Member::Format, Raw::string(value)),
        )
        .also("draft-11-codes")
    };
    vec![
        either(
            "format/absent",
            "format-absent",
            BodyFormat,
            c::BODY_FORMAT,
            "There is no format.",
            [Op::Member(Member::Format, Edit::Remove)],
        )
        .accepted(),
        either(
            "format/another",
            "jwt-vc-json",
            BodyFormat,
            c::BODY_FORMAT,
            "The format is another that the dialect knows.",
            set(Member::Format, Raw::template("{another_format}")),
        )
        .also("draft-11-codes")
        .also("unauthorised-type-status")
        .accepted(),
        unknown("format/ldp-vc", "ldp_vc"),
        unknown("format/sd-jwt", "vc+sd-jwt"),
        unknown("format/mdoc", "mso_mdoc"),
        unknown("format/jwt-vp", "jwt_vp"),
        unknown("format/hyphen", "jwt-vc"),
        malformed(
            "format/list",
            BodyFormat,
            c::BODY_FORMAT,
            "The format is a list of both formats.",
            set(
                Member::Format,
                Raw::templates(&["{default_format}", "{other_format}"]),
            ),
        ),
        malformed(
            "format/comma-list",
            BodyFormat,
            c::BODY_FORMAT,
            "The format names both formats.",
            set(
                Member::Format,
                Raw::template("{default_format},{other_format}"),
            ),
        )
        .also("draft-11-codes"),
    ]
}

fn types() -> Vec<Entry> {
    const VC: &str = "{base_type}";
    const VA: &str = "{attestation_type}";
    let types = |items: &[&str]| set(Member::Types, Raw::templates(items));
    let bad = |id: &str, doc: &str, ops: [Op; 1]| malformed(id, BodyTypes, c::BODY_TYPES, doc, ops);
    let with_item = |item: Raw| {
        set(
            Member::Types,
            Raw::Array(vec![
                Raw::template(VC),
                Raw::template(VA),
                Raw::template("{type}"),
                item,
            ]),
        )
    };
    let denied = |id: &str, doc: &str, items: &[&str]| {
        malformed(id, TypesAuthorised, c::TYPES_AUTHORISED, doc, types(items))
    };
    vec![
        bad(
            "types/absent",
            "There are no types.",
            [Op::Member(Member::Types, Edit::Remove)],
        ),
        bad(
            "types/renamed",
            "The types stand under the name type.",
            [Op::Member(Member::Types, Edit::Rename("type"))],
        ),
        bad(
            "types/string",
            "The types are a string with the credential type.",
            set(Member::Types, Raw::template("{type}")),
        ),
        bad(
            "types/space-list",
            "The types are one string.",
            set(
                Member::Types,
                Raw::template("{base_type} {attestation_type} {type}"),
            ),
        ),
        bad(
            "types/object",
            "The types are an object with indices as names.",
            set(
                Member::Types,
                Raw::Object(vec![
                    ("0".into(), Raw::template(VC)),
                    ("1".into(), Raw::template(VA)),
                    ("2".into(), Raw::template("{type}")),
                ]),
            ),
        ),
        bad(
            "types/nested",
            "The types are an array in an array.",
            set(
                Member::Types,
                Raw::Array(vec![Raw::templates(&[VC, VA, "{type}"])]),
            ),
        ),
        bad(
            "types/without-verifiable-credential",
            "VerifiableCredential is missing.",
            types(&[VA, "{type}"]),
        ),
        bad(
            "types/without-verifiable-attestation",
            "VerifiableAttestation is missing.",
            types(&[VC, "{type}"]),
        ),
        bad(
            "types/only-the-type",
            "Only the credential type is there.",
            types(&["{type}"]),
        ),
        bad(
            "types/unknown",
            "One of the types is unknown.",
            types(&[VC, VA, "UniversityDegreeCredential"]),
        )
        .also("draft-11-codes"),
        bad(
            "types/unknown-more",
            "An unknown type stands beside the right ones.",
            types(&[VC, VA, "{type}", "UniversityDegreeCredential"]),
        )
        .also("draft-11-codes"),
        bad(
            "types/lower-case",
            "The required types are in lower case.",
            types(&["verifiablecredential", "verifiableattestation", "{type}"]),
        )
        .also("draft-11-codes"),
        bad(
            "types/number-item",
            "One of the types is a number.",
            with_item(Raw::number(1)),
        ),
        bad(
            "types/null-item",
            "One of the types is null.",
            with_item(Raw::Null),
        ),
        bad(
            "types/object-item",
            "One of the types is an object.",
            with_item(Raw::Object(Vec::new())),
        ),
        bad(
            "types/empty-item",
            "One of the types is the empty string.",
            with_item(Raw::string("")),
        )
        .also("draft-11-codes"),
        bad(
            "types/very-many-unknown",
            "There are a thousand unknown types.",
            set(
                Member::Types,
                Raw::Array((0..1000).map(|n| Raw::string(format!("Type{n}"))).collect()),
            ),
        )
        .also("draft-11-codes"),
        denied(
            "types/unauthorised",
            "The type is known, but the access token does not authorise it.",
            &[VC, VA, "{unauthorised_type}"],
        ),
        denied(
            "types/unauthorised-onboarding",
            "The type is the onboarding type, which the access token does not authorise.",
            &[VC, VA, "{onboarding_type}"],
        ),
        denied(
            "types/unauthorised-more",
            "A known but unauthorised type stands beside the right ones.",
            &[VC, VA, "{type}", "{unauthorised_type}"],
        ),
        denied(
            "types/unauthorised-first",
            "A known but unauthorised type stands in front of the right ones.",
            &["{unauthorised_type}", VC, VA, "{type}"],
        ),
        denied(
            "types/of-another-offer",
            "The type is one of another offer of the same issuer.",
            &[VC, VA, "{other_type}"],
        ),
        benign(
            "types/reversed",
            c::TYPES_ORDER,
            "The types stand in the opposite order.",
            types(&["{type}", VA, VC]),
        ),
        benign(
            "types/rotated",
            c::TYPES_ORDER,
            "The types stand in another order.",
            types(&[VA, "{type}", VC]),
        ),
        benign(
            "types/repeated",
            c::TYPES_ORDER,
            "One of the types is there twice.",
            types(&[VC, VA, "{type}", "{type}"]),
        ),
        benign(
            "types/subset",
            c::TYPES_ORDER,
            "Only the two required types are there.",
            types(&[VC, VA]),
        ),
        either(
            "types/very-many-repeats",
            "http-layer",
            BodyTypes,
            c::TYPES_ORDER,
            "One of the types is there five hundred times.",
            set(
                Member::Types,
                Raw::Array(
                    [Raw::template(VC), Raw::template(VA)]
                        .into_iter()
                        .chain((0..500).map(|_| Raw::template("{type}")))
                        .collect(),
                ),
            ),
        )
        .accepted(),
    ]
}

fn proof_members() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, ops: [Op; 1]| malformed(id, BodyProof, c::BODY_PROOF, doc, ops);
    vec![
        bad(
            "proof/absent",
            "There is no proof.",
            [Op::Member(Member::Proof, Edit::Remove)],
        )
        .also("missing-proof-code"),
        bad(
            "proof/null",
            "The proof is null.",
            set(Member::Proof, Raw::Null),
        )
        .also("missing-proof-code"),
        bad(
            "proof/empty-object",
            "The proof is an empty object.",
            set(Member::Proof, Raw::Object(Vec::new())),
        )
        .also("missing-proof-code"),
        bad(
            "proof/string",
            "The proof is the JWT itself.",
            set(Member::Proof, Raw::template("{proof}")),
        ),
        bad(
            "proof/number",
            "The proof is a number.",
            set(Member::Proof, Raw::number(1)),
        ),
        bad(
            "proof/true",
            "The proof is true.",
            set(Member::Proof, Raw::Bool(true)),
        ),
        bad(
            "proof/array",
            "The proof is an empty array.",
            set(Member::Proof, Raw::Array(Vec::new())),
        ),
        bad(
            "proof/array-of-proofs",
            "The proof is an array that holds the proof.",
            set(
                Member::Proof,
                Raw::Array(vec![Raw::embedded("{proof_object}")]),
            ),
        ),
        bad(
            "proof/renamed-proofs",
            "The proof stands under the name proofs, as in later drafts.",
            [Op::Member(Member::Proof, Edit::Rename("proofs"))],
        )
        .also("missing-proof-code"),
        bad(
            "proof/type-absent",
            "The proof has no type.",
            [Op::Member(Member::ProofType, Edit::Remove)],
        ),
        bad(
            "proof/type-renamed",
            "The proof's type stands under the name type.",
            [Op::Member(Member::ProofType, Edit::Rename("type"))],
        ),
        bad(
            "proof/type-ldp-vp",
            "The proof's type is ldp_vp.",
            set(Member::ProofType, Raw::string("ldp_vp")),
        ),
        bad(
            "proof/type-cwt",
            "The proof's type is cwt.",
            set(Member::ProofType, Raw::string("cwt")),
        ),
        bad(
            "proof/jwt-absent",
            "The proof has no jwt.",
            [Op::Member(Member::ProofJwt, Edit::Remove)],
        )
        .also("missing-proof-code"),
        bad(
            "proof/jwt-renamed",
            "The proof's jwt stands under the name jws.",
            [Op::Member(Member::ProofJwt, Edit::Rename("jws"))],
        )
        .also("missing-proof-code"),
        bad(
            "proof/jwt-null",
            "The proof's jwt is null.",
            set(Member::ProofJwt, Raw::Null),
        )
        .also("missing-proof-code"),
        bad(
            "proof/jwt-number",
            "The proof's jwt is a number.",
            set(Member::ProofJwt, Raw::number(1)),
        ),
        bad(
            "proof/jwt-true",
            "The proof's jwt is true.",
            set(Member::ProofJwt, Raw::Bool(true)),
        ),
        bad(
            "proof/jwt-array",
            "The proof's jwt is an array that holds it.",
            set(Member::ProofJwt, Raw::Array(vec![Raw::template("{proof}")])),
        ),
        bad(
            "proof/jwt-empty-object",
            "The proof's jwt is an empty object.",
            set(Member::ProofJwt, Raw::Object(Vec::new())),
        ),
        bad(
            "proof/jwt-flattened",
            "The proof's jwt is a JWS in the flattened JSON serialisation.",
            set(
                Member::ProofJwt,
                Raw::Object(vec![
                    ("protected".into(), Raw::template("{proof_h}")),
                    ("payload".into(), Raw::template("{proof_p}")),
                    ("signature".into(), Raw::template("{proof_s}")),
                ]),
            ),
        ),
    ]
}
