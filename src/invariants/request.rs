//! Rules about the body of a credential request: which are refused.

use super::{Check, Invariant};
use crate::case::Stage;
use crate::clauses::ebsi_v3 as c;

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "request/media-type-checked",
        c::MEDIA_TYPE,
        "A credential request that is not application/json is refused.",
        Check::Refusal(&[Stage::MediaType]),
    ),
    Invariant::new(
        "request/json-checked",
        c::BODY_JSON,
        "A credential request whose body is no JSON object is refused.",
        Check::Refusal(&[Stage::BodyJson]),
    ),
    Invariant::new(
        "request/format-checked",
        c::BODY_FORMAT,
        "A credential request for an unknown format is refused.",
        Check::Refusal(&[Stage::BodyFormat]),
    ),
    Invariant::new(
        "request/types-checked",
        c::BODY_TYPES,
        "A credential request without the required types, or with an unknown one, is refused.",
        Check::Refusal(&[Stage::BodyTypes]),
    ),
    Invariant::new(
        "request/proof-member-checked",
        c::BODY_PROOF,
        "A credential request without a proof, or with a malformed proof object, is refused.",
        Check::Refusal(&[Stage::BodyProof]),
    ),
    Invariant::new(
        "request/types-authorised",
        c::TYPES_AUTHORISED,
        "A credential request for a type that the access token does not authorise is refused.",
        Check::Refusal(&[Stage::TypesAuthorised]),
    ),
];
