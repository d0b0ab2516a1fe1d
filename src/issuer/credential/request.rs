//! Steps 10 and 11: the body of the request, and whether its types were authorised.

use http::StatusCode;

use super::{Candidate, Step};
use crate::issuer::catalogue::Format;
use crate::issuer::issues::Issues;
use crate::issuer::json::{self, Duplicates};
use crate::issuer::lies;
use crate::issuer::reading::{self, Reading};
use crate::issuer::reply::Refusal;
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// Steps 10 and 11 in their order.
pub(super) const STEPS: &[Step] = &[("10", body_has_its_members), ("11", types_are_authorised)];

/// A credential request (OpenID4VCI draft 11 §7.2). Members that are not named here are ignored.
#[derive(Debug, Default)]
pub(super) struct CredentialRequest {
    pub(super) format: Format,
    pub(super) types: Vec<&'static str>,
    /// The proof, a compact JWS.
    pub(super) proof: String,
}

fn body_has_its_members(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let bytes = candidate.request.body();
    lies::body::stumble_over_bytes(issuer, bytes)?;
    let text = lies::body::text(issuer, bytes);
    reading::request::json(issuer, bytes)?;
    let duplicates = match issuer.reads(Reading::JsonDuplicatesLast) {
        true => Duplicates::LastWins,
        false => lies::body::duplicates(issuer, bytes),
    };
    let mut document = json::read(&text, duplicates)
        .map_err(|error| Refusal::invalid_request(format!("Invalid request payload: {error}")))?;
    reading::request::body(issuer, &document)?;
    lies::body::stumble_over_document(issuer, &document)?;
    lies::body::mend(issuer, &mut document);
    let mut issues = Issues::default();
    if let Some(body) = Object::of_document(&mut issues, &document) {
        let format = body.format(&mut issues, "format");
        let types = body.types(&mut issues, "types");
        let mut jwt = "";
        if let Some(proof) = body.object(&mut issues, "proof", "proof.") {
            proof.literal(&mut issues, "proof_type", "jwt");
            jwt = proof.string(&mut issues, "jwt");
        }
        candidate.body = CredentialRequest {
            format,
            types,
            proof: jwt.to_owned(),
        };
    }
    issues
        .into_result("Invalid request payload")
        .map_err(Refusal::invalid_request)
}

/// A text that is no JSON, before anything else is looked at.
pub(super) fn stumble(issuer: &Issuer, candidate: &Candidate<'_>) -> Result<(), Refusal> {
    if !issuer.reads(Reading::MalformedJsonProblem) {
        return Ok(());
    }
    let read = json::read(candidate.request.body(), Duplicates::LastWins);
    read.map(drop)
        .map_err(|error| Refusal::problem(StatusCode::BAD_REQUEST, error.to_string()))
}

/// A subset will do, in any order.
fn types_are_authorised(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let (requested, authorised) = (&candidate.body.types, &candidate.claims.authorised);
    if requested.iter().all(|name| authorised.contains(name))
        || lies::access_token::authorises(issuer, requested, authorised)
    {
        return Ok(());
    }
    Err(Refusal::unauthorised_types(
        "Invalid request: the requested types don't correspond to the authorized types",
    ))
}
