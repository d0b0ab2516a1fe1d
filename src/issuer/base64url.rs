//! base64url as JWS uses it (RFC 7515 §2), and the lenient reading that comes before judging.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{
    DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD,
};

/// base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url without padding; nothing else is let through.
pub(crate) fn decode_strict(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Decodes what a lenient reader makes of `text`: foreign characters are skipped, both alphabets and stray trailing bits are taken.
///
/// The recorded server reads headers and payloads so, and finds the fault only where it verifies the signature. To refuse at the
/// same step we read in the same way; [`super::jws`] remembers that the text was not strict and refuses it there.
pub(crate) fn decode_lenient(text: &str) -> Vec<u8> {
    let mut kept: String = text
        .chars()
        .filter_map(|c| match c {
            '+' => Some('-'),
            '/' => Some('_'),
            c if c.is_ascii_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect();
    // Six bits alone hold no byte.
    if kept.len() % 4 == 1 {
        kept.pop();
    }
    LENIENT.decode(kept).unwrap_or_default()
}

/// Decodes strictly where possible and leniently otherwise; tells which.
pub(crate) fn decode(text: &str) -> (Vec<u8>, Strictness) {
    match decode_strict(text) {
        Some(bytes) => (bytes, Strictness::Strict),
        None => (decode_lenient(text), Strictness::Lenient),
    }
}

/// How a text had to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// It was base64url without padding.
    Strict,
    /// It was something that only a lenient reader takes.
    Lenient,
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
