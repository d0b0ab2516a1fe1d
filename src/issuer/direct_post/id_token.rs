//! The ID token of a holder: self-issued, signed with a key of the holder's DID (SIOP v2 §11).

use super::holder_key;
use crate::issuer::authorisation::Pending;
use crate::issuer::catalogue::TO_ONBOARD;
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::reading::{self, Reading};
use crate::issuer::redirect::Denial;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// The DID that the ID token shows.
pub(super) fn judge(issuer: &Issuer, form: &Form, pending: &Pending) -> Result<String, Denial> {
    let mut token = read(issuer, form)?;
    if issuer.lies(Defect::IdTokenExpiryUnchecked) {
        token.payload.remove("exp");
    }
    check_nonce(issuer, &token, pending)?;
    check_audience(issuer, &token)?;
    let kid = token.header_text("kid");
    let did = holder_key::did_of(kid);
    let document = holder_key::resolve(issuer, did)
        .map_err(|fault| Denial::new("id-token-did", format!("invalid ID Token: {fault}")))?;
    check_names(issuer, &token, did, pending)?;
    if pending.wanted.details.types.contains(&TO_ONBOARD) {
        // Whoever is to be onboarded has no registered key yet, so there is nothing to verify with.
        return match document {
            None => Ok(did.to_owned()),
            Some(_) => Err(key_fault(&format!(
                "DID {did} is already registered in the DID Registry"
            ))),
        };
    }
    let key = holder_key::authentication_key(document.as_ref(), kid)
        .map_err(|fault| key_fault(&fault))?;
    if !issuer.lies(Defect::IdTokenSignatureUnchecked) {
        holder_key::verify(issuer, &token, &key).map_err(|fault| {
            Denial::new(
                "id-token-signature",
                format!("invalid ID Token signature: {fault}"),
            )
        })?;
    }
    Ok(did.to_owned())
}

/// The token, with all the members that the rules look at.
fn read(issuer: &Issuer, form: &Form) -> Result<Jws, Denial> {
    let invalid = |description: String| Denial::new("id-token-form", description);
    let text = form
        .get("id_token")
        .ok_or_else(|| invalid("invalid_request: 'id_token': Required".to_owned()))?;
    let mut token = Jws::new(text);
    if token.decode_header().is_none() || token.decode_payload().is_none() {
        return Err(invalid(
            "invalid_request: 'id_token': Must be a valid JWT".to_owned(),
        ));
    }
    let is_typ_folded = issuer.reads(Reading::TokenTypInAnyCase);
    reading::request::fold_typ(is_typ_folded, &mut token.header, "JWT");
    let mut issues = Issues::default();
    let header = Object::root(&token.header);
    if !issuer.lies(Defect::IdTokenTypUnchecked) {
        header.literal(&mut issues, "typ", "JWT");
    }
    header.string(&mut issues, "kid");
    header.string(&mut issues, "alg");
    issues
        .into_coded_result("invalid ID Token header")
        .map_err(invalid)?;
    let mut issues = Issues::default();
    let payload = Object::root(&token.payload);
    payload.url(&mut issues, "iss");
    payload.string(&mut issues, "sub");
    payload.audience(&mut issues, "aud");
    payload.number(&mut issues, "exp");
    payload.number(&mut issues, "iat");
    payload.string(&mut issues, "nonce");
    issues
        .into_coded_result("invalid ID Token payload")
        .map_err(invalid)?;
    if !reading::request::is_audience_allowed(issuer, &token.payload) {
        return Err(invalid("aud must be a string".to_owned()));
    }
    if !reading::request::is_issued_now(issuer, &token.payload, issuer.now()) {
        return Err(invalid("iat is too far from now".to_owned()));
    }
    Ok(token)
}

fn check_nonce(issuer: &Issuer, token: &Jws, pending: &Pending) -> Result<(), Denial> {
    if issuer.lies(Defect::IdTokenNonceUnchecked) || token.claim_text("nonce") == pending.nonce {
        return Ok(());
    }
    Err(Denial::new(
        "id-token-nonce",
        "invalid ID Token payload: nonce doesn't match the Authentication Request nonce",
    ))
}

/// Recorded servers look at the type of `aud` only. An ID token for somebody else would then do here too.
fn check_audience(issuer: &Issuer, token: &Jws) -> Result<(), Denial> {
    let expected = issuer.auth_url();
    let audience = Object::root(&token.payload).audience(&mut Issues::default(), "aud");
    if issuer.lies(Defect::IdTokenAudienceUnchecked) || audience.contains(&expected) {
        return Ok(());
    }
    Err(Denial::new(
        "id-token-audience",
        format!("invalid ID Token payload: the audience must include {expected}"),
    ))
}

/// `iss` and `sub` are the DID of the key (SIOP v2 §11.1), and a holder wallet is the client that began.
fn check_names(issuer: &Issuer, token: &Jws, did: &str, pending: &Pending) -> Result<(), Denial> {
    if token.claim_text("iss") != did {
        return Err(Denial::new(
            "id-token-issuer",
            "invalid ID Token payload: iss doesn't match the DID from the kid",
        ));
    }
    let other = |what: &str| {
        Denial::new(
            "id-token-subject",
            format!("invalid ID Token payload: sub doesn't match the {what}"),
        )
    };
    if token.claim_text("sub") != did && !issuer.lies(Defect::IdTokenSubUnchecked) {
        return Err(other("DID from the kid"));
    }
    if !pending.wanted.is_for(did) && !issuer.lies(Defect::IdTokenOfAnotherHolder) {
        return Err(other("client_id"));
    }
    Ok(())
}

fn key_fault(fault: &str) -> Denial {
    Denial::new("id-token-key", format!("invalid ID Token: {fault}"))
}
