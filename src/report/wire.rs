//! The parts of an exchange as text, as they went over the wire but for live secrets.

use bytes::Bytes;
use http::{HeaderMap, Version};

use crate::transcript::{Exchange, Facts, Grade};

/// How much of a body is kept, in bytes.
pub(super) const KEPT: usize = 64 << 10;

/// Names and values, without secrets.
pub(super) fn headers(map: &HeaderMap, facts: &Facts) -> Vec<(String, String)> {
    let value = |bytes: &[u8]| redact(facts, &String::from_utf8_lossy(bytes));
    map.iter()
        .map(|(name, field)| (name.to_string(), value(field.as_bytes())))
        .collect()
}

/// The text of a body without secrets, and what was left out of it; `cut` bytes are no longer there.
pub(super) fn body(bytes: &Bytes, cut: usize, facts: &Facts) -> (String, Option<String>) {
    let kept = &bytes[..bytes.len().min(KEPT)];
    let whole = bytes.len() + cut;
    if kept.len() == whole {
        return (redact(facts, &String::from_utf8_lossy(kept)), None);
    }
    // A secret may stand where the text is cut, and half of one is not known again.
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=%".contains(byte);
    let tail = kept.iter().rev().take_while(|byte| is_word(byte)).count();
    let kept = &kept[..kept.len() - tail];
    let left_out = format!("the first {} bytes of {whole}", kept.len());
    (
        redact(facts, &String::from_utf8_lossy(kept)),
        Some(left_out),
    )
}

/// What the harness knew, but for the names of the servers: those stand as they are, so that a URL stays one.
pub(super) fn facts_of(exchange: &Exchange) -> Facts {
    let mut facts = exchange.facts.clone();
    let is_server = |name: &str| matches!(name, "issuer" | "as" | "origin");
    facts.public.retain(|(_, name)| !is_server(name));
    facts
}

/// `text` without live secrets. A PIN is so short that it counts only where it stands by itself.
pub(super) fn redact(facts: &Facts, text: &str) -> String {
    let text = facts.redact(text);
    let Some(pin) = facts.pin.as_deref().filter(|pin| text.contains(pin)) else {
        return text;
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(pin) {
        let (before, behind) = (&rest[..at], &rest[at + pin.len()..]);
        let is_word =
            !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if is_word { "{user_pin}" } else { pin });
        rest = behind;
    }
    out + rest
}

/// The version of HTTP as it stands on the wire.
pub(super) fn version(version: Version) -> String {
    format!("{version:?}")
}

/// The grade in a word.
pub(super) const fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Failure => "failure",
        Grade::Tolerable => "tolerable",
        Grade::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_noted_and_leaves_no_half_of_a_secret() {
        let bytes = Bytes::from_static(b"{\"access_token\": \"abcdef");
        let (text, note) = body(&bytes, 1000, &Facts::default());
        assert_eq!(text, "{\"access_token\": \"");
        assert_eq!(note.as_deref(), Some("the first 18 bytes of 1024"));
        assert_eq!(body(&bytes, 0, &Facts::default()).1, None);
    }

    #[test]
    fn a_pin_is_redacted_where_it_stands_by_itself() {
        let facts = Facts {
            pin: Some("1234".into()),
            ..Facts::default()
        };
        let redacted = redact(&facts, "user_pin=1234&x=012345 1234");
        assert_eq!(redacted, "user_pin={user_pin}&x=012345 {user_pin}");
    }
}
