//! What follows from a slot: for every value that an issuer compares, the near-misses, so that a
//! careless comparison is found wherever it is.

use super::compared::{Compared, by_kid, by_type, by_url, expand, none};
use super::{compared_answer, compared_request};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::near::Near;
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Member, Op};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::*;
use crate::clauses::ebsi_v3 as c;

pub(super) fn entries() -> Vec<Entry> {
    [
        COMPARED,
        compared_request::COMPARED,
        compared_answer::COMPARED,
    ]
    .into_iter()
    .flatten()
    .flat_map(expand)
    .collect()
}

fn proof_claim(name: &'static str, near: Near) -> Op {
    Op::Jws(Jws::Proof, JwsEdit::Claim(name, Edit::Near(near)))
}

fn proof_header(name: &'static str, near: Near) -> Op {
    Op::Jws(Jws::Proof, JwsEdit::Header(name, Edit::Near(near)))
}

fn token_header(name: &'static str, near: Near) -> Op {
    Op::Jws(Jws::Token, JwsEdit::Header(name, Edit::Near(near)))
}

fn token_claim(name: &'static str, near: Near) -> Op {
    Op::Jws(Jws::Token, JwsEdit::Claim(name, Edit::Near(near)))
}

const COMPARED: &[Compared] = &[
    Compared {
        topic: "proof-nonce",
        name: "The proof's nonce",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_NONCE,
        needs: None,
        op: |near| proof_claim("nonce", near),
        stage: |near| by_type(near, ProofClaims, ProofNonce),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-aud",
        name: "The proof's aud",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_AUDIENCE,
        needs: None,
        op: |near| proof_claim("aud", near),
        stage: |near| by_url(near, ProofClaims, ProofAudience),
        grants: &[],
        latitude: |near| (near == Near::InArray).then_some("proof-aud-array"),
    },
    Compared {
        topic: "proof-iss",
        name: "The proof's iss",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_ISSUER,
        needs: None,
        op: |near| proof_claim("iss", near),
        stage: |near| by_url(near, ProofClaims, ProofIssuer),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-iat",
        name: "The proof's iat",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_CLAIMS,
        needs: None,
        op: |near| proof_claim("iat", near),
        stage: |near| match near {
            Near::InArray
            | Near::InObject
            | Near::Null
            | Near::True
            | Near::False
            | Near::EmptyArray
            | Near::EmptyObject
            | Near::EmptyString => Some(ProofClaims),
            _ => None,
        },
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-typ",
        name: "The proof's typ",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_HEADER,
        needs: None,
        op: |near| proof_header("typ", near),
        stage: |near| (near != Near::OtherCase).then_some(ProofHeader),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-alg",
        name: "The proof's alg",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_SIGNATURE,
        needs: None,
        op: |near| proof_header("alg", near),
        // The other case and another number stand in the catalogue by themselves.
        stage: |near| {
            if matches!(near, Near::OtherCase | Near::DigitChanged) {
                None
            } else {
                by_type(near, ProofHeader, ProofSignature)
            }
        },
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-kid",
        name: "The proof's kid",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_VERIFICATION_METHOD,
        needs: None,
        op: |near| proof_header("kid", near),
        stage: |near| {
            let stage = by_kid(near, ProofKidSubject, ProofVerificationMethod);
            by_type(near, ProofHeader, stage)
        },
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "proof-type",
        name: "The proof's type",
        endpoint: Endpoint::Credential,
        clause: c::BODY_PROOF,
        needs: None,
        op: |near| Op::Member(Member::ProofType, Edit::Near(near)),
        stage: |_| Some(BodyProof),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "format",
        name: "The format",
        endpoint: Endpoint::Credential,
        clause: c::BODY_FORMAT,
        needs: None,
        op: |near| Op::Member(Member::Format, Edit::Near(near)),
        stage: |_| Some(BodyFormat),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "type",
        name: "The credential type",
        endpoint: Endpoint::Credential,
        clause: c::BODY_TYPES,
        needs: None,
        op: |near| Op::Member(Member::Types, Edit::NearLast(near)),
        stage: |_| Some(BodyTypes),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "types",
        name: "The types member",
        endpoint: Endpoint::Credential,
        clause: c::BODY_TYPES,
        needs: None,
        op: |near| {
            Op::Member(
                Member::Types,
                Edit::Set(match near {
                    Near::Null => Raw::Null,
                    Near::True => Raw::Bool(true),
                    Near::Zero => Raw::number(0),
                    Near::EmptyString => Raw::string(""),
                    Near::EmptyObject => Raw::Object(Vec::new()),
                    _ => Raw::Array(Vec::new()),
                }),
            )
        },
        stage: |near| match near {
            Near::Null
            | Near::True
            | Near::Zero
            | Near::EmptyString
            | Near::EmptyObject
            | Near::EmptyArray => Some(BodyTypes),
            _ => None,
        },
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "minted/typ",
        name: "A true access token's typ",
        endpoint: Endpoint::Credential,
        clause: c::TOKEN_HEADER,
        needs: Some(Need::AuthKey),
        op: |near| token_header("typ", near),
        stage: |_| Some(TokenHeader),
        grants: &[],
        latitude: |near| (near == Near::OtherCase).then_some("token-typ-case"),
    },
    Compared {
        topic: "minted/kid",
        name: "A true access token's kid",
        endpoint: Endpoint::Credential,
        clause: c::TOKEN_KID,
        needs: Some(Need::AuthKey),
        op: |near| token_header("kid", near),
        stage: |near| by_type(near, TokenHeader, TokenKid),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "minted/aud",
        name: "The only audience of a true access token",
        endpoint: Endpoint::Credential,
        clause: c::TOKEN_AUDIENCE,
        needs: Some(Need::AuthKey),
        op: |near| Op::Jws(Jws::Token, JwsEdit::Claim("aud", Edit::NearLast(near))),
        stage: |near| by_url(near, TokenPayload, TokenAudience),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "minted/c-nonce",
        name: "A true access token's c_nonce",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_NONCE,
        needs: Some(Need::AuthKey),
        op: |near| token_claim("claims.c_nonce", near),
        stage: |near| by_type(near, TokenPayload, ProofNonce),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "minted/client",
        name: "A true access token's client_id",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_ISSUER,
        needs: Some(Need::AuthKey),
        op: |near| token_claim("claims.client_id", near),
        stage: |near| by_url(near, TokenPayload, ProofIssuer),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "minted/sub",
        name: "A true access token's sub",
        endpoint: Endpoint::Credential,
        clause: c::PROOF_KID_SUBJECT,
        needs: Some(Need::AuthKey),
        op: |near| token_claim("sub", near),
        stage: |near| match near {
            // A subject that is the start of the kid's DID passes EBSI's own prefix rule.
            Near::LastMissing | Near::FirstHalf | Near::EmptyString => None,
            _ => by_type(near, TokenPayload, ProofKidSubject),
        },
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "pin",
        name: "The PIN",
        endpoint: Endpoint::Token,
        clause: c::PIN,
        needs: None,
        op: |near| Op::Form("user_pin", FormEdit::Near(near)),
        // Digits have no case.
        stage: |near| (near.is_text() && near != Near::OtherCase).then_some(TokenRequestPin),
        grants: &[Grant::PreAuthorized],
        latitude: none,
    },
    Compared {
        topic: "grant",
        name: "The grant type",
        endpoint: Endpoint::Token,
        clause: c::TOKEN_REQUEST,
        needs: None,
        op: |near| Op::Form("grant_type", FormEdit::Near(near)),
        stage: |near| near.is_text().then_some(TokenRequestGrant),
        grants: &[],
        latitude: none,
    },
    Compared {
        topic: "code",
        name: "The pre-authorised code",
        endpoint: Endpoint::Token,
        clause: c::TOKEN_REQUEST,
        needs: None,
        op: |near| Op::Form("pre-authorized_code", FormEdit::Near(near)),
        stage: |near| near.is_text().then_some(TokenRequestCode),
        grants: &[Grant::PreAuthorized],
        latitude: |near| {
            matches!(
                near,
                Near::TrailingSpace
                    | Near::LeadingSpace
                    | Near::TrailingNewline
                    | Near::LastChanged
                    | Near::DigitChanged
            )
            .then_some("base64url-leniency")
        },
    },
    Compared {
        topic: "acceptance-token",
        name: "The acceptance token",
        endpoint: Endpoint::Deferred,
        clause: c::DEFERRED_TOKEN,
        needs: None,
        op: |near| Op::Bearer(FormEdit::Near(near)),
        // White space around a token is no part of it (RFC 9110), and a header holds no control characters.
        stage: |near| match near {
            Near::LeadingSpace | Near::TrailingSpace | Near::TrailingNewline | Near::NulSuffix => {
                None
            }
            Near::EmptyString => Some(DeferredAuthorization),
            _ => near.is_text().then_some(DeferredToken),
        },
        grants: &[],
        latitude: |near| match near {
            Near::OtherCase => Some("acceptance-token-case"),
            // One that is a JWT ends in bits that say nothing.
            Near::LastChanged | Near::DigitChanged => Some("base64url-leniency"),
            _ => None,
        },
    },
];
