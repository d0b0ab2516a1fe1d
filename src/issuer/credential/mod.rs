//! `POST /issuer-mock/credential`: validation in 25 ordered steps, then issuance (EBSI conformance v3, validation order).
//!
//! The first step that fails decides the answer, and nothing is remembered of a refused request. The steps stand in three lists:
//! [`access_token::STEPS`] (1 to 9d), [`request::STEPS`] (10 and 11), [`proof::CLAIMS`] and [`proof::KEY`] (12 to 16, 18 to 25).
//! A step reads what the steps before it have put into the [`Candidate`].

mod access_token;
mod issue;
mod proof;
mod request;

use bytes::Bytes;
use http::Request;

pub(super) use access_token::bearer;
pub(super) use issue::CredentialResponse;

use super::catalogue::TO_ONBOARD;
use super::defect::Defect;
use super::did::DidDocument;
use super::jws::Jws;
use super::lies;
use super::reading::Reading;
use super::reply::{self, Refusal, Refused, Reply};
use super::service::Issuer;

/// Answers a credential request.
pub(super) fn answer(issuer: &Issuer, request: &Request<Bytes>) -> Reply {
    let mut candidate = Candidate::new(issuer, request);
    let judged = judge(issuer, &mut candidate).and_then(|()| issue::issue(issuer, &candidate));
    let mut reply = match judged {
        Ok(reply) => reply,
        Err(refused) => {
            if issuer.lies(Defect::RefusedRequestBurnsToken) && candidate.is_token_good {
                candidate.use_token(issuer);
            }
            let Candidate {
                claims,
                proof,
                body,
                ..
            } = &candidate;
            let kid = proof.header_text("kid");
            lies::issue::refused(issuer, &claims.c_nonce, &claims.sub, kid, body.format);
            refused.into_reply()
        }
    };
    reply::forbid_storing(&mut reply);
    reply
}

/// Takes the steps in their order.
fn judge(issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refused> {
    request::stumble(issuer, candidate).map_err(|refusal| refusal.at("10"))?;
    if issuer.reads(Reading::BodyBeforeToken) {
        take(&access_token::STEPS[..1], issuer, candidate)?;
        take(&request::STEPS[..1], issuer, candidate)?;
    }
    take(access_token::STEPS, issuer, candidate)?;
    candidate.is_token_good = true;
    take(request::STEPS, issuer, candidate)?;
    if lies::body::needs_no_proof(issuer, &candidate.body.proof) {
        return Ok(());
    }
    take(proof::CLAIMS, issuer, candidate)?;
    // Step 17: the DID of a holder who is yet to be onboarded is not registered, so there is no key to verify with.
    if candidate.body.types.contains(&TO_ONBOARD) {
        if issuer.reads(Reading::OnboardingProofChecked) {
            take(&proof::KEY[..4], issuer, candidate)?;
        }
        return Ok(());
    }
    take(proof::KEY, issuer, candidate)
}

fn take(steps: &[Step], issuer: &Issuer, candidate: &mut Candidate<'_>) -> Result<(), Refused> {
    for (step, check) in steps {
        check(issuer, candidate).map_err(|refusal| refusal.at(step))?;
    }
    Ok(())
}

/// A step of the validation order: its number there, and the check.
type Step = (
    &'static str,
    fn(&Issuer, &mut Candidate<'_>) -> Result<(), Refusal>,
);

/// A credential request and what is known of it so far.
struct Candidate<'r> {
    request: &'r Request<Bytes>,
    /// Seconds since the Unix epoch; the same for all steps.
    now: u64,
    /// From step 4 on.
    token: Jws,
    /// From step 7 on.
    claims: TokenClaims,
    /// Whether steps 1 to 9d have been passed.
    is_token_good: bool,
    /// From step 10 on.
    body: request::CredentialRequest,
    /// From step 12 on.
    proof: Jws,
    /// From step 22 on.
    document: DidDocument,
}

/// The claims of an access token on which its use depends.
#[derive(Debug, Default)]
struct TokenClaims {
    sub: String,
    client_id: String,
    c_nonce: String,
    /// Seconds since the Unix epoch.
    exp: f64,
    /// The types of the first authorisation detail.
    authorised: Vec<&'static str>,
}

impl<'r> Candidate<'r> {
    fn new(issuer: &Issuer, request: &'r Request<Bytes>) -> Self {
        Self {
            request,
            now: issuer.now(),
            token: Jws::default(),
            claims: TokenClaims::default(),
            is_token_good: false,
            body: request::CredentialRequest::default(),
            proof: Jws::default(),
            document: DidDocument::default(),
        }
    }

    /// Marks the access token as used; `false` if it already was. Of simultaneous requests with one token exactly one gets `true`.
    fn use_token(&self, issuer: &Issuer) -> bool {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the conversion saturates, as it should"
        )]
        let expires = self.claims.exp.ceil() as u64;
        let wanted = lies::issue::Use {
            c_nonce: &self.claims.c_nonce,
            subject: &self.claims.sub,
            issued: self.token.payload.get("iat").map(ToString::to_string),
            types: &self.body.types,
            proof: self.proof.encoded_payload(),
            token: self.token.text(),
            expires,
            now: self.now,
        };
        if let Some(is_first) = lies::issue::use_token(issuer, &wanted) {
            return is_first;
        }
        issuer
            .store()
            .use_nonce(&self.claims.c_nonce, expires, self.now)
    }
}
