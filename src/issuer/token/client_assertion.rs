//! `private_key_jwt`: a service wallet shows who it is by a JWT of its own (RFC 7523 §3, OpenID Connect Core §9).

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::issuer::base64url;
use crate::issuer::client_keys::Jwks;
use crate::issuer::defect::Defect;
use crate::issuer::issues::Issues;
use crate::issuer::jws::Jws;
use crate::issuer::public_key::PublicKey;
use crate::issuer::reading::{self, Reading};
use crate::issuer::reply::{Refusal, Refused};
use crate::issuer::schema::Object;
use crate::issuer::service::Issuer;

/// An assertion that holds, but may have been used before.
pub(super) struct Assertion {
    /// What makes it the same assertion, whatever its signature's bytes are: the client and the `jti`.
    pub(super) identity: String,
    /// Until when it would be good, in seconds since the Unix epoch.
    pub(super) expires: u64,
}

/// Judges the assertion of a client by its keys.
pub(super) fn judge(
    issuer: &Issuer,
    text: &str,
    client_id: &str,
    keys: &Jwks,
) -> Result<Assertion, Refused> {
    let mut assertion = Jws::new(text);
    if assertion.decode_header().is_none() || assertion.decode_payload().is_none() {
        return Err(invalid("can't decode JWT"));
    }
    let expires = check_members(&assertion)?;
    if issuer.lies(Defect::AssertionExpiryUnchecked) {
        assertion.payload.remove("exp");
    }
    for name in ["iss", "sub"] {
        if assertion.claim_text(name) != client_id && !issuer.lies(Defect::AssertionOfAnybody) {
            return Err(invalid(format!("{name} must be equal to client_id")));
        }
    }
    let expected = issuer.auth_url();
    let endpoint = format!("{expected}/token");
    let audience = Object::root(&assertion.payload).audience(&mut Issues::default(), "aud");
    let is_endpoint =
        issuer.reads(Reading::AssertionForTokenEndpoint) && audience.contains(&endpoint.as_str());
    if !reading::request::is_audience_allowed(issuer, &assertion.payload) {
        return Err(invalid("aud must be a string"));
    }
    if !audience.contains(&expected)
        && !is_endpoint
        && !issuer.lies(Defect::AssertionAudienceUnchecked)
    {
        return Err(invalid(format!("aud must be equal to {expected}")));
    }
    verify(issuer, &assertion, keys)?;
    Ok(Assertion {
        // Of one length, however long a client makes its `jti`.
        identity: base64url::encode(Sha256::digest(
            json!([client_id, assertion.claim_text("jti")]).to_string(),
        )),
        expires,
    })
}

/// Marks the assertion as used.
///
/// # Errors
/// It already was.
pub(super) fn use_up(issuer: &Issuer, assertion: &Assertion) -> Result<(), Refused> {
    let Assertion { identity, expires } = assertion;
    if issuer.reads(Reading::AssertionIdsForgotten)
        || issuer
            .store()
            .use_assertion(identity, *expires, issuer.now())
    {
        return Ok(());
    }
    Err(invalid("it has already been used"))
}

/// Checks the types of all members that count, and yields the expiry.
fn check_members(assertion: &Jws) -> Result<u64, Refused> {
    let mut issues = Issues::default();
    let header = Object::root(&assertion.header);
    header.literal(&mut issues, "typ", "JWT");
    header.string(&mut issues, "alg");
    header.string(&mut issues, "kid");
    let payload = Object::root(&assertion.payload);
    payload.string(&mut issues, "iss");
    payload.string(&mut issues, "sub");
    payload.audience(&mut issues, "aud");
    payload.string(&mut issues, "jti");
    payload.number(&mut issues, "iat");
    let expires = payload.number(&mut issues, "exp");
    issues.into_coded_result("").map_err(invalid)?;
    if assertion.claim_text("jti").is_empty() {
        return Err(invalid("jti must not be empty"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion saturates, as it should"
    )]
    Ok(expires.ceil() as u64)
}

fn verify(issuer: &Issuer, assertion: &Jws, keys: &Jwks) -> Result<(), Refused> {
    let key = keys
        .find(assertion.header_text("kid"))
        .ok_or_else(|| invalid("no public key found matching kid"))?;
    let key = PublicKey::from_jwk(key)
        .ok_or_else(|| invalid("the public key matching kid is not one that is supported"))?;
    let verified = if issuer.lies(Defect::ClientAssertionSignatureUnchecked) {
        assertion.check_times(issuer.now())
    } else {
        assertion.verify(&key, issuer.signatures(), issuer.now())
    };
    verified.map_err(invalid)
}

fn invalid(reason: impl std::fmt::Display) -> Refused {
    Refusal::invalid_client(format!("invalid client_assertion: {reason}")).at("token-assertion")
}
