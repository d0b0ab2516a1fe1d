//! `GET /auth-mock/authorize`: a wallet asks to be authorised (EBSI conformance v3, authorisation endpoint).
//!
//! The first rule that is broken decides the answer: problem details as long as nobody knows where to redirect to, then a redirect
//! with an error. Rules for everybody stand here, those for each kind of client in [`holder`] and [`service`]; [`ask`] then turns to
//! the wallet for an ID token or a presentation.

mod ask;
mod holder;
mod issuer_state;
mod service;

use http::StatusCode;

use super::authorisation::Wanted;
use super::defect::Defect;
use super::did::is_jwk_did_key;
use super::form::{Form, Member};
use super::reading::Reading;
use super::redirect::{Denial, Return, is_target};
use super::reply::{self, Refusal, Refused, Reply};
use super::service::Issuer;

/// Answers an authorisation request.
pub(super) fn answer(issuer: &Issuer, query: &str) -> Reply {
    let query = Form::parse(query.as_bytes())
        .first_of_repeated(issuer.reads(Reading::RepeatedParametersFirst));
    let mut reply = match return_address(issuer, &query) {
        Ok(back) => match judge(issuer, &query) {
            Ok(request) => ask::ask(issuer, request, back),
            Err(denial) => back.deny(&denial),
        },
        Err(refused) => refused.into_reply(),
    };
    // The request to the wallet holds the state and the nonce of the session.
    reply::forbid_storing(&mut reply);
    reply
}

/// An authorisation request that nothing is wrong with.
struct Request {
    wanted: Wanted,
    /// Where the wallet takes the request for its ID token or presentation.
    authorization_endpoint: String,
    /// Whether the wallet wants that request by reference, however short it is.
    by_reference: bool,
}

/// The parameters that mean the same for every client.
struct Generic<'q> {
    scope: &'q str,
    client_id: &'q str,
    nonce: Option<&'q str>,
    by_reference: bool,
}

/// Where to send the client back to, whether or not the request is good. Its `state` is repeated if it is one string.
fn return_address(issuer: &Issuer, query: &Form) -> Result<Return, Refused> {
    let fault = match query.member("redirect_uri") {
        Member::Absent | Member::Once("") => "redirect_uri should not be empty",
        Member::Repeated => "redirect_uri must be a string",
        Member::Once(uri) if !is_target(uri) => "redirect_uri must be a URL address",
        Member::Once(uri) => {
            return Ok(Return {
                uri: uri.to_owned(),
                state: query.get("state").and_then(|state| repeated(issuer, state)),
            });
        }
    };
    let detail = format!("[\"{fault}\"]");
    Err(Refusal::problem(StatusCode::BAD_REQUEST, detail).at("authorize-redirect-uri"))
}

/// The client's own state, as it will be repeated.
fn repeated(issuer: &Issuer, state: &str) -> Option<String> {
    if issuer.lies(Defect::ClientStateLost) {
        return None;
    }
    let length = if issuer.lies(Defect::ClientStateCut) {
        16
    } else if issuer.lies(Defect::ClientStateCutAt255) {
        255
    } else {
        state.len()
    };
    state.get(..length).or(Some(state)).map(str::to_owned)
}

fn judge(issuer: &Issuer, query: &Form) -> Result<Request, Denial> {
    let generic = generic(issuer, query)?;
    if generic.client_id.starts_with("did:key:") {
        holder::judge(issuer, query, &generic)
    } else {
        service::judge(issuer, query, &generic)
    }
}

fn generic<'q>(issuer: &Issuer, query: &'q Form) -> Result<Generic<'q>, Denial> {
    let scope = query
        .get("scope")
        .filter(|scope| SCOPES.contains(scope) || issuer.lies(Defect::ScopeUnchecked))
        .ok_or_else(|| Denial {
            step: "authorize-scope",
            error: "invalid_scope",
            description: one_of("scope", SCOPES),
        })?;
    let invalid = |description: String| Denial::new("authorize-request", description);
    if query.get("response_type") != Some("code") {
        return Err(invalid("response_type must be equal to code".to_owned()));
    }
    let client_id = query
        .get("client_id")
        .filter(|id| is_jwk_did_key(id) || is_http_url(id))
        .ok_or_else(|| {
            invalid("client_id must either be a URL or a DID using the key DID method".to_owned())
        })?;
    query.optional("state").map_err(invalid)?;
    let nonce = query.optional("nonce").map_err(invalid)?;
    let by_reference = match query.member("request_object") {
        Member::Absent | Member::Once("value") => false,
        Member::Once("reference") => true,
        Member::Once(_) | Member::Repeated => {
            return Err(invalid(one_of("request_object", &["value", "reference"])));
        }
    };
    Ok(Generic {
        scope,
        client_id,
        nonce,
        by_reference,
    })
}

fn one_of(name: &str, values: &[&str]) -> String {
    let values = values.join(", ");
    format!("{name} must be one of the following values: {values}")
}

/// Whether a service wallet can be named so.
fn is_http_url(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// With the latter two a wallet tries whether a verifier understands it; here they ask for what the types ask for.
const SCOPES: &[&str] = &[
    "openid",
    "openid ver_test:id_token",
    "openid ver_test:vp_token",
];
