//! The values that are compared of an authorization request, and of the request for an offer before it.

use super::authorize::HOLDER;
use super::compared::{Compared, audience, by_type, by_url, text};
use super::request_object::SERVICE;
use crate::case::grant::Grant;
use crate::case::near::Near;
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{self, *};
use crate::clauses::ebsi_v3 as c;

/// One grant is enough: the request is the same for every type.
const FOR_OFFER: (Endpoint, &[Grant]) = (Endpoint::InitiateOffer, &[Grant::PreAuthorized]);
const OF_HOLDER: (Endpoint, &[Grant]) = (Endpoint::Authorize, HOLDER);
const OF_SERVICE: (Endpoint, &[Grant]) = (Endpoint::Authorize, SERVICE);

fn parameter(name: &'static str, near: Near) -> Op {
    Op::Parameter(name, FormEdit::Near(near))
}

fn detail(path: &'static str, edit: Edit) -> Op {
    Op::ParameterJson("authorization_details", path, edit)
}

fn object(name: &'static str, near: Near) -> Op {
    Op::Jws(Jws::RequestObject, JwsEdit::Claim(name, Edit::Near(near)))
}

/// A DID that is decoded and compared with nothing: one that is damaged in the middle may still be read.
fn decoded(near: Near, stage: Stage) -> Option<Stage> {
    match near {
        Near::DotChanged | Near::DigitChanged => None,
        _ => text(near, stage),
    }
}

pub(super) const COMPARED: &[Compared] = &[
    Compared::new(
        "initiate/type",
        "The credential type of the request for an offer",
        FOR_OFFER,
        c::OFFER,
        |near| parameter("credential_type", near),
        |near| text(near, InitiateQuery),
    ),
    Compared::new(
        "initiate/client",
        "The client of the request for an offer",
        FOR_OFFER,
        c::OFFER,
        |near| parameter("client_id", near),
        |near| decoded(near, InitiateQuery),
    ),
    Compared::new(
        "authorize-client",
        "The client_id",
        OF_HOLDER,
        c::AUTHORIZE_REQUEST,
        |near| parameter("client_id", near),
        |near| decoded(near, AuthorizeRequest),
    ),
    Compared::new(
        "authorize-response-type",
        "The response_type",
        OF_HOLDER,
        c::AUTHORIZE_REQUEST,
        |near| parameter("response_type", near),
        // White space separates response types.
        |near| match near {
            Near::LeadingSpace | Near::TrailingSpace | Near::TrailingNewline => None,
            _ => text(near, AuthorizeRequest),
        },
    ),
    Compared::new(
        "authorize-scope",
        "The scope",
        OF_HOLDER,
        c::AUTHORIZE_SCOPE,
        |near| parameter("scope", near),
        // White space separates scopes.
        |near| match near {
            Near::LeadingSpace | Near::TrailingSpace | Near::TrailingNewline => None,
            _ => text(near, AuthorizeScope),
        },
    ),
    Compared::new(
        "pkce-method",
        "The code_challenge_method",
        OF_HOLDER,
        c::PKCE,
        |near| parameter("code_challenge_method", near),
        |near| text(near, AuthorizePkce),
    ),
    Compared::new(
        "authorize-details/type",
        "The type of the authorization_details",
        OF_HOLDER,
        c::AUTHORIZE_DETAILS,
        |near| detail("0.type", Edit::Near(near)),
        |_| Some(AuthorizeDetails),
    ),
    Compared::new(
        "authorize-details/format",
        "The format of the authorization_details",
        OF_HOLDER,
        c::AUTHORIZE_DETAILS,
        |near| detail("0.format", Edit::Near(near)),
        |_| Some(AuthorizeDetails),
    ),
    Compared::new(
        "authorize-details/last-type",
        "The offered type in the authorization_details",
        OF_HOLDER,
        c::AUTHORIZE_DETAILS,
        |near| detail("0.types", Edit::NearLast(near)),
        |_| Some(AuthorizeDetails),
    ),
    Compared::new(
        "authorize-details/location",
        "The only location of the authorization_details",
        OF_HOLDER,
        c::AUTHORIZE_DETAILS,
        |near| detail("0.locations", Edit::NearLast(near)),
        // Another URL is another audience of the access token, which shows later.
        |near| match near {
            Near::PercentEncoded | Near::EmptyString => Some(AuthorizeDetails),
            _ => (!near.is_text()).then_some(AuthorizeDetails),
        },
    ),
    Compared::new(
        "issuer-state",
        "The issuer_state",
        OF_HOLDER,
        c::ISSUER_STATE,
        |near| parameter("issuer_state", near),
        // A lenient reader skips what is in no alphabet; it shows when the signature is verified.
        |near| match near {
            Near::LeadingSpace | Near::ZeroWidth => Some(AuthorizeIssuerStateSignature),
            _ if near.is_at_the_end() => Some(AuthorizeIssuerStateSignature),
            _ => text(near, AuthorizeIssuerState),
        },
    )
    .but(|near| {
        matches!(
            near,
            Near::LeadingSpace
                | Near::TrailingSpace
                | Near::TrailingNewline
                | Near::LastChanged
                | Near::DigitChanged
        )
        .then_some("base64url-leniency")
    }),
    Compared::new(
        "request-object/iss",
        "The request object's iss",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("iss", near),
        |near| by_type(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    ),
    Compared::new(
        "request-object/aud",
        "The request object's aud",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("aud", near),
        |near| by_type(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    )
    .but(audience),
    Compared::new(
        "request-object/client",
        "The request object's client_id",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("client_id", near),
        |near| by_url(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    ),
    Compared::new(
        "request-object/redirect-uri",
        "The request object's redirect_uri",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("redirect_uri", near),
        |near| by_url(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    ),
    Compared::new(
        "request-object/response-type",
        "The request object's response_type",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("response_type", near),
        |_| Some(AuthorizeRequestClaims),
    ),
    Compared::new(
        "request-object/scope",
        "The request object's scope",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("scope", near),
        |_| Some(AuthorizeRequestClaims),
    ),
    Compared::new(
        "request-object/state",
        "The request object's state",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("state", near),
        |near| by_type(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    ),
    Compared::new(
        "request-object/nonce",
        "The request object's nonce",
        OF_SERVICE,
        c::REQUEST_OBJECT,
        |near| object("nonce", near),
        |near| by_type(near, AuthorizeRequestClaims, AuthorizeRequestEquality),
    ),
];
