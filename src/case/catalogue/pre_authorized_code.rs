//! The pre-authorised code of a token request, as the offer gave it, tampered with, or somebody else's.

use super::jws::Signed;
use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{TokenRequestCode, TokenRequestParameters, TokenRequestPin};
use crate::clauses::ebsi_v3 as c;

const PRE_AUTHORIZED: &[Grant] = &[Grant::PreAuthorized];

const SIGNED: Signed = Signed {
    jws: Jws::Code,
    topic: "pre-authorized-code",
    endpoint: Endpoint::Token,
    grants: PRE_AUTHORIZED,
    form_clause: c::TOKEN_REQUEST,
    clause: c::TOKEN_REQUEST,
    form: TokenRequestCode,
    header: TokenRequestCode,
    algorithm: TokenRequestCode,
    signature: TokenRequestCode,
    received: true,
};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.entries();
    let mut own = tampered();
    own.extend(others());
    own.extend(repeated());
    let at = |entry: Entry| entry.at(Endpoint::Token).only(PRE_AUTHORIZED);
    all.extend(own.into_iter().map(at));
    all
}

fn tampered() -> Vec<Entry> {
    let op = |edit| Op::Jws(Jws::Code, edit);
    let bad = |id: &str, doc: &str, ops: Vec<Op>| {
        malformed(id, TokenRequestCode, c::TOKEN_REQUEST, doc, ops)
    };
    let claim = |id: &str, doc: &str, name, value| {
        bad(id, doc, vec![op(JwsEdit::TamperClaim(name, value))])
    };
    let other_client = || {
        op(JwsEdit::TamperClaim(
            "client_id",
            Raw::template("{other_did}"),
        ))
    };
    vec![
        claim(
            "pre-authorized-code/client-null",
            "The pre-authorised code's client_id is null.",
            "client_id",
            Raw::Null,
        ),
        claim(
            "pre-authorized-code/client-number",
            "The pre-authorised code's client_id is a number.",
            "client_id",
            Raw::number(1),
        ),
        bad(
            "pre-authorized-code/client-tampered",
            "The pre-authorised code names another client, whose PIN is given.",
            vec![
                other_client(),
                Op::Form("user_pin", FormEdit::Set("{other_pin}".into())),
            ],
        ),
        claim(
            "pre-authorized-code/details-null",
            "The pre-authorised code's authorization_details are null.",
            "authorization_details",
            Raw::Null,
        ),
        claim(
            "pre-authorized-code/details-empty",
            "The pre-authorised code's authorization_details are an empty array.",
            "authorization_details",
            Raw::Array(Vec::new()),
        ),
        claim(
            "pre-authorized-code/types-tampered",
            "The pre-authorised code's authorization_details name another type.",
            "authorization_details.0.types",
            Raw::templates(&["{base_type}", "{attestation_type}", "{other_type}"]),
        ),
        claim(
            "pre-authorized-code/issuer-null",
            "The pre-authorised code's iss is null.",
            "iss",
            Raw::Null,
        ),
        claim(
            "pre-authorized-code/issuer-tampered",
            "The pre-authorised code's iss is another issuer.",
            "iss",
            Raw::string("https://attacker.example"),
        ),
        claim(
            "pre-authorized-code/expiry-tampered",
            "The pre-authorised code expires later than it did.",
            "exp",
            Raw::time(86_400),
        ),
        bad(
            "pre-authorized-code/kid-null",
            "The pre-authorised code's kid is null.",
            vec![op(JwsEdit::TamperHeader("kid", Raw::Null))],
        ),
        bad(
            "pre-authorized-code/kid-and-key-of-other",
            "The pre-authorised code is signed by another key, which its kid names.",
            vec![
                op(JwsEdit::Header(
                    "kid",
                    Edit::Set(Raw::template("{other_thumbprint}")),
                )),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        bad(
            "pre-authorized-code/issuer-and-key-of-other",
            "The pre-authorised code is signed by another key, which its iss would publish.",
            vec![
                op(JwsEdit::Claim(
                    "iss",
                    Edit::Set(Raw::string("https://attacker.example")),
                )),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
    ]
}

fn others() -> Vec<Entry> {
    let set = |name, text: &'static str| Op::Form(name, FormEdit::Set(text.into()));
    let extra = |name, text: &'static str| Op::FormExtra(name, text.into());
    vec![
        malformed(
            "pre-authorized-code/of-other-holder",
            TokenRequestPin,
            c::PIN,
            "The pre-authorised code is another holder's, the PIN is not.",
            [set("pre-authorized_code", "{other_holder_code}")],
        )
        .needs(Need::OtherHolder),
        malformed(
            "pre-authorized-code/uuid",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is a UUID.",
            [set(
                "pre-authorized_code",
                "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
            )],
        ),
        malformed(
            "pre-authorized-code/as-authorization-code",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is redeemed as an authorization code.",
            [
                set("grant_type", "authorization_code"),
                Op::Form("pre-authorized_code", FormEdit::Remove),
                extra("code", "{code}"),
                extra("client_id", "{client}"),
                extra("code_verifier", "{verifier}"),
            ],
        ),
        malformed(
            "pre-authorized-code/grant-of-other-members",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The grant type is that of the authorization code, which is not there.",
            [set("grant_type", "authorization_code")],
        ),
        benign(
            "pre-authorized-code/code-besides",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request has an authorization code and a verifier besides.",
            [
                extra("code", "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab"),
                extra("code_verifier", "{verifier}"),
            ],
        ),
    ]
}

fn repeated() -> Vec<Entry> {
    let twice = |id: &str, doc: &str, op| {
        either(
            id,
            "http-layer",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            doc,
            [op],
        )
    };
    vec![
        twice(
            "pre-authorized-code/twice",
            "The pre-authorised code is named twice.",
            Op::Form("pre-authorized_code", FormEdit::Twice),
        ),
        twice(
            "pre-authorized-code/other-behind",
            "Another pre-authorised code stands behind the first.",
            Op::FormExtra("pre-authorized_code", "x".into()),
        ),
        twice(
            "pre-authorized-code/pin-twice",
            "The PIN is named twice.",
            Op::Form("user_pin", FormEdit::Twice),
        ),
        twice(
            "pre-authorized-code/other-pin-behind",
            "Another PIN stands behind the PIN.",
            Op::FormExtra("user_pin", "{other_pin}".into()),
        ),
    ]
}
