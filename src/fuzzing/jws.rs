//! The issuer's reading of compact JWS against that of another JOSE library.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::ready::Reached;
use crate::case::KeyType;
use crate::issuer::verify_jws;
use crate::transcript::Compact;
use crate::wallet::Key;

/// What another library says of a compact JWS and the key that is said to have signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondOpinion {
    /// The signature is one over what was sent, by this key, with the algorithm that the header names.
    Verified,
    /// It is not, or this is no compact JWS.
    Refused,
    /// The library cannot say: its own types have no room for the header or the claims, or it does not know the algorithm.
    None,
}

/// A compact JWS, shown to the issuer's verification and to `second`, which is given the public JWK and the JWS.
///
/// The first line of the input names the key: an `alg`. What follows is a compact JWS, in which `{signature}` stands for a
/// signature of that key; or three lines, of which the first two are encoded as header and payload:
///
/// ```text
/// ES256
/// {"alg":"ES256"}
/// {"iss":"me"}
/// {signature}
/// ```
///
/// # Panics
/// One verifies what the other refuses.
pub fn jws(data: &[u8], second: impl FnOnce(&Value, &str) -> SecondOpinion) -> Reached {
    let Some((key, text)) = read(data) else {
        return Reached::Nothing;
    };
    let own = verify_jws(&key.jwk, &text, NOW);
    match second(&key.jwk, &text) {
        SecondOpinion::Verified => {
            let is_refused_for_more = has_more_rules(&text);
            assert!(
                own.is_ok() || is_refused_for_more,
                "refused ({own:?}), but another library verifies it: {text}"
            );
        }
        SecondOpinion::Refused => {
            assert!(
                own.is_err(),
                "verified, but another library refuses it: {text}"
            );
        }
        SecondOpinion::None => {}
    }
    match own {
        Ok(()) => Reached::Acceptance,
        Err(_) => Reached::Refusal,
    }
}

/// Seconds since the Unix epoch.
const NOW: u64 = 1_704_067_200;

/// The key and the compact JWS of an input.
fn read(data: &[u8]) -> Option<(Key, String)> {
    let (name, rest) = line(data)?;
    let key_type = KeyType::ALL
        .iter()
        .find(|key_type| key_type.alg().as_bytes() == name)?;
    let key = Key::derive(*key_type, 1, "jws");
    let (signed, signature) = match line(rest) {
        Some((header, rest)) => {
            let (payload, signature) = line(rest).unwrap_or((rest, b"{signature}"));
            let encoded = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
            (
                format!("{}.{}", encoded(header), encoded(payload)),
                std::str::from_utf8(signature).ok()?,
            )
        }
        None => {
            let (signed, signature) = std::str::from_utf8(rest).ok()?.rsplit_once('.')?;
            (signed.to_owned(), signature)
        }
    };
    let signature = if signature.contains("{signature}") {
        let own = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        signature.replace("{signature}", &own)
    } else {
        signature.to_owned()
    };
    Some((key, format!("{signed}.{signature}")))
}

/// What stands before the first line feed, and behind it.
fn line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    Some((&data[..end], &data[end + 1..]))
}

/// Whether the issuer has rules for a JWS that are not about its signature: `crit` (RFC 7515, 4.1.11) and the times (RFC 7519,
/// 4.1.4 and 4.1.5).
fn has_more_rules(text: &str) -> bool {
    Compact::parse(text).is_some_and(|jws| {
        jws.header.get("crit").is_some()
            || ["/exp", "/nbf"]
                .iter()
                .any(|claim| jws.claim(claim).is_some())
    })
}
