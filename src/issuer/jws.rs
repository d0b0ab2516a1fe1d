//! Compact JWS (RFC 7515 §7.1) and the rules of JWTs that any verifier enforces (RFC 7519 §4.1.4, §4.1.5).
//!
//! Decoding and verifying are separate, because the validation looks at a token's claims long before its signature.

use serde::Serialize;
use serde_json::{Map, Value};

use super::base64url::{self, Strictness};
use super::json::{self, Duplicates};
use super::keys::SigningKey;
use super::public_key::{Algorithm, PublicKey};
use super::signatures::{LibrarySignatures, Signatures, SigningError};

/// The segments of a text that claims to be a compact JWS, and what has been decoded of it.
#[derive(Debug, Default)]
pub(crate) struct Jws {
    text: String,
    /// Empty until [`Self::decode_header`] succeeds.
    pub(crate) header: Map<String, Value>,
    /// Empty until [`Self::decode_payload`] succeeds.
    pub(crate) payload: Map<String, Value>,
    is_lenient: bool,
    /// Whether what is read over is not held against the text.
    is_forgiven: bool,
}

impl Jws {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Lets pass what a lenient reader makes of the text.
    pub(crate) fn read_leniently(&mut self, is_forgiven: bool) {
        self.is_forgiven = is_forgiven;
    }

    /// Decodes the header of a JWS of three parts, or of a JWE of five: its payload will be found to be missing.
    pub(crate) fn decode_header(&mut self) -> Option<()> {
        let parts = self.text.split('.').count();
        let encoded = self
            .text
            .split('.')
            .next()
            .filter(|_| parts == 3 || parts == 5)?;
        let (header, strictness) = object(encoded)?;
        self.header = header;
        self.is_lenient |= strictness == Strictness::Lenient;
        Some(())
    }

    /// Decodes the payload of a JWS of three parts.
    pub(crate) fn decode_payload(&mut self) -> Option<()> {
        let (_, encoded, _) = self.segments()?;
        let (payload, strictness) = object(encoded)?;
        self.payload = payload;
        self.is_lenient |= strictness == Strictness::Lenient;
        Some(())
    }

    /// A header parameter that is a string, or the empty one.
    pub(crate) fn header_text(&self, name: &str) -> &str {
        text(&self.header, name)
    }

    /// A claim that is a string, or the empty one.
    pub(crate) fn claim_text(&self, name: &str) -> &str {
        text(&self.payload, name)
    }

    /// Verifies the JWS as a JWT at `now` (seconds since the Unix epoch): critical headers, algorithm, signature, then times.
    ///
    /// # Errors
    /// The first rule that is broken, in the words of the library that EBSI's server uses.
    pub(crate) fn verify(
        &self,
        key: &PublicKey,
        signatures: &dyn Signatures,
        now: u64,
    ) -> Result<(), String> {
        self.check_critical_headers()?;
        let name = self
            .header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let algorithm = Algorithm::from_name(name).ok_or_else(|| unsupported(name))?;
        algorithm.fits(key.kind())?;
        self.check_signature(|message, signature| {
            signatures.verify(algorithm, key, message, signature)
        })?;
        self.check_times(now)
    }

    /// Verifies `crit` (RFC 7515 §4.1.11). `b64` is the one extension that is understood.
    pub(crate) fn check_critical_headers(&self) -> Result<(), String> {
        let Some(critical) = self.header.get("crit") else {
            return Ok(());
        };
        let names: Option<Vec<&str>> = critical
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect());
        let names = names.unwrap_or_default();
        if names.is_empty()
            || names.contains(&"")
            || critical
                .as_array()
                .is_none_or(|all| all.len() != names.len())
        {
            return Err("\"crit\" (Critical) Header Parameter MUST be an array of non-empty strings when present".to_owned());
        }
        for name in names {
            if name != "b64" {
                return Err(format!(
                    "Extension Header Parameter \"{name}\" is not recognized"
                ));
            }
        }
        // An unencoded payload (RFC 7797 §7) is not for JWTs.
        match self.header.get("b64") {
            None => Err("Extension Header Parameter \"b64\" is missing".to_owned()),
            Some(Value::Bool(true)) => Ok(()),
            Some(Value::Bool(false)) => Err("JWTs MUST NOT use unencoded payload".to_owned()),
            Some(_) => Err(
                "The \"b64\" (base64url-encode payload) Header Parameter must be a boolean"
                    .to_owned(),
            ),
        }
    }

    /// Runs `verify` on the bytes that were signed and the signature, both exactly as sent.
    pub(crate) fn check_signature(
        &self,
        verify: impl FnOnce(&[u8], &str) -> bool,
    ) -> Result<(), String> {
        let failed = || "signature verification failed".to_owned();
        let (_, _, signature) = self
            .segments()
            .filter(|_| !self.is_lenient || self.is_forgiven)
            .ok_or_else(failed)?;
        let message = self
            .text
            .get(..self.text.len() - signature.len() - 1)
            .ok_or_else(failed)?;
        let rewritten = self
            .is_forgiven
            .then(|| base64url::encode(base64url::decode_lenient(signature)));
        if verify(
            message.as_bytes(),
            rewritten.as_deref().unwrap_or(signature),
        ) {
            Ok(())
        } else {
            Err(failed())
        }
    }

    /// Verifies `nbf` and `exp`, where present.
    pub(crate) fn check_times(&self, now: u64) -> Result<(), String> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact until the year 285 million"
        )]
        let now = now as f64;
        if self.time("nbf")?.is_some_and(|not_before| not_before > now) {
            return Err("\"nbf\" claim timestamp check failed".to_owned());
        }
        if self.time("exp")?.is_some_and(|expires| expires <= now) {
            return Err("\"exp\" claim timestamp check failed".to_owned());
        }
        Ok(())
    }

    fn time(&self, name: &str) -> Result<Option<f64>, String> {
        match self.payload.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_f64()
                .map(Some)
                .ok_or_else(|| format!("\"{name}\" claim must be a number")),
        }
    }

    fn segments(&self) -> Option<(&str, &str, &str)> {
        let mut parts = self.text.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(payload), Some(signature), None) => {
                Some((header, payload, signature))
            }
            _ => None,
        }
    }

    /// The whole, as it was sent.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The signature as it was sent.
    pub(crate) fn signature(&self) -> &str {
        self.segments().map_or("", |(_, _, signature)| signature)
    }

    /// What the signature is made over.
    pub(crate) fn signed_part(&self) -> &str {
        self.text.rsplit_once('.').map_or("", |(part, _)| part)
    }

    /// The encoded payload, which names the content whatever the signature's bytes are.
    pub(crate) fn encoded_payload(&self) -> &str {
        self.segments().map_or("", |(_, payload, _)| payload)
    }
}

/// Verifies a compact JWS with a public JWK at `now` (seconds since the Unix epoch), as the issuer does whatever it is sent.
///
/// # Errors
/// The first rule that is broken.
pub fn verify_jws(jwk: &Value, text: &str, now: u64) -> Result<(), String> {
    let key = jwk.as_object().and_then(PublicKey::from_jwk);
    let key = key.ok_or("no public key that is supported")?;
    let mut jws = Jws::new(text);
    jws.decode_header()
        .and_then(|()| jws.decode_payload())
        .ok_or("no compact JWS")?;
    jws.verify(&key, &LibrarySignatures, now)
}

/// Signs claims as a JWT whose header holds `typ: JWT`, `alg: ES256` and `kid`.
///
/// # Errors
/// The key could not sign, or the claims are not JSON.
pub(crate) fn sign(
    claims: &impl Serialize,
    kid: &str,
    key: &SigningKey,
    signatures: &dyn Signatures,
) -> Result<String, SigningError> {
    #[derive(Serialize)]
    struct Header<'a> {
        typ: &'static str,
        alg: &'static str,
        kid: &'a str,
    }
    let encoded = |part: Result<Vec<u8>, serde_json::Error>| {
        part.map(base64url::encode).map_err(|_| SigningError)
    };
    let header = encoded(serde_json::to_vec(&Header {
        typ: "JWT",
        alg: "ES256",
        kid,
    }))?;
    let mut jwt = header + "." + &encoded(serde_json::to_vec(claims))?;
    let signature = signatures.sign(key, jwt.as_bytes())?;
    jwt.push('.');
    jwt.push_str(&signature);
    Ok(jwt)
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> &'m str {
    members
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn object(encoded: &str) -> Option<(Map<String, Value>, Strictness)> {
    let (bytes, strictness) = base64url::decode(encoded);
    match json::read(&bytes, Duplicates::LastWins) {
        Ok(Value::Object(members)) => Some((members, strictness)),
        _ => None,
    }
}

/// Why an algorithm is not supported. The HMAC family is known, but no public key can be its secret.
fn unsupported(name: &str) -> String {
    match name {
        "HS256" | "HS384" | "HS512" => {
            "KeyObject or CryptoKey instances for symmetric algorithms must be of type \"secret\""
                .to_owned()
        }
        _ => format!("alg {name} is not supported either by JOSE or your javascript runtime"),
    }
}
