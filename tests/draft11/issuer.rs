//! A small issuer of draft 11, or of draft 13, that shares nothing with the reference issuer: what its authors believe the draft
//! to say, with deviations to switch on. Some are bugs, and some are other readings of the draft.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use vcispec::engine::Offers;
use vcispec::wallet::Offered;

use super::login::Login;

pub(super) const ISSUER: &str = "https://issuer.example/tenant";
const TYPES: [&str; 2] = ["Degree", "Card"];
const PIN: &str = "4711";

/// How an issuer departs from the plain one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Plain,
    /// Draft 13: `credential_definition`, no `format` in the answer, `tx_code`, codes of its own.
    Draft13,
    /// A refused proof ends the session.
    EndsSessions,
    /// Its metadata is where RFC 8414 would have it, and names the token endpoint itself.
    MetadataInserted,
    /// It refuses a token with a page for people.
    RefusesTokensWithHtml,
    /// A token yields one credential.
    TokensOnce,
    /// A nonce is good once, and a refusal alone tells the next.
    NoncesInRefusals,
    /// It wants no nonce, and tells none.
    NoNonces,
    /// Whoever redeems a code again ends what came of it.
    RevokesTokens,
    /// It knows nothing of PKCE, and does not say that it does.
    NoPkce,
    /// A bug: it does not look at the verifier.
    IgnoresVerifier,
    /// A bug: it does not look at the redirect URI of a token request.
    IgnoresRedirectUri,
    /// A bug: it does not look at the client of a token request.
    IgnoresClient,
    /// A bug: it does not look at the access token.
    IgnoresTokens,
    /// A bug: it does not look at the types.
    IgnoresTypes,
    /// A bug: a code is good again and again.
    CodesReusable,
    /// A bug: each client error is a server error.
    AlwaysBlamesItself,
    /// A bug: it does not look at the audience.
    IgnoresAudience,
}

#[derive(Default)]
pub(super) struct State {
    made: u64,
    /// How many token requests there were.
    token_requests: u64,
    /// What authorization codes were given for.
    pub(super) logins: HashMap<String, Login>,
    /// The access tokens of codes that were redeemed.
    pub(super) redeemed: HashMap<String, String>,
    /// The last authorization request.
    pub(super) asked: String,
    /// The type and the PIN that go with a code.
    codes: HashMap<String, String>,
    /// The type and the nonce that go with a token.
    pub(super) tokens: HashMap<String, (String, String)>,
}

#[derive(Clone)]
pub(super) struct Issuer {
    pub(super) way: Way,
    issuer: String,
    state: Arc<Mutex<State>>,
}

/// Why a request is refused: status and code, and the nonce that a proof is to hold.
pub(super) struct Refusal(u16, &'static str, Option<String>);

impl From<(u16, &'static str)> for Refusal {
    fn from((status, code): (u16, &'static str)) -> Self {
        Self(status, code, None)
    }
}

impl Issuer {
    pub(super) fn new(way: Way) -> Self {
        Self::at_url(way, ISSUER)
    }

    /// An issuer with this identifier, whose path is `/tenant`.
    pub(super) fn at_url(way: Way, issuer: &str) -> Self {
        Self {
            way,
            issuer: issuer.to_owned(),
            state: Arc::default(),
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token response for this type, as somebody else would have got it. Whoever ends sessions with a refusal tells the nonce
    /// there; from others it can be learnt.
    pub(super) fn token_response_for(&self, credential_type: &str) -> String {
        let (token, nonce) = (self.fresh("token"), self.fresh("nonce"));
        let session = (credential_type.to_owned(), nonce.clone());
        self.state().tokens.insert(token.clone(), session);
        match self.way {
            Way::EndsSessions => json!({ "access_token": token, "c_nonce": nonce }).to_string(),
            _ => token,
        }
    }

    /// How many token requests there were.
    pub(super) fn token_requests(&self) -> u64 {
        self.state().token_requests
    }

    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let inserted = self.way == Way::MetadataInserted;
        match (request.method().as_str(), request.uri().path()) {
            ("GET", "/tenant/.well-known/openid-credential-issuer") if !inserted => {
                json_answer(200, &self.metadata())
            }
            ("GET", "/.well-known/openid-credential-issuer/tenant") if inserted => {
                json_answer(200, &self.metadata())
            }
            ("GET", "/tenant/.well-known/oauth-authorization-server") if !inserted => {
                json_answer(200, &self.auth_metadata())
            }
            ("POST", "/tenant/token") => self.or_refuse(self.token(request.body())),
            ("POST", "/tenant/credential") => self.or_refuse(self.credential(request)),
            _ => html(404),
        }
    }

    fn or_refuse(&self, answer: Result<Value, Refusal>) -> Response<Bytes> {
        match answer {
            Ok(json) => json_answer(200, &json),
            Err(_) if self.way == Way::AlwaysBlamesItself => html(500),
            Err(Refusal(401, ..)) if self.way == Way::RefusesTokensWithHtml => html(401),
            Err(Refusal(status, code, None)) => json_answer(status, &json!({ "error": code })),
            Err(Refusal(status, code, Some(nonce))) => {
                json_answer(status, &json!({ "error": code, "c_nonce": nonce }))
            }
        }
    }

    fn auth_metadata(&self) -> Value {
        let mut metadata = json!({
            "issuer": self.issuer,
            "token_endpoint": self.at("token"),
            "authorization_endpoint": self.at("authorize"),
        });
        if self.way != Way::NoPkce {
            metadata["code_challenge_methods_supported"] = json!(["S256"]);
        }
        metadata
    }

    fn metadata(&self) -> Value {
        let entry = |name: &&str| match self.way {
            Way::Draft13 => {
                json!({"format": "jwt_vc_json", "credential_definition": {"type": ["VerifiableCredential", name]}})
            }
            _ => {
                json!({"format": "jwt_vc_json", "id": name, "types": ["VerifiableCredential", name]})
            }
        };
        let mut metadata = json!({
            "credential_issuer": self.issuer,
            "credential_endpoint": self.at("credential"),
        });
        match self.way {
            Way::Draft13 => {
                metadata["credential_configurations_supported"] = TYPES
                    .iter()
                    .map(|name| ((*name).to_owned(), entry(name)))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
            }
            _ => metadata["credentials_supported"] = TYPES.iter().map(entry).collect(),
        }
        if self.way == Way::MetadataInserted {
            metadata["token_endpoint"] = self.at("token").into();
        }
        metadata
    }

    pub(super) fn fresh(&self, what: &str) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.made += 1;
        // No value is another with one digit changed.
        let mut hasher = DefaultHasher::new();
        (what, state.made).hash(&mut hasher);
        format!("{what}-Of-This-Issuer-{:016x}", hasher.finish())
    }

    fn offer(&self, credential_type: &str) -> Offered {
        let code = self.fresh("code");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.codes.insert(code.clone(), credential_type.to_owned());
        let (credentials, pin) = match self.way {
            Way::Draft13 => (
                json!({"credential_configuration_ids": [credential_type]}),
                json!({"pre-authorized_code": code, "tx_code": {}}),
            ),
            _ => (
                json!({"credentials": [credential_type]}),
                json!({"pre-authorized_code": code, "user_pin_required": true}),
            ),
        };
        let mut offer = credentials;
        offer["credential_issuer"] = self.issuer.as_str().into();
        offer["grants"] = json!({"urn:ietf:params:oauth:grant-type:pre-authorized_code": pin});
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("credential_offer", &offer.to_string())
            .finish();
        Offered {
            uri: format!("openid-credential-offer://?{query}"),
            pin: Some(PIN.to_owned()),
        }
    }

    fn token(&self, body: &[u8]) -> Result<Value, Refusal> {
        self.state().token_requests += 1;
        let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let get = |name: &str| form.get(name).map(String::as_str);
        if get("grant_type") == Some("authorization_code") {
            return self.redeem(&form);
        }
        if get("grant_type").ok_or((400, "invalid_request"))?
            != "urn:ietf:params:oauth:grant-type:pre-authorized_code"
        {
            return Err((400, "unsupported_grant_type").into());
        }
        let code = get("pre-authorized_code").ok_or((400, "invalid_request"))?;
        let name = match self.way {
            Way::Draft13 => "tx_code",
            _ => "user_pin",
        };
        if get(name).ok_or((400, "invalid_request"))? != PIN {
            return Err((400, "invalid_grant").into());
        }
        let (token, nonce) = (self.fresh("token"), self.fresh("nonce"));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match self.way {
            Way::CodesReusable => state.codes.get(code).cloned(),
            _ => state.codes.remove(code),
        };
        let credential_type = found.ok_or((400, "invalid_grant"))?;
        state
            .tokens
            .insert(token.clone(), (credential_type, nonce.clone()));
        Ok(
            json!({"access_token": token, "token_type": "bearer", "c_nonce": nonce, "c_nonce_expires_in": 300}),
        )
    }

    fn credential(&self, request: &Request<Bytes>) -> Result<Value, Refusal> {
        let bearer = request.headers().get("authorization");
        let bearer = bearer.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let body: Result<Value, Refusal> =
            serde_json::from_slice(request.body()).map_err(|_| (400, "invalid_request").into());
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known =
            bearer.and_then(|token| Some((token.to_owned(), state.tokens.get(token)?.clone())));
        let session = match (known, self.way) {
            (Some(session), _) => session,
            // The nonce of the proof says which session it is.
            (None, Way::IgnoresTokens) => {
                let nonce = body
                    .as_ref()
                    .ok()
                    .and_then(nonce_of)
                    .ok_or((401, "invalid_token"))?;
                let mut tokens = state.tokens.iter();
                let found = tokens.find(|(_, (_, known))| *known == nonce);
                let (token, session) = found.ok_or((401, "invalid_token"))?;
                (token.clone(), session.clone())
            }
            (None, _) => return Err((401, "invalid_token").into()),
        };
        drop(state);
        self.issue(&body?, session)
    }

    fn issue(&self, body: &Value, session: (String, (String, String))) -> Result<Value, Refusal> {
        let (token, (credential_type, nonce)) = session;
        if body.get("format").and_then(Value::as_str) != Some("jwt_vc_json") {
            return Err((400, "unsupported_credential_format").into());
        }
        let wanted = json!(["VerifiableCredential", credential_type]);
        let types = match self.way {
            Way::Draft13 => body.pointer("/credential_definition/type"),
            _ => body.get("types"),
        };
        let is_part = |types: &Value| {
            let items = types.as_array().filter(|items| !items.is_empty());
            items.is_some_and(|items| {
                items
                    .iter()
                    .all(|item| wanted.as_array().is_some_and(|all| all.contains(item)))
                    && items.contains(&json!(credential_type))
            })
        };
        if self.way != Way::IgnoresTypes && !types.is_some_and(is_part) {
            return Err((400, "unsupported_credential_type").into());
        }
        let code = match self.way {
            Way::Draft13 => "invalid_proof",
            _ => "invalid_or_missing_proof",
        };
        let holder = self.holder(body, &nonce);
        let next = self.fresh("nonce");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = match self.way {
            Way::EndsSessions => holder.is_none(),
            Way::TokensOnce => holder.is_some(),
            _ => false,
        };
        if ends {
            state.tokens.remove(&token);
        } else if holder.is_some() {
            state
                .tokens
                .insert(token, (credential_type.clone(), next.clone()));
        }
        drop(state);
        let told = (self.way != Way::NoNonces).then_some(nonce);
        let holder = holder.ok_or(Refusal(400, code, told))?;
        let claims =
            json!({"sub": holder, "vc": {"type": ["VerifiableCredential", credential_type]}});
        let segment = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        // Nobody looks at the signature: the draft says nothing of the issuer's keys.
        let credential = format!(
            "{}.{}.c2ln",
            segment(&json!({"alg": "ES256"})),
            segment(&claims)
        );
        let mut answer = json!({ "credential": credential });
        if !matches!(self.way, Way::NoNonces | Way::NoncesInRefusals) {
            answer["c_nonce"] = next.into();
            answer["c_nonce_expires_in"] = 300.into();
        }
        if self.way != Way::Draft13 {
            answer["format"] = "jwt_vc_json".into();
        }
        Ok(answer)
    }

    /// Who signed the proof, if it is one.
    fn holder(&self, body: &Value, nonce: &str) -> Option<String> {
        let proof = body.get("proof")?;
        if proof.get("proof_type")?.as_str()? != "jwt" {
            return None;
        }
        let jwt = proof.get("jwt")?.as_str()?;
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').next()?).ok()?).ok()?;
        let is_proof = header.get("typ")?.as_str()? == "openid4vci-proof+jwt"
            && header.get("crit").is_none()
            && header.get("alg")?.as_str()? == "ES256"
            && header.get("jwk").is_none();
        let (did, fragment) = header.get("kid")?.as_str()?.split_once('#')?;
        if !is_proof || fragment != "0" {
            return None;
        }
        let jwk = URL_SAFE_NO_PAD.decode(did.strip_prefix("did:jwk:")?).ok()?;
        let jwk: Value = serde_json::from_slice(&jwk).ok()?;
        let key = DecodingKey::from_ec_components(jwk.get("x")?.as_str()?, jwk.get("y")?.as_str()?);
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode::<Value>(jwt, &key.ok()?, &validation)
            .ok()?
            .claims;
        let now = jsonwebtoken::get_current_timestamp();
        let date = |name: &str| match claims.get(name) {
            None => Some(None),
            Some(value) => value.as_f64().map(Some),
        };
        let now = now as f64;
        let holds =
            date("exp")?.is_none_or(|exp| exp > now) && date("nbf")?.is_none_or(|nbf| nbf <= now);
        let audience = claims.get("aud")?;
        let is_for_us = self.way == Way::IgnoresAudience || audience == &json!(self.issuer);
        let has_nonce = match self.way {
            Way::NoNonces => true,
            _ => claims.get("nonce")?.as_str()? == nonce,
        };
        let has_all = claims.get("iat")?.is_number() && has_nonce;
        (holds && is_for_us && has_all).then(|| did.to_owned())
    }
}

/// The nonce that a proof claims.
fn nonce_of(body: &Value) -> Option<String> {
    let jwt = body.pointer("/proof/jwt")?.as_str()?;
    let payload = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    Some(claims.get("nonce")?.as_str()?.to_owned())
}

impl Offers for Issuer {
    fn fetch(
        &self,
        _holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<Offered, String>> {
        async move { Ok(self.offer(&credential_type)) }.boxed()
    }
}

fn json_answer(status: u16, json: &Value) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
        .body(json.to_string().into())
        .expect("an answer")
}

fn html(status: u16) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "text/html")
        .body("<p>no</p>".into())
        .expect("an answer")
}
