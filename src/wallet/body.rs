//! Changes to the JSON body as a whole.

use super::edit;
use super::jws::Void;
use crate::case::{BodyEdit, Live, Raw};

/// Writes the body and carries out the changes to it as a whole, in their order.
pub(super) fn write(mut tree: Raw, edits: &[&BodyEdit], live: &dyn Live) -> Result<Vec<u8>, Void> {
    for edit in edits {
        match edit {
            BodyEdit::ReverseMembers => edit::reverse(&mut tree),
            BodyEdit::InArray => tree = Raw::Array(vec![tree]),
            _ => {}
        }
    }
    let mut body = tree.to_bytes(live);
    for edit in edits {
        body = change(body, edit)?;
    }
    Ok(body)
}

fn change(mut body: Vec<u8>, edit: &BodyEdit) -> Result<Vec<u8>, Void> {
    Ok(match edit {
        BodyEdit::Replace(bytes) => bytes.to_vec(),
        BodyEdit::CutEnd(count) => {
            body.truncate(body.len().saturating_sub(*count));
            body
        }
        BodyEdit::FirstHalf => {
            body.truncate(body.len() / 2);
            body
        }
        BodyEdit::Prefix(bytes) => [bytes, body.as_slice()].concat(),
        BodyEdit::Suffix(bytes) => [body.as_slice(), bytes].concat(),
        BodyEdit::InArray | BodyEdit::ReverseMembers => body,
        BodyEdit::InString => serde_json::to_vec(&String::from_utf8_lossy(&body))
            .map_err(|_| Void("the body is no text"))?,
        BodyEdit::Twice => [body.as_slice(), &body].concat(),
        BodyEdit::Spaces => edit::spaced(&body),
        BodyEdit::EscapeNames => escape(&body, true),
        BodyEdit::EscapeValues => escape(&body, false),
        BodyEdit::Comment => before_last_brace(&body, b"/* x */"),
        BodyEdit::TrailingComma => before_last_brace(&body, b","),
        BodyEdit::SingleQuotes => body
            .into_iter()
            .map(|byte| if byte == b'"' { b'\'' } else { byte })
            .collect(),
        BodyEdit::BareNames => bare_names(&body),
        BodyEdit::Utf16 => String::from_utf8_lossy(&body)
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        BodyEdit::AsForm => as_form(&body),
        BodyEdit::PadTo(size) => {
            body.resize(body.len().max(*size), b' ');
            body
        }
    })
}

fn before_last_brace(body: &[u8], insert: &[u8]) -> Vec<u8> {
    let at = body
        .iter()
        .rposition(|byte| *byte == b'}')
        .unwrap_or(body.len());
    [&body[..at], insert, &body[at..]].concat()
}

/// The strings of a JSON text as ranges of their contents, with whether each names a member.
fn strings(body: &[u8]) -> Vec<(std::ops::Range<usize>, bool)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'"' {
            at += 1;
            continue;
        }
        let start = at + 1;
        let mut end = start;
        while end < body.len() && body[end] != b'"' {
            end += if body[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(body.len());
        let is_name = body[(end + 1).min(body.len())..]
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            == Some(&b':');
        out.push((start..end, is_name));
        at = end + 1;
    }
    out
}

/// Writes the first plain letter of each name, or of each value, as an escape.
fn escape(body: &[u8], names: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 64);
    let mut at = 0;
    for (range, is_name) in strings(body) {
        let plain = range
            .clone()
            .find(|index| body[*index].is_ascii_alphanumeric());
        let first_is_escape = body.get(range.start) == Some(&b'\\');
        if let (true, Some(letter), false) = (is_name == names, plain, first_is_escape) {
            out.extend_from_slice(&body[at..letter]);
            out.extend_from_slice(format!("\\u{:04X}", body[letter]).as_bytes());
            at = letter + 1;
        }
    }
    out.extend_from_slice(&body[at..]);
    out
}

fn bare_names(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    for (range, is_name) in strings(body) {
        if is_name {
            out.extend_from_slice(&body[at..range.start - 1]);
            out.extend_from_slice(&body[range.clone()]);
            at = range.end + 1;
        }
    }
    out.extend_from_slice(&body[at..]);
    out
}

/// The members as form parameters, values that are no strings as JSON.
fn as_form(body: &[u8]) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(body) {
        for (name, value) in members {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            form.append_pair(&name, &text);
        }
    }
    form.finish().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_the_same() {
        let body = br#"{"a":"b c","d":["e\n",1],"f":{"g":"\u0041"}}"#;
        let value: serde_json::Value = serde_json::from_slice(body).unwrap();
        for names in [true, false] {
            let escaped = escape(body, names);
            assert_ne!(escaped, body);
            assert_eq!(
                serde_json::from_slice::<serde_json::Value>(&escaped).unwrap(),
                value
            );
        }
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&edit::spaced(body)).unwrap(),
            value
        );
    }

    #[test]
    fn bare_names_and_commas_are_no_json() {
        let body = br#"{"a":"b"}"#;
        assert_eq!(bare_names(body), br#"{a:"b"}"#);
        assert_eq!(
            change(body.to_vec(), &BodyEdit::TrailingComma),
            Ok(br#"{"a":"b",}"#.to_vec())
        );
    }
}
