//! A JSON value as it shall appear on the wire, valid or not.
//!
//! `serde_json::Value` cannot hold what an issuer must be sent: duplicate members, numbers with
//! their exact digits, broken escapes, bytes that are no text, sizes and depths. [`Raw`] can. It
//! holds no live value either: text may contain placeholders such as `{c_nonce}`, which the wallet
//! fills in when it renders a case. Must not know what the placeholders mean.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JSON value as written, possibly broken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raw {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number with these very characters.
    Number(String),
    /// A string, escaped as JSON demands and no further.
    String(String),
    /// A string whose placeholders in braces are filled in when the case is rendered.
    Template(String),
    /// These bytes, verbatim and unchecked.
    Bytes(Bytes),
    /// An array.
    Array(Vec<Raw>),
    /// An object: members in this order, duplicates kept.
    Object(Vec<(String, Raw)>),
    /// Arrays nested this deep.
    Nested(u32),
    /// A string of this many letters.
    Pad(u32),
    /// The harness's clock.
    Time(Time),
}

/// A point in time relative to the moment of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Seconds after now; negative for the past.
    pub offset: i64,
    /// How the number is written.
    #[serde(default)]
    pub form: TimeForm,
}

/// How a point in time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeForm {
    /// Whole seconds since the Unix epoch.
    #[default]
    Seconds,
    /// Whole milliseconds since the Unix epoch.
    Milliseconds,
    /// Seconds with a fraction.
    Fraction,
    /// Whole seconds in a JSON string.
    Text,
}

/// Bytes that are written as base64 in the JSON form of a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

/// Fills in the placeholders of a [`Raw`] when it is written.
pub trait Live {
    /// `template` with every known placeholder in braces replaced.
    fn fill(&self, template: &str) -> String;
    /// Whole seconds since the Unix epoch.
    fn now(&self) -> i64;
}

impl Raw {
    /// A string without placeholders.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A string with placeholders.
    pub fn template(text: impl Into<String>) -> Self {
        Self::Template(text.into())
    }

    /// A whole number.
    pub fn number(value: i64) -> Self {
        Self::Number(value.to_string())
    }

    /// Seconds since the Unix epoch, `offset` seconds from now.
    pub const fn time(offset: i64) -> Self {
        Self::Time(Time {
            offset,
            form: TimeForm::Seconds,
        })
    }

    /// An array of strings with placeholders.
    pub fn templates(items: &[&str]) -> Self {
        Self::Array(items.iter().map(|item| Self::template(*item)).collect())
    }

    /// Verbatim bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Bytes(bytes.into()))
    }

    /// The value of the first member with this name, if this is an object.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sets or adds the member with this name. Any other kind of value is left as it is.
    pub fn set(&mut self, name: &str, value: Self) {
        if let Self::Object(members) = self {
            match members.iter_mut().find(|(key, _)| key == name) {
                Some((_, old)) => *old = value,
                None => members.push((name.to_owned(), value)),
            }
        }
    }

    /// Removes every member with this name.
    pub fn remove(&mut self, name: &str) {
        if let Self::Object(members) = self {
            members.retain(|(key, _)| key != name);
        }
    }

    /// Writes the value, filling in placeholders.
    pub fn write(&self, live: &dyn Live, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Self::Number(digits) => out.extend_from_slice(digits.as_bytes()),
            Self::String(text) => write_string(text, out),
            Self::Template(text) => write_string(&live.fill(text), out),
            Self::Bytes(bytes) => out.extend_from_slice(&bytes.0),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(live, out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_string(name, out);
                    out.push(b':');
                    value.write(live, out);
                }
                out.push(b'}');
            }
            Self::Nested(depth) => {
                let depth = *depth as usize;
                out.resize(out.len() + depth, b'[');
                out.resize(out.len() + depth, b']');
            }
            Self::Pad(length) => {
                out.push(b'"');
                out.resize(out.len() + *length as usize, b'a');
                out.push(b'"');
            }
            Self::Time(time) => write_time(*time, live.now(), out),
        }
    }

    /// The value as bytes, with placeholders filled in.
    pub fn to_bytes(&self, live: &dyn Live) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(live, &mut out);
        out
    }
}

impl From<&serde_json::Value> for Raw {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a string can always be written to memory");
}

fn write_time(time: Time, now: i64, out: &mut Vec<u8>) {
    let seconds = now.saturating_add(time.offset);
    let text = match time.form {
        TimeForm::Seconds => seconds.to_string(),
        TimeForm::Milliseconds => seconds.saturating_mul(1000).to_string(),
        TimeForm::Fraction => format!("{seconds}.5"),
        TimeForm::Text => format!("\"{seconds}\""),
    };
    out.extend_from_slice(text.as_bytes());
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD
            .decode(text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Live for Fixed {
        fn fill(&self, template: &str) -> String {
            template.replace("{did}", "did:key:z1")
        }

        fn now(&self) -> i64 {
            1000
        }
    }

    #[test]
    fn writes_what_serde_json_cannot_hold() {
        let raw = Raw::Object(vec![
            ("a".into(), Raw::Number("1e999".into())),
            ("a".into(), Raw::template("{did}#x")),
            (
                "b".into(),
                Raw::Array(vec![
                    Raw::Nested(2),
                    Raw::Pad(3),
                    Raw::time(-1),
                    Raw::bytes(*b"\xff"),
                ]),
            ),
        ]);
        assert_eq!(
            raw.to_bytes(&Fixed),
            b"{\"a\":1e999,\"a\":\"did:key:z1#x\",\"b\":[[[]],\"aaa\",999,\xff]}"
        );
    }

    #[test]
    fn json_form_round_trips() {
        let raw = Raw::Array(vec![
            Raw::Null,
            Raw::bytes(vec![0, 255]),
            Raw::Time(Time {
                offset: 5,
                form: TimeForm::Fraction,
            }),
            Raw::Object(vec![("x".into(), Raw::Bool(true))]),
        ]);
        let text = serde_json::to_string(&raw).unwrap();
        assert_eq!(serde_json::from_str::<Raw>(&text).unwrap(), raw);
    }
}
