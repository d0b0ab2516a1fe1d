//! `POST /issuer-mock/credential_deferred`: exchanging an acceptance token for a credential (OpenID4VCI draft 11 §8).
//!
//! The body is ignored: published wallets send none, an empty one under some Content-Type, or an empty JSON string.

use bytes::Bytes;
use http::Request;

use super::credential::{CredentialResponse, bearer};
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
    let acceptance_token =
        bearer(request).map_err(|refusal| refusal.at("deferred-authorization"))?;
    let unknown = || Refusal::invalid_token("Unknown acceptance token").at("deferred-token");
    let deferred = issuer
        .store()
        .deferred(&acceptance_token, issuer.now())
        .ok_or_else(unknown)?;
    if issuer.clock().now() < deferred.ready_at {
        return Err(
            Refusal::invalid_request("Deferred credential not available yet").at("deferred-ready"),
        );
    }
    // The same credential again and again: a wallet may lose an answer.
    Ok(reply::json(&CredentialResponse {
        format: deferred.format,
        credential: &deferred.credential,
    }))
}
