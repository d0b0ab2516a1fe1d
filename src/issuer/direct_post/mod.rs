//! `POST /auth-mock/direct_post`: the wallet shows whose it is (SIOP v2 §10, OpenID4VP §6; EBSI conformance v3, direct_post).
//!
//! The first request that names a `state` ends the session of it, good or bad. From then on the client is told by redirect; before,
//! nobody knows where to redirect to. [`id_token`] and [`vp_token`] judge what the wallet was asked for.

mod holder_key;
mod id_token;
mod vp_token;

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::authorisation::{Authorisation, LIFETIME, Pending};
use super::defect::Defect;
use super::form::Form;
use super::presentation;
use super::randomness::uuid;
use super::reading::Reading;
use super::redirect::Denial;
use super::redirect::Return;
use super::reply::{self, Refusal, Refused, Reply};
use super::service::Issuer;
use super::{lies, media_type};

/// Answers what a wallet posts.
pub(super) fn answer(issuer: &Issuer, request: &Request<Bytes>) -> Reply {
    let mut reply = match session(issuer, request) {
        Ok((form, pending)) => match judge(issuer, &form, &pending) {
            Ok(subject) if ends(issuer, &form) => grant(issuer, &pending, subject),
            Ok(_) => unbound(form.get("state").unwrap_or_default()).into_reply(),
            Err(denial) => back(issuer, &pending).deny(&denial),
        },
        Err(refused) => refused.into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}

/// Where an error is told.
fn back(issuer: &Issuer, pending: &Pending) -> Return {
    let mut back = pending.back.clone();
    if issuer.lies(Defect::ErrorsGoToTheWallet) {
        "openid:".clone_into(&mut back.uri);
    }
    back
}

/// The session that the form belongs to. It is over from here on.
fn session(issuer: &Issuer, request: &Request<Bytes>) -> Result<(Form, Arc<Pending>), Refused> {
    let problem = |detail: String| Refusal::problem(StatusCode::BAD_REQUEST, detail);
    if !media_type::is_form(request.headers()) {
        let detail = "Content-type must be application/x-www-form-urlencoded";
        return Err(problem(detail.to_owned()).at("direct-post-media-type"));
    }
    let form = Form::parse(request.body())
        .first_of_repeated(issuer.reads(Reading::RepeatedParametersFirst));
    let state = form
        .get("state")
        .filter(|state| !state.is_empty())
        .ok_or_else(|| problem("state must be a string".to_owned()).at("direct-post-state"))?;
    let now = issuer.now();
    let pending =
        if issuer.lies(Defect::StateReusable) || issuer.reads(Reading::StateOutlivesRefusal) {
            issuer.store().pending(state, now)
        } else if issuer.lies(Defect::StateCheckedThenStored) {
            let pending = issuer.store().pending(state, now);
            lies::dawdle();
            issuer.store().take_pending(state, now);
            pending
        } else {
            issuer.store().take_pending(state, now)
        };
    let pending = pending.ok_or_else(|| unbound(state))?;
    Ok((form, pending))
}

/// Ends a session that outlives refusals, now that it has been granted; `false` if another request was faster.
fn ends(issuer: &Issuer, form: &Form) -> bool {
    let state = form.get("state").unwrap_or_default();
    !issuer.reads(Reading::StateOutlivesRefusal)
        || issuer.store().take_pending(state, issuer.now()).is_some()
}

fn unbound(state: &str) -> Refused {
    let detail = format!("No Authentication Request bound to state {state} found");
    Refusal::problem(StatusCode::BAD_REQUEST, detail).at("direct-post-state")
}

/// The DID that the wallet has shown to be its own.
fn judge(issuer: &Issuer, form: &Form, pending: &Pending) -> Result<String, Denial> {
    match presentation::required(&pending.wanted.details.types) {
        Some(definition) => vp_token::judge(issuer, form, pending, definition),
        None => id_token::judge(issuer, form, pending),
    }
}

/// Hands out a code for the token endpoint.
fn grant(issuer: &Issuer, pending: &Pending, subject: String) -> Reply {
    let mut code = uuid(issuer.randomness());
    if issuer.lies(Defect::CodeIsTheHolders) {
        code = issuer.memory().first(&format!("code of {subject}"), &code);
    }
    if issuer.lies(Defect::CodesCountUp) {
        code = issuer.memory().counted("code", &code);
    }
    let authorisation = Authorisation {
        wanted: pending.wanted.clone(),
        subject,
    };
    let now = issuer.now();
    let expires = match issuer.lies(Defect::CodeDoesNotExpire) {
        true => u64::MAX,
        false => now.saturating_add(LIFETIME),
    };
    issuer
        .store()
        .keep_authorisation(&code, authorisation, expires, now);
    pending.back.grant(&code)
}
