//! A small wallet: keys of every kind, JWS assembly, and the requests of the pre-authorised flow.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::Signer as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response};
use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use k256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use uuid::Uuid;
use vcispec::issuer::{Issuer, ManualClock, user_pin};

/// When the tests take place, in seconds since the Unix epoch.
pub(crate) const NOW: u64 = 1_750_000_000;

pub(crate) const PRE_AUTHORISED: &str = "CTWalletSamePreAuthorised";

/// The default issuer under a clock that stands still.
pub(crate) fn issuer() -> (Arc<Issuer>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Duration::from_secs(NOW)));
    let issuer = Issuer::builder()
        .clock(clock.clone())
        .build()
        .expect("the defaults are valid");
    (Arc::new(issuer), clock)
}

/// The five kinds of key with which a proof can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Es256,
    Es256K,
    EdDsa,
    Rs256,
    Es384,
}

impl KeyKind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Es256,
        Self::Es256K,
        Self::EdDsa,
        Self::Rs256,
        Self::Es384,
    ];

    pub(crate) fn alg(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es256K => "ES256K",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }
}

enum Secret {
    Library(EncodingKey, Algorithm),
    Secp256k1(k256::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// A holder with a did:key.
pub(crate) struct Holder {
    pub(crate) kind: KeyKind,
    pub(crate) did: String,
    pub(crate) fragment: String,
    pub(crate) public_jwk: Value,
    secret: Secret,
}

impl Holder {
    /// The holder of a P-256 key that `seed` (not zero) determines.
    pub(crate) fn new(seed: u8) -> Self {
        Self::of_kind(KeyKind::Es256, seed)
    }

    pub(crate) fn of_kind(kind: KeyKind, seed: u8) -> Self {
        let (secret, public_jwk) = key(kind, seed);
        let did = did_key(&public_jwk);
        let fragment = did
            .strip_prefix("did:key:")
            .expect("it is a did:key")
            .to_owned();
        Self {
            kind,
            did,
            fragment,
            public_jwk,
            secret,
        }
    }

    pub(crate) fn kid(&self) -> String {
        format!("{}#{}", self.did, self.fragment)
    }

    /// Signs and returns the signature in base64url.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        match &self.secret {
            Secret::Library(key, algorithm) => {
                crypto::sign(message, key, *algorithm).expect("the key signs")
            }
            Secret::Secp256k1(key) => {
                let signature: k256::ecdsa::Signature = key.sign(message);
                base64url(signature.to_bytes())
            }
            Secret::Ed25519(key) => base64url(key.sign(message).to_bytes()),
        }
    }

    /// A proof that is right in every way.
    pub(crate) fn proof(&self, issuer: &Issuer, c_nonce: &str) -> String {
        self.proof_with(&self.proof_header(), &self.proof_payload(issuer, c_nonce))
    }

    pub(crate) fn proof_header(&self) -> Value {
        json!({ "typ": "openid4vci-proof+jwt", "alg": self.kind.alg(), "kid": self.kid() })
    }

    pub(crate) fn proof_payload(&self, issuer: &Issuer, c_nonce: &str) -> Value {
        json!({ "iss": self.did, "aud": issuer.issuer_url(), "iat": NOW, "nonce": c_nonce })
    }

    pub(crate) fn proof_with(&self, header: &Value, payload: &Value) -> String {
        jwt(header, payload, |message| self.sign(message))
    }
}

/// The public JWK of an uncompressed point (SEC 1, section 2.3.3).
fn ec_jwk(curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({ "kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y) })
}

fn key(kind: KeyKind, seed: u8) -> (Secret, Value) {
    let scalar = [seed; 32];
    match kind {
        KeyKind::Es256 => {
            let secret = p256::SecretKey::from_slice(&scalar).expect("a small scalar is in range");
            let der = secret.to_pkcs8_der().expect("it has a DER form");
            let point = secret.public_key().to_sec1_bytes();
            (
                Secret::Library(EncodingKey::from_ec_der(der.as_bytes()), Algorithm::ES256),
                ec_jwk("P-256", &point),
            )
        }
        KeyKind::Es384 => {
            let secret =
                p384::SecretKey::from_slice(&[seed; 48]).expect("a small scalar is in range");
            let der = secret.to_pkcs8_der().expect("it has a DER form");
            let point = secret.public_key().to_sec1_bytes();
            (
                Secret::Library(EncodingKey::from_ec_der(der.as_bytes()), Algorithm::ES384),
                ec_jwk("P-384", &point),
            )
        }
        KeyKind::Es256K => {
            let secret = k256::SecretKey::from_slice(&scalar).expect("a small scalar is in range");
            (
                Secret::Secp256k1((&secret).into()),
                ec_jwk(
                    "secp256k1",
                    secret.public_key().to_sec1_point(false).as_bytes(),
                ),
            )
        }
        KeyKind::EdDsa => {
            let secret = ed25519_dalek::SigningKey::from_bytes(&scalar);
            let x = base64url(secret.verifying_key().to_bytes());
            (
                Secret::Ed25519(Box::new(secret)),
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
            )
        }
        KeyKind::Rs256 => {
            let secret = EncodingKey::from_rsa_pem(RSA_PEM).expect("the file holds an RSA key");
            let public = json!(
                Jwk::from_encoding_key(&secret, Algorithm::RS256).expect("it has a public half")
            );
            (
                Secret::Library(secret, Algorithm::RS256),
                json!({ "kty": "RSA", "n": public["n"], "e": public["e"] }),
            )
        }
    }
}

const RSA_PEM: &[u8] = include_bytes!("../data/rsa-2048-test-key.pem");

/// The did:key (`jwk_jcs-pub`) of a public JWK.
pub(crate) fn did_key(jwk: &Value) -> String {
    let names: &[&str] = match jwk["kty"].as_str() {
        Some("EC") => &["crv", "kty", "x", "y"],
        Some("OKP") => &["crv", "kty", "x"],
        _ => &["e", "kty", "n"],
    };
    let members: Vec<String> = names
        .iter()
        .map(|name| format!("\"{name}\":{}", jwk[*name]))
        .collect();
    did_key_of(
        &[0xd1, 0xd6, 0x03],
        format!("{{{}}}", members.join(",")).as_bytes(),
    )
}

/// The did:key of any bytes under any multicodec.
pub(crate) fn did_key_of(codec: &[u8], bytes: &[u8]) -> String {
    format!(
        "did:key:z{}",
        bs58::encode([codec, bytes].concat()).into_string()
    )
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn jwt(header: &Value, payload: &Value, sign: impl FnOnce(&[u8]) -> String) -> String {
    let message = format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(payload.to_string())
    );
    let signature = sign(message.as_bytes());
    format!("{message}.{signature}")
}

/// The decoded part (0: header, 1: payload) of a JWT.
pub(crate) fn decoded(jwt: &str, part: usize) -> Value {
    let encoded = jwt.split('.').nth(part).expect("a JWT has three parts");
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(encoded)
            .expect("the part is base64url"),
    )
    .expect("the part is JSON")
}

/// Signs with the key of the authorization server.
pub(crate) fn sign_as_server(issuer: &Issuer, message: &[u8]) -> String {
    let jwk = issuer.auth_key_jwk();
    let d = URL_SAFE_NO_PAD
        .decode(jwk["d"].as_str().expect("the key is private"))
        .expect("d is base64url");
    let der = p256::SecretKey::from_slice(&d)
        .expect("d is a scalar")
        .to_pkcs8_der()
        .expect("it has a DER form");
    crypto::sign(
        message,
        &EncodingKey::from_ec_der(der.as_bytes()),
        Algorithm::ES256,
    )
    .expect("the key signs")
}

pub(crate) fn types(last: &str) -> Value {
    json!(["VerifiableCredential", "VerifiableAttestation", last])
}

pub(crate) fn token_header(issuer: &Issuer) -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": issuer.auth_key_jwk()["kid"] })
}

pub(crate) fn token_payload(issuer: &Issuer, did: &str, types: &Value, c_nonce: &str) -> Value {
    json!({
        "nonce": Uuid::new_v4().to_string(),
        "claims": {
            "authorization_details": [
                { "type": "openid_credential", "format": "jwt_vc", "locations": [issuer.issuer_url()], "types": types },
            ],
            "c_nonce": c_nonce,
            "c_nonce_expires_in": 86400,
            "client_id": did,
        },
        "iss": issuer.auth_url(),
        "aud": [issuer.issuer_url()],
        "sub": did,
        "iat": NOW,
        "exp": NOW + 86400,
    })
}

/// A fresh access token, minted with the key of the authorization server, and its c_nonce.
pub(crate) fn minted_token(issuer: &Issuer, did: &str, types: &Value) -> (String, String) {
    let c_nonce = Uuid::new_v4().to_string();
    let payload = token_payload(issuer, did, types, &c_nonce);
    (
        jwt(&token_header(issuer), &payload, |message| {
            sign_as_server(issuer, message)
        }),
        c_nonce,
    )
}

/// A credential request that is right in every way.
pub(crate) fn valid_request(issuer: &Issuer, holder: &Holder, last_type: &str) -> Request<Bytes> {
    let (token, c_nonce) = minted_token(issuer, &holder.did, &types(last_type));
    credential_request(&token, &body(last_type, &holder.proof(issuer, &c_nonce)))
}

pub(crate) fn body(last_type: &str, proof: &str) -> Value {
    json!({ "types": types(last_type), "format": "jwt_vc", "proof": { "proof_type": "jwt", "jwt": proof } })
}

pub(crate) fn credential_request(token: &str, body: &Value) -> Request<Bytes> {
    post(
        "/issuer-mock/credential",
        Some(token),
        Some("application/json"),
        body.to_string(),
    )
}

pub(crate) fn post(
    path: &str,
    token: Option<&str>,
    content_type: Option<&str>,
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    let mut request = Request::post(format!("/conformance/v3{path}"));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    request
        .body(body.into())
        .expect("the request is well formed")
}

pub(crate) fn send(issuer: &Issuer, method: Method, path: &str) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/conformance/v3{path}"));
    issuer.handle(
        request
            .body(Bytes::new())
            .expect("the request is well formed"),
    )
}

pub(crate) fn get(issuer: &Issuer, path: &str) -> Response<Bytes> {
    send(issuer, Method::GET, path)
}

pub(crate) fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("the body is JSON")
}

pub(crate) fn error_of(response: &Response<Bytes>) -> (u16, String) {
    (
        response.status().as_u16(),
        json_of(response)["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

pub(crate) fn text_of(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).expect("the body is UTF-8")
}

/// The offer of a type, made by the endpoints as a wallet sees them.
pub(crate) fn offer(issuer: &Issuer, did: &str, credential_type: &str) -> Value {
    let query = format!(
        "/issuer-mock/initiate-credential-offer?credential_type={credential_type}&client_id={did}"
    );
    let answer = get(issuer, &query);
    let uri = match answer.headers().get("location") {
        Some(location) => location.to_str().expect("a URI is ASCII").to_owned(),
        None => text_of(&answer),
    };
    let query = uri.split_once('?').expect("the URI has a query").1;
    let (name, url) = form_urlencoded::parse(query.as_bytes())
        .next()
        .expect("the query has a member");
    assert_eq!(name, "credential_offer_uri");
    let path = url
        .split_once("/conformance/v3")
        .expect("the URL is the issuer's")
        .1
        .to_owned();
    json_of(&get(issuer, &path))
}

pub(crate) const PRE_AUTHORISED_GRANT: &str =
    "urn:ietf:params:oauth:grant-type:pre-authorized_code";

pub(crate) fn pre_authorised_code(issuer: &Issuer, did: &str, credential_type: &str) -> String {
    let offer = offer(issuer, did, credential_type);
    offer["grants"][PRE_AUTHORISED_GRANT]["pre-authorized_code"]
        .as_str()
        .expect("the grant has a code")
        .to_owned()
}

pub(crate) fn redeem(issuer: &Issuer, code: &str, pin: &str) -> Response<Bytes> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", PRE_AUTHORISED_GRANT)
        .append_pair("pre-authorized_code", code)
        .append_pair("user_pin", pin)
        .finish();
    issuer.handle(post(
        "/auth-mock/token",
        None,
        Some("application/x-www-form-urlencoded"),
        form,
    ))
}

/// Offer, code, PIN, token, proof: the answer to the credential request of a whole pre-authorised flow.
pub(crate) fn pre_authorised_flow(
    issuer: &Issuer,
    holder: &Holder,
    credential_type: &str,
    format: &str,
) -> Response<Bytes> {
    let code = pre_authorised_code(issuer, &holder.did, credential_type);
    let response = json_of(&redeem(issuer, &code, &user_pin(&holder.did)));
    let token = response["access_token"].as_str().expect("there is a token");
    let c_nonce = response["c_nonce"].as_str().expect("there is a nonce");
    let mut body = body(credential_type, &holder.proof(issuer, c_nonce));
    body["format"] = json!(format);
    issuer.handle(credential_request(token, &body))
}

pub(crate) fn fetch_deferred(issuer: &Issuer, acceptance_token: &str) -> Response<Bytes> {
    issuer.handle(post(
        "/issuer-mock/credential_deferred",
        Some(acceptance_token),
        None,
        Bytes::new(),
    ))
}
