//! What the issuer under test remembers before a request, as far as earlier answers tell.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::Endpoint;
use crate::profile::Profile;
use crate::transcript::{Exchange, Redirect};

/// What the issuer under test remembers. A list that is absent is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct State {
    /// The nonces that were handed out with access tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub c_nonces: Vec<CNonce>,
    /// The access tokens that have yielded a credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_access_tokens: Vec<String>,
    /// The acceptance tokens that were handed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acceptance_tokens: Vec<AcceptanceToken>,
    /// The pre-authorised codes that were handed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_authorized_codes: Vec<PreAuthorizedCode>,
    /// The authorization codes that were handed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_codes: Vec<AuthorizationCode>,
}

/// A `c_nonce`. The claims of its access token say whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CNonce {
    /// The nonce.
    pub value: String,
    /// Until when it is good, in seconds since the Unix epoch.
    pub expires: u64,
}

/// An acceptance token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceToken {
    /// The token.
    pub value: String,
    /// Whether its credential can be fetched by now.
    pub ready: bool,
    /// The format that was asked for.
    pub format: String,
    /// The types that were asked for.
    pub types: Vec<String>,
    /// The DID of the holder.
    pub subject: String,
}

/// A pre-authorised code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PreAuthorizedCode {
    /// The code, a JWT of the credential issuer.
    pub value: String,
    /// The client that it was offered to.
    pub client_id: String,
    /// The PIN that guards it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_pin: Option<String>,
    /// Whether an access token was handed out for it.
    pub redeemed: bool,
}

/// An authorization code of a client that shows a code verifier (PKCE).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AuthorizationCode {
    /// The code.
    pub value: String,
    /// The client that got it.
    pub client_id: String,
    /// The DID that the client has shown to be its own.
    pub subject: String,
    /// The `redirect_uri` of the authorization request.
    pub redirect_uri: String,
    /// The `code_challenge` of the authorization request; its method is S256.
    pub code_challenge: String,
    /// The `nonce` of the authorization request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The `authorization_details` of the authorization request.
    pub authorization_details: Value,
    /// Whether an access token was handed out for it.
    pub redeemed: bool,
}

impl State {
    /// What is known of the sessions before a request to `endpoint` at `now` since the Unix epoch.
    ///
    /// # Errors
    /// An answer before lacks what this format tells.
    pub(super) fn before(
        endpoint: Endpoint,
        earlier: &[Exchange],
        now: Duration,
        profile: &Profile,
    ) -> Result<Self, String> {
        let accepted = || earlier.iter().filter(|exchange| exchange.is_accepted());
        let to = |wanted: Endpoint| accepted().filter(move |exchange| exchange.endpoint == wanted);
        if endpoint == Endpoint::Token {
            let offers =
                to(Endpoint::Offer).filter_map(|offer| pre_authorized_code(offer, earlier));
            let authorised = to(Endpoint::DirectPost).map(|post| authorization_code(post, earlier));
            return Ok(Self {
                pre_authorized_codes: offers.collect(),
                authorization_codes: authorised.collect::<Result<_, _>>()?,
                ..Self::default()
            });
        }
        let delay = Duration::from_secs(profile.deferred_delay);
        let handing = || to(Endpoint::Credential).filter(|exchange| exchange.hands_out());
        let used = handing().filter_map(bearer).map(str::to_owned);
        Ok(Self {
            c_nonces: to(Endpoint::Token).map(c_nonce).collect::<Result<_, _>>()?,
            used_access_tokens: used.collect(),
            acceptance_tokens: handing()
                .filter_map(|exchange| acceptance_token(exchange, now, delay))
                .collect(),
            ..Self::default()
        })
    }
}

fn c_nonce(exchange: &Exchange) -> Result<CNonce, String> {
    let json = exchange.json().ok_or("a token response is no JSON")?;
    let value = json.get("c_nonce").and_then(Value::as_str);
    let lifetime = json.get("c_nonce_expires_in").and_then(Value::as_u64);
    let (Some(value), Some(lifetime)) = (value, lifetime) else {
        return Err("a token response has no c_nonce or does not say how long it is good".into());
    };
    Ok(CNonce {
        value: value.to_owned(),
        expires: exchange.sent_at.as_secs() + lifetime,
    })
}

fn acceptance_token(
    exchange: &Exchange,
    now: Duration,
    delay: Duration,
) -> Option<AcceptanceToken> {
    Some(AcceptanceToken {
        value: exchange.acceptance_token()?.to_owned(),
        ready: exchange.sent_at + delay <= now,
        format: exchange.facts.requested_format.clone(),
        types: exchange.facts.requested_types.clone(),
        subject: exchange.facts.holder.clone(),
    })
}

fn pre_authorized_code(offer: &Exchange, earlier: &[Exchange]) -> Option<PreAuthorizedCode> {
    const AT: &str =
        "/grants/urn:ietf:params:oauth:grant-type:pre-authorized_code/pre-authorized_code";
    let value = offer.json()?.pointer(AT)?.as_str()?.to_owned();
    Some(PreAuthorizedCode {
        redeemed: is_redeemed(&value, earlier),
        client_id: offer.facts.client_id.clone(),
        user_pin: offer.facts.pin.clone(),
        value,
    })
}

fn authorization_code(post: &Exchange, earlier: &[Exchange]) -> Result<AuthorizationCode, String> {
    let code = post
        .redirect()
        .and_then(|redirect| redirect.parameter("code"));
    let value = code.ok_or("a direct post brought no code")?.to_owned();
    let asked = earlier
        .iter()
        .rfind(|exchange| {
            (exchange.endpoint, exchange.session) == (Endpoint::Authorize, post.session)
        })
        .map(|exchange| Redirect::parse(&exchange.request.uri().to_string()))
        .ok_or("a direct post without an authorization request before it")?;
    let parameter = |name: &str| {
        let value = asked.parameter(name).map(str::to_owned);
        value.ok_or_else(|| format!("an authorization request without {name}"))
    };
    let details = parameter("authorization_details")?;
    let details = serde_json::from_str(&details)
        .map_err(|error| format!("authorization_details: {error}"))?;
    Ok(AuthorizationCode {
        redeemed: is_redeemed(&value, earlier),
        client_id: post.facts.client_id.clone(),
        subject: post.facts.holder.clone(),
        redirect_uri: parameter("redirect_uri")?,
        code_challenge: parameter("code_challenge")?,
        nonce: parameter("nonce").ok(),
        authorization_details: details,
        value,
    })
}

/// Whether a code was exchanged for an access token.
fn is_redeemed(code: &str, earlier: &[Exchange]) -> bool {
    earlier.iter().any(|exchange| {
        exchange.endpoint == Endpoint::Token
            && exchange.is_success()
            && form_urlencoded::parse(exchange.request.body()).any(|(_, value)| value == code)
    })
}

fn bearer(exchange: &Exchange) -> Option<&str> {
    let value = exchange.request.headers().get("authorization")?;
    value.to_str().ok()?.strip_prefix("Bearer ")
}
