//! The authorization request of a holder wallet: plain parameters, client metadata, and the
//! HTTP layer. A flow that ends in a presentation sends the same request, at the price of many more.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::Entry;
use crate::case::op::{Edit, FormEdit, Op, PathEdit};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    AuthorizeClientMetadata, AuthorizeIssuerState, AuthorizeRedirectUri, AuthorizeRequest,
    AuthorizeRequestObject, AuthorizeScope, Http,
};
use crate::clauses::{Clause, ebsi_v3 as c};

/// The grants whose sessions begin with a request of a holder wallet that is worth changing.
pub(super) const HOLDER: &[Grant] = &[Grant::IdToken];

pub(super) fn entries() -> Vec<Entry> {
    let mut all = redirect_uris();
    all.extend(plain());
    all.extend(clients());
    all.extend(metadata());
    all.extend(repeated());
    all.extend(http());
    all.extend(harmless());
    of_holders(all)
}

pub(super) fn of_holders(entries: Vec<Entry>) -> Vec<Entry> {
    let of_holder = |entry: Entry| entry.at(Endpoint::Authorize).only(HOLDER);
    entries.into_iter().map(of_holder).collect()
}

fn set(name: &'static str, text: &'static str) -> Op {
    Op::Parameter(name, FormEdit::Set(text.into()))
}

fn no(name: &'static str) -> Op {
    Op::Parameter(name, FormEdit::Remove)
}

fn redirect_uris() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, op| {
        malformed(
            id,
            AuthorizeRedirectUri,
            c::AUTHORIZE_REDIRECT_URI,
            doc,
            [op],
        )
    };
    vec![
        bad(
            "authorize/redirect-uri-absent",
            "The authorization request has no redirect_uri.",
            no("redirect_uri"),
        ),
        bad(
            "authorize/redirect-uri-empty",
            "The redirect_uri is empty.",
            set("redirect_uri", ""),
        ),
        bad(
            "authorize/redirect-uri-no-uri",
            "The redirect_uri is no URI.",
            set("redirect_uri", "not a uri"),
        ),
        // Parsers of URLs take line breaks out, and the answer may go elsewhere first.
        either(
            "authorize/redirect-uri-header-injection",
            "url-validation",
            AuthorizeRedirectUri,
            c::AUTHORIZE_REDIRECT_URI,
            "The redirect_uri holds a line break.",
            [set("redirect_uri", "openid://callback\r\nX-Injected: 1")],
        ),
    ]
}

fn plain() -> Vec<Entry> {
    let scope =
        |id: &str, doc: &str, op| malformed(id, AuthorizeScope, c::AUTHORIZE_SCOPE, doc, [op]);
    let response =
        |id: &str, doc: &str, op| malformed(id, AuthorizeRequest, c::AUTHORIZE_REQUEST, doc, [op]);
    vec![
        scope(
            "authorize/scope-absent",
            "The authorization request has no scope.",
            no("scope"),
        ),
        scope(
            "authorize/scope-other",
            "The scope is profile.",
            set("scope", "profile"),
        ),
        scope(
            "authorize/scope-test-alone",
            "The scope is a test scope without openid.",
            set("scope", "ver_test:id_token"),
        ),
        response(
            "authorize/response-type-absent",
            "The authorization request has no response_type.",
            no("response_type"),
        ),
        response(
            "authorize/response-type-token",
            "The response_type is token, as in the implicit grant.",
            set("response_type", "token"),
        ),
        response(
            "authorize/response-type-id-token",
            "The response_type is id_token.",
            set("response_type", "id_token"),
        ),
        response(
            "authorize/response-type-hybrid",
            "The response_type asks for an ID token besides the code.",
            set("response_type", "code id_token"),
        ),
    ]
}

fn clients() -> Vec<Entry> {
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, op| {
        malformed(id, stage, clause, doc, [op])
    };
    let no_client =
        |id: &str, doc: &str, op| bad(id, AuthorizeRequest, c::AUTHORIZE_REQUEST, doc, op);
    vec![
        no_client(
            "authorize/client-absent",
            "The authorization request has no client_id.",
            no("client_id"),
        ),
        no_client(
            "authorize/client-word",
            "The client_id is a word.",
            set("client_id", "holder"),
        ),
        no_client(
            "authorize/client-undecodable",
            "The client_id is a did:key that does not decode.",
            set("client_id", "did:key:z0OIl"),
        ),
        no_client(
            "authorize/client-other-did-key",
            "The client_id is a did:key of another kind than jwk_jcs-pub.",
            set(
                "client_id",
                "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            ),
        ),
        no_client(
            "authorize/client-did-web",
            "The client_id is a did:web.",
            set("client_id", "did:web:wallet.example"),
        ),
        no_client(
            "authorize/client-did-ebsi",
            "The client_id is a did:ebsi.",
            set("client_id", "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD"),
        ),
        no_client(
            "authorize/client-did-url",
            "The client_id is the key id of the holder instead of the DID.",
            set("client_id", "{did}#{frag}"),
        ),
        bad(
            "authorize/client-other",
            AuthorizeIssuerState,
            c::ISSUER_STATE,
            "The client_id is another holder's than the offer's.",
            set("client_id", "{other_did}"),
        ),
        bad(
            "authorize/client-url",
            AuthorizeRequestObject,
            c::REQUEST_OBJECT,
            "The client_id is a URL, but there is no request object.",
            set("client_id", "https://wallet.example/client"),
        ),
    ]
}

fn metadata() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, op| {
        malformed(
            id,
            AuthorizeClientMetadata,
            c::AUTHORIZE_CLIENT_METADATA,
            doc,
            [op],
        )
    };
    let member = |name, value| Op::ParameterJson("client_metadata", name, Edit::Set(value));
    vec![
        bad(
            "authorize/metadata-not-json",
            "The client_metadata is no JSON.",
            set("client_metadata", "openid:"),
        ),
        bad(
            "authorize/metadata-truncated",
            "The client_metadata is truncated JSON.",
            set("client_metadata", "{\"authorization_endpoint\":"),
        ),
        bad(
            "authorize/metadata-array",
            "The client_metadata is an array.",
            set("client_metadata", "[]"),
        ),
        bad(
            "authorize/metadata-string",
            "The client_metadata is a JSON string.",
            set("client_metadata", "\"openid:\""),
        ),
        bad(
            "authorize/metadata-endpoint-number",
            "The authorization_endpoint of the client_metadata is a number.",
            member("authorization_endpoint", Raw::number(1)),
        ),
        bad(
            "authorize/metadata-jwks-uri-no-url",
            "The jwks_uri of the client_metadata is no URL.",
            member("jwks_uri", Raw::string("keys")),
        ),
        benign(
            "authorize/metadata-absent",
            c::AUTHORIZE_CLIENT_METADATA,
            "The authorization request has no client_metadata, as published wallets send none.",
            [no("client_metadata")],
        ),
        benign(
            "authorize/metadata-empty",
            c::AUTHORIZE_CLIENT_METADATA,
            "The client_metadata is an empty object.",
            [set("client_metadata", "{}")],
        ),
        benign(
            "authorize/metadata-endpoint-other",
            c::AUTHORIZE_CLIENT_METADATA,
            "The authorization_endpoint of the client_metadata is another than the usual scheme.",
            [member(
                "authorization_endpoint",
                Raw::string("https://wallet.example/authorize"),
            )],
        ),
        benign(
            "authorize/metadata-unknown-member",
            c::AUTHORIZE_CLIENT_METADATA,
            "The client_metadata has a member that nobody asked for.",
            [member("x_unknown", Raw::number(1))],
        ),
    ]
}

/// OAuth forbids a client to repeat a parameter (RFC 6749, 3.1); not every server looks.
fn repeated() -> Vec<Entry> {
    let twice = |name: &'static str, stage, clause: &'static Clause| {
        either(
            &format!("authorize/{}-twice", name.replace('_', "-")),
            "http-layer",
            stage,
            clause,
            &format!("The parameter {name} is named twice."),
            [Op::Parameter(name, FormEdit::Twice)],
        )
    };
    vec![
        twice(
            "redirect_uri",
            AuthorizeRedirectUri,
            c::AUTHORIZE_REDIRECT_URI,
        ),
        twice("scope", AuthorizeScope, c::AUTHORIZE_SCOPE),
        twice("client_id", AuthorizeRequest, c::AUTHORIZE_REQUEST),
    ]
}

fn http() -> Vec<Entry> {
    let bad = |id: &str, clause: &'static Clause, doc: &str, op| {
        malformed(id, Http, clause, doc, [op]).also("method-and-path")
    };
    vec![
        // OpenID Connect Core 3.1.2.1 asks for POST too, with the parameters in a form.
        either(
            "authorize/method-post",
            "method-and-path",
            Http,
            c::HTTP_METHOD,
            "The method of the authorization request is POST.",
            [Op::Method("POST")],
        ),
        bad(
            "authorize/method-put",
            c::HTTP_METHOD,
            "The method of the authorization request is PUT.",
            Op::Method("PUT"),
        ),
        bad(
            "authorize/method-delete",
            c::HTTP_METHOD,
            "The method of the authorization request is DELETE.",
            Op::Method("DELETE"),
        ),
        bad(
            "authorize/path-below",
            c::HTTP_PATH,
            "The path of the authorization request has a segment more.",
            Op::Path(PathEdit::Append("/x")),
        ),
        bad(
            "authorize/path-letter-missing",
            c::HTTP_PATH,
            "The last letter of the authorization request's path is missing.",
            Op::Path(PathEdit::LastLetterMissing),
        ),
    ]
}

fn harmless() -> Vec<Entry> {
    let ok = |id: &str, doc: &str, op| benign(id, c::AUTHORIZE_REQUEST, doc, [op]);
    let extra = |name, text: &'static str| Op::ParameterExtra(name, text.into());
    vec![
        ok(
            "authorize/state-absent",
            "The authorization request has no state, as published wallets send none.",
            no("state"),
        ),
        ok(
            "authorize/state-long",
            "The client's state has 300 characters.",
            set("state", LONG_STATE),
        ),
        ok(
            "authorize/state-special",
            "The client's state holds characters that have a meaning in a query.",
            set("state", "a b&c=d+e%20#f"),
        ),
        ok(
            "authorize/nonce",
            "The authorization request has a nonce.",
            extra("nonce", "{client_nonce}"),
        ),
        ok(
            "authorize/redirect-uri-scheme",
            "The redirect_uri is a scheme alone, as published wallets send it.",
            set("redirect_uri", "openid:"),
        ),
        ok(
            "authorize/redirect-uri-with-query",
            "The redirect_uri has a query of its own.",
            set("redirect_uri", "openid://callback?from=offer"),
        ),
        ok(
            "authorize/unknown-parameter",
            "The authorization request has a parameter that nobody asked for.",
            extra("x_unknown", "1"),
        ),
        ok(
            "authorize/request-by-value",
            "The wallet would like the server's request by value.",
            extra("request_object", "value"),
        ),
        ok(
            "authorize/request-by-reference",
            "The wallet would like the server's request by reference.",
            extra("request_object", "reference"),
        ),
    ]
}

/// More than a column of 255 characters holds.
const LONG_STATE: &str = "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
