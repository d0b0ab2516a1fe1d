//! The issuer state of an offer, which a holder wallet passes on to the authorization server.

use super::authorize::{HOLDER, of_holders};
use super::jws::Signed;
use super::{either, malformed};
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{self, AuthorizeIssuerState, AuthorizeIssuerStateSignature};
use crate::clauses::ebsi_v3 as c;

const SIGNED: Signed = Signed {
    jws: Jws::IssuerState,
    topic: "issuer-state",
    endpoint: Endpoint::Authorize,
    grants: HOLDER,
    form_clause: c::ISSUER_STATE,
    clause: c::ISSUER_STATE,
    form: AuthorizeIssuerState,
    header: AuthorizeIssuerState,
    algorithm: AuthorizeIssuerStateSignature,
    signature: AuthorizeIssuerStateSignature,
    received: true,
};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.entries();
    all.extend(of_holders(others()));
    all.extend(of_holders(tampered()));
    all
}

fn bad(id: &str, stage: Stage, doc: &str, ops: Vec<Op>) -> Entry {
    malformed(id, stage, c::ISSUER_STATE, doc, ops)
}

fn others() -> Vec<Entry> {
    let set = |id: &str, doc: &str, text: &'static str| {
        let op = Op::Parameter("issuer_state", FormEdit::Set(text.into()));
        bad(id, AuthorizeIssuerState, doc, vec![op])
    };
    vec![
        bad(
            "issuer-state/absent",
            AuthorizeIssuerState,
            "There is no issuer_state for a type that was offered.",
            vec![Op::Parameter("issuer_state", FormEdit::Remove)],
        ),
        either(
            "issuer-state/twice",
            "http-layer",
            AuthorizeIssuerState,
            c::ISSUER_STATE,
            "A second issuer_state stands behind the first.",
            [Op::ParameterExtra("issuer_state", "x".into())],
        ),
        set("issuer-state/word", "The issuer_state is a word.", "x"),
        set(
            "issuer-state/uuid",
            "The issuer_state is a UUID.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        set(
            "issuer-state/client-state",
            "The client's state stands in place of the issuer_state.",
            "{client_state}",
        ),
        set(
            "issuer-state/of-other-holder",
            "The issuer_state is that of another holder's offer.",
            "{other_holder_issuer_state}",
        )
        .needs(Need::OtherHolder),
    ]
}

fn tampered() -> Vec<Entry> {
    let op = |edit| Op::Jws(Jws::IssuerState, edit);
    let claim = |name, value| op(JwsEdit::TamperClaim(name, value));
    let state = |id: &str, doc: &str, ops: Vec<Op>| bad(id, AuthorizeIssuerState, doc, ops);
    let signature =
        |id: &str, doc: &str, ops: Vec<Op>| bad(id, AuthorizeIssuerStateSignature, doc, ops);
    let other_types = || Raw::templates(&["{base_type}", "{attestation_type}", "{other_type}"]);
    let other_key = || op(JwsEdit::Signer(Signer::OtherKey));
    vec![
        state(
            "issuer-state/client-tampered",
            "The issuer_state names another client.",
            vec![claim("client_id", Raw::template("{other_did}"))],
        ),
        state(
            "issuer-state/client-null",
            "The issuer_state's client_id is null.",
            vec![claim("client_id", Raw::Null)],
        ),
        state(
            "issuer-state/types-tampered",
            "The issuer_state offers another type.",
            vec![claim("credential_types", other_types())],
        ),
        state(
            "issuer-state/types-string",
            "The issuer_state's credential_types are a string.",
            vec![claim("credential_types", Raw::template("{type}"))],
        ),
        state(
            "issuer-state/types-null",
            "The issuer_state's credential_types are null.",
            vec![claim("credential_types", Raw::Null)],
        ),
        signature(
            "issuer-state/client-tampered-with-request",
            "Issuer state and request name another client, for whom nobody signed.",
            vec![
                claim("client_id", Raw::template("{other_did}")),
                Op::Parameter("client_id", FormEdit::Set("{other_did}".into())),
            ],
        ),
        signature(
            "issuer-state/types-tampered-with-request",
            "Issuer state and request name another type, for which nobody signed.",
            vec![
                claim("credential_types", other_types()),
                Op::ParameterJson("authorization_details", "0.types", Edit::Set(other_types())),
            ],
        ),
        signature(
            "issuer-state/issuer-tampered",
            "The issuer_state's iss is another issuer.",
            vec![claim("iss", Raw::string("https://other.example"))],
        ),
        signature(
            "issuer-state/audience-tampered",
            "The issuer_state's aud is another server.",
            vec![claim("aud", Raw::string("https://other.example"))],
        ),
        signature(
            "issuer-state/expiry-tampered",
            "The issuer_state expires later than it did.",
            vec![claim("exp", Raw::time(86_400))],
        ),
        signature(
            "issuer-state/kid-and-key-of-other",
            "The issuer_state is signed by another key, which its kid names.",
            vec![
                op(JwsEdit::Header(
                    "kid",
                    Edit::Set(Raw::template("{other_thumbprint}")),
                )),
                other_key(),
            ],
        ),
    ]
}
