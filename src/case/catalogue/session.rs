//! The other requests of a session: offer, token, deferred credential.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::Entry;
use crate::case::op::{BodyEdit, FormEdit, Op};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    DeferredAuthorization, DeferredToken, Http, InitiateQuery, OfferIdForm, OfferKnown,
    TokenRequestCode, TokenRequestGrant, TokenRequestMediaType, TokenRequestParameters,
    TokenRequestPin,
};
use crate::clauses::{Clause, ebsi_v3 as c};

pub(super) fn entries() -> Vec<Entry> {
    let mut all: Vec<_> = token_requests()
        .into_iter()
        .map(|entry| entry.at(Endpoint::Token))
        .collect();
    all.extend(offers().into_iter().map(|entry| entry.at(Endpoint::Offer)));
    all.extend(
        initiations()
            .into_iter()
            .map(|entry| entry.at(Endpoint::InitiateOffer)),
    );
    all.extend(
        deferred()
            .into_iter()
            .map(|entry| entry.at(Endpoint::Deferred)),
    );
    all
}

fn token_requests() -> Vec<Entry> {
    let form = |name, edit| [Op::Form(name, edit)];
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, ops: [Op; 1]| {
        let entry = malformed(id, stage, clause, doc, ops);
        match stage {
            TokenRequestCode | TokenRequestPin | TokenRequestParameters => {
                entry.only(&[Grant::PreAuthorized])
            }
            _ => entry,
        }
    };
    let text = |value: &'static str| FormEdit::Set(value.into());
    vec![
        bad(
            "token-request/media-type-json",
            TokenRequestMediaType,
            c::TOKEN_REQUEST,
            "The token request's Content-Type is application/json.",
            [Op::Header("content-type", "application/json".into())],
        )
        .also("token-media-type"),
        bad(
            "token-request/media-type-text",
            TokenRequestMediaType,
            c::TOKEN_REQUEST,
            "The token request's Content-Type is text/plain.",
            [Op::Header("content-type", "text/plain".into())],
        )
        .also("token-media-type"),
        bad(
            "token-request/grant-absent",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request has no grant_type.",
            form("grant_type", FormEdit::Remove),
        ),
        bad(
            "token-request/grant-unknown",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request's grant_type is password.",
            form("grant_type", text("password")),
        ),
        bad(
            "token-request/grant-short",
            TokenRequestGrant,
            c::TOKEN_REQUEST,
            "The token request's grant_type is not the full URN.",
            form("grant_type", text("pre-authorized_code")),
        ),
        bad(
            "token-request/code-absent",
            TokenRequestParameters,
            c::TOKEN_REQUEST,
            "The token request has no pre-authorised code.",
            form("pre-authorized_code", FormEdit::Remove),
        ),
        bad(
            "token-request/code-garbage",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is garbage.",
            form("pre-authorized_code", text("x")),
        ),
        bad(
            "token-request/code-access-token",
            TokenRequestCode,
            c::TOKEN_REQUEST,
            "The pre-authorised code is garbage in three segments.",
            form("pre-authorized_code", text("a.b.c")),
        ),
        bad(
            "token-request/pin-absent",
            TokenRequestPin,
            c::PIN,
            "The token request has no user_pin.",
            form("user_pin", FormEdit::Remove),
        ),
        bad(
            "token-request/pin-of-other",
            TokenRequestPin,
            c::PIN,
            "The PIN is another holder's.",
            form("user_pin", text("{other_pin}")),
        ),
        bad(
            "token-request/pin-longer",
            TokenRequestPin,
            c::PIN,
            "The PIN has further digits.",
            form("user_pin", text("{pin}0000")),
        ),
        bad(
            "token-request/pin-as-number",
            TokenRequestPin,
            c::PIN,
            "The PIN has a leading zero more.",
            form("user_pin", text("0{pin}")),
        ),
        benign(
            "token-request/extra",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request has a parameter that nobody asked for.",
            [Op::FormExtra("x_unknown", "1".into())],
        ),
        benign(
            "token-request/client-assertion",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request carries a client assertion, as the official client sends one.",
            [Op::FormExtra(
                "client_assertion",
                "eyJ4IjoxfQ.eyJ4IjoxfQ.x".into(),
            )],
        )
        .only(&[Grant::PreAuthorized, Grant::IdToken, Grant::VpToken]),
        benign(
            "token-request/client-id",
            c::TOKEN_REQUEST_UNKNOWN,
            "The token request carries the client id.",
            [Op::FormExtra("client_id", "{did}".into())],
        )
        .only(&[Grant::PreAuthorized]),
        benign(
            "token-request/charset",
            c::TOKEN_REQUEST,
            "The token request's Content-Type has a charset.",
            [Op::Header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".into(),
            )],
        ),
    ]
}

fn offers() -> Vec<Entry> {
    let id = |id: &str, stage, doc: &str, text: &'static str| {
        malformed(id, stage, c::OFFER_UNKNOWN, doc, [Op::Id(text.into())])
    };
    vec![
        id(
            "offer-id/unknown",
            OfferKnown,
            "The offer id is a UUID that was never issued.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        id(
            "offer-id/other-unknown",
            OfferKnown,
            "The offer id is another UUID that was never issued.",
            "0f0e0d0c-0b0a-4908-8706-050403020100",
        ),
        id(
            "offer-id/no-uuid",
            OfferIdForm,
            "The offer id is no UUID.",
            "not-a-uuid",
        ),
        id(
            "offer-id/number",
            OfferIdForm,
            "The offer id is a number.",
            "1",
        ),
        id(
            "offer-id/nul",
            OfferIdForm,
            "The offer id is an encoded NUL.",
            "%00",
        )
        .also("method-and-path"),
        id(
            "offer-id/quote",
            OfferIdForm,
            "The offer id holds a quote, as in an injection.",
            "1%27%20OR%20%271%27%3D%271",
        )
        .also("method-and-path"),
    ]
}

fn initiations() -> Vec<Entry> {
    let query = |id: &str, doc: &str, name, edit| {
        malformed(
            id,
            InitiateQuery,
            c::OFFER,
            doc,
            [Op::Parameter(name, edit)],
        )
    };
    let text = |value: &'static str| FormEdit::Set(value.into());
    vec![
        query(
            "initiate/type-absent",
            "No credential type is named.",
            "credential_type",
            FormEdit::Remove,
        ),
        query(
            "initiate/type-unknown",
            "The credential type is unknown.",
            "credential_type",
            text("NoSuchCredential"),
        ),
        either(
            "initiate/type-twice",
            "http-layer",
            InitiateQuery,
            c::OFFER,
            "The credential type is named twice.",
            [Op::Parameter("credential_type", FormEdit::Twice)],
        ),
        query(
            "initiate/client-absent",
            "No client is named.",
            "client_id",
            FormEdit::Remove,
        ),
        query(
            "initiate/client-no-did",
            "The client is no DID.",
            "client_id",
            text("holder"),
        ),
        query(
            "initiate/client-undecodable",
            "The client's did:key does not decode.",
            "client_id",
            text("did:key:z0OIl"),
        ),
        query(
            "initiate/endpoint-empty",
            "The wallet's endpoint is empty.",
            "credential_offer_endpoint",
            text(""),
        ),
        query(
            "initiate/endpoint-no-uri",
            "The wallet's endpoint is no URI.",
            "credential_offer_endpoint",
            text("not a uri"),
        ),
        query(
            "initiate/endpoint-header-injection",
            "The wallet's endpoint holds a line break.",
            "credential_offer_endpoint",
            text("openid-credential-offer://\r\nX-Injected: 1"),
        ),
    ]
}

fn deferred() -> Vec<Entry> {
    let bearer = |edit| [Op::Bearer(edit)];
    let bad = |id: &str, stage, clause: &'static Clause, doc: &str, ops: [Op; 1]| {
        malformed(id, stage, clause, doc, ops)
    };
    vec![
        bad(
            "acceptance-token/absent",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The deferred request has no Authorization header.",
            bearer(FormEdit::Remove),
        ),
        bad(
            "acceptance-token/basic",
            DeferredAuthorization,
            c::DEFERRED_TOKEN,
            "The deferred request uses the Basic scheme.",
            [Op::Header(
                "authorization",
                "Basic {acceptance_token}".into(),
            )],
        ),
        bad(
            "acceptance-token/garbage",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is garbage.",
            bearer(FormEdit::Set("x".into())),
        ),
        bad(
            "acceptance-token/never-issued",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is a UUID that was never issued.",
            bearer(FormEdit::Set("7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab".into())),
        ),
        bad(
            "acceptance-token/access-token",
            DeferredToken,
            c::ACCEPTANCE_NOT_ACCESS,
            "The access token stands in place of the acceptance token.",
            bearer(FormEdit::Set("{token}".into())),
        ),
        bad(
            "acceptance-token/c-nonce",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The c_nonce stands in place of the acceptance token.",
            bearer(FormEdit::Set("{c_nonce}".into())),
        ),
        bad(
            "acceptance-token/list",
            DeferredToken,
            c::DEFERRED_TOKEN,
            "The acceptance token is followed by another.",
            bearer(FormEdit::Set("{acceptance_token},x".into())),
        ),
        bad(
            "deferred-request/method-get",
            Http,
            c::HTTP_METHOD,
            "The method of the deferred request is GET.",
            [Op::Method("GET")],
        )
        .also("method-and-path"),
        either(
            "deferred-request/media-type-form",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a Content-Type, but no body.",
            [Op::Header(
                "content-type",
                "application/x-www-form-urlencoded".into(),
            )],
        )
        .accepted(),
        either(
            "deferred-request/body-without-media-type",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a body without a Content-Type.",
            [Op::Body(BodyEdit::Replace(b"{}"))],
        )
        .accepted(),
        either(
            "deferred-request/body-of-xml",
            "http-layer",
            Http,
            c::DEFERRED_TOKEN,
            "The deferred request has a body in XML.",
            [
                Op::Header("content-type", "application/xml".into()),
                Op::Body(BodyEdit::Replace(b"<x/>")),
            ],
        )
        .accepted(),
    ]
}
