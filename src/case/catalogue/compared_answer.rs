//! The values of the wallet's answer and of the token request that are compared.

use super::code_grant::{ANY_CODE, CODE};
use super::compared::{Compared, by_kid, by_type, by_url, text};
use super::direct_post::ID_TOKEN;
use super::presentation::PRESENTATION;
use super::request_object::SERVICE;
use crate::case::grant::Grant;
use crate::case::near::Near;
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{self, *};
use crate::clauses::ebsi_v3 as c;

const BY_ID_TOKEN: (Endpoint, &[Grant]) = (Endpoint::DirectPost, ID_TOKEN);
const BY_PRESENTATION: (Endpoint, &[Grant]) = (Endpoint::DirectPost, PRESENTATION);
const OF_CODE: (Endpoint, &[Grant]) = (Endpoint::Token, CODE);
const OF_ANY_CODE: (Endpoint, &[Grant]) = (Endpoint::Token, ANY_CODE);
const OF_SERVICE: (Endpoint, &[Grant]) = (Endpoint::Token, SERVICE);

fn form(name: &'static str, near: Near) -> Op {
    Op::Form(name, FormEdit::Near(near))
}

fn claim(jws: Jws, name: &'static str, near: Near) -> Op {
    Op::Jws(jws, JwsEdit::Claim(name, Edit::Near(near)))
}

fn header(jws: Jws, name: &'static str, near: Near) -> Op {
    Op::Jws(jws, JwsEdit::Header(name, Edit::Near(near)))
}

fn submission(path: &'static str, near: Near) -> Op {
    Op::ParameterJson("presentation_submission", path, Edit::Near(near))
}

/// What servers make up is a UUID as a rule, and UUIDs may be compared without regard to case.
fn made_up(near: Near, stage: Stage) -> Option<Stage> {
    match near {
        Near::OtherCase => None,
        _ => text(near, stage),
    }
}

/// A presentation costs many requests, so only the near-misses that show the most.
fn few(near: Near, stage: Option<Stage>) -> Option<Stage> {
    matches!(
        near,
        Near::FirstHalf
            | Near::Appended
            | Near::LastChanged
            | Near::OtherCase
            | Near::TrailingSpace
            | Near::Null
    )
    .then_some(stage)
    .flatten()
}

pub(super) const COMPARED: &[Compared] = &[
    Compared::new(
        "direct-post-state",
        "The state of the direct post",
        BY_ID_TOKEN,
        c::DIRECT_POST_STATE,
        |near| form("state", near),
        |near| made_up(near, DirectPostState),
    ),
    Compared::new(
        "id-token-nonce",
        "The ID token's nonce",
        BY_ID_TOKEN,
        c::ID_TOKEN_NONCE,
        |near| claim(Jws::IdToken, "nonce", near),
        |near| by_type(near, IdTokenForm, IdTokenNonce),
    ),
    Compared::new(
        "id-token-aud",
        "The ID token's aud",
        BY_ID_TOKEN,
        c::ID_TOKEN_AUDIENCE,
        |near| claim(Jws::IdToken, "aud", near),
        |near| match near {
            Near::InArray => None,
            Near::EmptyArray => Some(IdTokenAudience),
            _ => by_url(near, IdTokenForm, IdTokenAudience),
        },
    ),
    Compared::new(
        "id-token-iss",
        "The ID token's iss",
        BY_ID_TOKEN,
        c::ID_TOKEN_HOLDER,
        |near| claim(Jws::IdToken, "iss", near),
        |near| by_url(near, IdTokenForm, IdTokenIssuer),
    ),
    Compared::new(
        "id-token-sub",
        "The ID token's sub",
        BY_ID_TOKEN,
        c::ID_TOKEN_HOLDER,
        |near| claim(Jws::IdToken, "sub", near),
        |near| by_type(near, IdTokenForm, IdTokenSubject),
    ),
    Compared::new(
        "id-token-kid",
        "The ID token's kid",
        BY_ID_TOKEN,
        c::ID_TOKEN_HOLDER,
        |near| header(Jws::IdToken, "kid", near),
        |near| by_type(near, IdTokenForm, by_kid(near, IdTokenDid, IdTokenKey)),
    ),
    Compared::new(
        "id-token-typ",
        "The ID token's typ",
        BY_ID_TOKEN,
        c::ID_TOKEN,
        |near| header(Jws::IdToken, "typ", near),
        |_| Some(IdTokenForm),
    )
    .but(|near| (near == Near::OtherCase).then_some("token-typ-case")),
    Compared::new(
        "vp-token-nonce",
        "The presentation's nonce",
        BY_PRESENTATION,
        c::VP_TOKEN,
        |near| claim(Jws::VpToken, "nonce", near),
        |near| few(near, by_type(near, VpTokenForm, VpTokenNonce)),
    ),
    Compared::new(
        "vp-token-aud",
        "The presentation's aud",
        BY_PRESENTATION,
        c::VP_TOKEN,
        |near| claim(Jws::VpToken, "aud", near),
        |near| few(near, by_url(near, VpTokenForm, VpTokenAudience)),
    ),
    Compared::new(
        "vp-token-holder",
        "The presentation's holder",
        BY_PRESENTATION,
        c::VP_TOKEN_HOLDER,
        |near| claim(Jws::VpToken, "vp.holder", near),
        |near| few(near, by_type(near, VpTokenForm, VpTokenHolder)),
    ),
    Compared::new(
        "vp-token-kid",
        "The presentation's kid",
        BY_PRESENTATION,
        c::VP_TOKEN_HOLDER,
        |near| header(Jws::VpToken, "kid", near),
        |near| few(near, by_type(near, VpTokenForm, VpTokenHolder)),
    ),
    Compared::new(
        "submission-definition",
        "The definition_id of the presentation submission",
        BY_PRESENTATION,
        c::PRESENTATION_SUBMISSION,
        |near| submission("definition_id", near),
        |near| few(near, Some(PresentationSubmission)),
    ),
    Compared::new(
        "submission-descriptor",
        "The first id in the descriptor_map",
        BY_PRESENTATION,
        c::PRESENTATION_SUBMISSION,
        |near| submission("descriptor_map.0.id", near),
        |near| few(near, Some(PresentationSubmission)),
    ),
    Compared::new(
        "code-grant/code",
        "The authorization code",
        OF_CODE,
        c::CODE_SINGLE_USE,
        |near| form("code", near),
        |near| made_up(near, TokenRequestCode),
    ),
    Compared::new(
        "code-grant/client",
        "The client_id of the token request",
        OF_CODE,
        c::CODE_CLIENT,
        |near| form("client_id", near),
        // What does not begin as a DID is the name of a service wallet, which has to authenticate.
        |near| match near {
            Near::FirstMissing
            | Near::Reversed
            | Near::Prepended
            | Near::OtherCase
            | Near::LeadingSpace
            | Near::PercentEncoded
            | Near::LookAlike
            | Near::EmptyString => Some(TokenRequestParameters),
            _ => text(near, TokenRequestClient),
        },
    ),
    Compared::new(
        "code-verifier",
        "The code_verifier",
        OF_ANY_CODE,
        c::PKCE_VERIFIER,
        |near| form("code_verifier", near),
        |near| text(near, TokenRequestVerifier),
    ),
    Compared::new(
        "client-assertion/client",
        "The client_id of a service wallet",
        OF_SERVICE,
        c::CODE_CLIENT,
        |near| form("client_id", near),
        |near| text(near, TokenRequestClient),
    ),
    Compared::new(
        "client-assertion/type",
        "The client_assertion_type",
        OF_SERVICE,
        c::CLIENT_ASSERTION,
        |near| form("client_assertion_type", near),
        |near| text(near, TokenRequestParameters),
    ),
    Compared::new(
        "client-assertion/iss",
        "The client assertion's iss",
        OF_SERVICE,
        c::CLIENT_ASSERTION,
        |near| claim(Jws::Assertion, "iss", near),
        |_| Some(TokenRequestAssertion),
    ),
    Compared::new(
        "client-assertion/sub",
        "The client assertion's sub",
        OF_SERVICE,
        c::CLIENT_ASSERTION,
        |near| claim(Jws::Assertion, "sub", near),
        |_| Some(TokenRequestAssertion),
    ),
    Compared::new(
        "client-assertion/aud",
        "The client assertion's aud",
        OF_SERVICE,
        c::CLIENT_ASSERTION,
        |near| claim(Jws::Assertion, "aud", near),
        |near| (near != Near::InArray).then_some(TokenRequestAssertion),
    ),
];
