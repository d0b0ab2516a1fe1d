//! The request object of a service wallet: by value or by reference, its claims against the query,
//! its key and its signature.

use super::jws::Signed;
use super::{benign, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    AuthorizeRequestClaims, AuthorizeRequestEquality, AuthorizeRequestKey, AuthorizeRequestObject,
    AuthorizeRequestSignature,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

/// The grant of service wallets.
pub(super) const SERVICE: &[Grant] = &[Grant::Service];

const SIGNED: Signed = Signed {
    jws: Jws::RequestObject,
    topic: "request-object",
    endpoint: Endpoint::Authorize,
    grants: SERVICE,
    form_clause: c::REQUEST_OBJECT,
    clause: c::REQUEST_OBJECT_KEY,
    form: AuthorizeRequestObject,
    header: AuthorizeRequestKey,
    algorithm: AuthorizeRequestKey,
    signature: AuthorizeRequestSignature,
    received: false,
};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.entries();
    let mut own = sources();
    own.extend(members());
    own.extend(values());
    own.extend(against_query());
    own.extend(keys());
    own.extend(harmless());
    all.extend(
        own.into_iter()
            .map(|entry| entry.at(Endpoint::Authorize).only(SERVICE)),
    );
    all
}

fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::RequestObject, edit)
}

fn claim(name: &'static str, value: Raw) -> Op {
    op(JwsEdit::Claim(name, Edit::Set(value)))
}

/// Where the request object is found.
fn sources() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, ops: Vec<Op>| {
        malformed(id, AuthorizeRequestObject, c::REQUEST_OBJECT, doc, ops)
    };
    let no_request = || Op::Parameter("request", FormEdit::Remove);
    let request = |text: &'static str| Op::Parameter("request", FormEdit::Set(text.into()));
    let by_reference = |id: &str, doc: &str, url: &'static str| {
        let reference = Op::ParameterExtra("request_uri", url.into());
        bad(id, doc, vec![no_request(), reference])
    };
    vec![
        bad(
            "request-object/absent",
            "There is no request object.",
            vec![no_request()],
        ),
        bad(
            "request-object/empty",
            "The request object is empty.",
            vec![request("")],
        ),
        bad(
            "request-object/json",
            "The request object is JSON that nobody signed.",
            vec![request("{\"client_id\":\"{client}\"}")],
        ),
        bad(
            "request-object/by-value-and-reference",
            "There is a request_uri besides the request object.",
            vec![Op::ParameterExtra("request_uri", "{client}/request".into())],
        ),
        by_reference(
            "request-object/reference-no-url",
            "The request_uri is no URL.",
            "request",
        ),
        by_reference(
            "request-object/reference-to-file",
            "The request_uri names a file.",
            "file:///etc/passwd",
        ),
        by_reference(
            "request-object/reference-to-loopback",
            "The request_uri leads to the server's own machine.",
            "http://127.0.0.1:1/request",
        ),
        by_reference(
            "request-object/reference-to-loopback-v6",
            "The request_uri leads to the server's own machine by IPv6.",
            "http://[::1]:1/request",
        ),
        by_reference(
            "request-object/reference-to-link-local",
            "The request_uri leads to an address where clouds keep their secrets.",
            "http://169.254.169.254/latest/meta-data/",
        ),
    ]
}

/// Claims that are not there. Those of a wrong type are near-misses.
fn members() -> Vec<Entry> {
    let absent = |name: &'static str| {
        malformed(
            &format!("request-object/{}-absent", name.replace('_', "-")),
            AuthorizeRequestClaims,
            c::REQUEST_OBJECT,
            &format!("The request object has no {name}."),
            [op(JwsEdit::Claim(name, Edit::Remove))],
        )
    };
    vec![
        absent("iss"),
        absent("aud"),
        absent("scope"),
        absent("response_type"),
        absent("client_id"),
        absent("redirect_uri"),
        absent("authorization_details"),
    ]
}

fn values() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, name, value| {
        malformed(
            id,
            AuthorizeRequestClaims,
            c::REQUEST_OBJECT,
            doc,
            [claim(name, value)],
        )
    };
    vec![
        bad(
            "request-object/details-text",
            "The request object's authorization_details are a string, as in a query.",
            "authorization_details",
            Raw::string("[]"),
        ),
        bad(
            "request-object/details-empty",
            "The request object's authorization_details are an empty array.",
            "authorization_details",
            Raw::Array(Vec::new()),
        ),
        bad(
            "request-object/details-null",
            "The request object's authorization_details are null.",
            "authorization_details",
            Raw::Null,
        ),
        bad(
            "request-object/details-type-other",
            "The type of the request object's authorization_details is another API's.",
            "authorization_details",
            Raw::Array(vec![Raw::Object(vec![
                ("type".into(), Raw::string("payment_initiation")),
                ("format".into(), Raw::template("{default_format}")),
                ("locations".into(), Raw::templates(&["{issuer}"])),
                (
                    "types".into(),
                    Raw::templates(&["{base_type}", "{attestation_type}", "{type}"]),
                ),
            ])]),
        ),
        bad(
            "request-object/metadata-null",
            "The request object's client_metadata are null.",
            "client_metadata",
            Raw::Null,
        ),
        bad(
            "request-object/metadata-text",
            "The request object's client_metadata are a string, as in a query.",
            "client_metadata",
            Raw::string("{}"),
        ),
    ]
}

/// The request object and the query say different things.
fn against_query() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, op| {
        malformed(id, AuthorizeRequestEquality, c::REQUEST_OBJECT, doc, [op])
    };
    let query = |id: &str, doc: &str, name, text: &'static str| {
        bad(id, doc, Op::Parameter(name, FormEdit::Set(text.into())))
    };
    vec![
        query(
            "request-object/query-client",
            "The query names another client than the request object.",
            "client_id",
            "https://other-wallet.example/client",
        ),
        query(
            "request-object/query-scope",
            "The query has another scope than the request object.",
            "scope",
            "openid ver_test:id_token",
        ),
        query(
            "request-object/query-redirect-uri",
            "The query has another redirect_uri than the request object.",
            "redirect_uri",
            "https://attacker.example/callback",
        ),
        query(
            "request-object/query-state",
            "The query has another state than the request object.",
            "state",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        query(
            "request-object/query-nonce",
            "The query has another nonce than the request object.",
            "nonce",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        bad(
            "request-object/iss-did",
            "The request object's iss is the DID of the client.",
            claim("iss", Raw::template("{did}")),
        ),
        bad(
            "request-object/iss-other",
            "The request object's iss is another client.",
            claim("iss", Raw::string("https://other-wallet.example/client")),
        ),
        bad(
            "request-object/client-other",
            "The request object's client_id is another client.",
            claim(
                "client_id",
                Raw::string("https://other-wallet.example/client"),
            ),
        ),
        bad(
            "request-object/redirect-uri-other",
            "The request object's redirect_uri is another than the query's.",
            claim(
                "redirect_uri",
                Raw::string("https://other-wallet.example/callback"),
            ),
        ),
        bad(
            "request-object/aud-issuer",
            "The request object is meant for the credential issuer.",
            claim("aud", Raw::template("{issuer}")),
        ),
        bad(
            "request-object/aud-other",
            "The request object is meant for another server.",
            claim("aud", Raw::string("https://other.example")),
        ),
        bad(
            "request-object/aud-client",
            "The request object is meant for the client itself.",
            claim("aud", Raw::template("{client}")),
        ),
    ]
}

fn keys() -> Vec<Entry> {
    let bad = |id: &str, clause: &'static Clause, stage, doc: &str, ops: Vec<Op>| {
        malformed(id, stage, clause, doc, ops)
    };
    let key =
        |id: &str, doc: &str, ops| bad(id, c::REQUEST_OBJECT_KEY, AuthorizeRequestKey, doc, ops);
    let kid = |value: Raw| op(JwsEdit::Header("kid", Edit::Set(value)));
    vec![
        key(
            "request-object/kid-unknown",
            "The request object's kid is none of the client's keys.",
            vec![kid(Raw::string("no-such-key"))],
        ),
        key(
            "request-object/kid-and-key-of-other",
            "The request object is signed by a key that the client has not published, which its kid names.",
            vec![
                kid(Raw::template("{other_thumbprint}")),
                op(JwsEdit::Signer(Signer::OtherKey)),
            ],
        ),
        key(
            "request-object/kid-number",
            "The request object's kid is a number.",
            vec![kid(Raw::number(0))],
        ),
        key(
            "request-object/kid-path",
            "The request object's kid is a path.",
            vec![kid(Raw::string("../../../dev/null"))],
        ),
        key(
            "request-object/jwk-instead-of-kid",
            "The request object carries its key as jwk instead of a kid.",
            vec![
                op(JwsEdit::Header("kid", Edit::Remove)),
                op(JwsEdit::Header("jwk", Edit::Set(Raw::embedded("{jwk}")))),
            ],
        ),
        bad(
            "request-object/expired",
            rfc::JWT_EXP,
            AuthorizeRequestSignature,
            "The request object has expired.",
            vec![claim("exp", Raw::time(-600))],
        ),
        bad(
            "request-object/not-yet",
            rfc::JWT_NBF,
            AuthorizeRequestSignature,
            "The request object is not valid before an hour.",
            vec![claim("nbf", Raw::time(3600))],
        ),
        key(
            "request-object/keys-behind-a-redirect",
            "The client's jwks_uri answers with a redirect to its keys, which would lead the server wherever the client likes.",
            vec![
                Op::Parameter("client_id", FormEdit::Set("{redirected_client}".into())),
                claim("iss", Raw::template("{redirected_client}")),
                claim("client_id", Raw::template("{redirected_client}")),
                claim(
                    "client_metadata",
                    Raw::Object(vec![
                        ("jwks_uri".into(), Raw::template("{redirected_jwks}")),
                        (
                            "authorization_endpoint".into(),
                            Raw::template("{client}/authorize"),
                        ),
                    ]),
                ),
            ],
        )
        .needs(Need::RedirectedKeys),
    ]
}

fn harmless() -> Vec<Entry> {
    vec![
        benign(
            "request-object/expires",
            rfc::JWT_EXP,
            "The request object expires in five minutes.",
            [claim("exp", Raw::time(300))],
        ),
        benign(
            "request-object/typ-request",
            rfc::JWT_TYP,
            "The request object's typ is the one of its kind (RFC 9101, 10.8).",
            [op(JwsEdit::Header(
                "typ",
                Edit::Set(Raw::string("oauth-authz-req+jwt")),
            ))],
        ),
        benign(
            "request-object/unknown-parameter",
            c::REQUEST_OBJECT,
            "The query has a parameter that the request object lacks.",
            [Op::ParameterExtra("x_unknown", "1".into())],
        ),
    ]
}
