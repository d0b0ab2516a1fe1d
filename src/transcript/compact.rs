//! A compact JWS taken apart for reading. Nothing is verified here.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A compact JWS whose header and payload decoded to JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    /// The decoded header.
    pub header: Value,
    /// The decoded payload.
    pub payload: Value,
    /// The first two segments with the period between them, as they were signed.
    pub signing_input: String,
    /// The decoded signature.
    pub signature: Vec<u8>,
    /// The whole text.
    pub text: String,
}

impl Compact {
    /// Takes a compact JWS apart: exactly three segments of unpadded base64url, the first two of
    /// them JSON. `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut segments = text.split('.');
        let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next()?);
        if segments.next().is_some() {
            return None;
        }
        let json =
            |segment: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).ok()?).ok();
        Some(Self {
            header: json(header)?,
            payload: json(payload)?,
            signing_input: format!("{header}.{payload}"),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            text: text.to_owned(),
        })
    }

    /// A claim by its JSON pointer, for example `/vc/issuer`.
    pub fn claim(&self, pointer: &str) -> Option<&Value> {
        self.payload.pointer(pointer)
    }

    /// A claim that is a string.
    pub fn text_claim(&self, pointer: &str) -> Option<&str> {
        self.claim(pointer)?.as_str()
    }
}
