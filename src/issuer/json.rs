//! Reading JSON that a client sent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What to do with an object that names a member twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// The last one counts, as ECMAScript reads JWTs.
    LastWins,
    /// The text is refused: two readers could see two different requests.
    Refused,
}

/// Why a text could not be read. Nothing of the text itself is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonError {
    #[error("the body is empty")]
    Empty,
    #[error("the body is not valid UTF-8")]
    Encoding,
    #[error("the body is malformed at line {line}, column {column}")]
    Syntax { line: usize, column: usize },
}

/// Reads one JSON value, nested less than 128 levels deep. A byte order mark before it is skipped.
///
/// # Errors
/// The text is empty, not UTF-8, not JSON, too deep, or repeats a member where that is refused.
pub(crate) fn read(bytes: &[u8], duplicates: Duplicates) -> Result<Value, JsonError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::Encoding)?;
    if text.trim_ascii().is_empty() {
        return Err(JsonError::Empty);
    }
    let text = replace_lone_surrogates(text);
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let syntax = |error: serde_json::Error| JsonError::Syntax {
        line: error.line(),
        column: error.column(),
    };
    let value = Tree(duplicates)
        .deserialize(&mut deserializer)
        .map_err(syntax)?;
    deserializer.end().map_err(syntax)?;
    Ok(value)
}

/// The name that a type error gives to a value, as ECMAScript validators do.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Builds a [`Value`] while watching for duplicates, at every depth.
#[derive(Clone, Copy)]
struct Tree(Duplicates);

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if self.0 == Duplicates::Refused && object.contains_key(&name) {
                return Err(A::Error::custom("a member is repeated"));
            }
            let value = members.next_value_seed(self)?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

/// Replaces escapes of lone surrogates, which Rust strings cannot hold, by the replacement character.
///
/// ECMAScript keeps them. They stand for no character, so no comparison of ours could succeed on them either way; what remains is
/// that a lone surrogate in a member nobody reads must not spoil the request.
fn replace_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut repaired: Option<String> = None;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let Some(unit) = code_unit(text, at) else {
            // Another escape: skip the escaped character, so that the second half of `\\` is not taken for a backslash.
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let paired = is_high(unit) && code_unit(text, at + 6).is_some_and(is_low);
        if paired {
            at += 12;
            continue;
        }
        if is_high(unit) || is_low(unit) {
            repaired
                .get_or_insert_with(|| text.to_owned())
                .replace_range(at..at + 6, "\\ufffd");
        }
        at += 6;
    }
    repaired.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The UTF-16 code unit that `\uXXXX` at this position stands for.
fn code_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if all_hex {
        u16::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Duplicates, JsonError, read};

    fn strict(text: &str) -> Result<serde_json::Value, JsonError> {
        read(text.as_bytes(), Duplicates::Refused)
    }

    #[test]
    fn lone_surrogates_are_read_and_pairs_are_kept() {
        assert_eq!(strict(r#"{"a":"\ud800"}"#), Ok(json!({"a": "\u{fffd}"})));
        assert_eq!(
            strict(r#"{"a":"\udc00\ud83d\ude00\ud800x"}"#),
            Ok(json!({"a": "\u{fffd}😀\u{fffd}x"}))
        );
        assert_eq!(strict(r#"{"a":"\\ud800"}"#), Ok(json!({"a": "\\ud800"})));
        assert_eq!(
            strict(r#"{"a":"é\\\ud800é"}"#),
            Ok(json!({"a": "é\\\u{fffd}é"}))
        );
        assert!(strict("{\"a\":\"\\").is_err());
        assert!(strict("\\é").is_err());
    }

    #[test]
    fn duplicates_are_found_at_every_depth() {
        assert!(strict(r#"{"a":1,"\u0061":2}"#).is_err());
        assert!(strict(r#"{"x":[{"a":1,"a":2}]}"#).is_err());
        assert_eq!(
            read(br#"{"a":1,"a":2}"#, Duplicates::LastWins),
            Ok(json!({"a": 2}))
        );
    }

    #[test]
    fn depth_and_encoding_are_bounded() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(strict(&nested(127)).is_ok());
        assert!(strict(&nested(129)).is_err());
        assert!(strict(&nested(100_000)).is_err());
        assert_eq!(
            read(b"\"\xff\"", Duplicates::Refused),
            Err(JsonError::Encoding)
        );
        assert_eq!(read(b"\xef\xbb\xbf1", Duplicates::Refused), Ok(json!(1)));
        assert_eq!(strict(" \n"), Err(JsonError::Empty));
    }
}
