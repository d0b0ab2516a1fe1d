//! The wallet's side of an authorisation: the requests of its three steps, each right in every way until a test changes it.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vcispec::issuer::{Issuer, RefusedAt};

use super::support::{Holder, NOW, base64url, get, jwt, offer, post, types};

/// The verifier of every flow, digits only as one published wallet makes them.
pub(crate) const VERIFIER: &str = "31415926535897932384626433832795028841971693993751";

pub(crate) const REDIRECT_URI: &str = "openid://callback";

pub(crate) fn challenge() -> String {
    base64url(Sha256::digest(VERIFIER))
}

/// The members of a query or form, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members(Vec<(String, String)>);

impl Members {
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// Those of a URI's query.
    pub(crate) fn of_uri(uri: &str) -> Self {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    /// The same member once more.
    pub(crate) fn twice(mut self, name: &str) -> Self {
        let value = self.get(name).to_owned();
        self.0.push((name.to_owned(), value));
        self
    }

    /// The value of a member, or the empty text.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

/// The `issuer_state` of a fresh offer.
pub(crate) fn issuer_state(issuer: &Issuer, holder: &Holder, name: &str) -> String {
    let offer = offer(issuer, &holder.did, name);
    let state = offer["grants"]["authorization_code"]["issuer_state"].as_str();
    state.expect("the offer has a state").to_owned()
}

pub(crate) fn details(issuer: &Issuer, name: &str) -> Value {
    json!([{
        "type": "openid_credential",
        "format": "jwt_vc",
        "locations": [issuer.issuer_url()],
        "types": types(name),
    }])
}

/// A holder wallet's authorisation request.
pub(crate) fn authorisation_request(issuer: &Issuer, holder: &Holder, name: &str) -> Members {
    Members::of(&[
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", &holder.did),
        ("redirect_uri", REDIRECT_URI),
        ("state", "client-state"),
        ("nonce", "client-nonce"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
        ("authorization_details", &details(issuer, name).to_string()),
        ("issuer_state", &issuer_state(issuer, holder, name)),
    ])
}

pub(crate) fn authorise(issuer: &Issuer, request: &Members) -> Response<Bytes> {
    get(
        issuer,
        &format!("/auth-mock/authorize?{}", request.encoded()),
    )
}

/// What a redirect asks or tells.
pub(crate) fn redirected(response: &Response<Bytes>) -> Members {
    Members::of_uri(location(response))
}

pub(crate) fn location(response: &Response<Bytes>) -> &str {
    assert_eq!(response.status(), 302);
    assert!(response.body().is_empty());
    let location = response.headers().get("location");
    location
        .and_then(|location| location.to_str().ok())
        .expect("a redirect has a location")
}

/// Begins an authorisation and returns what the wallet is asked.
pub(crate) fn begin(issuer: &Issuer, holder: &Holder, name: &str) -> Members {
    let asked = redirected(&authorise(
        issuer,
        &authorisation_request(issuer, holder, name),
    ));
    assert_eq!(asked.find("error"), None, "{}", asked.encoded());
    asked
}

pub(crate) fn id_token_header(holder: &Holder) -> Value {
    json!({ "typ": "JWT", "alg": holder.kind.alg(), "kid": holder.kid() })
}

pub(crate) fn id_token_payload(issuer: &Issuer, holder: &Holder, nonce: &str) -> Value {
    json!({
        "iss": holder.did,
        "sub": holder.did,
        "aud": issuer.auth_url(),
        "iat": NOW,
        "exp": NOW + 300,
        "nonce": nonce,
    })
}

pub(crate) fn id_token(issuer: &Issuer, holder: &Holder, nonce: &str) -> String {
    let payload = id_token_payload(issuer, holder, nonce);
    jwt(&id_token_header(holder), &payload, |message| {
        holder.sign(message)
    })
}

/// The wallet's answer to what it was asked.
pub(crate) fn id_token_answer(issuer: &Issuer, holder: &Holder, asked: &Members) -> Members {
    Members::default()
        .with("id_token", id_token(issuer, holder, asked.get("nonce")))
        .with("state", asked.get("state"))
}

pub(crate) fn direct_post(issuer: &Issuer, form: &Members) -> Response<Bytes> {
    post_form(issuer, "/auth-mock/direct_post", form)
}

pub(crate) fn post_form(issuer: &Issuer, path: &str, form: &Members) -> Response<Bytes> {
    let content_type = Some("application/x-www-form-urlencoded");
    issuer.handle(post(path, None, content_type, form.encoded()))
}

/// A whole authorisation up to its code.
pub(crate) fn code(issuer: &Issuer, holder: &Holder, name: &str) -> String {
    let asked = begin(issuer, holder, name);
    let answer = direct_post(issuer, &id_token_answer(issuer, holder, &asked));
    redirected(&answer).get("code").to_owned()
}

/// A holder wallet's token request.
pub(crate) fn token_request(holder: &Holder, code: &str) -> Members {
    Members::of(&[
        ("grant_type", "authorization_code"),
        ("client_id", &holder.did),
        ("code", code),
        ("code_verifier", VERIFIER),
    ])
}

pub(crate) fn token(issuer: &Issuer, form: &Members) -> Response<Bytes> {
    post_form(issuer, "/auth-mock/token", form)
}

/// The step that refused, or nothing.
pub(crate) fn refused_at(response: &Response<Bytes>) -> &'static str {
    let step = response.extensions().get::<RefusedAt>();
    step.map_or("", |RefusedAt(step)| step)
}
