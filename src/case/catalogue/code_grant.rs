//! The token request of the authorization code grant: code, client, PKCE verifier.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{FormEdit, Op};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    self, TokenRequestClient, TokenRequestCode, TokenRequestParameters, TokenRequestVerifier,
};
use crate::clauses::{Clause, ebsi_v3 as c};

/// The grants whose token requests carry an authorization code and its verifier. A flow that ends in a
/// presentation sends the same request, at the price of many more.
pub(super) const CODE: &[Grant] = &[Grant::IdToken];

/// The same, and whoever logs in.
pub(super) const ANY_CODE: &[Grant] = &[Grant::IdToken, Grant::Login];

/// What means something whoever obtained the code. A client that is known by a name of its own has no other holder's, and what a
/// server of OAuth ignores depends on what it knows.
const OF_ANY_CODE: &[&str] = &[
    "code-grant/code-absent",
    "code-grant/code-word",
    "code-grant/code-never-issued",
    "code-grant/code-of-other-session",
    "code-grant/code-twice",
    "code-grant/other-code-behind",
    "code-grant/client-absent",
    "code-grant/client-other",
    "code-grant/client-twice",
    "code-grant/as-pre-authorized",
    "code-grant/grant-of-other-members",
];

const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

pub(super) fn entries() -> Vec<Entry> {
    let mut all = codes();
    all.extend(clients());
    all.extend(verifiers());
    all.extend(other_grant());
    all.extend(harmless());
    let is_of_any = |id: &str| id.starts_with("code-verifier/") || OF_ANY_CODE.contains(&id);
    let at = |entry: Entry| {
        let grants = if is_of_any(&entry.id) { ANY_CODE } else { CODE };
        entry.at(Endpoint::Token).only(grants)
    };
    all.into_iter().map(at).collect()
}

fn set(name: &'static str, text: &'static str) -> Op {
    Op::Form(name, FormEdit::Set(text.into()))
}

fn no(name: &'static str) -> Op {
    Op::Form(name, FormEdit::Remove)
}

fn bad(id: &str, stage: Stage, clause: &'static Clause, doc: &str, ops: Vec<Op>) -> Entry {
    malformed(id, stage, clause, doc, ops)
}

fn codes() -> Vec<Entry> {
    let unknown = |id: &str, doc: &str, text: &'static str| {
        let ops = vec![set("code", text)];
        bad(id, TokenRequestCode, c::CODE_SINGLE_USE, doc, ops)
    };
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
        bad(
            "code-grant/code-absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The token request has no code.",
            vec![no("code")],
        ),
        unknown("code-grant/code-word", "The code is a word.", "x"),
        unknown(
            "code-grant/code-never-issued",
            "The code is a UUID that was never handed out.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        unknown(
            "code-grant/code-is-state",
            "The state of the server's request stands in place of the code.",
            "{request_state}",
        ),
        unknown(
            "code-grant/code-is-nonce",
            "The nonce of the server's request stands in place of the code.",
            "{request_nonce}",
        ),
        unknown(
            "code-grant/code-is-issuer-state",
            "The issuer state stands in place of the code.",
            "{issuer_state}",
        ),
        bad(
            "code-grant/code-of-other-session",
            TokenRequestVerifier,
            c::PKCE_VERIFIER,
            "The code is that of another session, whose verifier is another.",
            vec![set("code", "{other_auth_code}")],
        )
        .needs(Need::OtherSession),
        bad(
            "code-grant/code-of-other-holder",
            TokenRequestClient,
            c::CODE_CLIENT,
            "The code is another client's.",
            vec![set("code", "{other_holder_auth_code}")],
        )
        .needs(Need::OtherHolder),
        bad(
            "code-grant/code-and-client-of-other-holder",
            TokenRequestVerifier,
            c::PKCE_VERIFIER,
            "Code and client_id are another client's, the verifier is not.",
            vec![
                set("code", "{other_holder_auth_code}"),
                set("client_id", "{other_holder}"),
            ],
        )
        .needs(Need::OtherHolder),
        twice(
            "code-grant/code-twice",
            "The code is named twice.",
            Op::Form("code", FormEdit::Twice),
        ),
        twice(
            "code-grant/other-code-behind",
            "Another code stands behind the code.",
            Op::FormExtra("code", "x".into()),
        ),
    ]
}

fn clients() -> Vec<Entry> {
    vec![
        bad(
            "code-grant/client-absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The token request has no client_id.",
            vec![no("client_id")],
        ),
        bad(
            "code-grant/client-other",
            TokenRequestClient,
            c::CODE_CLIENT,
            "The client_id is another client's than the code's.",
            vec![set("client_id", "{other_did}")],
        ),
        bad(
            "code-grant/client-key-id",
            TokenRequestClient,
            c::CODE_CLIENT,
            "The client_id is the key id of the holder instead of the DID.",
            vec![set("client_id", "{did}#{frag}")],
        ),
        either(
            "code-grant/client-twice",
            "http-layer",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The client_id is named twice.",
            [Op::Form("client_id", FormEdit::Twice)],
        ),
    ]
}

fn verifiers() -> Vec<Entry> {
    let wrong = |id: &str, doc: &str, text: &'static str| {
        let ops = vec![set("code_verifier", text)];
        bad(id, TokenRequestVerifier, c::PKCE_VERIFIER, doc, ops)
    };
    vec![
        bad(
            "code-verifier/absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The token request has no code_verifier.",
            vec![no("code_verifier")],
        ),
        bad(
            "code-verifier/renamed",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The verifier is called code_challenge.",
            vec![
                no("code_verifier"),
                Op::FormExtra("code_challenge", "{verifier}".into()),
            ],
        ),
        wrong(
            "code-verifier/challenge",
            "The code_verifier is the challenge, which anybody may have seen.",
            "{challenge}",
        ),
        wrong(
            "code-verifier/constant",
            "The code_verifier is one letter over and over.",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        wrong(
            "code-verifier/padded",
            "The code_verifier is padded.",
            "{verifier}=",
        ),
        wrong(
            "code-verifier/doubled",
            "The code_verifier stands there twice over.",
            "{verifier}{verifier}",
        ),
        wrong(
            "code-verifier/is-code",
            "The code_verifier is the code.",
            "{auth_code}",
        ),
        wrong(
            "code-verifier/of-other-session",
            "The code_verifier is that of another session.",
            "{other_verifier}",
        )
        .needs(Need::OtherSession),
        either(
            "code-verifier/twice",
            "http-layer",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The code_verifier is named twice.",
            [Op::Form("code_verifier", FormEdit::Twice)],
        ),
    ]
}

/// What belongs to one grant in the request of another.
fn other_grant() -> Vec<Entry> {
    let pre_authorized = |id: &str, doc: &str, code: &'static str| {
        let ops = vec![
            set("grant_type", PRE_AUTHORIZED),
            no("code"),
            Op::FormExtra("pre-authorized_code", code.into()),
            Op::FormExtra("user_pin", "{own_pin}".into()),
        ];
        bad(id, TokenRequestCode, c::TOKEN_REQUEST, doc, ops)
    };
    vec![
        pre_authorized(
            "code-grant/as-pre-authorized",
            "The authorization code is redeemed as a pre-authorised code.",
            "{auth_code}",
        ),
        pre_authorized(
            "code-grant/issuer-state-as-pre-authorized",
            "The issuer state is redeemed as a pre-authorised code.",
            "{issuer_state}",
        ),
        bad(
            "code-grant/grant-of-other-members",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The grant type is that of the pre-authorised code, which is not there.",
            vec![set("grant_type", PRE_AUTHORIZED)],
        ),
    ]
}

fn harmless() -> Vec<Entry> {
    let ok = |id: &str, doc: &str, name, text: &'static str| {
        benign(
            id,
            c::TOKEN_REQUEST_UNKNOWN,
            doc,
            [Op::FormExtra(name, text.into())],
        )
    };
    vec![
        ok(
            "code-grant/resource",
            "The token request names a resource, as a published wallet does.",
            "resource",
            "{issuer}",
        ),
        ok(
            "code-grant/tx-code",
            "The token request has a tx_code, as a published wallet sends one.",
            "tx_code",
            "{own_pin}",
        ),
        ok(
            "code-grant/redirect-uri",
            "The token request repeats the redirect_uri.",
            "redirect_uri",
            "openid://callback",
        ),
        ok(
            "code-grant/user-pin",
            "The token request has a PIN that nobody asked for.",
            "user_pin",
            "0000",
        ),
        ok(
            "code-grant/pre-authorized-code-besides",
            "The token request has a pre-authorised code besides the code.",
            "pre-authorized_code",
            "x",
        ),
    ]
}
