//! Whose ID token it is: issuer, subject, and the key that its header names.

use super::direct_post::ID_TOKEN;
use super::id_token::{bad, claim, op};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{IdTokenDid, IdTokenIssuer, IdTokenKey, IdTokenSubject};
use crate::clauses::ebsi_v3 as c;

pub(super) fn entries() -> Vec<Entry> {
    let mut all = holders();
    all.extend(keys());
    let at = |entry: Entry| entry.at(Endpoint::DirectPost).only(ID_TOKEN);
    all.into_iter().map(at).collect()
}

fn kid(text: &'static str) -> Op {
    op(JwsEdit::Header("kid", Edit::Set(Raw::template(text))))
}

fn other_key() -> Op {
    op(JwsEdit::Signer(Signer::OtherKey))
}

fn holders() -> Vec<Entry> {
    let issuer = |id: &str, doc: &str, ops| bad(id, IdTokenIssuer, c::ID_TOKEN_HOLDER, doc, ops);
    let subject = |id: &str, doc: &str, ops| bad(id, IdTokenSubject, c::ID_TOKEN_HOLDER, doc, ops);
    let other = |name| claim(name, Raw::template("{other_did}"));
    vec![
        issuer(
            "id-token/iss-other",
            "The ID token's iss is another holder.",
            vec![other("iss")],
        ),
        issuer(
            "id-token/iss-self-issued",
            "The ID token's iss is the one that early drafts had for all wallets.",
            vec![claim("iss", Raw::string("https://self-issued.me/v2"))],
        ),
        issuer(
            "id-token/iss-key-id",
            "The ID token's iss is the key id instead of the DID.",
            vec![claim("iss", Raw::template("{did}#{frag}"))],
        ),
        subject(
            "id-token/sub-other",
            "The ID token's sub is another holder.",
            vec![other("sub")],
        ),
        subject(
            "id-token/sub-thumbprint",
            "The ID token's sub is the thumbprint of the key.",
            vec![claim("sub", Raw::template("{thumbprint}"))],
        ),
        issuer(
            "id-token/kid-and-key-of-other",
            "The ID token is signed by another holder's key, which its kid names.",
            vec![kid("{other_did}#{other_frag}"), other_key()],
        ),
        subject(
            "id-token/of-other-holder",
            "The ID token is another holder's through and through.",
            vec![
                kid("{other_did}#{other_frag}"),
                other("iss"),
                other("sub"),
                other_key(),
            ],
        ),
    ]
}

fn keys() -> Vec<Entry> {
    let did =
        |id: &str, doc: &str, text| bad(id, IdTokenDid, c::ID_TOKEN_HOLDER, doc, vec![kid(text)]);
    let key = |id: &str, doc: &str, ops| bad(id, IdTokenKey, c::ID_TOKEN_HOLDER, doc, ops);
    vec![
        did(
            "id-token/kid-thumbprint",
            "The ID token's kid is the thumbprint of the key.",
            "{thumbprint}",
        ),
        did(
            "id-token/kid-fragment",
            "The ID token's kid is a fragment alone.",
            "#{frag}",
        ),
        did(
            "id-token/kid-did-web",
            "The ID token's kid is of a did:web.",
            "did:web:wallet.example#{frag}",
        ),
        did(
            "id-token/kid-did-undecodable",
            "The ID token's kid is of a did:key that does not decode.",
            "{did}1111#{frag}",
        ),
        key(
            "id-token/kid-without-fragment",
            "The ID token's kid has no fragment.",
            vec![kid("{did}")],
        ),
        key(
            "id-token/kid-fragment-of-other",
            "The ID token's kid has the fragment of another key.",
            vec![kid("{did}#{other_frag}")],
        ),
        key(
            "id-token/kid-fragment-and-key-of-other",
            "The ID token's kid has the fragment of another key, which signed.",
            vec![kid("{did}#{other_frag}"), other_key()],
        ),
        key(
            "id-token/kid-fragment-keys-1",
            "The ID token's kid has the fragment keys-1.",
            vec![kid("{did}#keys-1")],
        ),
    ]
}
