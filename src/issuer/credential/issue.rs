//! After the last step: using up the access token, and the credential or the promise of one.

use std::time::Duration;

use serde::Serialize;

use super::{Candidate, Refused, access_token};
use crate::issuer::catalogue::{Format, is_deferred};
use crate::issuer::defect::Defect;
use crate::issuer::lies::{self, deferred::Promise};
use crate::issuer::randomness::uuid;
use crate::issuer::reading::Reading;
use crate::issuer::reply::{self, Reply};
use crate::issuer::service::Issuer;
use crate::issuer::store::Deferred;
use crate::issuer::verifiable_credential;

/// A credential that is ready (OpenID4VCI draft 11 §7.3).
#[derive(Serialize)]
pub(in crate::issuer) struct CredentialResponse<'a> {
    pub(in crate::issuer) format: Format,
    pub(in crate::issuer) credential: &'a str,
}

/// A credential that is not.
#[derive(Serialize)]
struct DeferredResponse<'a> {
    acceptance_token: &'a str,
}

/// Issues the credential that the candidate asked for.
pub(super) fn issue(issuer: &Issuer, candidate: &Candidate<'_>) -> Result<Reply, Refused> {
    let mut types = candidate.body.types.clone();
    // Verifiers look for it in the first place (VCDM 1.1 §4.3).
    types.sort_by_key(|name| *name != "VerifiableCredential");
    if issuer.reads(Reading::TypesInOurOrder) {
        types[1..].sort_unstable();
    }
    if issuer.reads(Reading::TypesReversed) {
        types.sort_unstable();
        types.dedup();
        types.sort_by_key(|name| (*name != "VerifiableCredential", std::cmp::Reverse(*name)));
    }
    lies::issue::types(issuer, &mut types, &candidate.claims.authorised);
    // Step 9 was passed long ago; of simultaneous requests with one token only the one that uses it up goes on.
    if !candidate.use_token(issuer) && !issuer.lies(Defect::TokenReplayAccepted) {
        return Err(access_token::used_up().at("9"));
    }
    let credential = verifiable_credential::sign(issuer, &types, &subject(issuer, candidate))
        .map_err(|refusal| {
            issuer.store().release_nonce(&candidate.claims.c_nonce);
            refusal.at("25")
        })?;
    lies::proof::trust(issuer, &candidate.claims.client_id);
    let format = lies::issue::format(issuer, candidate.body.format);
    let requested = &candidate.body.types;
    if is_deferred(requested) && !lies::deferred::is_in_time(issuer, requested) {
        return Ok(defer(
            issuer,
            candidate,
            Deferred {
                format,
                credential,
                ready_at: ready_at(issuer),
            },
        ));
    }
    let credential = if issuer.lies(Defect::CredentialIsTheWordError) {
        "Error"
    } else {
        &credential
    };
    Ok(reply::json(&CredentialResponse { format, credential }))
}

/// The holder of the credential is the subject of the access token.
fn subject(issuer: &Issuer, candidate: &Candidate<'_>) -> String {
    let subject = &candidate.claims.sub;
    lies::issue::subject(issuer, subject, &candidate.claims.client_id)
        .unwrap_or_else(|| subject.clone())
}

fn defer(issuer: &Issuer, candidate: &Candidate<'_>, deferred: Deferred) -> Reply {
    let acceptance_token = lies::deferred::acceptance_token(issuer, uuid(issuer.randomness()));
    let expires = candidate
        .now
        .saturating_add(DEFERRED_LIFETIME)
        .saturating_add(issuer.deferred_delay.as_secs());
    issuer
        .store()
        .keep_deferred(&acceptance_token, deferred, expires, candidate.now);
    let promise = Promise {
        acceptance_token: &acceptance_token,
        access_token: candidate.token.text(),
        c_nonce: &candidate.claims.c_nonce,
        subject: &candidate.claims.sub,
        types: &candidate.body.types,
    };
    lies::deferred::promised(issuer, &promise);
    reply::json(&DeferredResponse {
        acceptance_token: &acceptance_token,
    })
}

/// When a credential asked for now can be fetched, since the Unix epoch.
fn ready_at(issuer: &Issuer) -> Duration {
    issuer.clock().now().saturating_add(issuer.deferred_delay)
}

/// How long a deferred credential can be fetched once it is ready, in seconds.
const DEFERRED_LIFETIME: u64 = 86_400;
