//! Access tokens with the true signature: their times, sessions of DIDs without a key, and what must not matter.

use super::minted::set;
use super::token::op;
use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, Jws, JwsEdit, Op};
use crate::case::raw::{Raw, Time, TimeForm};
use crate::case::stage::Stage::{
    ProofDidExists, ProofDidValid, ProofPublicKeyJwk, TokenIssued, TokenPayload, TokenSignature,
    TokenUnexpired,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = times();
    all.extend(holders());
    all.extend(harmless());
    all
}

fn times() -> Vec<Entry> {
    let at = |id: &str, stage, clause: &'static Clause, doc: &str, name, value| {
        malformed(id, stage, clause, doc, set(name, value))
    };
    let text = |offset| {
        Raw::Time(Time {
            offset,
            form: TimeForm::Text,
        })
    };
    vec![
        either(
            "minted/expired",
            "clock-leeway",
            TokenUnexpired,
            c::TOKEN_UNEXPIRED,
            "A true access token expired ten seconds ago.",
            set("exp", Raw::time(-10)),
        ),
        at(
            "minted/expired-ten-minutes-ago",
            TokenUnexpired,
            c::TOKEN_UNEXPIRED,
            "A true access token expired ten minutes ago.",
            "exp",
            Raw::time(-600),
        ),
        at(
            "minted/expired-long-ago",
            TokenUnexpired,
            c::TOKEN_UNEXPIRED,
            "A true access token expired a year ago.",
            "exp",
            Raw::time(-31_536_000),
        ),
        at(
            "minted/exp-zero",
            TokenUnexpired,
            c::TOKEN_UNEXPIRED,
            "A true access token's exp is 0.",
            "exp",
            Raw::number(0),
        ),
        at(
            "minted/exp-string",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's exp is a string of digits.",
            "exp",
            text(86_400),
        ),
        at(
            "minted/iat-string",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's iat is a string of digits.",
            "iat",
            text(0),
        ),
        either(
            "minted/issued-in-a-minute",
            "clock-leeway",
            TokenIssued,
            c::TOKEN_ISSUED,
            "A true access token is issued a minute ahead.",
            set("iat", Raw::time(60)),
        ),
        at(
            "minted/issued-in-an-hour",
            TokenIssued,
            c::TOKEN_ISSUED,
            "A true access token is issued an hour ahead.",
            "iat",
            Raw::time(3600),
        ),
        at(
            "minted/issued-in-a-year",
            TokenIssued,
            c::TOKEN_ISSUED,
            "A true access token is issued a year ahead.",
            "iat",
            Raw::time(31_536_000),
        ),
        at(
            "minted/issued-in-milliseconds",
            TokenIssued,
            c::TOKEN_ISSUED,
            "A true access token's iat is in milliseconds.",
            "iat",
            Raw::Time(Time {
                offset: 0,
                form: TimeForm::Milliseconds,
            }),
        ),
        at(
            "minted/not-yet-valid",
            TokenSignature,
            rfc::JWT_NBF,
            "A true access token is not valid before an hour.",
            "nbf",
            Raw::time(3600),
        ),
        at(
            "minted/nbf-string",
            TokenSignature,
            rfc::JWT_NBF,
            "A true access token's nbf is a string.",
            "nbf",
            Raw::string("x"),
        ),
        either(
            "minted/exp-huge",
            "token-exp-huge",
            TokenPayload,
            rfc::JWT_EXP,
            "A true access token's exp is 1e300.",
            set("exp", Raw::Number("1e300".into())),
        )
        .accepted(),
    ]
}

/// The session's subject, client, proof issuer and kid all name the same DID, which is none that
/// can be resolved to a key.
fn holders() -> Vec<Entry> {
    let holder = |id: &str,
                  stage,
                  clause: &'static Clause,
                  doc: &str,
                  did: &'static str,
                  kid: &'static str| {
        let claim = |jws, name| Op::Jws(jws, JwsEdit::Claim(name, Edit::Set(Raw::string(did))));
        malformed(
            id,
            stage,
            clause,
            doc,
            [
                claim(Jws::Token, "sub"),
                claim(Jws::Token, "claims.client_id"),
                claim(Jws::Proof, "iss"),
                Op::Jws(
                    Jws::Proof,
                    JwsEdit::Header("kid", Edit::Set(Raw::string(kid))),
                ),
            ],
        )
    };
    const P256: &str = "did:key:zDnaeTiq1PdzvZXUaMdezchcMJQpBdH2VN4pgrrEhMCCbmwSb";
    const ED25519: &str = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH";
    vec![
        holder(
            "minted/did-undecodable",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The holder's did:key does not decode.",
            "did:key:z0OIl",
            "did:key:z0OIl#z0OIl",
        ),
        holder(
            "minted/did-without-identifier",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The holder's DID has no identifier.",
            "did:key:",
            "did:key:#x",
        ),
        holder(
            "minted/did-method-unknown",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The holder's DID is of an unknown method.",
            "did:nosuchmethod:abc",
            "did:nosuchmethod:abc#abc",
        ),
        holder(
            "minted/did-ebsi-of-a-natural-person",
            ProofDidValid,
            c::PROOF_DID_VALID,
            "The holder's DID is a did:ebsi of version 2, which natural persons had once.",
            "did:ebsi:zbw4ozgmGjBZ87oKPWSe2Ra1PD6m4CrwvsxaF8WAjGEkW",
            "did:ebsi:zbw4ozgmGjBZ87oKPWSe2Ra1PD6m4CrwvsxaF8WAjGEkW#key-1",
        ),
        holder(
            "minted/did-web",
            ProofDidExists,
            c::PROOF_DID_EXISTS,
            "The holder's DID is a did:web.",
            "did:web:holder.example",
            "did:web:holder.example#key-1",
        ),
        holder(
            "minted/did-ebsi-unregistered",
            ProofDidExists,
            c::PROOF_DID_EXISTS,
            "The holder's DID is a did:ebsi that is not registered.",
            "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E",
            "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E#key-1",
        ),
        holder(
            "minted/did-key-p256-multicodec",
            ProofPublicKeyJwk,
            c::PROOF_PUBLIC_KEY_JWK,
            "The holder's did:key holds a compressed point instead of a JWK.",
            P256,
            "did:key:zDnaeTiq1PdzvZXUaMdezchcMJQpBdH2VN4pgrrEhMCCbmwSb#zDnaeTiq1PdzvZXUaMdezchcMJQpBdH2VN4pgrrEhMCCbmwSb",
        ),
        holder(
            "minted/did-key-ed25519-multicodec",
            ProofPublicKeyJwk,
            c::PROOF_PUBLIC_KEY_JWK,
            "The holder's did:key holds a bare Ed25519 key instead of a JWK.",
            ED25519,
            "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH#z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",
        ),
    ]
}

fn harmless() -> Vec<Entry> {
    let ok =
        |id: &str, clause: &'static Clause, doc: &str, ops: [Op; 1]| benign(id, clause, doc, ops);
    vec![
        ok(
            "minted/extra-claims",
            c::UNKNOWN_MEMBERS,
            "A true access token has claims that nobody asked for.",
            set("scope", Raw::string("x")),
        ),
        ok(
            "minted/extra-header",
            c::UNKNOWN_MEMBERS,
            "A true access token's header has an unknown member.",
            [op(JwsEdit::Header("x_unknown", Edit::Set(Raw::number(1))))],
        ),
        ok(
            "minted/details-without-locations",
            c::TOKEN_PAYLOAD,
            "A true access token's authorization detail names no location.",
            set(
                "claims.authorization_details",
                Raw::Array(vec![Raw::Object(vec![
                    ("type".into(), Raw::string("openid_credential")),
                    ("format".into(), Raw::template("{default_format}")),
                    (
                        "types".into(),
                        Raw::templates(&["{base_type}", "{attestation_type}", "{type}"]),
                    ),
                ])]),
            ),
        ),
        ok(
            "minted/aud-string",
            c::TOKEN_AUDIENCE,
            "A true access token's aud is the issuer as a string.",
            set("aud", Raw::template("{issuer}")),
        ),
        ok(
            "minted/aud-several",
            c::TOKEN_AUDIENCE,
            "A true access token's aud holds the authorization server too.",
            set("aud", Raw::templates(&["{as}", "{issuer}"])),
        ),
        ok(
            "minted/header-reversed",
            rfc::JSON_GRAMMAR,
            "The members of a true access token's header stand in the opposite order.",
            [op(JwsEdit::ReverseHeader)],
        ),
        ok(
            "minted/claims-reversed",
            rfc::JSON_GRAMMAR,
            "The claims of a true access token stand in the opposite order.",
            [op(JwsEdit::ReverseClaims)],
        ),
    ]
}
