//! What happens after the last step: using up the token, and for whom a credential of which types is made.

use super::dawdle;
use crate::issuer::catalogue::{Format, REQUIRED, is_deferred, known_name};
use crate::issuer::defect::Defect;
use crate::issuer::service::Issuer;

/// What an access token is used for.
pub(crate) struct Use<'a> {
    pub(crate) c_nonce: &'a str,
    pub(crate) subject: &'a str,
    /// When the token was issued.
    pub(crate) issued: Option<String>,
    /// As they were requested.
    pub(crate) types: &'a [&'static str],
    /// The encoded payload of the proof.
    pub(crate) proof: &'a str,
    /// The access token as it was sent.
    pub(crate) token: &'a str,
    pub(crate) expires: u64,
    pub(crate) now: u64,
}

/// Whether the token was not used before, where that is remembered otherwise than by its `c_nonce`.
pub(crate) fn use_token(issuer: &Issuer, wanted: &Use<'_>) -> Option<bool> {
    let Use {
        c_nonce,
        expires,
        now,
        ..
    } = *wanted;
    let store = issuer.store();
    let by = |key: &str| Some(store.use_nonce(key, expires, now));
    if issuer.lies(Defect::TokenUsedOncePerTypes) {
        return by(&format!("{c_nonce} {}", wanted.types.join(" ")));
    }
    if issuer.lies(Defect::TokenUsedOncePerProof) {
        return by(&format!("{c_nonce} {}", wanted.proof));
    }
    if issuer.lies(Defect::TokenUsedOncePerSpelling) {
        return by(wanted.token);
    }
    if issuer.lies(Defect::TokensOfOneSecondCollide) {
        let issued = wanted.issued.as_deref().unwrap_or_default();
        return by(&format!("{} {issued}", wanted.subject));
    }
    if issuer.lies(Defect::UsedTokensForgottenAfterEight) {
        return Some(issuer.memory().is_news(c_nonce, 8));
    }
    if issuer.lies(Defect::UsedTokensForgottenAfterAHundred) {
        return Some(issuer.memory().is_news(c_nonce, 100));
    }
    if issuer.lies(Defect::UsedTokensForgottenAfterAnHour) {
        return Some(store.use_nonce(c_nonce, now.saturating_add(3600), now));
    }
    if issuer.lies(Defect::DeferredIssuanceSparesToken) && is_deferred(wanted.types) {
        return Some(true);
    }
    if issuer.lies(Defect::TokenCheckedThenStored) {
        dawdle();
        store.use_nonce(c_nonce, expires, now);
        return Some(true);
    }
    None
}

/// The types that the credential gets.
pub(crate) fn types(issuer: &Issuer, types: &mut Vec<&'static str>, authorised: &[&'static str]) {
    if issuer.lies(Defect::TypeMissing) {
        types.pop();
    }
    if issuer.lies(Defect::TypesOfTheToken) {
        *types = authorised.to_vec();
    }
    if issuer.lies(Defect::BaseTypeLast) {
        types.rotate_left(1);
    }
    if issuer.lies(Defect::DeferredOfBaseTypes) && is_deferred(types) {
        *types = REQUIRED.to_vec();
    }
    let first = "types of the first reader";
    if issuer.lies(Defect::DuplicateTypesTwoReaders)
        && let Some(first) = issuer.memory().take(first)
    {
        *types = first.split(' ').filter_map(known_name).collect();
    }
}

/// Whom the credential is about.
pub(crate) fn subject(issuer: &Issuer, subject: &str, client_id: &str) -> Option<String> {
    let memory = issuer.memory();
    if issuer.lies(Defect::SubjectOfAnotherSession) {
        return memory.swap("last subject", subject);
    }
    if issuer.lies(Defect::SubjectIsTheClient) {
        return Some(client_id.to_owned());
    }
    if issuer.lies(Defect::RefusedKidBecomesSubject) {
        return memory.take("refused subject");
    }
    if issuer.lies(Defect::SubjectSharedBetweenRequests) {
        memory.swap("subject of the request", subject);
        dawdle();
        return memory.get("subject of the request");
    }
    None
}

/// The format that the answer names.
pub(crate) fn format(issuer: &Issuer, format: Format) -> Format {
    let memory = issuer.memory();
    let mut named = None;
    if issuer.lies(Defect::RefusedFormatSticks) {
        named = memory.take("refused format");
    }
    if issuer.lies(Defect::FormatSharedBetweenRequests) {
        memory.swap("format of the request", format.name());
        dawdle();
        named = memory.get("format of the request");
    }
    named
        .and_then(|name| Format::from_name(&name))
        .unwrap_or(format)
}

/// What a refused request leaves behind.
pub(crate) fn refused(issuer: &Issuer, c_nonce: &str, subject: &str, kid: &str, format: Format) {
    let memory = issuer.memory();
    let did = kid.split_once('#').map_or(kid, |(did, _)| did);
    if issuer.lies(Defect::RefusedKidBecomesSubject) && !did.is_empty() && did != subject {
        memory.swap("refused subject", did);
    }
    if issuer.lies(Defect::RefusedFormatSticks) && !c_nonce.is_empty() {
        memory.swap("refused format", format.name());
    }
    if issuer.lies(Defect::ThreeRefusalsLockOut) {
        memory.count(&format!("refusals {c_nonce}"));
    }
}
