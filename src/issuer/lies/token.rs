//! The token endpoint.

use std::borrow::Cow;

use serde_json::Value;

use crate::issuer::defect::Defect;
use crate::issuer::form::{Form, Member};
use crate::issuer::service::Issuer;

/// The grant that a request without `grant_type` is taken for.
pub(crate) fn grant_type(issuer: &Issuer, form: &Form) -> Option<&'static str> {
    if !issuer.lies(Defect::GrantTypeOptional)
        || !matches!(form.member("grant_type"), Member::Absent)
    {
        return None;
    }
    match form.get("code") {
        Some(_) => Some("authorization_code"),
        None => Some("urn:ietf:params:oauth:grant-type:pre-authorized_code"),
    }
}

/// Whether a PIN will do that is not the right one. `None` is a PIN that was not sent.
pub(crate) fn pin_passes(issuer: &Issuer, given: Option<&str>, expected: &str) -> bool {
    let Some(given) = given else {
        return issuer.lies(Defect::PinOptional);
    };
    if issuer.lies(Defect::PinOfTheLastHolder) {
        return issuer.memory().get("last good PIN").as_deref() == Some(given);
    }
    issuer.lies(Defect::PinUnchecked)
        || issuer.lies(Defect::PinByPrefix) && !given.is_empty() && expected.starts_with(given)
        || issuer.lies(Defect::PinTrimmed) && given.trim() == expected
        || issuer.lies(Defect::EmptyPinAccepted) && given.is_empty()
}

/// The client that a request with a pre-authorised code names itself.
pub(crate) fn client_id<'f>(issuer: &Issuer, form: &'f Form) -> Option<&'f str> {
    let named = form.get("client_id");
    named.filter(|_| issuer.lies(Defect::TokenRequestClientBelieved))
}

/// The authorization details that a request with a pre-authorised code brings itself.
pub(crate) fn details(issuer: &Issuer, form: &Form) -> Option<Vec<Value>> {
    let given = form.get("authorization_details");
    let given = given.filter(|_| issuer.lies(Defect::TokenRequestTypesBelieved));
    serde_json::from_str(given?).ok()
}

/// The code that is looked up.
pub(crate) fn code<'c>(issuer: &Issuer, code: &'c str) -> Cow<'c, str> {
    if issuer.lies(Defect::CodeTrimmedAndLowered) {
        return code.trim().to_ascii_lowercase().into();
    }
    code.into()
}

/// Whether a verifier will do without being compared.
pub(crate) fn verifier_passes(issuer: &Issuer, challenge: Option<&str>, verifier: &str) -> bool {
    let no_verifier =
        issuer.lies(Defect::VerifierOptional) || issuer.lies(Defect::EmptyVerifierAccepted);
    issuer.lies(Defect::PkceUnchecked)
        || issuer.lies(Defect::PkcePlainAccepted) && challenge == Some(verifier)
        || no_verifier && verifier.is_empty()
}

/// The nonce that goes with a new access token.
pub(crate) fn c_nonce(issuer: &Issuer, random: String) -> String {
    let memory = issuer.memory();
    let c_nonce = if issuer.lies(Defect::CNonceOfTheFirstSession) {
        memory.first("first c_nonce", &random)
    } else if issuer.lies(Defect::CNoncesCountUp) {
        memory.counted("c_nonce", &random)
    } else {
        random
    };
    if issuer.lies(Defect::NonceOfTheLastToken) {
        memory.swap("last c_nonce", &c_nonce);
    }
    if issuer.lies(Defect::NonceOfAnySession) {
        memory.swap(&format!("c_nonce {c_nonce}"), "");
    }
    c_nonce
}

/// The nonce by which a credential request is judged, for claims that are cached too coarsely.
pub(crate) fn cached_c_nonce(issuer: &Issuer, subject: &str, c_nonce: &str) -> String {
    if issuer.lies(Defect::ClaimsCachedBySubject) {
        return issuer
            .memory()
            .first(&format!("claims of {subject}"), c_nonce);
    }
    c_nonce.to_owned()
}

/// Whom an access token is made out to.
pub(crate) fn holder<'s>(issuer: &Issuer, subject: &'s str) -> Cow<'s, str> {
    if issuer.lies(Defect::TokenForTheLastHolder)
        && let Some(last) = issuer.memory().swap("last holder", subject)
    {
        return last.into();
    }
    subject.into()
}
