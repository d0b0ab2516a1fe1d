//! The requests for what an id or a query names: offers, the start of an offer, and request objects
//! passed by reference.

use super::{benign, either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::Entry;
use crate::case::op::{FormEdit, Op, PathEdit};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    Http, InitiateQuery, OfferIdForm, OfferKnown, RequestUriId, RequestUriKnown,
};
use crate::clauses::ebsi_v3 as c;

/// Service wallets ask without an offer; a flow that ends in a presentation has nothing new to show.
const BY_OFFER: &[Grant] = &[Grant::PreAuthorized, Grant::IdToken];

pub(super) fn entries() -> Vec<Entry> {
    let at = |endpoint, grants| move |entry: Entry| entry.at(endpoint).only(grants);
    let mut all: Vec<_> = offers()
        .into_iter()
        .map(at(Endpoint::Offer, BY_OFFER))
        .collect();
    all.extend(
        initiations()
            .into_iter()
            .map(at(Endpoint::InitiateOffer, BY_OFFER)),
    );
    all.extend(
        request_objects()
            .into_iter()
            .map(at(Endpoint::RequestUri, &[Grant::IdToken])),
    );
    all
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
            "offer-id/percent-broken",
            OfferIdForm,
            "The offer id holds a percent sign without digits.",
            "%zz",
        )
        .also("method-and-path"),
        id(
            "offer-id/quote",
            OfferIdForm,
            "The offer id holds a quote, as in an injection.",
            "1%27%20OR%20%271%27%3D%271",
        )
        .also("method-and-path"),
        id(
            "offer-id/uuid-cut",
            OfferIdForm,
            "The offer id is a UUID without its last digit.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789a",
        ),
        id(
            "offer-id/uuid-no-digit",
            OfferIdForm,
            "The offer id is a UUID with a letter that is no digit.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ag",
        ),
        id(
            "offer-id/parent",
            OfferIdForm,
            "The offer id is an encoded way up.",
            "%2e%2e",
        )
        .also("method-and-path"),
        id(
            "offer-id/long",
            OfferIdForm,
            "The offer id is a number of 64 digits.",
            "1234567812345678123456781234567812345678123456781234567812345678",
        ),
        malformed(
            "offer-id/method-post",
            Http,
            c::HTTP_METHOD,
            "The method of the request for the offer is POST.",
            [Op::Method("POST")],
        )
        .also("method-and-path"),
        malformed(
            "offer-id/path-below",
            Http,
            c::HTTP_PATH,
            "The path of the offer has a segment more.",
            [Op::Path(PathEdit::Append("/x"))],
        )
        .also("method-and-path"),
        benign(
            "offer-id/query",
            c::OFFER,
            "The request for the offer has a query that nobody asked for.",
            [Op::Query("x_unknown=1".into())],
        ),
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
        query(
            "initiate/client-did-web",
            "The client is a did:web.",
            "client_id",
            text("did:web:wallet.example"),
        ),
        query(
            "initiate/client-did-ebsi",
            "The client is a did:ebsi.",
            "client_id",
            text("did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD"),
        ),
        query(
            "initiate/client-other-did-key",
            "The client is a did:key of another kind than jwk_jcs-pub.",
            "client_id",
            text("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
        ),
        query(
            "initiate/client-key-id",
            "The client is a key id instead of a DID.",
            "client_id",
            text("{did}#{frag}"),
        ),
        query(
            "initiate/client-url",
            "The client is a URL.",
            "client_id",
            text("https://wallet.example/client"),
        ),
        query(
            "initiate/type-base",
            "The credential type is the one that all credentials have.",
            "credential_type",
            text("{base_type}"),
        ),
        query(
            "initiate/type-list",
            "The credential type is followed by another.",
            "credential_type",
            text("{type},{other_type}"),
        ),
        query(
            "initiate/endpoint-script",
            "The wallet's endpoint holds markup.",
            "credential_offer_endpoint",
            text("openid-credential-offer://<script>alert(1)</script>"),
        ),
        benign(
            "initiate/endpoint-absent",
            c::OFFER,
            "The wallet names no endpoint.",
            [Op::Parameter("credential_offer_endpoint", FormEdit::Remove)],
        ),
        benign(
            "initiate/endpoint-other",
            c::OFFER,
            "The wallet names another endpoint than the usual scheme.",
            [Op::Parameter(
                "credential_offer_endpoint",
                text("https://wallet.example/offer"),
            )],
        ),
        benign(
            "initiate/unknown-parameter",
            c::OFFER,
            "The request for an offer has a parameter that nobody asked for.",
            [Op::ParameterExtra("x_unknown", "1".into())],
        ),
        either(
            "initiate/client-twice",
            "http-layer",
            InitiateQuery,
            c::OFFER,
            "The client is named twice.",
            [Op::Parameter("client_id", FormEdit::Twice)],
        ),
        malformed(
            "initiate/method-post",
            Http,
            c::HTTP_METHOD,
            "The method of the request for an offer is POST.",
            [Op::Method("POST")],
        )
        .also("method-and-path"),
    ]
}

fn request_objects() -> Vec<Entry> {
    let id = |id: &str, stage, doc: &str, text: &'static str| {
        malformed(id, stage, c::REQUEST_URI, doc, [Op::Id(text.into())])
    };
    vec![
        id(
            "request-uri/unknown",
            RequestUriKnown,
            "The id of the request object is a UUID that was never handed out.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789ab",
        ),
        id(
            "request-uri/state",
            RequestUriKnown,
            "The server's state stands in place of the id of its request object.",
            "{request_state}",
        ),
        id(
            "request-uri/no-uuid",
            RequestUriId,
            "The id of the request object is no UUID.",
            "not-a-uuid",
        ),
        id(
            "request-uri/number",
            RequestUriId,
            "The id of the request object is a number.",
            "1",
        ),
        id(
            "request-uri/uuid-cut",
            RequestUriId,
            "The id of the request object is a UUID without its last digit.",
            "7b1c9e1e-5f0a-4d2b-9a3c-0123456789a",
        ),
        id(
            "request-uri/nul",
            RequestUriId,
            "The id of the request object is an encoded NUL.",
            "%00",
        )
        .also("method-and-path"),
        id(
            "request-uri/quote",
            RequestUriId,
            "The id of the request object holds a quote, as in an injection.",
            "1%27%20OR%20%271%27%3D%271",
        )
        .also("method-and-path"),
        malformed(
            "request-uri/method-delete",
            Http,
            c::HTTP_METHOD,
            "The method of the request for the request object is DELETE.",
            [Op::Method("DELETE")],
        )
        .also("method-and-path"),
        malformed(
            "request-uri/path-below",
            Http,
            c::HTTP_PATH,
            "The path of the request object has a segment more.",
            [Op::Path(PathEdit::Append("/x"))],
        )
        .also("method-and-path"),
        benign(
            "request-uri/query",
            c::REQUEST_URI,
            "The request for the request object has a query that nobody asked for.",
            [Op::Query("x_unknown=1".into())],
        ),
        benign(
            "request-uri/accept",
            c::REQUEST_URI,
            "The wallet says that it accepts request objects only.",
            [Op::Header(
                "accept",
                "application/oauth-authz-req+jwt, application/jwt".into(),
            )],
        ),
    ]
}
