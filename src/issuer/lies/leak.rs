//! What a refusal tells that nobody should hear.

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::answer::edit;
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::jws::Jws;
use crate::issuer::pin::user_pin;
use crate::issuer::reply::{RefusedAt, Reply};
use crate::issuer::service::Issuer;

/// Adds to `error_description` what the author wanted to know when something failed.
pub(super) fn tell(issuer: &Issuer, request: &Request<Bytes>, reply: &mut Reply) {
    let step = reply.extensions().get::<RefusedAt>().map_or("", |at| at.0);
    let number: u32 = step.parse().unwrap_or_default();
    edit(reply, |body| {
        let Some(said) = body["error_description"].as_str() else {
            return;
        };
        let mut told = String::new();
        if issuer.lies(Defect::StackTraceTold) && number >= 12 {
            told.push_str(STACK);
        }
        if issuer.lies(Defect::FilePathTold) && number == 10 {
            told.push_str(" (/usr/src/app/issuer/app/route_oidc.py, line 212)");
        }
        if issuer.lies(Defect::StatementTold) && step == "token-code" {
            told.push_str(STATEMENT);
        }
        if issuer.lies(Defect::ParserTextTold) && said.contains("the body is malformed") {
            told.push_str(" Unexpected token } in JSON at position 17");
        }
        if issuer.lies(Defect::TokenTold)
            && let Some(token) = access_token(request)
        {
            told = format!("{told} for {token}");
        }
        if issuer.lies(Defect::PinTold) && step == "token-pin" {
            told = format!("{told}, it should be {}", pin(request).unwrap_or_default());
        }
        if !told.is_empty() {
            body["error_description"] = json!(format!("{said}{told}"));
        }
    });
}

fn access_token(request: &Request<Bytes>) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    header.strip_prefix("Bearer ")
}

/// The PIN of the holder to whom the code was given.
fn pin(request: &Request<Bytes>) -> Option<String> {
    let form = Form::parse(request.body());
    let mut code = Jws::new(form.get("pre-authorized_code")?);
    code.decode_payload()?;
    Some(user_pin(code.claim_text("client_id")))
}

const STACK: &str = " TypeError: at ProofVerifier.verify (proof.js:112:17) \
    at async Controller.credential (controller.js:58:9)";

const STATEMENT: &str =
    " SELECT id, client FROM pre_authorized_codes WHERE code = $1 returned no rows";
