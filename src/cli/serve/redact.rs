//! Keeps secrets out of what the page shows: tokens, codes and PINs are named by their beginning and length.

use std::borrow::Cow;

/// A value of which nothing more is shown than its first letters and how long it is; of a short one, not even those.
pub(super) fn shortened(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = if length >= LONG {
        secret.chars().take(4).collect()
    } else {
        String::new()
    };
    format!("{shown}…({length} chars)")
}

/// A text in which all that could be a token, a code or another handle is shortened.
///
/// That is any run of base64url letters that is long and has a digit in it: JWT segments, UUIDs, the keys in DIDs. Words and the
/// names of types have no digits, and stay.
pub(super) fn text(text: &str) -> String {
    let is_base64url = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_base64url(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if run.len() >= LONG && run.contains(|c: char| c.is_ascii_digit()) {
            out.push_str(&shortened(run));
        } else {
            out.push_str(run);
        }
        let between = after.find(is_base64url).unwrap_or(after.len());
        let (other, next) = after.split_at(between);
        out.push_str(other);
        rest = next;
    }
    limited(&out)
}

/// The value of a parameter: in full if everybody may know it, else shortened.
pub(super) fn parameter(name: &str, value: &str) -> String {
    if PUBLIC.contains(&name) {
        text(value)
    } else {
        shortened(value)
    }
}

/// No more than fits on a page.
fn limited(text: &str) -> String {
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A media type or method, which a client may write as it likes.
pub(super) fn word(word: &str) -> Cow<'_, str> {
    match word.char_indices().nth(40) {
        None => Cow::Borrowed(word),
        Some((end, _)) => Cow::Owned(format!("{}…", &word[..end])),
    }
}

/// From how many letters on a value is long: longer than a did:ebsi, shorter than a UUID.
const LONG: usize = 24;

/// The most letters of a text that are shown.
const LIMIT: usize = 400;

/// Parameters that hold no secret. Whatever does not stand here is shortened.
const PUBLIC: &[&str] = &[
    "client_assertion_type",
    "client_id",
    "code_challenge_method",
    "credential_offer_endpoint",
    "credential_type",
    "error",
    "error_description",
    "format",
    "grant_type",
    "proof_type",
    "redirect_uri",
    "request_object",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "types",
];

#[cfg(test)]
mod tests {
    use super::{parameter, shortened, text};

    #[test]
    fn secrets_are_never_shown_whole() {
        assert_eq!(shortened("5910"), "…(4 chars)");
        assert_eq!(
            shortened(&"eyJ0eXAiOiJKV1Qi".repeat(50)),
            "eyJ0…(800 chars)"
        );
        assert_eq!(parameter("user_pin", "5910"), "…(4 chars)");
        assert_eq!(parameter("never-heard-of", "x"), "…(1 chars)");
        assert_eq!(
            text("no request bound to state 3f2c1b6e-0f3c-4a51-9d1e-0a4f7d8b9c00 found"),
            "no request bound to state 3f2c…(36 chars) found"
        );
        assert_eq!(
            text("a.eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.b"),
            "a.eyJh…(34 chars).b"
        );
    }

    #[test]
    fn what_everybody_may_know_is_left_alone() {
        for whole in [
            "Invalid Proof JWT: aud doesn't match the expected audience http://127.0.0.1:3000/conformance/v3/issuer-mock",
            "CTWalletSamePreAuthorisedDeferred, VerifiableAuthorisationForTrustChain",
            "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD",
            "ünïcödé – «quoted»",
        ] {
            assert_eq!(text(whole), whole);
        }
        assert!(text(&"long words ".repeat(100)).chars().count() <= 401);
    }
}
