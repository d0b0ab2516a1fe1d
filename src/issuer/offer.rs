//! `GET /issuer-mock/offers/{id}` (OpenID4VCI draft 11 §4.1.1), and making what it serves.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::catalogue::{CredentialType, Format, Grant};
use super::defect::Defect;
use super::jws;
use super::randomness::{is_uuid, uuid};
use super::reply::{self, Refusal, Reply};
use super::service::Issuer;
use super::signatures::SigningError;

pub(crate) fn answer(issuer: &Issuer, id: &str) -> Reply {
    if !is_uuid(id) {
        let detail = r#"["credentialOfferId must be a UUID"]"#;
        return Refusal::problem(StatusCode::BAD_REQUEST, detail)
            .at("offer-id")
            .into_reply();
    }
    let found = issuer.store().offer(id, issuer.now());
    let last = || {
        let last = issuer.memory().get("last offer")?;
        issuer.store().offer(&last, issuer.now())
    };
    let mut reply = match found.or_else(last) {
        Some(offer) => reply::with_type(StatusCode::OK, reply::JSON, offer),
        None => Refusal::problem(
            StatusCode::NOT_FOUND,
            format!("No Credential Offer found with the ID {id}"),
        )
        .at("offer-known")
        .into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}

/// Makes an offer of one credential to one holder, keeps it for as long as it is good, and returns its URL.
///
/// # Errors
/// The issuer's key could not sign.
pub(crate) fn create(
    issuer: &Issuer,
    offered: &CredentialType,
    client_id: &str,
) -> Result<String, SigningError> {
    let now = issuer.now();
    let lifetime = match issuer.lies(Defect::OfferLastsAnHour) {
        true => 3600,
        false => LIFETIME,
    };
    let expires = now.saturating_add(lifetime);
    let grant = grant(issuer, offered, client_id, now, expires)?;
    let offer = json!({
        "credential_issuer": issuer.issuer_url(),
        "credentials": [offered.entry(Format::default())],
        "grants": grant,
    });
    let id = uuid(issuer.randomness());
    if issuer.lies(Defect::UnknownOfferIsTheLast) {
        issuer.memory().swap("last offer", &id);
    }
    issuer
        .store()
        .keep_offer(&id, Bytes::from(offer.to_string()), expires, now);
    Ok(format!("{}/offers/{id}", issuer.issuer_url()))
}

/// Exactly one grant: the types say which.
fn grant(
    issuer: &Issuer,
    offered: &CredentialType,
    client_id: &str,
    now: u64,
    expires: u64,
) -> Result<Value, SigningError> {
    let mut holder = client_id.to_owned();
    if issuer.lies(Defect::OfferOfAnotherHolder) {
        holder = issuer
            .memory()
            .swap("last offered to", client_id)
            .unwrap_or(holder);
    }
    let mut claims = Map::new();
    let is_pre_authorised = offered.grant == Grant::PreAuthorised;
    if is_pre_authorised {
        let detail = json!({
            "type": "openid_credential",
            "format": Format::default(),
            "locations": [issuer.issuer_url()],
            "types": offered.types(),
        });
        claims.insert("authorization_details".to_owned(), json!([detail]));
        // Tells two codes of one second apart, so that redeeming one leaves the other good.
        claims.insert("jti".to_owned(), uuid(issuer.randomness()).into());
    } else {
        claims.insert("credential_types".to_owned(), json!(offered.types()));
    }
    claims.insert("client_id".to_owned(), holder.clone().into());
    claims.insert("iat".to_owned(), now.into());
    claims.insert("exp".to_owned(), expires.into());
    claims.insert("iss".to_owned(), issuer.issuer_url().into());
    claims.insert("aud".to_owned(), issuer.auth_url().into());
    claims.insert("sub".to_owned(), holder.into());
    let key = issuer.issuer_key();
    let signer = match issuer.lies(Defect::OfferSignedByTheServer) {
        true => issuer.auth_key(),
        false => key,
    };
    let jwt = jws::sign(&claims, key.kid(), signer, issuer.signatures())?;
    Ok(if is_pre_authorised {
        json!({ PRE_AUTHORISED_CODE: { "pre-authorized_code": jwt, "user_pin_required": true } })
    } else {
        json!({ "authorization_code": { "issuer_state": jwt } })
    })
}

/// How long an offer is good, in seconds.
const LIFETIME: u64 = 300;

const PRE_AUTHORISED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
