//! The claims of the key proof.

use super::malformed;
use super::proof::op;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, JwsEdit, Op};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{ProofAudience, ProofClaims, ProofIssuer, ProofNonce};
use crate::clauses::ebsi_v3 as c;

pub(super) fn entries() -> Vec<Entry> {
    let mut all = nonce();
    all.extend(audience());
    all.extend(issuer());
    all.extend(super::claim_times::entries());
    all
}

pub(super) fn set(name: &'static str, value: Raw) -> [Op; 1] {
    [op(JwsEdit::Claim(name, Edit::Set(value)))]
}

pub(super) fn no(name: &'static str) -> [Op; 1] {
    [op(JwsEdit::Claim(name, Edit::Remove))]
}

fn nonce() -> Vec<Entry> {
    let wrong = |id: &str, doc: &str, text: &str| {
        malformed(
            id,
            ProofNonce,
            c::PROOF_NONCE,
            doc,
            set("nonce", Raw::template(text)),
        )
    };
    vec![
        malformed(
            "proof-nonce/absent",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof has no nonce.",
            no("nonce"),
        ),
        malformed(
            "proof-nonce/renamed",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof's nonce stands under the name c_nonce.",
            [op(JwsEdit::Claim("nonce", Edit::Rename("c_nonce")))],
        ),
        wrong(
            "proof-nonce/random",
            "The proof's nonce is one that was never issued.",
            "7b1c9e1e-5f0a-4d2b-9a3c-000000000000",
        ),
        wrong(
            "proof-nonce/all-zero",
            "The proof's nonce is the nil UUID.",
            "00000000-0000-0000-0000-000000000000",
        ),
        wrong(
            "proof-nonce/of-another-session",
            "The proof's nonce is the c_nonce of another session of the same holder.",
            "{other_c_nonce}",
        )
        .needs(Need::OtherSession),
        wrong(
            "proof-nonce/token-nonce",
            "The proof's nonce is the nonce claim of the access token, which is not its c_nonce.",
            "{token_nonce}",
        ),
        wrong(
            "proof-nonce/without-hyphens",
            "The proof's nonce lacks its hyphens.",
            "{c_nonce_without_hyphens}",
        ),
        wrong(
            "proof-nonce/braces",
            "The proof's nonce is in braces.",
            "{{{c_nonce}}}",
        ),
        wrong(
            "proof-nonce/urn",
            "The proof's nonce is a URN.",
            "urn:uuid:{c_nonce}",
        ),
        wrong(
            "proof-nonce/two-joined",
            "The proof's nonce is followed by another one.",
            "{c_nonce},7b1c9e1e-5f0a-4d2b-9a3c-000000000000",
        ),
        wrong(
            "proof-nonce/access-token",
            "The proof's nonce is the access token.",
            "{token}",
        ),
        wrong(
            "proof-nonce/undefined",
            "The proof's nonce is the word undefined.",
            "undefined",
        ),
    ]
}

fn audience() -> Vec<Entry> {
    let wrong = |id: &str, doc: &str, text: &str| {
        malformed(
            id,
            ProofAudience,
            c::PROOF_AUDIENCE,
            doc,
            set("aud", Raw::template(text)),
        )
    };
    vec![
        malformed(
            "proof-aud/absent",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof has no aud.",
            no("aud"),
        ),
        malformed(
            "proof-aud/two-audiences",
            ProofClaims,
            c::PROOF_AUDIENCE,
            "The proof's aud holds the issuer and somebody else.",
            set(
                "aud",
                Raw::templates(&["{issuer}", "https://other.example"]),
            ),
        ),
        malformed(
            "proof-aud/other-and-issuer",
            ProofClaims,
            c::PROOF_AUDIENCE,
            "The proof's aud holds somebody else and the issuer.",
            set(
                "aud",
                Raw::templates(&["https://other.example", "{issuer}"]),
            ),
        ),
        malformed(
            "proof-aud/array-of-other",
            ProofClaims,
            c::PROOF_AUDIENCE,
            "The proof's aud is an array with somebody else.",
            set("aud", Raw::templates(&["https://other.example"])),
        ),
        wrong(
            "proof-aud/other-issuer",
            "The proof is meant for another issuer.",
            "https://other.example/issuer",
        ),
        wrong(
            "proof-aud/authorization-server",
            "The proof is meant for the authorization server.",
            "{as}",
        ),
        wrong(
            "proof-aud/credential-endpoint",
            "The proof's aud is the credential endpoint.",
            "{credential_endpoint}",
        ),
        wrong(
            "proof-aud/origin",
            "The proof's aud is the issuer's origin.",
            "{origin}",
        ),
        wrong(
            "proof-aud/parent",
            "The proof's aud is the issuer without its last segment.",
            "{issuer_parent}",
        ),
        wrong(
            "proof-aud/with-query",
            "The proof's aud has a query.",
            "{issuer}?x=1",
        ),
        wrong(
            "proof-aud/with-fragment",
            "The proof's aud has a fragment.",
            "{issuer}#x",
        ),
        wrong(
            "proof-aud/below",
            "The proof's aud is a path below the issuer.",
            "{issuer}/extra",
        ),
        wrong(
            "proof-aud/inside-other",
            "The proof's aud is another URL that holds the issuer.",
            "https://other.example/?r={issuer}",
        ),
        wrong(
            "proof-aud/other-scheme",
            "The proof's aud has another scheme.",
            "{issuer_other_scheme}",
        ),
        wrong(
            "proof-aud/explicit-port",
            "The proof's aud has its port spelled another way.",
            "{issuer_other_port}",
        ),
        wrong(
            "proof-aud/dot-segments",
            "The proof's aud takes a detour over a segment.",
            "{issuer}/x/..",
        ),
        wrong(
            "proof-aud/with-user",
            "The proof's aud has a user name.",
            "{issuer_with_user}",
        ),
        wrong(
            "proof-aud/host-upper-case",
            "The proof's aud has its host in upper case.",
            "{issuer_host_upper}",
        ),
        wrong(
            "proof-aud/client",
            "The proof's aud is the client itself.",
            "{did}",
        ),
    ]
}

fn issuer() -> Vec<Entry> {
    let wrong = |id: &str, doc: &str, text: &str| {
        malformed(
            id,
            ProofIssuer,
            c::PROOF_ISSUER,
            doc,
            set("iss", Raw::template(text)),
        )
    };
    vec![
        malformed(
            "proof-iss/absent",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof has no iss.",
            no("iss"),
        ),
        malformed(
            "proof-iss/renamed",
            ProofClaims,
            c::PROOF_CLAIMS,
            "The proof's iss stands under the name client_id.",
            [op(JwsEdit::Claim("iss", Edit::Rename("client_id")))],
        ),
        wrong(
            "proof-iss/other-holder",
            "The proof's iss is another holder.",
            "{other_did}",
        ),
        wrong(
            "proof-iss/credential-issuer",
            "The proof's iss is the credential issuer.",
            "{issuer}",
        ),
        wrong(
            "proof-iss/authorization-server",
            "The proof's iss is the authorization server.",
            "{as}",
        ),
        wrong(
            "proof-iss/kid",
            "The proof's iss is its kid.",
            "{did}#{frag}",
        ),
        wrong(
            "proof-iss/other-client",
            "The proof's iss is another client.",
            "https://client.example",
        ),
        wrong(
            "proof-iss/with-query",
            "The proof's iss has a query.",
            "{did}?x=1",
        ),
    ]
}
