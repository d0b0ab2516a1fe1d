//! Acceptance tokens and what they are exchanged for.

use std::sync::Arc;
use std::time::Duration;

use crate::issuer::catalogue::known_name;
use crate::issuer::defect::Defect;
use crate::issuer::jws::Jws;
use crate::issuer::service::Issuer;
use crate::issuer::store::Deferred;
use crate::issuer::verifiable_credential;

/// A request whose answer is deferred.
pub(crate) struct Promise<'a> {
    pub(crate) acceptance_token: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) c_nonce: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) types: &'a [&'static str],
}

/// Whether the credential is handed out at once all the same.
pub(crate) fn is_in_time(issuer: &Issuer, types: &[&str]) -> bool {
    issuer.lies(Defect::DeferredInTime) && types.contains(&"CTWalletCrossPreAuthorisedDeferred")
}

/// The acceptance token, where it is not random.
pub(crate) fn acceptance_token(issuer: &Issuer, random: String) -> String {
    if issuer.lies(Defect::AcceptanceTokenIsTheSecond) {
        return format!("{:032x}", issuer.now());
    }
    random
}

/// Remembers what goes with an acceptance token.
pub(crate) fn promised(issuer: &Issuer, promise: &Promise<'_>) {
    let memory = issuer.memory();
    let token = promise.acceptance_token;
    for defect in REMEMBERING {
        if issuer.lies(*defect) {
            memory.swap("last acceptance token", token);
            memory.swap("last deferred subject", promise.subject);
            memory.swap(&format!("promise {token}"), "");
            memory.swap(&format!("access token {token}"), promise.access_token);
            memory.swap(&format!("nonce {token}"), promise.c_nonce);
            memory.swap(&format!("subject {token}"), promise.subject);
            memory.swap(&format!("types {token}"), &promise.types.join(" "));
            memory.swap(&format!("promise of {}", promise.c_nonce), token);
        }
    }
}

/// The acceptance token that is meant by what was sent, if that is none.
pub(crate) fn meant(issuer: &Issuer, sent: Option<&str>) -> Option<String> {
    let memory = issuer.memory();
    let last = || memory.get("last acceptance token");
    let Some(sent) = sent else {
        return last().filter(|_| issuer.lies(Defect::AcceptanceTokenOptional));
    };
    if issuer.lies(Defect::AcceptanceTokenByPrefix)
        && let Some(beginning) = sent.get(..8)
    {
        let mut known = memory.named("promise ").into_iter();
        return known.find_map(|(token, _)| token.starts_with(beginning).then_some(token));
    }
    if issuer.lies(Defect::AccessTokenForAcceptanceToken) {
        let mut token = Jws::new(sent);
        token.decode_payload()?;
        let c_nonce = token.payload.get("claims")?.get("c_nonce")?.as_str()?;
        return memory.get(&format!("promise of {c_nonce}"));
    }
    last().filter(|_| issuer.lies(Defect::UnknownAcceptanceTokenAccepted))
}

/// From when on a credential can be had.
pub(crate) fn ready_at(issuer: &Issuer, token: &str, ready_at: Duration) -> Duration {
    if issuer.lies(Defect::NeverReady) {
        return Duration::MAX;
    }
    if issuer.lies(Defect::ReadyAtOnce) {
        return Duration::ZERO;
    }
    let again = issuer.memory().get(&format!("ready {token}"));
    let again = again.and_then(|seconds| seconds.parse().ok());
    again.map_or(ready_at, Duration::from_secs)
}

/// What polling too early does.
pub(crate) fn polled_early(issuer: &Issuer, token: &str) {
    if issuer.lies(Defect::EarlyPollEndsIt) {
        issuer.store().drop_deferred(token);
    }
    if issuer.lies(Defect::EarlyPollStartsAgain) {
        let ready = issuer.clock().now().saturating_add(issuer.deferred_delay);
        let name = format!("ready {token}");
        issuer.memory().swap(&name, &ready.as_secs().to_string());
    }
}

/// The credential that is handed out, where it is not the one that waits.
pub(crate) fn exchanged(issuer: &Issuer, token: &str, deferred: Arc<Deferred>) -> Arc<Deferred> {
    let memory = issuer.memory();
    let for_last = issuer.lies(Defect::DeferredForTheLastHolder);
    if !for_last && !issuer.lies(Defect::DeferredSignedAtEachPoll) {
        return deferred;
    }
    let subject = if for_last {
        memory.get("last deferred subject")
    } else {
        memory.get(&format!("subject {token}"))
    };
    let types = memory.get(&format!("types {token}")).unwrap_or_default();
    let types: Vec<_> = types.split(' ').filter_map(known_name).collect();
    let signed =
        subject.and_then(|subject| verifiable_credential::sign(issuer, &types, &subject).ok());
    let Some(mut credential) = signed else {
        return deferred;
    };
    if for_last {
        credential = memory.first(&format!("credential {token}"), &credential);
    }
    Arc::new(Deferred {
        credential,
        ..Deferred::clone(&deferred)
    })
}

/// The defects that need to know more of a promise than the store keeps.
const REMEMBERING: &[Defect] = &[
    Defect::UnknownAcceptanceTokenAccepted,
    Defect::AcceptanceTokenByPrefix,
    Defect::AccessTokenForAcceptanceToken,
    Defect::AcceptanceTokenForAccessToken,
    Defect::AcceptanceTokenOptional,
    Defect::DeferredForTheLastHolder,
    Defect::DeferredSignedAtEachPoll,
];
