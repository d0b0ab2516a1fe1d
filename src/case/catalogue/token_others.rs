//! Access tokens with another algorithm, and tokens of other kinds.

use super::malformed;
use super::token::op;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, JwsEdit, Op, PublicKeyForm, SignatureEdit, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{ProofNonce, TokenHeader, TokenHeaderDecodes, TokenPayload};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = algorithms();
    all.extend(others());
    all
}

fn algorithms() -> Vec<Entry> {
    let header = |name: &str| op(JwsEdit::TamperHeader("alg", Raw::string(name)));
    let none = |id: &str, doc: &str, name: &str, edit| {
        malformed(
            id,
            TokenHeader,
            rfc::JWT_ALG,
            doc,
            [header(name), op(JwsEdit::Signature(edit))],
        )
    };
    let hmac = |id: &str, doc: &str, signer| {
        malformed(
            id,
            TokenHeader,
            rfc::JWT_ALG,
            doc,
            [
                op(JwsEdit::Header("alg", Edit::Set(Raw::string("HS256")))),
                op(JwsEdit::Signer(signer)),
            ],
        )
    };
    vec![
        none(
            "token-alg/none",
            "The access token's alg is none and there is no signature.",
            "none",
            SignatureEdit::Empty,
        ),
        none(
            "token-alg/none-capitalised",
            "The access token's alg is None and there is no signature.",
            "None",
            SignatureEdit::Empty,
        ),
        malformed(
            "token-alg/none-signature-kept",
            TokenHeader,
            rfc::JWT_ALG,
            "The access token's alg is none, with its signature.",
            [header("none")],
        ),
        malformed(
            "token-alg/es384",
            TokenHeader,
            rfc::JWT_ALG,
            "The access token's alg is ES384.",
            [header("ES384")],
        ),
        malformed(
            "token-alg/rs256",
            TokenHeader,
            rfc::JWT_ALG,
            "The access token's alg is RS256.",
            [header("RS256")],
        ),
        malformed(
            "token-alg/lower-case",
            TokenHeader,
            rfc::JWT_ALG,
            "The access token's alg is in lower case.",
            [header("es256")],
        ),
        hmac(
            "token-alg/hmac-jwk",
            "The access token is HS256, keyed with the server's public key as canonical JWK.",
            Signer::Hmac(PublicKeyForm::CanonicalJwk),
        ),
        hmac(
            "token-alg/hmac-jwk-as-written",
            "The access token is HS256, keyed with the server's public key as JWK whose first member is kty.",
            Signer::Hmac(PublicKeyForm::JwkAsWritten),
        ),
        hmac(
            "token-alg/hmac-pem",
            "The access token is HS256, keyed with the server's public key in PEM.",
            Signer::Hmac(PublicKeyForm::Pem),
        ),
        hmac(
            "token-alg/hmac-kid",
            "The access token is HS256, keyed with its kid.",
            Signer::Hmac(PublicKeyForm::KeyId),
        ),
        hmac(
            "token-alg/hmac-empty",
            "The access token is HS256, keyed with the empty string.",
            Signer::HmacEmpty,
        ),
        malformed(
            "token/typ-tampered",
            TokenHeader,
            rfc::JWT_TYP,
            "The access token's typ was changed.",
            [op(JwsEdit::TamperHeader("typ", Raw::string("at+jwt")))],
        ),
    ]
}

fn others() -> Vec<Entry> {
    let bearer = |id: &str, stage, clause: &'static Clause, doc: &str, text: &'static str| {
        malformed(
            id,
            stage,
            clause,
            doc,
            [Op::Bearer(FormEdit::Set(text.into()))],
        )
    };
    vec![
        bearer(
            "token/of-another-session",
            ProofNonce,
            c::PROOF_NONCE,
            "The access token is that of another session of the same holder.",
            "{other_token}",
        )
        .needs(Need::OtherSession),
        bearer(
            "token/id-token",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "The ID token stands in place of the access token.",
            "{id_token}",
        ),
        bearer(
            "token/proof",
            TokenHeader,
            c::TOKEN_HEADER,
            "The key proof stands in place of the access token.",
            "{proof}",
        ),
        bearer(
            "token/acceptance-token",
            TokenHeaderDecodes,
            c::TOKEN_HEADER_DECODES,
            "The acceptance token that the session was given stands in place of the access token.",
            "{acceptance_token}",
        )
        .needs(Need::AcceptanceToken),
        bearer(
            "token/pre-authorised-code",
            TokenPayload,
            c::TOKEN_PAYLOAD,
            "The pre-authorised code stands in place of the access token.",
            "{code}",
        ),
        bearer(
            "token/c-nonce",
            TokenHeaderDecodes,
            c::TOKEN_HEADER_DECODES,
            "The c_nonce stands in place of the access token.",
            "{c_nonce}",
        ),
    ]
}
