//! What an issuer did before the first request that it is asked, for tests that begin in the middle.
//!
//! Access tokens and pre-authorised codes say themselves what they are good for, so only their use is told.

use serde_json::Value;

use super::authorisation::{self, Authorisation, ClientProof, Details, Wanted};
use super::catalogue::Format;
use super::issues::Issues;
use super::jws::Jws;
use super::service::Issuer;
use super::store::Deferred;
use super::token::redeemed;
use super::verifiable_credential;

/// What an issuer did before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// The access tokens for which a credential or an acceptance token was handed out.
    pub used_access_tokens: Vec<String>,
    /// The acceptance tokens that were handed out.
    pub promises: Vec<PastPromise>,
    /// The pre-authorised codes for which an access token was handed out.
    pub redeemed_codes: Vec<String>,
    /// The authorization codes that were handed out and not exchanged for an access token.
    pub authorisations: Vec<PastAuthorisation>,
}

/// A credential that was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPromise {
    /// The acceptance token.
    pub acceptance_token: String,
    /// Whether the credential can be fetched at once; otherwise it takes as long as one that is promised now.
    pub is_ready: bool,
    /// The format that was asked for.
    pub format: String,
    /// The types that were asked for.
    pub types: Vec<String>,
    /// The DID of the holder.
    pub subject: String,
}

/// An authorisation of a holder wallet.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAuthorisation {
    /// The code.
    pub code: String,
    /// The client that got it.
    pub client_id: String,
    /// The DID that was shown.
    pub subject: String,
    /// The S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// The `nonce` of the request.
    pub nonce: Option<String>,
    /// The `authorization_details` of the request.
    pub authorization_details: Value,
}

/// A past that no issuer has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PastError {
    /// An access token without the claims on which its use depends.
    #[error("a used access token has no claims.c_nonce: {0:?}")]
    AccessToken(String),
    /// A code that is no JWT.
    #[error("a redeemed pre-authorised code is no JWT: {0:?}")]
    Code(String),
    /// A format that the issuer does not have.
    #[error("a credential was promised in the format {0:?}, which is none")]
    Format(String),
    /// A credential cannot be signed.
    #[error("the credential of acceptance token {0:?} cannot be signed")]
    Credential(String),
    /// Authorization details that are none.
    #[error("the authorization_details of code {0:?} are none")]
    Details(String),
}

impl Issuer {
    /// Remembers what it did before, as of now. What it remembers already stays.
    ///
    /// # Errors
    /// No issuer has such a past.
    pub fn recall(&self, past: &Past) -> Result<(), PastError> {
        for token in &past.used_access_tokens {
            self.recall_use(token)?;
        }
        for promise in &past.promises {
            self.recall_promise(promise)?;
        }
        for code in &past.redeemed_codes {
            let mut jws = Jws::new(code.as_str());
            let is_jwt = jws.decode_payload().is_some();
            if !is_jwt {
                return Err(PastError::Code(code.clone()));
            }
            let (identity, expires) = redeemed(&jws);
            self.store.redeem(identity, expires, self.now());
        }
        for authorisation in &past.authorisations {
            self.recall_authorisation(authorisation)?;
        }
        Ok(())
    }

    fn recall_use(&self, token: &str) -> Result<(), PastError> {
        let unreadable = || PastError::AccessToken(token.to_owned());
        let mut jws = Jws::new(token);
        jws.decode_payload().ok_or_else(unreadable)?;
        let claims = jws.payload.get("claims");
        let c_nonce = claims
            .and_then(|claims| claims.get("c_nonce")?.as_str())
            .ok_or_else(unreadable)?;
        let expires = jws.payload.get("exp").and_then(Value::as_u64);
        let expires = expires.unwrap_or(u64::MAX);
        self.store.use_nonce(c_nonce, expires, self.now());
        Ok(())
    }

    fn recall_promise(&self, promise: &PastPromise) -> Result<(), PastError> {
        let format = Format::from_name(&promise.format)
            .ok_or_else(|| PastError::Format(promise.format.clone()))?;
        let types: Vec<&str> = promise.types.iter().map(String::as_str).collect();
        let credential = verifiable_credential::sign(self, &types, &promise.subject)
            .map_err(|_| PastError::Credential(promise.acceptance_token.clone()))?;
        let delay = match promise.is_ready {
            true => std::time::Duration::ZERO,
            false => self.deferred_delay,
        };
        let deferred = Deferred {
            format,
            credential,
            ready_at: self.clock.now().saturating_add(delay),
        };
        let token = &promise.acceptance_token;
        self.store
            .keep_deferred(token, deferred, u64::MAX, self.now());
        Ok(())
    }

    fn recall_authorisation(&self, past: &PastAuthorisation) -> Result<(), PastError> {
        let mut issues = Issues::default();
        let details = Details::read(&mut issues, Some(&past.authorization_details), "");
        issues
            .into_result("")
            .map_err(|_| PastError::Details(past.code.clone()))?;
        let authorisation = Authorisation {
            wanted: Wanted {
                client_id: past.client_id.clone(),
                nonce: past.nonce.clone(),
                details,
                proof: ClientProof::Verifier(Some(past.code_challenge.clone())),
            },
            subject: past.subject.clone(),
        };
        let now = self.now();
        let expires = now.saturating_add(authorisation::LIFETIME);
        self.store
            .keep_authorisation(&past.code, authorisation, expires, now);
        Ok(())
    }
}
