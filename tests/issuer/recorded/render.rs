//! From a recorded mutation to a request: the mutation language of the recording.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use vcispec::issuer::{DidDocument, DidResolver, Issuer, ManualClock, user_pin};

use super::Row;
use crate::issuer::support::{
    Holder, KeyKind, NOW, PRE_AUTHORISED, base64url, pre_authorised_code, sign_as_server,
    token_header, token_payload, types,
};
use crate::issuer::wallet::{
    Members, authorisation_request, authorise, id_token_header, id_token_payload, redirected,
};

/// One issuer with two holders, on which one row is replayed.
pub(crate) struct Session {
    issuer: Issuer,
    holder: Holder,
    other: Holder,
    c_nonce: String,
}

impl Session {
    pub(crate) fn new() -> Self {
        let issuer = Issuer::builder()
            .origin(ORIGIN)
            .clock(Arc::new(ManualClock::new(Duration::from_secs(NOW))))
            .did_resolver(Arc::new(Registry))
            .build()
            .expect("the builder is complete");
        Self {
            issuer,
            holder: Holder::new(1),
            other: Holder::new(2),
            c_nonce: Uuid::new_v4().to_string(),
        }
    }

    /// Sends what the row says; a row with a sequence is sent twice and the second answer returned.
    pub(crate) fn replay(mut self, row: &Row) -> (Response<Bytes>, Self) {
        let mutation: Map<String, Value> = {
            let text = Value::Object(row.mutation.clone())
                .to_string()
                .replace(RECORDED_DID, "$DID");
            serde_json::from_str(&text).expect("replacing a DID keeps JSON")
        };
        if let Some(alg) = mutation.get("key_alg").and_then(Value::as_str) {
            let kind = KeyKind::ALL
                .into_iter()
                .find(|kind| kind.alg() == alg)
                .expect("the algorithm is known");
            self.holder = Holder::of_kind(kind, 1);
        }
        let request = self.request(&row.name, &mutation);
        if mutation.contains_key("sequence") {
            self.issuer.handle(request.clone());
        }
        (self.issuer.handle(request), self)
    }

    /// Replaces live values by the names that the recording gives them.
    pub(crate) fn normalised(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (live, name) in [
            (self.issuer.issuer_url(), "{issuer}"),
            (self.issuer.auth_url(), "{as}"),
            (ORIGIN, "{origin}"),
            (ENCODED_ORIGIN, "{origin}"),
            (&self.holder.did, "{did}"),
            (&self.holder.fragment, "{frag}"),
            (&self.other.did, "{other-did}"),
            (&self.other.fragment, "{other-frag}"),
        ] {
            text = text.replace(live, name);
        }
        let mut words = Vec::new();
        for word in
            text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        {
            let bare =
                word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            let is_jwt = bare.starts_with("eyJ") && bare.split('.').count() == 3;
            // An encoded slash may stand before it.
            let uuid = bare
                .get(bare.len().saturating_sub(36)..)
                .filter(|tail| Uuid::try_parse(tail).is_ok());
            words.push(match uuid {
                _ if is_jwt => word.replace(bare, "{jwt}"),
                Some(uuid) => word.replace(uuid, "{uuid}"),
                None => word.to_owned(),
            });
        }
        words.concat()
    }

    fn request(&self, name: &str, mutation: &Map<String, Value>) -> Request<Bytes> {
        let text = |member: &str| mutation.get(member).and_then(Value::as_str);
        let types = mutation
            .get("types")
            .cloned()
            .unwrap_or_else(|| types(PRE_AUTHORISED));
        let token = self.token(mutation.get("token"), &types);
        let body = self.body(mutation, &types);
        let method = Method::from_bytes(text("method").unwrap_or("POST").as_bytes())
            .expect("a method is a token");
        let is_form = mutation.contains_key("form") || mutation.contains_key("id_token");
        let mut request = Request::builder()
            .method(method)
            .uri(self.target(text("target").expect("every row has a target"), &token))
            .body(self.bytes(name, mutation, &body))
            .expect("the request is well formed");
        let content_type = match mutation.get("content_type") {
            None if is_form => Some("application/x-www-form-urlencoded"),
            None => Some("application/json"),
            Some(given) => given.as_str(),
        };
        if let Some(content_type) = content_type {
            request
                .headers_mut()
                .insert(CONTENT_TYPE, value(content_type));
        }
        let authorization = match mutation.get("authorization") {
            None if is_form => None,
            None => Some("Bearer $TOKEN".to_owned()),
            Some(given) => given.as_str().map(str::to_owned),
        };
        if let Some(authorization) = authorization {
            // The recording shortens one long token.
            let long = format!("Bearer {}", "a".repeat(12_000));
            let authorization = if authorization.contains('…') {
                long
            } else {
                authorization.replace("$TOKEN", &token)
            };
            request
                .headers_mut()
                .insert(AUTHORIZATION, value(&authorization));
        }
        for pair in mutation
            .get("extra_headers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name: HeaderName = pair[0]
                .as_str()
                .and_then(|name| name.parse().ok())
                .expect("a name is a token");
            let text = pair[1]
                .as_str()
                .expect("a value is text")
                .replace("$TOKEN", &token);
            let text = text.strip_prefix("a×").map_or(text.clone(), |n| {
                "a".repeat(n.parse().expect("it is a number"))
            });
            request.headers_mut().append(name, value(&text));
        }
        request
    }

    fn target(&self, target: &str, token: &str) -> String {
        let target = target
            .replace("{jwt}", token)
            .replace("{did}", &self.holder.did)
            .replace("{uuid}", "0b1f3b2c-64a1-4a3e-9d2a-0c7f0b6b1d11")
            .replace("{origin}", ENCODED_ORIGIN)
            .replace("{issuer}", self.issuer.issuer_url());
        if target.starts_with('/') {
            format!("/conformance/v3{target}")
        } else {
            target
        }
    }

    fn token(&self, mutation: Option<&Value>, types: &Value) -> String {
        let header = token_header(&self.issuer);
        let payload = token_payload(&self.issuer, &self.holder.did, types, &self.c_nonce);
        self.jws(mutation, header, payload, |message| {
            sign_as_server(&self.issuer, message)
        })
    }

    fn proof(&self, mutation: Option<&Value>) -> String {
        let header = self.holder.proof_header();
        let payload = self.holder.proof_payload(&self.issuer, &self.c_nonce);
        self.jws(mutation, header, payload, |message| {
            self.holder.sign(message)
        })
    }

    /// Patches, signs, and then spoils a JWS.
    fn jws(
        &self,
        mutation: Option<&Value>,
        header: Value,
        payload: Value,
        sign: impl Fn(&[u8]) -> String,
    ) -> String {
        let none = Value::Null;
        let part = |name: &str| {
            mutation
                .and_then(|mutation| mutation.get(name))
                .unwrap_or(&none)
        };
        let (mut header, mut payload) = (header, payload);
        self.patch(&mut header, part("h"));
        self.patch(&mut payload, part("p"));
        let message = format!(
            "{}.{}",
            base64url(header.to_string()),
            base64url(payload.to_string())
        );
        let signature = match part("sig").as_str() {
            None => sign(message.as_bytes()),
            Some("flip-last-bit") => flip_last_bit(&sign(message.as_bytes())),
            Some("empty") => String::new(),
            Some("not-base64url") => "!!!!".to_owned(),
            Some("zero64") => base64url([0; 64]),
            Some("other-key") => self.other.sign(message.as_bytes()),
            Some("hmac-with-public-jwk") => hmac(&self.holder.public_jwk, message.as_bytes()),
            Some("missing-third-part") => return message,
            Some(other) => panic!("the signature operation {other} is unknown"),
        };
        self.patch(&mut header, part("tamper_h"));
        self.patch(&mut payload, part("tamper_p"));
        let (header, payload) = (
            base64url(header.to_string()),
            base64url(payload.to_string()),
        );
        match part("raw").as_str() {
            Some(raw) => raw
                .replace("$H", &header)
                .replace("$P", &payload)
                .replace("$S", &signature),
            None => format!("{header}.{payload}.{signature}"),
        }
    }

    fn body(&self, mutation: &Map<String, Value>, types: &Value) -> Value {
        let proof = json!({ "proof_type": "jwt", "jwt": self.proof(mutation.get("proof")) });
        let mut body = json!({ "types": types, "format": "jwt_vc", "proof": proof });
        self.patch(&mut body, mutation.get("body").unwrap_or(&Value::Null));
        body
    }

    fn bytes(&self, name: &str, mutation: &Map<String, Value>, body: &Value) -> Bytes {
        if name == "body-absent-json-ct"
            || mutation.get("content_type") == Some(&Value::Null)
                && !mutation.contains_key("raw_body")
        {
            return Bytes::new();
        }
        if let Some(form) = mutation.get("form").and_then(Value::as_str) {
            return self.form(name, form).into();
        }
        if let Some(id_token) = mutation.get("id_token") {
            return self.wallet_s_answer(id_token).into();
        }
        let text = body.to_string();
        if name.starts_with("json-invalid-utf8") {
            return [b"{\"x\":\"\xff\xfe\",", &text.as_bytes()[1..]]
                .concat()
                .into();
        }
        if name == "json-deep-nesting-10k" {
            return format!(
                "{{\"x\":{}{},{}",
                "[".repeat(10_000),
                "]".repeat(10_000),
                &text[1..]
            )
            .into();
        }
        if let Some(raw) = mutation.get("raw_body").and_then(Value::as_str) {
            let raw = raw
                .replace("$BODY", &text)
                .replace("$TYPES", &body["types"].to_string());
            return raw.replace("$PROOF", &body["proof"].to_string()).into();
        }
        let pad = mutation
            .get("pad")
            .and_then(Value::as_u64)
            .map_or(0, |size| usize::try_from(size).expect("it is small"));
        let spaces = " ".repeat(pad.saturating_sub(text.len()));
        (text + &spaces).into()
    }

    /// A form with a real pre-authorised code and the holder's PIN.
    fn form(&self, name: &str, form: &str) -> String {
        let mut code = pre_authorised_code(&self.issuer, &self.holder.did, PRE_AUTHORISED);
        if name == "token-pa-sig-flipped" {
            let (message, signature) = code.rsplit_once('.').expect("a code is a JWT");
            code = format!("{message}.{}", flip_last_bit(signature));
        }
        form.replace("{jwt}", &code).replace(
            "user_pin=8966",
            &format!("user_pin={}", user_pin(&self.holder.did)),
        )
    }

    /// The form with which the wallet ends an authorisation that was begun just now.
    fn wallet_s_answer(&self, mutation: &Value) -> String {
        let request = authorisation_request(&self.issuer, &self.holder, "CTWalletSameInTime");
        let asked = redirected(&authorise(&self.issuer, &request));
        let form = Members::of(&[("state", asked.get("state"))]);
        if mutation.get("none").is_some() {
            return form.encoded();
        }
        let header = id_token_header(&self.holder);
        let payload = id_token_payload(&self.issuer, &self.holder, asked.get("nonce"));
        let id_token = self.jws(Some(mutation), header, payload, |message| {
            self.holder.sign(message)
        });
        form.with("id_token", id_token).encoded()
    }

    /// A JSON merge patch in which `"$del"` removes, `"$null"` is null, and other names stand for live values.
    fn patch(&self, target: &mut Value, patch: &Value) {
        let Value::Object(patch) = patch else {
            if !patch.is_null() {
                *target = self.live(patch);
            }
            return;
        };
        if !target.is_object() {
            *target = json!({});
        }
        let members = target
            .as_object_mut()
            .expect("it has just been made an object");
        for (name, change) in patch {
            if change == "$del" {
                members.remove(name);
            } else {
                self.patch(members.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
    }

    fn live(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "$null" => Value::Null,
            Value::String(text) if text.starts_with("$NOW") => {
                let offset: i64 = text["$NOW".len()..].parse().unwrap_or(0);
                json!(i64::try_from(NOW).expect("it is small") + offset)
            }
            Value::String(text) => {
                let text = text
                    .replace("$ISSUER", self.issuer.issuer_url())
                    .replace("$AS", self.issuer.auth_url())
                    .replace("$OTHERDID", &self.other.did)
                    .replace("$OTHERFRAG", &self.other.fragment)
                    .replace("$DID", &self.holder.did)
                    .replace("$FRAG", &self.holder.fragment)
                    .replace("$CNONCE", &self.c_nonce);
                json!(text.replace("$TYPE", PRE_AUTHORISED))
            }
            Value::Array(items) => items.iter().map(|item| self.live(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| (name.clone(), self.live(member)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// The one DID that was registered when the answers were recorded.
struct Registry;

impl DidResolver for Registry {
    fn resolve(&self, did: &str) -> Option<DidDocument> {
        (did == "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E").then(|| {
            let method =
                json!({ "id": format!("{did}#known"), "publicKeyJwk": Holder::new(1).public_jwk });
            DidDocument::from_json(&json!({ "verificationMethod": [method] }))
        })
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).expect("the value is allowed")
}

fn flip_last_bit(signature: &str) -> String {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut bytes = engine.decode(signature).expect("a signature is base64url");
    *bytes.last_mut().expect("a signature is not empty") ^= 1;
    engine.encode(bytes)
}

fn hmac(jwk: &Value, message: &[u8]) -> String {
    let canonical = format!(
        r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
        jwk["crv"], jwk["kty"], jwk["x"], jwk["y"]
    );
    let key = jsonwebtoken::EncodingKey::from_secret(canonical.as_bytes());
    jsonwebtoken::crypto::sign(message, &key, jsonwebtoken::Algorithm::HS256)
        .expect("a secret signs")
}

/// Where the server listened when it was recorded; one recorded code names it.
const ORIGIN: &str = "http://127.0.0.1:3911";

/// The same inside a query.
const ENCODED_ORIGIN: &str = "http%3A%2F%2F127.0.0.1%3A3911";

/// The holder's DID when the answers were recorded; some mutations name it.
const RECORDED_DID: &str = "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbqWzrs79mKKQmcvXDfdApA9dCjLC31DkumGZ4oLngCsjnjmL8T9ssDHrWxENqgUuFRi2xixxidPmdsJmpZS7ERxnaYi6nPqhpM7jSh58VdrP23YbmnesYBK3KJhzMeDWFjS";
