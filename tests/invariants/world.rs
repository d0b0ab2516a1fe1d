//! Hand-made keys, documents and exchanges: what a conformant issuer says, to be bent by samples.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vcispec::case::{Effect, Endpoint, Entry, Grant, Mutation, Op, Stage};
use vcispec::clauses::ebsi_v3;
use vcispec::profile::{Answer, EBSI_V3};
use vcispec::transcript::{Allowed, Body, Context, Exchange, Expectation, Facts, Fault};

pub(crate) const ISSUER: &str = "https://issuer.example/v3/issuer-mock";
pub(crate) const SERVER: &str = "https://issuer.example/v3/auth-mock";
pub(crate) const ISSUER_DID: &str = "did:ebsi:zExampleIssuer";
pub(crate) const HOLDER: &str = "did:key:z2dmHolder";
pub(crate) const TYPE: &str = "CTWalletSamePreAuthorisedInTime";
pub(crate) const NOW: u64 = 1_750_000_000;
pub(crate) const ACCESS_TOKEN: &str = "opaque-access-token-1";
pub(crate) const ACCEPTANCE_TOKEN: &str = "opaque-acceptance-token-1";

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).expect("a scalar")
}

pub(crate) fn issuer_key() -> SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(7));
    KEY.clone()
}

pub(crate) fn server_key() -> SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(8));
    KEY.clone()
}

pub(crate) fn other_key() -> SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(9));
    KEY.clone()
}

pub(crate) fn jwk(key: &SigningKey) -> Value {
    // A point is costly to compute.
    static KNOWN: LazyLock<Mutex<HashMap<Vec<u8>, Value>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let jwk = known.entry(key.to_bytes().to_vec());
    jwk.or_insert_with(|| jwk_of(key)).clone()
}

fn jwk_of(key: &SigningKey) -> Value {
    let point = key.verifying_key().to_sec1_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| {
        URL_SAFE_NO_PAD.encode(bytes.expect("an uncompressed point"))
    };
    let mut jwk = json!({
        "kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y()),
    });
    let canonical = serde_jcs::to_string(&jwk).expect("JSON");
    jwk["kid"] = URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)).into();
    jwk["alg"] = "ES256".into();
    jwk
}

pub(crate) fn kid(key: &SigningKey) -> String {
    jwk(key)["kid"].as_str().expect("a string").to_owned()
}

pub(crate) fn jws(header: &Value, payload: &Value, key: &SigningKey) -> String {
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(payload.to_string())
    );
    let signature: Signature = key.sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// A credential, bent before it is signed.
pub(crate) fn credential(bend: impl FnOnce(&mut Value, &mut Value)) -> String {
    let id = "vc:ebsi:conformance#1";
    let mut header = json!({
        "typ": "JWT", "alg": "ES256", "kid": format!("{ISSUER_DID}#{}", kid(&issuer_key())),
    });
    let mut payload = json!({
        "jti": id, "sub": HOLDER, "iss": ISSUER_DID,
        "nbf": NOW, "iat": NOW, "exp": NOW + 86_400,
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "id": id,
            "type": ["VerifiableCredential", "VerifiableAttestation", TYPE],
            "issuer": ISSUER_DID,
            "issuanceDate": "2025-06-15T15:06:40Z",
            "issued": "2025-06-15T15:06:40Z",
            "validFrom": "2025-06-15T15:06:40Z",
            "expirationDate": "2025-06-16T15:06:40Z",
            "credentialSubject": { "id": HOLDER },
            "credentialSchema": { "id": "https://schemas.example/1", "type": "FullJsonSchemaValidator2021" },
            "termsOfUse": { "id": "https://terms.example/1", "type": "IssuanceCertificate" },
        },
    });
    bend(&mut header, &mut payload);
    jws(&header, &payload, &issuer_key())
}

pub(crate) fn issuer_metadata() -> Value {
    json!({
        "credential_issuer": ISSUER,
        "authorization_server": SERVER,
        "credential_endpoint": format!("{ISSUER}/credential"),
        "deferred_credential_endpoint": format!("{ISSUER}/credential_deferred"),
        "credentials_supported": [{
            "format": "jwt_vc",
            "types": ["VerifiableCredential", "VerifiableAttestation", TYPE],
            "trust_framework": { "name": "ebsi", "type": "Accreditation", "uri": "TIR link" },
            "display": [{ "name": "A credential", "locale": "en-GB" }],
        }],
    })
}

pub(crate) fn auth_metadata() -> Value {
    json!({
        "issuer": SERVER,
        "token_endpoint": format!("{SERVER}/token"),
        "jwks_uri": format!("{SERVER}/jwks"),
        "grant_types_supported": ["authorization_code"],
    })
}

pub(crate) fn context() -> Context {
    Context {
        issuer: ISSUER.into(),
        auth_server: SERVER.into(),
        issuer_metadata: issuer_metadata(),
        auth_metadata: auth_metadata(),
        issuer_jwks: json!({ "keys": [jwk(&issuer_key())] }),
        auth_jwks: json!({ "keys": [jwk(&server_key())] }),
        credential_endpoint: format!("{ISSUER}/credential"),
        deferred_endpoint: Some(format!("{ISSUER}/credential_deferred")),
        token_endpoint: format!("{SERVER}/token"),
        deferred_delay: 5,
        authorization_endpoint: Some(format!("{SERVER}/authorize")),
    }
}

pub(crate) fn facts() -> Facts {
    Facts {
        holder: HOLDER.into(),
        client_id: HOLDER.into(),
        c_nonce: Some("c-nonce-of-the-session".into()),
        requested_types: EBSI_V3.types_of(TYPE),
        requested_format: "jwt_vc".into(),
        deferred: false,
        pin: None,
        grant: Grant::PreAuthorized,
        asked_otherwise: false,
        client_state: None,
        secrets: vec![(ACCESS_TOKEN.into(), "access-token")],
        public: vec![(HOLDER.into(), "did")],
    }
}

/// An answer with these headers.
pub(crate) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).expect("a response")
}

/// An answer in JSON that caches must not store.
pub(crate) fn json_answer(status: u16, body: &Value) -> Response<Bytes> {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-store"),
        ("pragma", "no-cache"),
    ];
    answer(status, &headers, body.to_string())
}

pub(crate) fn problem(status: u16, body: &Value) -> Response<Bytes> {
    answer(
        status,
        &[("content-type", "application/problem+json")],
        body.to_string(),
    )
}

pub(crate) fn error(status: u16, code: &str) -> Response<Bytes> {
    json_answer(
        status,
        &json!({ "error": code, "error_description": "A sentence." }),
    )
}

/// An exchange whose request is to be accepted.
pub(crate) fn exchange(endpoint: Endpoint, answer: Response<Bytes>) -> Exchange {
    let (method, uri, body) = match endpoint {
        Endpoint::IssuerMetadata => (
            "GET",
            format!("{ISSUER}/.well-known/openid-credential-issuer"),
            "",
        ),
        Endpoint::IssuerJwks => ("GET", format!("{ISSUER}/jwks"), ""),
        Endpoint::AuthMetadata => (
            "GET",
            format!("{SERVER}/.well-known/openid-configuration"),
            "",
        ),
        Endpoint::AuthJwks => ("GET", format!("{SERVER}/jwks"), ""),
        Endpoint::InitiateOffer => ("GET", format!("{ISSUER}/initiate-credential-offer"), ""),
        Endpoint::Offer => ("GET", format!("{ISSUER}/offers/1"), ""),
        Endpoint::Authorize => (
            "GET",
            format!("{SERVER}/authorize?redirect_uri=openid%3A&state=of-the-client"),
            "",
        ),
        Endpoint::RequestUri => ("GET", format!("{SERVER}/request_uri/1"), ""),
        Endpoint::DirectPost => (
            "POST",
            format!("{SERVER}/direct_post"),
            "state=of-the-server",
        ),
        Endpoint::Token => ("POST", format!("{SERVER}/token"), "grant_type=x"),
        Endpoint::Credential => (
            "POST",
            format!("{ISSUER}/credential"),
            r#"{"format":"jwt_vc"}"#,
        ),
        Endpoint::Deferred => ("POST", format!("{ISSUER}/credential_deferred"), ""),
    };
    let mut request = Request::builder().method(method).uri(uri);
    match endpoint {
        Endpoint::Credential => {
            request = request.header("authorization", format!("Bearer {ACCESS_TOKEN}"));
        }
        Endpoint::Deferred => {
            request = request.header("authorization", format!("Bearer {ACCEPTANCE_TOKEN}"));
        }
        _ => {}
    }
    let request = request
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a request");
    let mut exchange = Exchange::new(endpoint, request, Ok(answer));
    exchange.step = Some(0);
    exchange.sent_at = Duration::from_secs(NOW);
    exchange.received_at = Duration::from_secs(NOW);
    exchange.facts = facts();
    let allowed = match endpoint {
        Endpoint::Credential | Endpoint::Deferred => Allowed::new(&[200], Body::Credential),
        Endpoint::InitiateOffer => Allowed::new(&[200, 302, 303], Body::Success),
        Endpoint::Offer => Allowed::new(&[200, 201], Body::Success),
        Endpoint::Authorize => Allowed::new(&[302], Body::Redirect(&["request_uri", "nonce"])),
        Endpoint::DirectPost => Allowed::new(&[302], Body::Redirect(&["code"])),
        Endpoint::RequestUri => Allowed::new(&[200], Body::RequestObject),
        _ => Allowed::new(&[200], Body::Success),
    };
    exchange.expectation.allowed = vec![allowed];
    exchange
}

/// A credential in time, with this value as the credential.
pub(crate) fn issuance(credential: impl Into<Value>) -> Exchange {
    let body = json!({ "format": "jwt_vc", "credential": credential.into() });
    exchange(Endpoint::Credential, json_answer(200, &body))
}

/// A credential in time as it should be.
pub(crate) fn honest() -> Exchange {
    issuance(credential(|_, _| {}))
}

/// An acceptance token.
pub(crate) fn promise() -> Exchange {
    let body = json!({ "acceptance_token": ACCEPTANCE_TOKEN });
    let mut exchange = exchange(Endpoint::Credential, json_answer(200, &body));
    exchange.facts.deferred = true;
    exchange.expectation.allowed = vec![Allowed::new(&[200], Body::AcceptanceToken)];
    exchange
}

/// A deferred credential that is fetched.
pub(crate) fn fetch(credential: impl Into<Value>) -> Exchange {
    let body = json!({ "format": "jwt_vc", "credential": credential.into() });
    let mut exchange = exchange(Endpoint::Deferred, json_answer(200, &body));
    exchange.facts.deferred = true;
    exchange
}

pub(crate) fn access_token(bend: impl FnOnce(&mut Value)) -> String {
    let mut payload = json!({
        "iss": SERVER, "aud": [ISSUER], "sub": HOLDER, "iat": NOW, "exp": NOW + 86_400,
        "nonce": "n", "claims": { "c_nonce": "fresh-c-nonce", "client_id": HOLDER },
    });
    bend(&mut payload);
    jws(
        &json!({ "typ": "JWT", "alg": "ES256", "kid": kid(&server_key()) }),
        &payload,
        &server_key(),
    )
}

pub(crate) fn token_response(access_token: &str) -> Value {
    json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 86_400,
        "c_nonce": "fresh-c-nonce", "c_nonce_expires_in": 86_400,
    })
}

pub(crate) fn token(body: &Value) -> Exchange {
    exchange(Endpoint::Token, json_answer(200, body))
}

pub(crate) fn grant(bend: impl FnOnce(&mut Value), key: &SigningKey) -> String {
    let mut payload = json!({
        "iss": ISSUER, "aud": SERVER, "client_id": HOLDER, "sub": HOLDER,
        "iat": NOW, "exp": NOW + 300,
    });
    bend(&mut payload);
    jws(
        &json!({ "typ": "JWT", "alg": "ES256", "kid": kid(&issuer_key()) }),
        &payload,
        key,
    )
}

pub(crate) fn offer_of(grant: &str) -> Value {
    json!({
        "credential_issuer": ISSUER,
        "credentials": [{
            "format": "jwt_vc",
            "types": ["VerifiableCredential", "VerifiableAttestation", TYPE],
            "trust_framework": { "name": "ebsi", "type": "Accreditation", "uri": "TIR link" },
        }],
        "grants": { "urn:ietf:params:oauth:grant-type:pre-authorized_code": {
            "pre-authorized_code": grant, "user_pin_required": true,
        }},
    })
}

pub(crate) fn offer(body: &Value) -> Exchange {
    exchange(Endpoint::Offer, json_answer(200, body))
}

pub(crate) fn jwks(body: &Value) -> Exchange {
    let headers = [("content-type", "application/jwk-set+json")];
    exchange(
        Endpoint::IssuerJwks,
        answer(200, &headers, body.to_string()),
    )
}

/// A redirection to this URI.
pub(crate) fn redirection(uri: &str) -> Response<Bytes> {
    answer(302, &[("location", uri)], "")
}

/// The server's request for an ID token, bent, as the query of a redirection.
pub(crate) fn server_request(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut query = json!({
        "client_id": SERVER, "redirect_uri": format!("{SERVER}/direct_post"),
        "response_type": "id_token", "response_mode": "direct_post", "scope": "openid",
        "state": "of-the-server", "nonce": "nonce-of-the-server",
    });
    bend(&mut query);
    let pairs = query.as_object().expect("an object").iter();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.filter_map(|(name, value)| Some((name, value.as_str()?))))
        .finish();
    let mut exchange = exchange(
        Endpoint::Authorize,
        redirection(&format!("openid://?{query}")),
    );
    exchange.facts.grant = Grant::IdToken;
    exchange
}

/// The server's request object, bent, signed with this key.
pub(crate) fn request_object(bend: impl FnOnce(&mut Value), key: &SigningKey) -> String {
    let mut payload = json!({
        "iss": SERVER, "aud": HOLDER, "client_id": SERVER,
        "redirect_uri": format!("{SERVER}/direct_post"), "response_type": "id_token",
        "response_mode": "direct_post", "scope": "openid",
        "state": "of-the-server", "nonce": "nonce-of-the-server",
    });
    bend(&mut payload);
    jws(
        &json!({ "typ": "JWT", "alg": "ES256", "kid": kid(&server_key()) }),
        &payload,
        key,
    )
}

/// A mutation outside the catalogue.
pub(crate) fn mutation(id: &str, endpoint: Endpoint, effect: Effect, ops: Vec<Op>) -> Mutation {
    let entry: &'static Entry = Box::leak(Box::new(Entry {
        id: id.into(),
        doc: "A change.".into(),
        endpoint,
        effect,
        stage: None,
        reference_accepts: false,
        clause: ebsi_v3::UNKNOWN_MEMBERS,
        needs: Vec::new(),
        grants: &[],
        latitude: Vec::new(),
        ops,
        expansion: false,
    }));
    Mutation::from(entry)
}

/// A fault at a stage.
pub(crate) fn fault(stage: Stage, mutation: Option<Mutation>) -> Fault {
    let rule = EBSI_V3
        .stages
        .iter()
        .find(|rule| rule.stage == stage)
        .expect("a stage of the profile");
    Fault {
        stage,
        label: rule.label,
        clause: rule.clause,
        mutation,
    }
}

/// The expectation of a request with these faults: refused as the first is.
pub(crate) fn refused_for(faults: Vec<Fault>) -> Expectation {
    let rule = EBSI_V3
        .stages
        .iter()
        .find(|rule| rule.stage == faults[0].stage)
        .expect("a stage of the profile");
    let body = match rule.answer {
        Answer::OAuth(codes) => Body::OAuthError(codes.to_vec()),
        Answer::Problem => Body::Problem,
        Answer::Redirect(codes) => Body::RedirectError(codes.to_vec()),
        Answer::Http => Body::NoCredential,
    };
    Expectation {
        faults,
        allowed: vec![Allowed::new(rule.statuses, body)],
        either: false,
    }
}

/// An exchange whose request has a fault at this stage.
pub(crate) fn faulty(
    stage: Stage,
    mutation: Option<Mutation>,
    endpoint: Endpoint,
    answer: Response<Bytes>,
) -> Exchange {
    let mut exchange = exchange(endpoint, answer);
    exchange.mutations = mutation.into_iter().collect();
    exchange.expectation = refused_for(vec![fault(stage, mutation)]);
    exchange
}

/// A later session, or a later request: another credential identifier.
pub(crate) fn another_credential() -> String {
    credential(|_, payload| {
        payload["jti"] = "vc:ebsi:conformance#2".into();
        payload["vc"]["id"] = "vc:ebsi:conformance#2".into();
    })
}
