//! What stands in a credential, and who signs it.

use p256::ecdsa::Signature;
use serde::Serialize;
use serde_json::{Value, json};

use crate::issuer::base64url;
use crate::issuer::defect::Defect;
use crate::issuer::service::Issuer;
use crate::issuer::signatures::SigningError;
use crate::issuer::verifiable_credential::timestamp;

/// The credential of these claims, if the issuer signs it otherwise than it should.
pub(crate) fn signed(
    issuer: &Issuer,
    claims: &impl Serialize,
) -> Option<Result<String, SigningError>> {
    if !issuer.is_buggy() {
        return None;
    }
    let true_claims = serde_json::to_value(claims).ok()?;
    let mut claims = true_claims.clone();
    change_identifiers(issuer, &mut claims);
    change_dates(issuer, &mut claims);
    change_vc(issuer, &mut claims["vc"]);
    let true_header = json!({ "typ": "JWT", "alg": "ES256", "kid": issuer.issuer_kid });
    let mut header = true_header.clone();
    change_header(issuer, &mut header);
    let other_key = issuer.lies(Defect::SignedByTheServer) || issuer.lies(Defect::SignatureInDer);
    if claims == true_claims && header == true_header && !other_key {
        return None;
    }
    Some(sign(issuer, &header, &claims))
}

fn sign(issuer: &Issuer, header: &Value, claims: &Value) -> Result<String, SigningError> {
    let encoded = |part: &Value| base64url::encode(part.to_string());
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let key = match issuer.lies(Defect::SignedByTheServer) {
        true => issuer.auth_key(),
        false => issuer.issuer_key(),
    };
    let mut signature = issuer.signatures().sign(key, message.as_bytes())?;
    if issuer.lies(Defect::SignatureInDer) {
        let bytes = base64url::decode_strict(&signature).unwrap_or_default();
        let fixed = Signature::from_slice(&bytes).map_err(|_| SigningError)?;
        signature = base64url::encode(fixed.to_der().as_bytes());
    }
    Ok(format!("{message}.{signature}"))
}

fn change_header(issuer: &Issuer, header: &mut Value) {
    if issuer.lies(Defect::KeyUnpublished) {
        header["kid"] = json!(format!("{}#key-2", issuer.issuer_did));
    }
    if issuer.lies(Defect::KidIsTheThumbprint) {
        header["kid"] = json!(issuer.issuer_key().kid());
    }
    if issuer.lies(Defect::CredentialAlgEs256k) {
        header["alg"] = json!("ES256K");
    }
    if issuer.lies(Defect::CredentialTypMissing) {
        header.as_object_mut().map(|header| header.remove("typ"));
    }
}

fn change_identifiers(issuer: &Issuer, claims: &mut Value) {
    if issuer.lies(Defect::IssuerIsTheUrl) {
        claims["iss"] = json!(issuer.issuer_url());
    }
    if issuer.lies(Defect::JtiDiffers) {
        let id = claims["jti"].as_str().unwrap_or_default().to_owned();
        claims["jti"] = json!(id.rsplit('#').next());
    }
    if issuer.lies(Defect::JtiIsTheSecond) {
        let id = json!(format!("vc:ebsi:conformance#{}", issuer.now()));
        claims["vc"]["id"] = id.clone();
        claims["jti"] = id;
    }
}

fn change_dates(issuer: &Issuer, claims: &mut Value) {
    let now = issuer.now();
    let mut begins = |at: u64| {
        let text = timestamp(at).unwrap_or_default();
        claims["nbf"] = json!(at);
        claims["vc"]["validFrom"] = json!(text);
        claims["vc"]["issuanceDate"] = json!(text);
    };
    if issuer.lies(Defect::CredentialNotValidYet) {
        begins(now + 3600);
    }
    if issuer.lies(Defect::CredentialExpired) {
        begins(now - 2 * DAY);
    }
    let ends = match (
        issuer.lies(Defect::CredentialExpired),
        issuer.lies(Defect::CredentialEndsAtItsBeginning),
    ) {
        (true, _) => Some(now - DAY),
        (_, true) => Some(now),
        _ => None,
    };
    if let Some(ends) = ends {
        claims["exp"] = json!(ends);
        claims["vc"]["expirationDate"] = json!(timestamp(ends).unwrap_or_default());
    }
    if issuer.lies(Defect::DatesInMilliseconds) {
        for name in ["nbf", "iat", "exp"] {
            claims[name] = json!(claims[name].as_u64().unwrap_or_default() * 1000);
        }
    }
    if issuer.lies(Defect::DatesInLocalTime) {
        let local = json!(timestamp(now + 2 * 3600).unwrap_or_default());
        for name in ["validFrom", "issuanceDate", "issued"] {
            claims["vc"][name] = local.clone();
        }
    }
    if issuer.lies(Defect::IssuedAsText) {
        claims["iat"] = json!(claims["iat"].to_string());
    }
}

fn change_vc(issuer: &Issuer, vc: &mut Value) {
    if issuer.lies(Defect::InnerSubjectDiffers) {
        vc["credentialSubject"]["id"] = json!(issuer.issuer_did);
    }
    if issuer.lies(Defect::ContextMissing) {
        vc["@context"] = json!(["https://ec.europa.eu/2022/credentials/v1"]);
    }
    if issuer.lies(Defect::SchemaMissing)
        && let Some(members) = vc.as_object_mut()
    {
        members.remove("credentialSchema");
    }
}

/// A day in seconds.
const DAY: u64 = 86_400;
