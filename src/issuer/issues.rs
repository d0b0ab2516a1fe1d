//! The faults of a JSON document, in the words of the validation library that EBSI's server uses.
//!
//! All faults are collected, so that a wallet developer sees them at once. The endpoints write them in two ways.

use std::fmt::Write as _;

use serde_json::Value;

use super::json::type_name;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Issues(Vec<Issue>);

#[derive(Debug)]
struct Issue {
    kind: Kind,
    path: String,
    message: String,
}

/// What is wrong with a value; the library calls it a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Type,
    Literal,
    Enumeration,
    Text,
    TooSmall,
    Union,
    Custom,
}

impl Issues {
    /// `Err` with one line a fault, after `context`, if there is any: `'path': message`.
    pub(crate) fn into_result(self, context: &str) -> Result<(), String> {
        self.written(context, |line, issue| {
            write!(line, "'{}': {}", issue.path, issue.message)
        })
    }

    /// Like [`Self::into_result`], as the authorisation endpoints write it: `[code] in 'path': message`.
    pub(crate) fn into_coded_result(self, context: &str) -> Result<(), String> {
        self.written(context, |line, issue| {
            let code = issue.kind.code();
            write!(line, "[{code}] in '{}': {}", issue.path, issue.message)
        })
    }

    fn written(
        self,
        context: &str,
        write: impl Fn(&mut String, &Issue) -> std::fmt::Result,
    ) -> Result<(), String> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut text = String::from(context);
        for (index, issue) in self.0.iter().enumerate() {
            let separator = match (index, context) {
                (0, "") => "",
                (0, _) => ": ",
                _ => "\n",
            };
            text.push_str(separator);
            // Writing to a string does not fail.
            let _ = write(&mut text, issue);
        }
        Err(text)
    }

    pub(crate) fn add(&mut self, kind: Kind, path: String, message: impl Into<String>) {
        self.0.push(Issue {
            kind,
            path,
            message: message.into(),
        });
    }

    /// A value of another type than `expected`, or none at all.
    pub(crate) fn add_type(&mut self, path: String, expected: &str, value: Option<&Value>) {
        let message = match value {
            None => "Required".to_owned(),
            Some(value) => format!("Expected {expected}, received {}", type_name(value)),
        };
        self.add(Kind::Type, path, message);
    }

    /// A value outside an enumeration; `names` is written out only then.
    pub(crate) fn add_enumeration(
        &mut self,
        path: String,
        names: impl Iterator<Item = &'static str>,
        value: Option<&Value>,
    ) {
        let expected = names
            .map(|name| format!("'{name}'"))
            .collect::<Vec<_>>()
            .join(" | ");
        match value.and_then(Value::as_str) {
            Some(text) => self.add(
                Kind::Enumeration,
                path,
                format!("Invalid enum value. Expected {expected}, received '{text}'"),
            ),
            None => self.add_type(path, &expected, value),
        }
    }
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Type => "invalid_type",
            Self::Literal => "invalid_literal",
            Self::Enumeration => "invalid_enum_value",
            Self::Text => "invalid_string",
            Self::TooSmall => "too_small",
            Self::Union => "invalid_union",
            Self::Custom => "custom",
        }
    }
}
