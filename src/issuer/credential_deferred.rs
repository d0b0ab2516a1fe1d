//! `POST /issuer-mock/credential_deferred`: exchanging an acceptance token for a credential (OpenID4VCI draft 11 §8).
//!
//! The body is ignored: published wallets send none, an empty one under some Content-Type, or an empty JSON string.

use bytes::Bytes;
use http::Request;

use super::credential::{CredentialResponse, bearer};
use super::defect::Defect;
use super::lies;
use super::reading::Reading;
use super::reply::{self, Refusal, Refused, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer, request: &Request<Bytes>) -> Reply {
    let mut reply = match respond(issuer, request) {
        Ok(reply) => reply,
        Err(refused) => refused.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}

fn respond(issuer: &Issuer, request: &Request<Bytes>) -> Result<Reply, Refused> {
    if issuer.lies(Defect::DeferredEmptyJson500) && lies::http::is_empty_json(request) {
        return Err(Refusal::Internal.at("deferred-authorization"));
    }
    let sent = bearer(issuer, request);
    let sent = match issuer.reads(Reading::AcceptanceTokenInAnyCase) {
        true => sent.map(|token| token.to_ascii_lowercase().into()),
        false => sent,
    };
    let meant = lies::deferred::meant(issuer, sent.as_deref().ok());
    let acceptance_token = match (sent, meant) {
        (Ok(token), None) => token,
        (Ok(token), Some(_)) if issuer.store().deferred(&token, issuer.now()).is_some() => token,
        (_, Some(meant)) => meant.into(),
        (Err(refusal), None) => return Err(refusal.at("deferred-authorization")),
    };
    let unknown = || Refusal::invalid_token("Unknown acceptance token").at("deferred-token");
    let deferred = issuer
        .store()
        .deferred(&acceptance_token, issuer.now())
        .ok_or_else(unknown)?;
    let ready_at = lies::deferred::ready_at(issuer, &acceptance_token, deferred.ready_at);
    if issuer.clock().now() < ready_at {
        lies::deferred::polled_early(issuer, &acceptance_token);
        return Err(
            Refusal::invalid_request("Deferred credential not available yet").at("deferred-ready"),
        );
    }
    let deferred = lies::deferred::exchanged(issuer, &acceptance_token, deferred);
    if issuer.reads(Reading::DeferredOnce) {
        issuer.store().drop_deferred(&acceptance_token);
    }
    // The same credential again and again: a wallet may lose an answer.
    Ok(reply::json(&CredentialResponse {
        format: deferred.format,
        credential: &deferred.credential,
    }))
}
