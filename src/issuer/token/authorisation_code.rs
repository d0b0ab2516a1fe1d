//! The code of an authorisation (RFC 6749 §4.1.3), redeemed by the client that it was given to.
//!
//! A holder wallet shows the verifier of its challenge (PKCE), a service wallet an assertion signed with its key. Everything is used
//! up last, when nothing can be wrong any more.

use sha2::{Digest, Sha256};

use super::TokenResponse;
use super::client_assertion::{self, Assertion};
use crate::issuer::access_token::{self, Grant};
use crate::issuer::authorisation::{Authorisation, ClientProof};
use crate::issuer::base64url;
use crate::issuer::defect::Defect;
use crate::issuer::form::Form;
use crate::issuer::lies;
use crate::issuer::reading::Reading;
use crate::issuer::reply::{Refusal, Refused};
use crate::issuer::service::Issuer;

/// Redeems a code.
pub(super) fn redeem(issuer: &Issuer, form: &Form) -> Result<TokenResponse, Refused> {
    let parameters = Parameters::read(issuer, form)?;
    let code = lies::token::code(issuer, parameters.code);
    let now = issuer.now();
    let authorisation = issuer
        .store()
        .authorisation(&code, now)
        .ok_or_else(unknown_code)?;
    let judged = judge(issuer, &authorisation, &parameters);
    if judged.is_err() && issuer.reads(Reading::CodeEndsAtRefusal) {
        issuer.store().use_code(&code, now);
    }
    let assertion = judged?;
    let wanted = &authorisation.wanted;
    let grant = Grant {
        client_id: &wanted.client_id,
        subject: &authorisation.subject,
        details: &wanted.details.entries,
        nonce: wanted.nonce.as_deref(),
    };
    // Signing may fail, which must not cost the client its code.
    let response =
        access_token::mint(issuer, &grant).map_err(|_| Refusal::Internal.at("token-code"))?;
    use_up(issuer, &code, assertion.as_ref(), now)?;
    Ok(response)
}

/// Whether the client is the one that the code was given to. Yields its assertion, if it brings one.
fn judge(
    issuer: &Issuer,
    authorisation: &Authorisation,
    parameters: &Parameters<'_>,
) -> Result<Option<Assertion>, Refused> {
    let wanted = &authorisation.wanted;
    if wanted.client_id != parameters.client_id && !issuer.lies(Defect::CodeOfAnotherClient) {
        let description = "the code was issued to another client";
        return Err(Refusal::invalid_grant(description).at("token-client"));
    }
    match (&wanted.proof, &parameters.shown) {
        (ClientProof::Verifier(challenge), Shown::Verifier(verifier)) => {
            check_verifier(issuer, challenge.as_deref(), verifier)?;
            Ok(None)
        }
        (ClientProof::Assertion(keys), Shown::Assertion(text)) => {
            let client_id = parameters.client_id;
            client_assertion::judge(issuer, text, client_id, keys).map(Some)
        }
        // The code of a holder wallet in the hands of a service wallet, or the other way round.
        _ => Err(unknown_code()),
    }
}

/// The members of the form that count.
struct Parameters<'f> {
    code: &'f str,
    client_id: &'f str,
    shown: Shown<'f>,
}

/// What a client shows to be known by.
enum Shown<'f> {
    Verifier(&'f str),
    Assertion(&'f str),
}

impl<'f> Parameters<'f> {
    /// The client's identifier tells which kind of wallet it is, and so what else must be there.
    fn read(issuer: &Issuer, form: &'f Form) -> Result<Self, Refused> {
        let invalid =
            |description: String| Refusal::invalid_request(description).at("token-parameters");
        let code = form.string("code").map_err(invalid)?;
        let client_id = form.string("client_id").map_err(invalid)?;
        let shown = if client_id.starts_with("did:") {
            match form.string("code_verifier") {
                Err(_) if issuer.lies(Defect::VerifierOptional) => Shown::Verifier(""),
                verifier => Shown::Verifier(verifier.map_err(invalid)?),
            }
        } else {
            if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(invalid(format!(
                    "client_assertion_type must be equal to {ASSERTION_TYPE}"
                )));
            }
            Shown::Assertion(form.string("client_assertion").map_err(invalid)?)
        };
        Ok(Self {
            code,
            client_id,
            shown,
        })
    }
}

/// Uses up the code and the assertion, or neither. Of simultaneous requests with one of them exactly one comes through.
fn use_up(
    issuer: &Issuer,
    code: &str,
    assertion: Option<&Assertion>,
    now: u64,
) -> Result<(), Refused> {
    if let Some(assertion) = assertion {
        client_assertion::use_up(issuer, assertion)?;
    }
    if issuer.lies(Defect::CodeReusable) {
        return Ok(());
    }
    if issuer.lies(Defect::CodeCheckedThenStored) {
        lies::dawdle();
    }
    if issuer.store().use_code(code, now) || issuer.lies(Defect::CodeCheckedThenStored) {
        return Ok(());
    }
    if let Some(assertion) = assertion {
        issuer.store().release_assertion(&assertion.identity);
    }
    Err(unknown_code())
}

/// One answer for a code that never was, has expired or has been used: which one it is concerns nobody.
fn unknown_code() -> Refused {
    Refusal::invalid_grant("the code is unknown, expired or used").at("token-code")
}

/// The S256 rule (RFC 7636 §4.6).
fn check_verifier(issuer: &Issuer, challenge: Option<&str>, verifier: &str) -> Result<(), Refused> {
    let computed = base64url::encode(Sha256::digest(verifier));
    if challenge == Some(computed.as_str())
        || lies::token::verifier_passes(issuer, challenge, verifier)
    {
        return Ok(());
    }
    let description = "the code_verifier does not match the code_challenge";
    Err(Refusal::invalid_grant(description).at("token-verifier"))
}

/// The only type of client assertion (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
