//! The client assertion of a service wallet's token request (`private_key_jwt`).

use super::jws::Signed;
use super::request_object::SERVICE;
use super::{benign, either, malformed};
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, Signer};
use crate::case::raw::{Raw, Time, TimeForm};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    TokenRequestAssertion, TokenRequestClient, TokenRequestCode, TokenRequestParameters,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

const SIGNED: Signed = Signed {
    jws: Jws::Assertion,
    topic: "client-assertion",
    endpoint: Endpoint::Token,
    grants: SERVICE,
    form_clause: c::CLIENT_ASSERTION,
    clause: c::CLIENT_ASSERTION,
    form: TokenRequestAssertion,
    header: TokenRequestAssertion,
    algorithm: TokenRequestAssertion,
    signature: TokenRequestAssertion,
    received: false,
};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.entries();
    let mut own = parameters();
    own.extend(claims());
    own.extend(times());
    own.extend(keys());
    let at = |entry: Entry| entry.at(Endpoint::Token).only(SERVICE);
    all.extend(own.into_iter().map(at));
    all
}

fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::Assertion, edit)
}

fn claim(name: &'static str, value: Raw) -> Op {
    op(JwsEdit::Claim(name, Edit::Set(value)))
}

fn bad(id: &str, clause: &'static Clause, doc: &str, ops: Vec<Op>) -> Entry {
    malformed(id, TokenRequestAssertion, clause, doc, ops)
}

fn parameters() -> Vec<Entry> {
    let parameters = |id: &str, doc: &str, ops: Vec<Op>| {
        malformed(id, TokenRequestParameters, c::CLIENT_ASSERTION, doc, ops)
    };
    let no = |name| Op::Form(name, FormEdit::Remove);
    let set = |name, text: &'static str| Op::Form(name, FormEdit::Set(text.into()));
    vec![
        parameters(
            "client-assertion/absent",
            "There is no client assertion.",
            vec![no("client_assertion")],
        ),
        parameters(
            "client-assertion/type-absent",
            "There is no client_assertion_type.",
            vec![no("client_assertion_type")],
        ),
        parameters(
            "client-assertion/type-saml",
            "The client_assertion_type is that of SAML.",
            vec![set(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            )],
        ),
        parameters(
            "client-assertion/unauthenticated",
            "The client does not authenticate.",
            vec![no("client_assertion"), no("client_assertion_type")],
        ),
        parameters(
            "client-assertion/verifier-instead",
            "A code verifier stands in place of the client assertion.",
            vec![
                no("client_assertion"),
                no("client_assertion_type"),
                Op::FormExtra("code_verifier", "{verifier}".into()),
            ],
        ),
        parameters(
            "client-assertion/secret-instead",
            "A client_secret stands in place of the client assertion.",
            vec![
                no("client_assertion"),
                no("client_assertion_type"),
                Op::FormExtra("client_secret", "secret".into()),
            ],
        ),
        malformed(
            "client-assertion/client-other",
            TokenRequestClient,
            c::CODE_CLIENT,
            "The client_id is another service wallet's.",
            [set("client_id", "https://other-wallet.example/client")],
        ),
        malformed(
            "client-assertion/code-word",
            TokenRequestCode,
            c::CODE_SINGLE_USE,
            "A service wallet's code is a word.",
            [set("code", "x")],
        ),
        malformed(
            "client-assertion/code-absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "A service wallet's token request has no code.",
            [no("code")],
        ),
        either(
            "client-assertion/twice",
            "http-layer",
            TokenRequestParameters,
            c::CLIENT_ASSERTION,
            "The client assertion is named twice.",
            [Op::Form("client_assertion", FormEdit::Twice)],
        ),
        benign(
            "client-assertion/verifier-besides",
            c::TOKEN_REQUEST_UNKNOWN,
            "A code verifier stands besides the client assertion.",
            [Op::FormExtra("code_verifier", "{verifier}".into())],
        ),
    ]
}

fn claims() -> Vec<Entry> {
    let absent = |name: &'static str| {
        bad(
            &format!("client-assertion/{name}-absent"),
            c::CLIENT_ASSERTION,
            &format!("The client assertion has no {name}."),
            vec![op(JwsEdit::Claim(name, Edit::Remove))],
        )
    };
    let other = |id: &str, doc: &str, name, text: &'static str| {
        bad(
            id,
            c::CLIENT_ASSERTION,
            doc,
            vec![claim(name, Raw::template(text))],
        )
    };
    vec![
        absent("iss"),
        absent("sub"),
        absent("aud"),
        absent("exp"),
        absent("iat"),
        absent("jti"),
        other(
            "client-assertion/iss-other",
            "The client assertion's iss is another client.",
            "iss",
            "https://other-wallet.example/client",
        ),
        other(
            "client-assertion/iss-did",
            "The client assertion's iss is the DID of the client.",
            "iss",
            "{did}",
        ),
        other(
            "client-assertion/sub-other",
            "The client assertion's sub is another client.",
            "sub",
            "https://other-wallet.example/client",
        ),
        other(
            "client-assertion/sub-did",
            "The client assertion's sub is the DID of the client.",
            "sub",
            "{did}",
        ),
        other(
            "client-assertion/aud-issuer",
            "The client assertion is meant for the credential issuer.",
            "aud",
            "{issuer}",
        ),
        other(
            "client-assertion/aud-other",
            "The client assertion is meant for another server.",
            "aud",
            "https://other.example/auth",
        ),
        bad(
            "client-assertion/jti-number",
            c::CLIENT_ASSERTION,
            "The client assertion's jti is a number.",
            vec![claim("jti", Raw::number(1))],
        ),
    ]
}

fn times() -> Vec<Entry> {
    let text = |offset| {
        Raw::Time(Time {
            offset,
            form: TimeForm::Text,
        })
    };
    vec![
        bad(
            "client-assertion/expired",
            rfc::JWT_EXP,
            "The client assertion has expired.",
            vec![claim("exp", Raw::time(-600))],
        ),
        bad(
            "client-assertion/exp-string",
            rfc::JWT_EXP,
            "The client assertion's exp is a string of digits.",
            vec![claim("exp", text(300))],
        ),
        bad(
            "client-assertion/exp-null",
            rfc::JWT_EXP,
            "The client assertion's exp is null.",
            vec![claim("exp", Raw::Null)],
        ),
        bad(
            "client-assertion/not-yet",
            rfc::JWT_NBF,
            "The client assertion is not valid before an hour.",
            vec![claim("nbf", Raw::time(3600))],
        ),
        bad(
            "client-assertion/iat-string",
            c::CLIENT_ASSERTION,
            "The client assertion's iat is a string of digits.",
            vec![claim("iat", text(0))],
        ),
    ]
}

fn keys() -> Vec<Entry> {
    let kid = |value| op(JwsEdit::Header("kid", Edit::Set(value)));
    let key = |id: &str, doc: &str, ops: Vec<Op>| bad(id, c::CLIENT_ASSERTION, doc, ops);
    vec![
        key(
            "client-assertion/kid-unknown",
            "The client assertion's kid is none of the client's keys.",
            vec![kid(Raw::string("no-such-key"))],
        ),
        key(
            "client-assertion/kid-number",
            "The client assertion's kid is a number.",
            vec![kid(Raw::number(0))],
        ),
        key(
            "client-assertion/kid-and-key-of-other",
            "The client assertion is signed by a key that the client has not published, which its kid names.",
            vec![
                kid(Raw::template("{other_thumbprint}")),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        key(
            "client-assertion/jwk-instead-of-kid",
            "The client assertion carries its key as jwk instead of a kid.",
            vec![
                op(JwsEdit::Header("kid", Edit::Remove)),
                op(JwsEdit::Header("jwk", Edit::Set(Raw::embedded("{jwk}")))),
            ],
        ),
        either(
            "client-assertion/aud-array",
            "proof-aud-array",
            TokenRequestAssertion,
            c::CLIENT_ASSERTION,
            "The client assertion's aud is an array of the server alone.",
            [claim("aud", Raw::templates(&["{as}"]))],
        )
        .accepted(),
        either(
            "client-assertion/aud-token-endpoint",
            "client-assertion-audience",
            TokenRequestAssertion,
            c::CLIENT_ASSERTION,
            "The client assertion is meant for the token endpoint, as OpenID Connect suggests.",
            [claim("aud", Raw::template("{as}/token"))],
        ),
        either(
            "client-assertion/of-other-session",
            "client-assertion-jti",
            TokenRequestAssertion,
            c::CLIENT_ASSERTION,
            "The client assertion is one that was used in another session.",
            [Op::Form(
                "client_assertion",
                FormEdit::Set("{other_assertion}".into()),
            )],
        )
        .needs(Need::OtherTokens),
    ]
}
