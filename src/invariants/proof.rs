//! Rules about key proofs: which are refused.

use super::refusal::{self, Special};
use super::{Check, Invariant, Scene};
use crate::case::Stage;
use crate::clauses::{ebsi_v3 as c, rfc};
use crate::transcript::{Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "proof/decodable",
        c::PROOF_DECODES,
        "A proof that is no compact JWS with a JSON payload is refused.",
        Check::Refusal(&[Stage::ProofDecodes]),
    ),
    Invariant::new(
        "proof/claims-checked",
        c::PROOF_CLAIMS,
        "A proof that lacks iss, aud, iat or nonce, or has one of another type, is refused.",
        Check::Refusal(&[Stage::ProofClaims]),
    ),
    Invariant::new(
        "proof/nonce-is-the-c-nonce-of-this-token",
        c::PROOF_NONCE,
        "A proof with another nonce than the c_nonce of the presented access token is refused.",
        Check::Refusal(&[Stage::ProofNonce]),
    ),
    Invariant::new(
        "proof/audience-is-the-issuer",
        c::PROOF_AUDIENCE,
        "A proof whose aud is not exactly the credential issuer is refused.",
        Check::Refusal(&[Stage::ProofAudience]),
    ),
    Invariant::new(
        "proof/issuer-is-the-client",
        c::PROOF_ISSUER,
        "A proof that another client issued is refused.",
        Check::Refusal(&[Stage::ProofIssuer]),
    ),
    Invariant::new(
        "proof/header-checked",
        c::PROOF_HEADER,
        "A proof whose header does not decode, or lacks alg or kid, is refused.",
        Check::Refusal(&[Stage::ProofHeaderDecodes, Stage::ProofHeader]),
    ),
    Invariant::new(
        "proof/typ-tells-a-proof",
        rfc::JWT_TYP,
        "A JWT whose typ is not that of a key proof is refused as a proof.",
        Check::Exchange(typ_tells_a_proof),
    ),
    Invariant::new(
        "proof/kid-names-the-subjects-key",
        c::PROOF_KID_SUBJECT,
        "A proof whose kid is no verification method of the DID that authenticated is refused.",
        Check::Refusal(&[
            Stage::ProofKidSubject,
            Stage::ProofDidValid,
            Stage::ProofDidExists,
            Stage::ProofVerificationMethod,
            Stage::ProofPublicKeyJwk,
        ]),
    ),
    Invariant::new(
        "proof/signature-verified",
        c::PROOF_SIGNATURE,
        "A proof whose signature does not verify is refused.",
        Check::Refusal(&[Stage::ProofSignature]),
    ),
    Invariant::new(
        "proof/algorithm-fits-the-key",
        rfc::JWT_ALG,
        "A proof with alg none, an HMAC, or any other algorithm than that of the holder's key is refused.",
        Check::Exchange(algorithm_fits_the_key),
    ),
    Invariant::new(
        "proof/expiry-honoured",
        rfc::JWT_EXP,
        "A proof that has expired, or is not valid yet, is refused.",
        Check::Exchange(expiry_honoured),
    ),
    Invariant::new(
        "proof/critical-extensions-understood",
        rfc::JWS_CRIT,
        "A proof that names an unknown extension in crit is refused.",
        Check::Exchange(critical_extensions_understood),
    ),
];

fn typ_tells_a_proof(exchange: &Exchange, scene: &Scene) -> Verdict {
    refusal::of_special(Special::ProofType, exchange, scene)
}

fn algorithm_fits_the_key(exchange: &Exchange, scene: &Scene) -> Verdict {
    refusal::of_special(Special::ProofAlgorithm, exchange, scene)
}

fn expiry_honoured(exchange: &Exchange, scene: &Scene) -> Verdict {
    refusal::of_special(Special::ProofExpiry, exchange, scene)
}

fn critical_extensions_understood(exchange: &Exchange, scene: &Scene) -> Verdict {
    refusal::of_special(Special::ProofCritical, exchange, scene)
}
