//! Minting what the token endpoint hands out (EBSI conformance v3, access token).

use serde::Serialize;
use serde_json::Value;

use super::randomness::uuid;
use super::service::Issuer;
use super::signatures::SigningError;
use super::{jws, lies, token::TokenResponse};

/// Who gets an access token, and for what.
pub(crate) struct Grant<'a> {
    pub(crate) client_id: &'a str,
    /// The DID of the holder.
    pub(crate) subject: &'a str,
    /// What was authorised; the first entry says where the token is good.
    pub(crate) details: &'a [Value],
    /// The nonce that the client asked to find in its ID token.
    pub(crate) nonce: Option<&'a str>,
}

/// Mints an access token, its `c_nonce` and an ID token.
///
/// # Errors
/// The key of the authorization server could not sign.
pub(crate) fn mint(issuer: &Issuer, grant: &Grant<'_>) -> Result<TokenResponse, SigningError> {
    let Grant {
        client_id,
        subject,
        details,
        nonce,
    } = *grant;
    let now = issuer.now();
    let c_nonce = lies::token::c_nonce(issuer, uuid(issuer.randomness()));
    let holder = lies::token::holder(issuer, subject);
    let locations = details
        .first()
        .and_then(|detail| detail.get("locations"))
        .and_then(Value::as_array);
    let access_token = AccessToken {
        nonce: &uuid(issuer.randomness()),
        claims: Claims {
            authorization_details: details,
            c_nonce: &c_nonce,
            c_nonce_expires_in: LIFETIME,
            client_id,
        },
        iss: issuer.auth_url(),
        aud: locations.map_or(
            Audience::AuthorizationServer(issuer.auth_url()),
            Audience::Locations,
        ),
        sub: &holder,
        iat: now,
        exp: now.saturating_add(LIFETIME),
    };
    let fresh = uuid(issuer.randomness());
    let id_token = IdToken {
        iss: issuer.auth_url(),
        sub: client_id,
        aud: client_id,
        iat: now,
        exp: now.saturating_add(ID_TOKEN_LIFETIME),
        nonce: nonce.unwrap_or(&fresh),
    };
    let key = issuer.auth_key();
    Ok(TokenResponse {
        access_token: jws::sign(&access_token, key.kid(), key, issuer.signatures())?,
        token_type: "Bearer",
        expires_in: LIFETIME,
        id_token: jws::sign(&id_token, key.kid(), key, issuer.signatures())?,
        c_nonce,
        c_nonce_expires_in: LIFETIME,
    })
}

#[derive(Serialize)]
struct AccessToken<'a> {
    nonce: &'a str,
    claims: Claims<'a>,
    iss: &'a str,
    aud: Audience<'a>,
    sub: &'a str,
    iat: u64,
    exp: u64,
}

#[derive(Serialize)]
struct Claims<'a> {
    authorization_details: &'a [Value],
    c_nonce: &'a str,
    c_nonce_expires_in: u64,
    client_id: &'a str,
}

/// A client that names no locations gets a token for the authorization server, which the credential endpoint will refuse.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    Locations(&'a Vec<Value>),
    AuthorizationServer(&'a str),
}

#[derive(Serialize)]
struct IdToken<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    nonce: &'a str,
}

/// How long an access token and its nonce are good, in seconds.
const LIFETIME: u64 = 86_400;

/// How long an ID token is good, in seconds.
const ID_TOKEN_LIFETIME: u64 = 120;
