//! Steps 1 to 9d: the media type and the access token.

use std::borrow::Cow;

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;

use super::{Candidate, Step, TokenClaims};
use crate::issuer::defect::Defect;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::lies;
use crate::issuer::media_type;
use crate::issuer::reading::{self, Reading};
use crate::issuer::reply::Refusal;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// Steps 1 to 9d in their order.
pub(super) const STEPS: &[Step] = &[
    ("1", media_type_is_json),
    ("2", authorization_is_present),
    ("3", authorization_is_bearer),
    ("4", header_decodes),
    ("5", header_has_its_members),
    ("6", payload_decodes),
    ("7", payload_has_its_members),
    ("8", audience_is_this_issuer),
    ("9", is_not_used_up),
    ("9a", has_not_expired),
    ("9b", was_issued_before),
    ("9c", key_is_that_of_the_server),
    ("9d", signature_verifies),
];

/// The bearer token of a request (RFC 6750 §2.1): of two `Authorization` headers the first counts.
///
/// # Errors
/// 400 `invalid_token`: there is none, or the scheme is not `Bearer` and one space.
pub(in crate::issuer) fn bearer<'r>(
    issuer: &Issuer,
    request: &'r Request<Bytes>,
) -> Result<Cow<'r, str>, Refusal> {
    let authorization = authorization(request)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refusal::invalid_token("Authorization header is missing"))?;
    let mut token = authorization.strip_prefix(b"Bearer ");
    if issuer.reads(Reading::BearerInAnyCase)
        && let Some((scheme, rest)) = authorization.split_at_checked(7)
        && scheme.eq_ignore_ascii_case(b"Bearer ")
    {
        token = Some(rest.trim_ascii_start());
    }
    let token = token.ok_or_else(|| {
        Refusal::invalid_token("Authorization header must contain a Bearer token")
    })?;
    Ok(String::from_utf8_lossy(token))
}

/// The field value without the white space around it, which is not part of it (RFC 9110 §5.5).
fn authorization(request: &Request<Bytes>) -> Option<&[u8]> {
    request
        .headers()
        .get(AUTHORIZATION)
        .map(|value| value.as_bytes().trim_ascii())
}

fn media_type_is_json(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let headers = candidate.request.headers();
    let is_json = reading::request::media_type(issuer, headers);
    if is_json.unwrap_or_else(|| media_type::is_json(headers))
        || issuer.lies(Defect::MediaTypeUnchecked)
    {
        return Ok(());
    }
    Err(Refusal::invalid_request(
        "Content-type must be application/json",
    ))
}

fn authorization_is_present(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    match authorization(candidate.request) {
        None | Some(b"") => token_of(issuer, candidate.request).map(drop),
        Some(_) => Ok(()),
    }
}

fn authorization_is_bearer(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    candidate.token = Jws::new(token_of(issuer, candidate.request)?);
    candidate
        .token
        .read_leniently(issuer.reads(Reading::Base64urlLenient));
    Ok(())
}

fn token_of<'r>(issuer: &Issuer, request: &'r Request<Bytes>) -> Result<Cow<'r, str>, Refusal> {
    match lies::access_token::bearer(issuer, request) {
        Some(token) => Ok(token.into()),
        None => bearer(issuer, request),
    }
}

fn header_decodes(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let unreadable = || Refusal::invalid_token("Invalid Access Token header. Parsing failed.");
    candidate.token.decode_header().ok_or_else(unreadable)
}

fn header_has_its_members(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let is_typ_folded = issuer.reads(Reading::TokenTypInAnyCase);
    reading::request::fold_typ(is_typ_folded, &mut candidate.token.header, "JWT");
    let mut issues = Issues::default();
    let header = Object::root(&candidate.token.header);
    if !issuer.lies(Defect::TokenTypIgnored) {
        header.literal(&mut issues, "typ", "JWT");
    }
    if !lies::access_token::algorithm_passes(issuer, &candidate.token) {
        header.literal(&mut issues, "alg", "ES256");
    }
    header.string(&mut issues, "kid");
    issues
        .into_result("Invalid Access Token header")
        .map_err(Refusal::invalid_token)
}

fn payload_decodes(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let unreadable = || Refusal::invalid_token("Invalid Access Token payload. Parsing failed.");
    candidate.token.decode_payload().ok_or_else(unreadable)
}

fn payload_has_its_members(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    reading::request::lean(issuer, &mut candidate.token.payload, candidate.now);
    let mut issues = Issues::default();
    let payload = Object::root(&candidate.token.payload);
    payload.url(&mut issues, "iss");
    payload.audience(&mut issues, "aud");
    let sub = payload.string(&mut issues, "sub");
    payload.number(&mut issues, "iat");
    let exp = payload.number(&mut issues, "exp");
    payload.string(&mut issues, "nonce");
    if let Some(claims) = payload.object(&mut issues, "claims", "claims.") {
        let authorised = claims.authorization_details(&mut issues, "authorization_details");
        let c_nonce = claims.string(&mut issues, "c_nonce");
        claims.number(&mut issues, "c_nonce_expires_in");
        let client_id = match issuer.reads(Reading::UrlsUnchecked) {
            true => claims.string(&mut issues, "client_id"),
            false => claims.url(&mut issues, "client_id"),
        };
        candidate.claims = TokenClaims {
            sub: sub.to_owned(),
            client_id: client_id.to_owned(),
            c_nonce: lies::token::cached_c_nonce(issuer, sub, c_nonce),
            exp,
            authorised,
        };
    }
    let every = reading::request::every_detail(issuer, &candidate.token.payload);
    candidate.claims.authorised.extend(every);
    issues
        .into_result("Invalid Access Token payload")
        .map_err(Refusal::invalid_token)?;
    let server = candidate.token.claim_text("iss");
    if server != issuer.auth_url() && issuer.reads(Reading::TokenIssuerCompared) {
        return Err(Refusal::invalid_token(
            "The access token is of another server",
        ));
    }
    if exp > LAST_DATE && issuer.reads(Reading::TokenExpiryBounded) {
        return Err(Refusal::invalid_token(
            "The access token expires on no date",
        ));
    }
    Ok(())
}

fn audience_is_this_issuer(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let expected = issuer.issuer_url();
    let audience = Object::root(&candidate.token.payload).audience(&mut Issues::default(), "aud");
    let single = candidate
        .token
        .payload
        .get("aud")
        .and_then(serde_json::Value::as_str);
    let is_part = issuer.reads(Reading::TokenAudienceSubstring)
        && single.is_some_and(|single| single.contains(expected));
    if audience.contains(&expected) || is_part || issuer.lies(Defect::TokenAudienceUnchecked) {
        return Ok(());
    }
    Err(Refusal::invalid_token(format!(
        "Invalid Access Token payload: the audience must include {expected}"
    )))
}

fn is_not_used_up(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    lies::access_token::stumble(issuer, &candidate.claims.c_nonce)?;
    if !issuer.lies(Defect::TokenReplayAccepted)
        && issuer
            .store()
            .is_nonce_used(&candidate.claims.c_nonce, candidate.now)
    {
        return Err(used_up());
    }
    Ok(())
}

/// The refusal of step 9, which issuance repeats when a simultaneous request was faster.
pub(super) fn used_up() -> Refusal {
    Refusal::invalid_token("The access token has already been used")
}

fn has_not_expired(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if candidate.claims.exp < seconds(candidate.now) && !issuer.lies(Defect::TokenExpiryUnchecked) {
        if issuer.lies(Defect::ExpiredToken500) {
            return Err(Refusal::Internal);
        }
        return Err(Refusal::invalid_token("The access token is expired"));
    }
    Ok(())
}

fn was_issued_before(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let issued = Object::root(&candidate.token.payload).number(&mut Issues::default(), "iat");
    if issued > seconds(candidate.now) && !issuer.lies(Defect::TokenFromTheFuture) {
        return Err(Refusal::invalid_token("The access token is not yet valid"));
    }
    Ok(())
}

fn key_is_that_of_the_server(
    issuer: &Issuer,
    candidate: &mut Candidate<'_>,
) -> Result<(), Refusal> {
    if Object::root(&candidate.token.header).string(&mut Issues::default(), "kid")
        == issuer.auth_key().kid()
        || issuer.lies(Defect::TokenKidIgnored)
        || issuer.lies(Defect::TokenJwkHeaderTrusted)
    {
        return Ok(());
    }
    Err(Refusal::invalid_token(
        "Invalid Access Token header: kid doesn't match Auth Mock's public key",
    ))
}

fn signature_verifies(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let (token, now) = (&candidate.token, candidate.now);
    let verified = lies::access_token::signature(issuer, token, now)
        .unwrap_or_else(|| token.verify(issuer.auth_key().public(), issuer.signatures(), now));
    verified.map_err(|message| Refusal::invalid_token(format!("Invalid Access Token: {message}")))
}

/// The last second that ECMAScript has a date for.
const LAST_DATE: f64 = 8.64e12;

#[expect(
    clippy::cast_precision_loss,
    reason = "exact until the year 285 million"
)]
fn seconds(time: u64) -> f64 {
    time as f64
}
