//! The public keys of a service wallet: a JWK set (RFC 7517 §5).

use serde_json::{Map, Value};

use super::issues::Issues;
use super::schema::Object;

/// The keys of a client, each with its `kid`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Jwks(Vec<Map<String, Value>>);

impl Jwks {
    /// Reads a JWK set.
    ///
    /// # Errors
    /// What is wrong with it, one line a fault.
    pub(crate) fn from_json(document: &Value) -> Result<Self, String> {
        let mut issues = Issues::default();
        let keys = Object::of_document(&mut issues, document)
            .map(|set| set.keys(&mut issues, "keys"))
            .unwrap_or_default();
        issues.into_coded_result("")?;
        Ok(Self(keys))
    }

    /// The first key with this `kid` that is not meant for something else than signatures (RFC 7517 §4.2).
    pub(crate) fn find(&self, kid: &str) -> Option<&Map<String, Value>> {
        self.0.iter().find(|key| {
            let text = |name: &str| key.get(name).and_then(Value::as_str);
            text("kid") == Some(kid) && text("use").is_none_or(|purpose| purpose == "sig")
        })
    }
}
