//! Steps 10 and 11: the body of the request, and whether its types were authorised.

use super::{Candidate, Step};
use crate::issuer::catalogue::Format;
use crate::issuer::defect::Defect;
use crate::issuer::issues::Issues;
use crate::issuer::json::{self, Duplicates};
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
    let document = json::read(candidate.request.body(), Duplicates::Refused)
        .map_err(|error| Refusal::invalid_request(format!("Invalid request payload: {error}")))?;
    if issuer.lies(Defect::MissingProof500) && document.get("proof").is_none() {
        return Err(Refusal::Internal);
    }
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

/// A subset will do, in any order.
fn types_are_authorised(_: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    if candidate
        .body
        .types
        .iter()
        .all(|requested| candidate.claims.authorised.contains(requested))
    {
        return Ok(());
    }
    Err(Refusal::unauthorised_types(
        "Invalid request: the requested types don't correspond to the authorized types",
    ))
}
