//! The presentation of a holder: credentials of this issuer in a JWT signed with a key of the holder's DID (OpenID4VP §6, VCDM 1.1
//! §6.3.1), and the submission that says which is which.

use serde_json::Value;

use super::holder_key;
use crate::issuer::authorisation::Pending;
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::issues::Issues;
use crate::issuer::json::{self, Duplicates};
use crate::issuer::jws::Jws;
use crate::issuer::presentation::{Definition, Place};
use crate::issuer::reading;
use crate::issuer::redirect::Denial;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// The DID that the presentation shows.
pub(super) fn judge(
    issuer: &Issuer,
    form: &Form,
    pending: &Pending,
    definition: &Definition,
) -> Result<String, Denial> {
    let (token, submission) = read(form)?;
    if !reading::request::is_audience_allowed(issuer, &token.payload) {
        return Err(Denial::new("vp-token-form", "aud must be a string"));
    }
    if token.claim_text("nonce") != pending.nonce
        && !issuer.lies(Defect::PresentationNonceUnchecked)
    {
        return Err(Denial::new(
            "vp-token-nonce",
            "invalid VP Token payload: nonce doesn't match the Authentication Request nonce",
        ));
    }
    let expected = issuer.auth_url();
    let audience = Object::root(&token.payload).audience(&mut Issues::default(), "aud");
    if !audience.contains(&expected) && !issuer.lies(Defect::PresentationAudienceUnchecked) {
        return Err(Denial::new(
            "vp-token-audience",
            format!("invalid VP Token payload: the audience must include {expected}"),
        ));
    }
    let did = holder(issuer, &token, pending)?;
    let places = if issuer.lies(Defect::SubmissionIgnored) {
        Vec::new()
    } else {
        places(submission, definition)?
    };
    check_credentials(issuer, &token, &did, &places).map_err(|fault| {
        Denial::new("vp-token-credentials", format!("invalid VP Token: {fault}"))
    })?;
    Ok(did)
}

/// Where the submission says that the credentials stand.
fn places(submission: &str, definition: &Definition) -> Result<Vec<Place>, Denial> {
    json::read(submission.as_bytes(), Duplicates::Refused)
        .map_err(|_| "can't be parsed as JSON".to_owned())
        .and_then(|submission| definition.places(&submission))
        .map_err(|fault| {
            Denial::new(
                "presentation-submission",
                format!("invalid presentation_submission: {fault}"),
            )
        })
}

/// The token, with all the members that the rules look at, and the text of the submission.
fn read(form: &Form) -> Result<(Jws, &str), Denial> {
    let invalid = |description: String| Denial::new("vp-token-form", description);
    let required = |name: &str| {
        let text = form.get(name);
        text.ok_or_else(|| invalid(format!("invalid_request: '{name}': Required")))
    };
    let mut token = Jws::new(required("vp_token")?);
    let submission = required("presentation_submission")?;
    if token.decode_header().is_none() || token.decode_payload().is_none() {
        return Err(invalid(
            "invalid_request: 'vp_token': Must be a valid JWT".to_owned(),
        ));
    }
    let mut issues = Issues::default();
    let header = Object::root(&token.header);
    header.literal(&mut issues, "typ", "JWT");
    header.string(&mut issues, "kid");
    header.string(&mut issues, "alg");
    issues
        .into_coded_result("invalid VP Token header")
        .map_err(invalid)?;
    let mut issues = Issues::default();
    let payload = Object::root(&token.payload);
    payload.url(&mut issues, "iss");
    payload.audience(&mut issues, "aud");
    payload.string(&mut issues, "nonce");
    if let Some(presentation) = payload.object(&mut issues, "vp", "vp.") {
        presentation.optional_string(&mut issues, "holder");
    }
    issues
        .into_coded_result("invalid VP Token payload")
        .map_err(invalid)?;
    Ok((token, submission))
}

/// The DID whose key has signed the presentation, which is also said to be its issuer and holder.
fn holder(issuer: &Issuer, token: &Jws, pending: &Pending) -> Result<String, Denial> {
    let other =
        |fault: String| Denial::new("vp-token-holder", format!("invalid VP Token: {fault}"));
    let kid = token.header_text("kid");
    let did = holder_key::did_of(kid);
    let document = holder_key::resolve(issuer, did).map_err(|fault| other(fault.to_owned()))?;
    if token.claim_text("iss") != did {
        return Err(other("iss doesn't match the DID from the kid".to_owned()));
    }
    let named = token.payload.get("vp").and_then(|vp| vp.get("holder"));
    if named.is_some_and(|named| named.as_str() != Some(did)) {
        return Err(other(
            "holder doesn't match the DID from the kid".to_owned(),
        ));
    }
    if !pending.wanted.is_for(did) {
        return Err(other("the holder doesn't match the client_id".to_owned()));
    }
    let key = holder_key::authentication_key(document.as_ref(), kid).map_err(other)?;
    if issuer.lies(Defect::PresentationSignatureUnchecked) {
        return Ok(did.to_owned());
    }
    holder_key::verify(issuer, token, &key).map_err(|fault| {
        Denial::new(
            "vp-token-signature",
            format!("invalid VP Token signature: {fault}"),
        )
    })?;
    Ok(did.to_owned())
}

/// Every credential must be good, and those that the submission names of the type that is said.
fn check_credentials(
    issuer: &Issuer,
    token: &Jws,
    holder: &str,
    places: &[Place],
) -> Result<(), String> {
    let list = token
        .payload
        .get("vp")
        .and_then(|vp| vp.get("verifiableCredential"));
    let list = list
        .and_then(Value::as_array)
        .ok_or("verifiableCredential must be an array")?;
    if list.len() > MOST_CREDENTIALS {
        return Err(format!("more than {MOST_CREDENTIALS} credentials"));
    }
    let mut credentials = Vec::with_capacity(list.len());
    for (index, credential) in list.iter().enumerate() {
        let text = credential.as_str().unwrap_or_default();
        let types = types_of(issuer, text, holder)
            .map_err(|fault| format!("credential {index}: {fault}"))?;
        credentials.push(types);
    }
    for Place { type_name, index } in places {
        let types = credentials
            .get(*index)
            .ok_or_else(|| format!("there is no credential {index}"))?;
        if !types.iter().any(|name| name == type_name) {
            return Err(format!("credential {index} is no {type_name}"));
        }
    }
    Ok(())
}

/// The types of a credential that this issuer has given to the holder.
fn types_of(issuer: &Issuer, text: &str, holder: &str) -> Result<Vec<String>, String> {
    let mut credential = Jws::new(text);
    if credential.decode_header().is_none() || credential.decode_payload().is_none() {
        return Err("can't decode JWT".to_owned());
    }
    if credential.claim_text("iss") != issuer.issuer_did {
        return Err("it was not issued here".to_owned());
    }
    let is_the_holder_s = credential.claim_text("sub") == holder;
    if !is_the_holder_s && !issuer.lies(Defect::PresentationOfAnotherSubject) {
        return Err("its subject is not the holder".to_owned());
    }
    if !issuer.lies(Defect::PresentedSignaturesUnchecked) {
        credential.verify(
            issuer.issuer_key().public(),
            issuer.signatures(),
            issuer.now(),
        )?;
    }
    let types = credential.payload.get("vc").and_then(|vc| vc.get("type"));
    let names = types.and_then(Value::as_array).into_iter().flatten();
    Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The most credentials of one presentation; each costs the verification of a signature.
const MOST_CREDENTIALS: usize = 32;
