//! A service wallet: a client whose identifier is a URL, with keys at a `jwks_uri` and a registered did:ebsi.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use vcispec::issuer::{
    Builder, DidDocument, DidResolver, FetchError, Fetcher, Issuer, ManualClock,
};

use super::support::{Holder, NOW, jwt};
use super::wallet::{Members, details, direct_post, redirected};

pub(crate) const CLIENT_ID: &str = "https://client.example/wallet";
pub(crate) const JWKS_URI: &str = "https://client.example/wallet/jwks";
pub(crate) const MOVED_URI: &str = "https://client.example/moved";
pub(crate) const BACK: &str = "https://client.example/wallet/callback";
pub(crate) const TYPE: &str = "VerifiableAccreditationToAttest";

/// The key of the client, whose `kid` is `client-key`.
pub(crate) fn client_key() -> Holder {
    Holder::new(7)
}

pub(crate) fn jwks() -> Value {
    let mut key = client_key().public_jwk;
    key["kid"] = json!("client-key");
    let mut for_encryption = key.clone();
    for_encryption["kid"] = json!("encryption-key");
    for_encryption["use"] = json!("enc");
    json!({ "keys": [{ "kty": "EC", "kid": "another" }, for_encryption, key] })
}

/// The legal entity behind the client. Its DID is registered, with the key of `Holder::new(8)`.
pub(crate) fn entity() -> Entity {
    Entity::new(8)
}

/// A holder of a did:ebsi.
pub(crate) struct Entity {
    pub(crate) did: String,
    pub(crate) key: Holder,
}

impl Entity {
    pub(crate) fn new(seed: u8) -> Self {
        let bytes = [&[1][..], &[seed; 16]].concat();
        let did = format!("did:ebsi:z{}", bs58::encode(bytes).into_string());
        Self {
            did,
            key: Holder::new(seed),
        }
    }

    pub(crate) fn kid(&self) -> String {
        format!("{}#key", self.did)
    }

    fn document(&self) -> Value {
        let key = |id: String, jwk: &Value| json!({ "id": id, "publicKeyJwk": jwk });
        json!({
            "verificationMethod": [
                key(self.kid(), &self.key.public_jwk),
                key(format!("{}#unused", self.did), &self.key.public_jwk),
            ],
            "authentication": [self.kid(), key(format!("{}#embedded", self.did), &self.key.public_jwk)],
        })
    }

    pub(crate) fn id_token(&self, issuer: &Issuer, nonce: &str) -> String {
        self.id_token_with(&self.kid(), &self.id_token_payload(issuer, nonce))
    }

    pub(crate) fn id_token_payload(&self, issuer: &Issuer, nonce: &str) -> Value {
        json!({
            "iss": self.did,
            "sub": self.did,
            "aud": issuer.auth_url(),
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": nonce,
        })
    }

    pub(crate) fn id_token_with(&self, kid: &str, payload: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": "ES256", "kid": kid });
        jwt(&header, payload, |message| self.key.sign(message))
    }
}

struct Registry;

impl DidResolver for Registry {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        (did == entity().did).then(|| DidDocument::from_json(&entity().document()))
    }
}

/// A network of a few documents.
#[derive(Default)]
pub(crate) struct Network(HashMap<String, Bytes>);

impl Network {
    pub(crate) fn with(mut self, url: &str, body: impl Into<Bytes>) -> Self {
        self.0.insert(url.to_owned(), body.into());
        self
    }
}

impl Fetcher for Network {
    fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        if url == MOVED_URI {
            return Err(FetchError::Redirect {
                location: Some(JWKS_URI.to_owned()),
            });
        }
        self.0.get(url).cloned().ok_or(FetchError::Status(404))
    }
}

/// An issuer that can reach the client's keys and knows the legal entity.
pub(crate) fn builder() -> (Builder, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Duration::from_secs(NOW)));
    let network = Network::default().with(JWKS_URI, jwks().to_string());
    let builder = Issuer::builder()
        .clock(clock.clone())
        .did_resolver(Arc::new(Registry))
        .fetcher(Arc::new(network));
    (builder, clock)
}

pub(crate) fn issuer() -> (Arc<Issuer>, Arc<ManualClock>) {
    let (builder, clock) = builder();
    (
        Arc::new(builder.build().expect("the settings are valid")),
        clock,
    )
}

pub(crate) fn request_object_header() -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": "client-key" })
}

pub(crate) fn request_object_payload(issuer: &Issuer, name: &str) -> Value {
    json!({
        "iss": CLIENT_ID,
        "aud": issuer.auth_url(),
        "scope": "openid",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "state": "client-state",
        "nonce": "client-nonce",
        "authorization_details": details(issuer, name),
        "client_metadata": { "jwks_uri": JWKS_URI, "authorization_endpoint": "https://client.example/wallet/authorize" },
    })
}

pub(crate) fn signed(header: &Value, payload: &Value) -> String {
    jwt(header, payload, |message| client_key().sign(message))
}

/// A service wallet's authorisation request.
pub(crate) fn authorisation_request(issuer: &Issuer, name: &str) -> Members {
    let object = signed(
        &request_object_header(),
        &request_object_payload(issuer, name),
    );
    Members::of(&[
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", BACK),
        ("state", "client-state"),
        ("nonce", "client-nonce"),
        ("request", &object),
    ])
}

/// A whole authorisation of the registered entity, up to its code.
pub(crate) fn code(issuer: &Issuer, name: &str) -> String {
    let request = authorisation_request(issuer, name);
    let asked = redirected(&super::wallet::authorise(issuer, &request));
    assert_eq!(asked.find("error"), None, "{}", asked.encoded());
    let form = Members::of(&[
        ("state", asked.get("state")),
        ("id_token", &entity().id_token(issuer, asked.get("nonce"))),
    ]);
    redirected(&direct_post(issuer, &form))
        .get("code")
        .to_owned()
}

pub(crate) fn assertion_header() -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": "client-key" })
}

pub(crate) fn assertion_payload(issuer: &Issuer, jti: &str) -> Value {
    json!({
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": issuer.auth_url(),
        "iat": NOW,
        "exp": NOW + 60,
        "jti": jti,
    })
}

/// A service wallet's token request.
pub(crate) fn token_request(issuer: &Issuer, code: &str, jti: &str) -> Members {
    let assertion = signed(&assertion_header(), &assertion_payload(issuer, jti));
    Members::of(&[
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", code),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ])
}

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
