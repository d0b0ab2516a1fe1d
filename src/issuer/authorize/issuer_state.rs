//! `issuer_state`: what a holder wallet brings from a credential offer (OpenID4VCI draft 11 §5.1.2).

use serde_json::{Value, json};

use crate::issuer::catalogue::{Grant, grant_of};
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::jws::Jws;
use crate::issuer::reading::Reading;
use crate::issuer::redirect::Denial;
use crate::issuer::service::Issuer;

/// Whether the state, if there is one or must be one, is ours and speaks of this client and these types.
pub(super) fn judge(
    issuer: &Issuer,
    query: &Form,
    client_id: &str,
    types: &[&str],
) -> Result<(), Denial> {
    let invalid = |description: String| Denial::new("authorize-issuer-state", description);
    let given = query.optional("issuer_state").map_err(invalid)?;
    let Some(text) = given.filter(|state| !state.is_empty()) else {
        let is_offered = |name: &&str| grant_of(name) == Some(Grant::AuthorisationCode);
        return match types.iter().any(is_offered) {
            true => Err(invalid(
                "issuer_state is required for this request".to_owned(),
            )),
            false => Ok(()),
        };
    };
    let mut state = Jws::new(text);
    if state.decode_header().is_none() || state.decode_payload().is_none() {
        return Err(invalid("invalid issuer state: can't decode JWT".to_owned()));
    }
    let offered = state.payload.get("credential_types");
    let holder = state.payload.get("client_id").and_then(Value::as_str);
    let (Some(offered @ Value::Array(_)), Some(holder)) = (offered, holder) else {
        return Err(invalid("invalid issuer state".to_owned()));
    };
    if holder != client_id && !issuer.lies(Defect::IssuerStateOfAnotherHolder) {
        return Err(invalid(format!(
            "invalid issuer state: client_id {client_id} doesn't match the expected DID {holder}"
        )));
    }
    // The order counts too.
    if *offered != json!(types)
        && !is_same_set(issuer, offered, types)
        && !issuer.lies(Defect::IssuerStateOfOtherTypes)
    {
        return Err(invalid("invalid issuer state: the requested types don't match the types offered by the Credential Issuer".to_owned()));
    }
    if issuer.lies(Defect::IssuerStateUnsigned) {
        return Ok(());
    }
    verify(issuer, &state).map_err(|message| {
        Denial::new(
            "authorize-issuer-state-signature",
            format!("error while verifying the signature of issuer_state: {message}"),
        )
    })
}

/// Whether the order does not count, and nothing else differs.
fn is_same_set(issuer: &Issuer, offered: &Value, types: &[&str]) -> bool {
    let offered = offered.as_array().into_iter().flatten();
    let mut offered: Vec<_> = offered.filter_map(Value::as_str).collect();
    let mut types = types.to_vec();
    offered.sort_unstable();
    types.sort_unstable();
    issuer.reads(Reading::OfferedTypesAsSet) && offered == types
}

fn verify(issuer: &Issuer, state: &Jws) -> Result<(), String> {
    let claim = |name: &str| state.payload.get(name).and_then(Value::as_str);
    if claim("iss") != Some(issuer.issuer_url()) {
        return Err("unexpected \"iss\" claim value".to_owned());
    }
    if claim("aud") != Some(issuer.auth_url()) {
        return Err("unexpected \"aud\" claim value".to_owned());
    }
    state.verify(
        issuer.issuer_key().public(),
        issuer.signatures(),
        issuer.now(),
    )
}
