//! The rules for holder wallets, whose identifier is a did:key.

use super::{Generic, Request, issuer_state};
use crate::issuer::authorisation::{ClientProof, Details, Wanted};
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::issues::Issues;
use crate::issuer::json::{self, Duplicates};
use crate::issuer::reading;
use crate::issuer::redirect::{Denial, is_target};
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

pub(super) fn judge(
    issuer: &Issuer,
    query: &Form,
    generic: &Generic<'_>,
) -> Result<Request, Denial> {
    let authorization_endpoint = authorization_endpoint(query)?;
    let details = authorization_details(issuer, query)?;
    issuer_state::judge(issuer, query, generic.client_id, &details.types)?;
    let challenge = code_challenge(issuer, query, generic.scope)?;
    Ok(Request {
        wanted: Wanted {
            client_id: generic.client_id.to_owned(),
            nonce: generic.nonce.map(str::to_owned),
            details,
            proof: ClientProof::Verifier(challenge.map(str::to_owned)),
        },
        authorization_endpoint,
        by_reference: generic.by_reference,
    })
}

/// What the wallet says of itself (RFC 7591), or the default of the profile.
fn authorization_endpoint(query: &Form) -> Result<String, Denial> {
    let invalid = |description: String| Denial::new("authorize-client-metadata", description);
    let given = query.optional("client_metadata").map_err(invalid)?;
    let Some(text) = given.filter(|text| !text.is_empty()) else {
        return Ok(DEFAULT_ENDPOINT.to_owned());
    };
    let metadata = json::read(text.as_bytes(), Duplicates::Refused)
        .map_err(|_| invalid("invalid client_metadata: can't be parsed as JSON".to_owned()))?;
    let mut issues = Issues::default();
    let mut endpoint = None;
    if let Some(metadata) = Object::of_document(&mut issues, &metadata) {
        metadata.optional_url(&mut issues, "jwks_uri");
        endpoint = client_endpoint(metadata, &mut issues);
    }
    issues
        .into_coded_result("invalid client metadata")
        .map_err(invalid)?;
    Ok(endpoint.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()))
}

/// The member `authorization_endpoint` of client metadata.
pub(super) fn client_endpoint(metadata: Object<'_, '_>, issues: &mut Issues) -> Option<String> {
    let endpoint = metadata.optional_string(issues, "authorization_endpoint")?;
    if !is_target(endpoint) {
        metadata.fault(issues, "authorization_endpoint", "Invalid url");
    }
    Some(endpoint.to_owned())
}

fn authorization_details(issuer: &Issuer, query: &Form) -> Result<Details, Denial> {
    let invalid = |description: String| Denial::new("authorize-details", description);
    let text = query.string("authorization_details").map_err(invalid)?;
    let document = json::read(text.as_bytes(), Duplicates::Refused).map_err(|_| {
        invalid("invalid authorization_details: can't be parsed as JSON".to_owned())
    })?;
    let mut issues = Issues::default();
    let details = Details::read(&mut issues, Some(&document), "");
    details.check_formats(issuer, &mut issues);
    reading::request::locations(issuer, &details.entries, &mut issues);
    issues
        .into_coded_result("invalid authorization_details")
        .map_err(invalid)?;
    Ok(details)
}

/// The challenge (RFC 7636 §4.3), which only a test of verifiers can do without.
fn code_challenge<'q>(
    issuer: &Issuer,
    query: &'q Form,
    scope: &str,
) -> Result<Option<&'q str>, Denial> {
    let invalid = |description: String| Denial::new("authorize-pkce", description);
    let given = |name: &str| {
        query
            .optional(name)
            .map(|value| value.filter(|value| !value.is_empty()))
            .map_err(invalid)
    };
    let (challenge, method) = (given("code_challenge")?, given("code_challenge_method")?);
    let is_required = scope == "openid" && !issuer.lies(Defect::PkceOptional);
    if is_required && (challenge.is_none() || method.is_none()) {
        return Err(invalid(
            "code_challenge_method and code_challenge are required for this request".to_owned(),
        ));
    }
    if method.is_some_and(|method| method != "S256") && !issuer.lies(Defect::PkceMethodUnchecked) {
        return Err(invalid(
            "code_challenge_method must be equal to S256".to_owned(),
        ));
    }
    Ok(challenge.filter(|_| method.is_some()))
}

/// Where a wallet that says nothing takes requests: its custom scheme.
pub(super) const DEFAULT_ENDPOINT: &str = "openid:";
