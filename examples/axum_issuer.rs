//! A small credential issuer of its own kind: axum, its own types, its own way to keep sessions. It
//! shares nothing with the reference issuer, and shows how a Rust team checks theirs:
//! `vcispec::check(router)`.
//!
//! It has one bug to switch on: it can forget to look at the nonce of a proof.
//!
//! ```sh
//! cargo run --release --example axum_issuer
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Where the issuer believes it lives.
pub(crate) const ISSUER: &str = "https://issuer.example/issuer";
const AUTH: &str = "https://issuer.example/auth";
const DID: &str = "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD";
const TYPE: &str = "CTWalletSamePreAuthorisedInTime";
const REQUIRED: [&str; 2] = ["VerifiableCredential", "VerifiableAttestation"];
const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

fn main() {
    for (name, forgetful) in [("careful", false), ("forgetful", true)] {
        let report = vcispec::check(router(forgetful))
            .issuer(ISSUER)
            .cases(200)
            .run_blocking();
        println!("the {name} issuer:\n{report}");
    }
}

/// The issuer; a forgetful one does not look at the nonce of a proof.
pub(crate) fn router(forgetful: bool) -> Router {
    let secret = p256::SecretKey::from_slice(&Sha256::digest("axum issuer"))
        .expect("the digest is a scalar");
    let pkcs8 = secret.to_pkcs8_der().expect("the key can be encoded");
    // An uncompressed point: a byte that says so, then x and y.
    let point = secret.public_key().to_sec1_bytes();
    let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut jwk = json!({
        "kty": "EC", "crv": "P-256", "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]),
    });
    let thumbprint = format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        jwk["x"], jwk["y"]
    );
    let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint));
    jwk["kid"] = json!(kid);
    jwk["alg"] = json!("ES256");
    let shop = Shop {
        key: EncodingKey::from_ec_der(pkcs8.as_bytes()),
        public: DecodingKey::from_jwk(
            &serde_json::from_value::<Jwk>(jwk.clone()).expect("it is a JWK"),
        )
        .expect("it is a key"),
        jwks: json!({ "keys": [jwk] }),
        kid,
        forgetful,
        desk: Mutex::default(),
    };
    Router::new()
        .route(
            "/issuer/.well-known/openid-credential-issuer",
            get(issuer_metadata),
        )
        .route("/issuer/jwks", get(jwks))
        .route("/issuer/initiate-credential-offer", get(initiate))
        .route("/issuer/offers/{id}", get(offer))
        .route("/issuer/credential", post(credential))
        .route("/issuer/credential_deferred", post(credential_deferred))
        .route("/auth/.well-known/openid-configuration", get(auth_metadata))
        .route("/auth/jwks", get(jwks))
        .route("/auth/token", post(token))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "Not Found") })
        .with_state(Arc::new(shop))
}

struct Shop {
    key: EncodingKey,
    public: DecodingKey,
    jwks: Value,
    kid: String,
    forgetful: bool,
    desk: Mutex<Desk>,
}

#[derive(Default)]
struct Desk {
    /// Offer id to holder.
    offers: HashMap<Uuid, String>,
    /// Nonces that have yielded a credential.
    spent: Vec<String>,
}

type AppState = State<Arc<Shop>>;

/// An error of the token and credential endpoints.
struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (
            self.0,
            Json(json!({ "error": self.1, "error_description": self.2 })),
        )
            .into_response()
    }
}

fn bad(code: &'static str, why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, code, why.into())
}

fn problem(status: StatusCode, title: &str) -> Response {
    let body = json!({ "title": title, "status": status.as_u16(), "type": "about:blank" });
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}

async fn issuer_metadata() -> Json<Value> {
    let credential = json!({
        "format": "jwt_vc",
        "types": [REQUIRED[0], REQUIRED[1], TYPE],
        "trust_framework": { "name": "ebsi", "type": "Accreditation", "uri": "https://issuer.example/accreditation" },
        "display": [{ "name": "A credential", "locale": "en-GB" }],
    });
    Json(json!({
        "credential_issuer": ISSUER,
        "authorization_server": AUTH,
        "credential_endpoint": format!("{ISSUER}/credential"),
        "deferred_credential_endpoint": format!("{ISSUER}/credential_deferred"),
        "credentials_supported": [credential],
    }))
}

async fn auth_metadata() -> Json<Value> {
    Json(json!({
        "issuer": AUTH,
        "authorization_endpoint": format!("{AUTH}/authorize"),
        "token_endpoint": format!("{AUTH}/token"),
        "jwks_uri": format!("{AUTH}/jwks"),
        "redirect_uris": [format!("{AUTH}/direct_post")],
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "request_object_signing_alg_values_supported": ["ES256"],
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "request_authentication_methods_supported": { "authorization_endpoint": ["request_object"] },
        "vp_formats_supported": { "jwt_vp": { "alg_values_supported": ["ES256"] }, "jwt_vc": { "alg_values_supported": ["ES256"] } },
        "subject_syntax_types_supported": ["did:key"],
        "subject_syntax_types_discriminations": ["did:key:jwk_jcs-pub"],
        "subject_trust_frameworks_supported": ["ebsi"],
        "id_token_types_supported": ["subject_signed_id_token"],
    }))
}

async fn jwks(State(shop): AppState) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/jwk-set+json")],
        shop.jwks.to_string(),
    )
}

async fn initiate(State(shop): AppState, Query(query): Query<HashMap<String, String>>) -> Response {
    let holder = query
        .get("client_id")
        .filter(|did| holder_key(did).is_some());
    let is_known = query
        .get("credential_type")
        .is_some_and(|name| name == TYPE);
    let endpoint = query
        .get("credential_offer_endpoint")
        .map_or("openid-credential-offer://", String::as_str);
    let is_uri = endpoint.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-./@:_".contains(&byte))
    });
    let (Some(holder), true, true) = (holder, is_known, is_uri) else {
        return problem(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let id = Uuid::new_v4();
    shop.desk().offers.insert(id, holder.clone());
    let reference = form_urlencoded::byte_serialize(format!("{ISSUER}/offers/{id}").as_bytes())
        .collect::<String>();
    (
        StatusCode::FOUND,
        [(
            header::LOCATION,
            format!("{endpoint}?credential_offer_uri={reference}"),
        )],
    )
        .into_response()
}

async fn offer(State(shop): AppState, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<Uuid>() else {
        return problem(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let Some(holder) = shop.desk().offers.get(&id).cloned() else {
        return problem(StatusCode::NOT_FOUND, "Not Found");
    };
    let now = now();
    let code = shop.sign(
        &shop.kid,
        &json!({
            "client_id": holder, "sub": holder, "iss": ISSUER, "aud": AUTH, "iat": now, "exp": now + 300,
            "authorization_details": [detail()],
        }),
    );
    Json(json!({
        "credential_issuer": ISSUER,
        "credentials": [{
            "format": "jwt_vc",
            "types": [REQUIRED[0], REQUIRED[1], TYPE],
            "trust_framework": { "name": "ebsi", "type": "Accreditation", "uri": "https://issuer.example/accreditation" },
        }],
        "grants": { PRE_AUTHORIZED: { "pre-authorized_code": code, "user_pin_required": true } },
    }))
    .into_response()
}

fn detail() -> Value {
    json!({ "type": "openid_credential", "format": "jwt_vc", "locations": [ISSUER], "types": [REQUIRED[0], REQUIRED[1], TYPE] })
}

async fn token(
    State(shop): AppState,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return Err(bad("invalid_request", "the body must be a form"));
    }
    let form: HashMap<_, _> = form_urlencoded::parse(&body).into_owned().collect();
    if form
        .get("grant_type")
        .is_none_or(|grant| grant != PRE_AUTHORIZED)
    {
        return Err(bad("unsupported_grant_type", "the grant is not supported"));
    }
    let code = form
        .get("pre-authorized_code")
        .ok_or_else(|| bad("invalid_request", "the code is missing"))?;
    let claims = shop
        .verify(code)
        .ok_or_else(|| bad("invalid_grant", "the code is not valid"))?;
    let holder = claims["client_id"].as_str().unwrap_or_default().to_owned();
    let hash = Sha256::digest(&holder);
    let pin: String = hash[28..]
        .iter()
        .map(|byte| (byte % 10).to_string())
        .collect();
    if form.get("user_pin") != Some(&pin) {
        return Err(bad("invalid_grant", "the PIN is wrong"));
    }
    let (now, c_nonce) = (now(), Uuid::new_v4().to_string());
    let access_token = shop.sign(
        &shop.kid,
        &json!({
            "iss": AUTH, "aud": [ISSUER], "sub": holder, "iat": now, "exp": now + 86400, "nonce": Uuid::new_v4().to_string(),
            "claims": { "authorization_details": [detail()], "c_nonce": c_nonce, "c_nonce_expires_in": 86400, "client_id": holder },
        }),
    );
    let id_token = shop.sign(
        &shop.kid,
        &json!({ "iss": AUTH, "sub": holder, "aud": holder, "iat": now, "exp": now + 120, "nonce": Uuid::new_v4().to_string() }),
    );
    let answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 86400, "id_token": id_token,
        "c_nonce": c_nonce, "c_nonce_expires_in": 86400,
    });
    let fresh = [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    Ok((fresh, Json(answer)).into_response())
}

async fn credential(
    State(shop): AppState,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let media_type = text(header::CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if media_type != "application/json" {
        return Err(bad("invalid_request", "the body must be JSON"));
    }
    let unauthorized = |why: &str| Refused(StatusCode::UNAUTHORIZED, "invalid_token", why.into());
    let access_token = text(header::AUTHORIZATION)
        .strip_prefix("Bearer ")
        .ok_or_else(|| unauthorized("a Bearer token is needed"))?;
    let token = shop
        .verify(access_token)
        .ok_or_else(|| unauthorized("the token is not valid"))?;
    let is_for_us = token["aud"]
        .as_array()
        .is_some_and(|aud| aud.iter().any(|one| one == ISSUER));
    let (Some(c_nonce), Some(holder), true) = (
        token["claims"]["c_nonce"].as_str(),
        token["sub"].as_str(),
        is_for_us,
    ) else {
        return Err(unauthorized("the token is for something else"));
    };
    if shop.desk().spent.iter().any(|spent| spent == c_nonce) {
        return Err(unauthorized("the token was used"));
    }
    let request: Value =
        serde_json::from_slice(&body).map_err(|_| bad("invalid_request", "malformed body"))?;
    let types = wanted_types(&request)?;
    let jwt = request["proof"]["jwt"]
        .as_str()
        .filter(|_| request["proof"]["proof_type"] == "jwt");
    let jwt = jwt.ok_or_else(|| bad("invalid_request", "a proof is needed"))?;
    shop.check_proof(jwt, holder, c_nonce)?;
    let mut desk = shop.desk();
    if desk.spent.iter().any(|spent| spent == c_nonce) {
        return Err(unauthorized("the token was used"));
    }
    desk.spent.push(c_nonce.to_owned());
    drop(desk);
    Ok(
        Json(json!({ "format": "jwt_vc", "credential": shop.issue(holder, &types) }))
            .into_response(),
    )
}

async fn credential_deferred() -> Refused {
    bad("invalid_token", "nothing was deferred")
}

fn wanted_types(request: &Value) -> Result<Vec<String>, Refused> {
    if request["format"] != "jwt_vc" {
        return Err(bad("invalid_request", "the format is not supported"));
    }
    let types: Vec<String> = serde_json::from_value(request["types"].clone())
        .map_err(|_| bad("invalid_request", "types must be strings"))?;
    let known = [
        "CTRevocable",
        "VerifiableAuthorisationToOnboard",
        "CTWalletCrossPreAuthorisedInTime",
        TYPE,
    ];
    let is_known =
        |name: &String| REQUIRED.contains(&name.as_str()) || known.contains(&name.as_str());
    if !REQUIRED
        .iter()
        .all(|name| types.iter().any(|wanted| wanted == name))
        || !types.iter().all(is_known)
    {
        return Err(bad("invalid_request", "the types are not known"));
    }
    if types
        .iter()
        .any(|name| name != TYPE && !REQUIRED.contains(&name.as_str()))
    {
        return Err(Refused(
            StatusCode::FORBIDDEN,
            "invalid_request",
            "the types are not authorised".into(),
        ));
    }
    Ok(types)
}

impl Shop {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, kid: &str, claims: &Value) -> String {
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, claims, &self.key).expect("the key signs")
    }

    /// The claims of one of our own tokens.
    fn verify(&self, token: &str) -> Option<Value> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.kid.as_deref() != Some(&self.kid) || header.typ.as_deref() != Some("JWT") {
            return None;
        }
        Some(
            jsonwebtoken::decode(token, &self.public, &validation(Algorithm::ES256))
                .ok()?
                .claims,
        )
    }

    fn check_proof(&self, jwt: &str, holder: &str, c_nonce: &str) -> Result<(), Refused> {
        let refuse = |why: &str| bad("invalid_or_missing_proof", why);
        let header: Value = jwt
            .split('.')
            .next()
            .and_then(|segment| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).ok()?).ok())
            .ok_or_else(|| refuse("the proof cannot be read"))?;
        let key = holder_key(holder).ok_or_else(|| refuse("the holder has no key"))?;
        let fragment = holder.strip_prefix("did:key:").unwrap_or_default();
        if header["typ"] != "openid4vci-proof+jwt"
            || header["kid"] != format!("{holder}#{fragment}")
            || !header["crit"].is_null()
        {
            return Err(refuse("the header is not that of a proof"));
        }
        let claims = proven(jwt, &key, header["alg"].as_str().unwrap_or_default())
            .ok_or_else(|| refuse("the signature does not verify"))?;
        let moment = |name: &str| match &claims[name] {
            Value::Null if claims.get(name).is_none() => Ok(None),
            Value::Number(number) => Ok(number.as_f64()),
            _ => Err(refuse("a time is no number")),
        };
        let now = now() as f64;
        if moment("exp")?.is_some_and(|exp| exp <= now)
            || moment("nbf")?.is_some_and(|nbf| nbf > now)
            || moment("iat")?.is_none()
        {
            return Err(refuse("the proof is not valid now"));
        }
        if claims["iss"] != holder || claims["aud"] != ISSUER || !claims["nonce"].is_string() {
            return Err(refuse("the proof is for something else"));
        }
        // The bug: a forgetful issuer takes any nonce.
        if !self.forgetful && claims["nonce"] != c_nonce {
            return Err(refuse("the nonce is not that of the token"));
        }
        Ok(())
    }

    fn issue(&self, holder: &str, types: &[String]) -> String {
        let (id, now) = (format!("urn:uuid:{}", Uuid::new_v4()), now());
        let date = |seconds: u64| {
            let moment = time::OffsetDateTime::from_unix_timestamp(seconds as i64)
                .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
            moment
                .format(&time::format_description::well_known::Rfc3339)
                .unwrap_or_default()
        };
        let mut ordered: Vec<&str> = types
            .iter()
            .map(String::as_str)
            .filter(|name| *name != REQUIRED[0])
            .collect();
        ordered.insert(0, REQUIRED[0]);
        let vc = json!({
            "@context": ["https://www.w3.org/2018/credentials/v1"], "id": id, "type": ordered, "issuer": DID,
            "issuanceDate": date(now), "issued": date(now), "validFrom": date(now), "expirationDate": date(now + 86400),
            "credentialSubject": { "id": holder },
            "credentialSchema": { "id": "https://issuer.example/schemas/z3MgUFUkb722uq4x3dv5yAJmnNmzDFeK5UC8x83QoeLJM", "type": "FullJsonSchemaValidator2021" },
            "termsOfUse": { "id": "https://issuer.example/terms", "type": "IssuanceCertificate" },
        });
        let claims = json!({ "jti": vc["id"], "sub": holder, "iss": DID, "nbf": now, "iat": now, "exp": now + 86400, "vc": vc });
        self.sign(&format!("{DID}#{}", self.kid), &claims)
    }
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.leeway = 0;
    rules.validate_aud = false;
    rules
}

/// The claims of a proof, if this key signed it with the algorithm that the header names.
fn proven(jwt: &str, key: &Value, algorithm: &str) -> Option<Value> {
    match (key["crv"].as_str().or(key["kty"].as_str())?, algorithm) {
        ("P-256", "ES256") | ("P-384", "ES384") | ("Ed25519", "EdDSA") | ("RSA", "RS256") => {
            let mut rules = validation(algorithm.parse().ok()?);
            rules.validate_exp = false;
            rules.required_spec_claims.clear();
            let key: Jwk = serde_json::from_value(key.clone()).ok()?;
            Some(
                jsonwebtoken::decode(jwt, &DecodingKey::from_jwk(&key).ok()?, &rules)
                    .ok()?
                    .claims,
            )
        }
        ("secp256k1", "ES256K") => {
            use k256::ecdsa::signature::Verifier as _;
            let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok();
            let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
            let (input, signature) = jwt.rsplit_once('.')?;
            let signature =
                k256::ecdsa::Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?)
                    .ok()?;
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            key.verify(input.as_bytes(), &signature).ok()?;
            let (_, payload) = input.split_once('.')?;
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
        }
        _ => None,
    }
}

/// The public key inside a did:key of method jwk_jcs-pub.
fn holder_key(did: &str) -> Option<Value> {
    let bytes = bs58::decode(did.strip_prefix("did:key:z")?)
        .into_vec()
        .ok()?;
    serde_json::from_slice(bytes.strip_prefix(&[0xd1, 0xd6, 0x03])?).ok()
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
