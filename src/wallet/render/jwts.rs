//! The JWTs of a session: those that others signed, with edits, and those that the wallet signs.

use serde_json::Value;

use super::Scene;
use crate::case::{Jws, JwsEdit, Op, Raw};
use crate::transcript::Compact;
use crate::wallet::jws::{Draft, Void};
use crate::wallet::keys::Key;

/// The changes to one JWS of the request.
pub(super) fn edits<'a>(ops: &[&'a Op], which: Jws) -> Vec<&'a JwsEdit> {
    ops.iter()
        .filter_map(|op| match op {
            Op::Jws(jws, edit) if *jws == which => Some(edit),
            _ => None,
        })
        .collect()
}

/// A JWT that somebody else signed.
pub(super) struct Received<'a> {
    /// As it came.
    pub(super) text: &'a str,
    /// Its key, if the harness has it.
    pub(super) key: Option<&'a Key>,
    /// Where its public key stands.
    pub(super) jwks: &'a Value,
    /// The signature of the other JWS of the request, encoded.
    pub(super) signature_of_other: Option<&'a str>,
}

impl Received<'_> {
    /// The JWT with these edits.
    pub(super) fn with(&self, scene: &Scene<'_>, edits: &[&JwsEdit]) -> Result<String, Void> {
        if edits.is_empty() {
            return Ok(self.text.to_owned());
        }
        let parsed = Compact::parse(self.text).ok_or(Void("the token to change is no JWS"))?;
        let mut segments = self.text.split('.');
        let received =
            [segments.next(), segments.next(), segments.next()].map(Option::unwrap_or_default);
        let kid = parsed
            .header
            .get("kid")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let keys = self.jwks.get("keys").and_then(Value::as_array);
        let public = keys.and_then(|keys| {
            keys.iter()
                .find(|key| key.get("kid").and_then(Value::as_str) == Some(kid))
                .or(keys.first())
        });
        let draft = Draft {
            header: Raw::from(&parsed.header),
            payload: Raw::from(&parsed.payload),
            received: Some(received),
            key: self.key,
            other: &scene.session.other,
            public: public.unwrap_or(&Value::Null),
            kid,
            signature_of_other: self.signature_of_other,
        };
        Ok(draft.build(edits, &scene.values)?.compact)
    }
}

/// A JWT that the holder, or the service wallet, signs with its key.
pub(super) fn signed(
    scene: &Scene<'_>,
    ops: &[&Op],
    which: Jws,
    payload: Vec<(&str, Raw)>,
) -> Result<String, Void> {
    let key = &scene.session.holder;
    // A client's JWKS has the thumbprint as key id, a DID document the DID URL.
    let kid = match which {
        Jws::RequestObject | Jws::Assertion => "{thumbprint}",
        _ => "{did}#{frag}",
    };
    let header = Raw::Object(vec![
        ("typ".into(), Raw::string("JWT")),
        ("alg".into(), Raw::string(key.alg())),
        ("kid".into(), Raw::template(kid)),
    ]);
    let members = payload
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let kid = crate::case::Live::fill(&scene.values, kid);
    let draft = Draft {
        header,
        payload: Raw::Object(members),
        received: None,
        key: Some(key),
        other: &scene.session.other,
        public: &key.jwk,
        kid: &kid,
        signature_of_other: None,
    };
    Ok(draft.build(&edits(ops, which), &scene.values)?.compact)
}
