//! Access tokens that carry the authorization server's true signature over wrong content. They
//! need its key (`needs: as-key`): in-process, or `run --as-key FILE`.

use super::token::op;
use super::{either, malformed};
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, JwsEdit, Op};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{
    self, ProofIssuer, ProofKidSubject, ProofNonce, TokenAudience, TokenHeader, TokenKid,
    TokenPayload, TokenSignature, TypesAuthorised,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = header();
    all.extend(claims());
    all.extend(details());
    all.extend(super::minted_times::entries());
    all.into_iter()
        .map(|entry| entry.needs(Need::AuthKey))
        .collect()
}

pub(super) fn set(name: &'static str, value: Raw) -> [Op; 1] {
    [op(JwsEdit::Claim(name, Edit::Set(value)))]
}

fn no(name: &'static str) -> [Op; 1] {
    [op(JwsEdit::Claim(name, Edit::Remove))]
}

fn header() -> Vec<Entry> {
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, ops: Vec<Op>| {
        malformed(id, stage, clause, doc, ops)
    };
    let member = |name, value| op(JwsEdit::Header(name, Edit::Set(value)));
    let gone = |name| op(JwsEdit::Header(name, Edit::Remove));
    vec![
        bad(
            "minted/typ-absent",
            TokenHeader,
            c::TOKEN_HEADER,
            "A true access token has no typ.",
            vec![gone("typ")],
        ),
        bad(
            "minted/typ-at-jwt",
            TokenHeader,
            c::TOKEN_HEADER,
            "A true access token's typ is at+jwt.",
            vec![member("typ", Raw::string("at+jwt"))],
        ),
        bad(
            "minted/typ-proof",
            TokenHeader,
            rfc::JWT_TYP,
            "A true access token's typ is that of a proof.",
            vec![member("typ", Raw::template("{proof_typ}"))],
        ),
        bad(
            "minted/alg-absent",
            TokenHeader,
            c::TOKEN_HEADER,
            "A true access token has no alg.",
            vec![gone("alg")],
        ),
        bad(
            "minted/alg-none",
            TokenHeader,
            rfc::JWT_ALG,
            "A true access token's alg is none, with its signature.",
            vec![member("alg", Raw::string("none"))],
        ),
        bad(
            "minted/alg-hs256",
            TokenHeader,
            rfc::JWT_ALG,
            "A true access token's alg is HS256, with its signature.",
            vec![member("alg", Raw::string("HS256"))],
        ),
        bad(
            "minted/alg-rs256",
            TokenHeader,
            rfc::JWT_ALG,
            "A true access token's alg is RS256.",
            vec![member("alg", Raw::string("RS256"))],
        ),
        bad(
            "minted/alg-es256k",
            TokenHeader,
            rfc::JWT_ALG,
            "A true access token's alg is ES256K.",
            vec![member("alg", Raw::string("ES256K"))],
        ),
        bad(
            "minted/kid-absent",
            TokenHeader,
            c::TOKEN_HEADER,
            "A true access token has no kid.",
            vec![gone("kid")],
        ),
        bad(
            "minted/kid-other",
            TokenKid,
            c::TOKEN_KID,
            "A true access token's kid is another.",
            vec![member("kid", Raw::template("{other_thumbprint}"))],
        ),
        bad(
            "minted/crit-unknown",
            TokenSignature,
            rfc::JWS_CRIT,
            "A true access token has an unknown extension that it calls critical.",
            vec![
                member("crit", Raw::templates(&["x"])),
                member("x", Raw::number(1)),
            ],
        ),
        bad(
            "minted/unencoded-payload",
            TokenSignature,
            rfc::JWS_CRIT,
            "A true access token says that its payload is not encoded.",
            vec![
                member("b64", Raw::Bool(false)),
                member("crit", Raw::templates(&["b64"])),
            ],
        ),
    ]
}

fn claims() -> Vec<Entry> {
    let absent = |id: &str, name: &'static str| {
        malformed(
            id,
            TokenPayload,
            c::TOKEN_PAYLOAD,
            &format!("A true access token lacks {name}."),
            no(name),
        )
    };
    let wrong = |id: &str, stage, clause: &'static Clause, doc: &str, ops: [Op; 1]| {
        malformed(id, stage, clause, doc, ops)
    };
    vec![
        absent("minted/iss-absent", "iss"),
        absent("minted/aud-absent", "aud"),
        absent("minted/sub-absent", "sub"),
        absent("minted/iat-absent", "iat"),
        absent("minted/exp-absent", "exp"),
        absent("minted/nonce-absent", "nonce"),
        absent("minted/claims-absent", "claims"),
        absent("minted/c-nonce-absent", "claims.c_nonce"),
        absent(
            "minted/c-nonce-lifetime-absent",
            "claims.c_nonce_expires_in",
        ),
        absent("minted/client-absent", "claims.client_id"),
        absent("minted/details-absent", "claims.authorization_details"),
        wrong(
            "minted/iss-number",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's iss is a number.",
            set("iss", Raw::number(1)),
        ),
        either(
            "minted/iss-other",
            "token-issuer",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's iss is another server.",
            set("iss", Raw::string("https://other.example")),
        )
        .accepted(),
        wrong(
            "minted/iss-no-url",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's iss is no URL.",
            set("iss", Raw::string("auth-mock")),
        ),
        wrong(
            "minted/claims-string",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's claims are a string.",
            set("claims", Raw::string("x")),
        ),
        wrong(
            "minted/lifetime-string",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "A true access token's c_nonce_expires_in is a string.",
            set("claims.c_nonce_expires_in", Raw::string("86400")),
        ),
        wrong(
            "minted/aud-authorization-server",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token is meant for the authorization server.",
            set("aud", Raw::templates(&["{as}"])),
        ),
        wrong(
            "minted/aud-other",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token is meant for another issuer.",
            set("aud", Raw::templates(&["https://other.example/issuer"])),
        ),
        wrong(
            "minted/aud-parent",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token is meant for the issuer's parent path.",
            set("aud", Raw::templates(&["{issuer_parent}"])),
        ),
        wrong(
            "minted/aud-below",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token is meant for a path below the issuer.",
            set("aud", Raw::templates(&["{issuer}/extra"])),
        ),
        wrong(
            "minted/aud-empty-array",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token is meant for nobody.",
            set("aud", Raw::Array(Vec::new())),
        ),
        either(
            "minted/aud-string-below",
            "token-aud-substring",
            TokenAudience,
            c::TOKEN_AUDIENCE,
            "A true access token's aud is a string that contains the issuer.",
            set("aud", Raw::template("{issuer}/extra")),
        ),
        wrong(
            "minted/c-nonce-other",
            ProofNonce,
            c::PROOF_NONCE,
            "A true access token's c_nonce is not the proof's nonce.",
            set("claims.c_nonce", Raw::template("{other_thumbprint}")),
        ),
        wrong(
            "minted/client-other",
            ProofIssuer,
            c::PROOF_ISSUER,
            "A true access token's client_id is not the proof's iss.",
            set("claims.client_id", Raw::template("{other_did}")),
        ),
        wrong(
            "minted/sub-other",
            ProofKidSubject,
            c::PROOF_KID_SUBJECT,
            "A true access token's sub is not the DID of the proof's kid.",
            set("sub", Raw::template("{other_did}")),
        ),
    ]
}

fn details() -> Vec<Entry> {
    let detail = |members: Vec<(&str, Raw)>| {
        Raw::Array(vec![Raw::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )])
    };
    let types = |items: &[&str]| Raw::templates(items);
    let all = |items: &[&str]| {
        detail(vec![
            ("type", Raw::string("openid_credential")),
            ("format", Raw::template("{default_format}")),
            ("types", types(items)),
        ])
    };
    let located = |locations: Vec<Raw>| {
        detail(vec![
            ("type", Raw::string("openid_credential")),
            ("format", Raw::template("{default_format}")),
            ("locations", Raw::Array(locations)),
            ("types", types(&[VC, VA, "{type}"])),
        ])
    };
    let bad = |id: &str, stage: Stage, clause: &'static Clause, doc: &str, value: Raw| {
        malformed(
            id,
            stage,
            clause,
            doc,
            set("claims.authorization_details", value),
        )
    };
    let schema =
        |id: &str, doc: &str, value: Raw| bad(id, TokenPayload, c::TOKEN_PAYLOAD, doc, value);
    const VC: &str = "{base_type}";
    const VA: &str = "{attestation_type}";
    vec![
        schema(
            "minted/details-empty",
            "A true access token has no authorization details.",
            Raw::Array(Vec::new()),
        ),
        schema(
            "minted/details-object",
            "A true access token's authorization details are an object.",
            Raw::Object(vec![("type".into(), Raw::string("openid_credential"))]),
        ),
        schema(
            "minted/details-type-wrong",
            "A true access token's authorization detail has another type.",
            detail(vec![
                ("type", Raw::string("x")),
                ("format", Raw::template("{default_format}")),
                ("types", types(&[VC, VA, "{type}"])),
            ]),
        ),
        schema(
            "minted/details-format-unknown",
            "A true access token's authorization detail has an unknown format.",
            detail(vec![
                ("type", Raw::string("openid_credential")),
                ("format", Raw::string("ldp_vc")),
                ("types", types(&[VC, VA, "{type}"])),
            ]),
        ),
        schema(
            "minted/details-locations-empty",
            "A true access token's authorization detail is for no location.",
            located(Vec::new()),
        ),
        schema(
            "minted/details-location-no-url",
            "A true access token's authorization detail is for a location that is no URL.",
            located(vec![Raw::string("x")]),
        ),
        schema(
            "minted/details-types-absent",
            "A true access token's authorization detail has no types.",
            detail(vec![
                ("type", Raw::string("openid_credential")),
                ("format", Raw::template("{default_format}")),
            ]),
        ),
        schema(
            "minted/details-types-unknown",
            "A true access token authorises an unknown type.",
            all(&[VC, VA, "{type}", "Nope"]),
        ),
        schema(
            "minted/details-required-absent",
            "A true access token authorises the credential type alone.",
            all(&["{type}"]),
        ),
        bad(
            "minted/details-other-type",
            TypesAuthorised,
            c::TYPES_AUTHORISED,
            "A true access token authorises another type.",
            all(&[VC, VA, "{unauthorised_type}"]),
        ),
        bad(
            "minted/details-without-type",
            TypesAuthorised,
            c::TYPES_AUTHORISED,
            "A true access token authorises the required types alone.",
            all(&[VC, VA]),
        ),
        either(
            "minted/details-second",
            "second-authorization-detail",
            TypesAuthorised,
            c::TYPES_AUTHORISED,
            "A true access token authorises the type in its second detail only, which does not count.",
            set(
                "claims.authorization_details",
                match (
                    all(&[VC, VA, "{unauthorised_type}"]),
                    all(&[VC, VA, "{type}"]),
                ) {
                    (Raw::Array(mut first), Raw::Array(second)) => {
                        first.extend(second);
                        Raw::Array(first)
                    }
                    (first, _) => first,
                },
            ),
        ),
    ]
}
