//! Access tokens that a run is given, so that no session asks for one; and what is known of the `c_nonce` of one that all
//! sessions share.
//!
//! Start at [`GivenToken`].

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// An access token that was given, with the `c_nonce` that goes with it if it was told.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenToken {
    /// The access token.
    pub access_token: String,
    /// The nonce of the next proof.
    pub c_nonce: Option<String>,
}

impl GivenToken {
    /// Reads the access token itself, or a token response that holds one (RFC 6749, 5.1), with a `c_nonce` or without.
    ///
    /// # Errors
    /// There is nothing, or an object without an access token.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("there is no access token".to_owned());
        }
        if !text.starts_with('{') {
            return Ok(Self {
                access_token: text.to_owned(),
                c_nonce: None,
            });
        }
        let json: Value = serde_json::from_str(text)
            .map_err(|error| format!("the token response is no JSON: {error}"))?;
        let member = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            access_token: member("access_token").ok_or("the token response has no access_token")?,
            c_nonce: member("c_nonce"),
        })
    }
}

/// Without the token, which is a secret.
impl fmt::Debug for GivenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenToken").finish_non_exhaustive()
    }
}

/// The `c_nonce` of an access token that all sessions share, as the last answer left it. Cases that share one are carried out
/// one after the other.
#[derive(Debug, Default)]
pub(super) struct CommonNonce(Mutex<Known>);

/// A nonce that a session begins with.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// None is known.
    #[default]
    Nothing,
    /// The last answer brought it.
    Fresh(String),
    /// There was an answer since that brought none: it may be used up.
    Old(String),
}

impl CommonNonce {
    /// Begins with what a run was told.
    pub(super) fn told(nonce: Option<&str>) -> Self {
        let known = nonce.map_or(Known::Nothing, |nonce| Known::Fresh(nonce.to_owned()));
        Self(Mutex::new(known))
    }

    /// What is known.
    pub(super) fn known(&self) -> Known {
        self.lock().clone()
    }

    /// Learns from an answer that brought this nonce, or none.
    pub(super) fn learn(&self, nonce: Option<&str>) {
        let mut known = self.lock();
        *known = match (nonce, &*known) {
            (Some(nonce), _) => Known::Fresh(nonce.to_owned()),
            (None, Known::Fresh(nonce) | Known::Old(nonce)) => Known::Old(nonce.clone()),
            (None, Known::Nothing) => Known::Nothing,
        };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_bare_or_in_a_token_response() {
        let bare = GivenToken::parse(" abc.d \n").expect("a token");
        assert_eq!((bare.access_token.as_str(), bare.c_nonce), ("abc.d", None));
        let told = GivenToken::parse(r#"{"access_token": "a", "c_nonce": "n"}"#).expect("a token");
        assert_eq!(told.access_token, "a");
        assert_eq!(told.c_nonce.as_deref(), Some("n"));
        for wrong in ["", "\n", "{}", r#"{"access_token": 1}"#, "{"] {
            assert!(GivenToken::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let given = GivenToken::parse("s3cr3t").expect("a token");
        assert!(!format!("{given:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_nonce_is_old_once_an_answer_brings_none() {
        let common = CommonNonce::told(None);
        common.learn(None);
        assert_eq!(common.known(), Known::Nothing);
        common.learn(Some("a"));
        assert_eq!(common.known(), Known::Fresh("a".into()));
        common.learn(None);
        common.learn(None);
        assert_eq!(common.known(), Known::Old("a".into()));
        common.learn(Some("b"));
        assert_eq!(common.known(), Known::Fresh("b".into()));
    }
}
