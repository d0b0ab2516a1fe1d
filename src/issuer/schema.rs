//! Checking the shape of JSON, with the messages of the validation library that EBSI's server uses.
//!
//! All faults of a document are collected, so that a wallet developer sees them at once.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use url::Url;

use super::catalogue::{Format, REQUIRED, known_name, names};
use super::json::type_name;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Issues(String);

impl Issues {
    /// `Err` with one line a fault, after `context`, if there is any.
    pub(crate) fn into_result(self, context: &str) -> Result<(), String> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(format!("{context}: {}", self.0))
        }
    }

    fn add(&mut self, path: &str, name: &str, message: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        // Writing to a string does not fail.
        let _ = write!(self.0, "'{path}{name}': {message}");
    }

    fn add_type(&mut self, path: &str, name: &str, expected: &str, value: Option<&Value>) {
        match value {
            None => self.add(path, name, "Required"),
            Some(value) => self.add(
                path,
                name,
                &format!("Expected {expected}, received {}", type_name(value)),
            ),
        }
    }
}

/// A JSON object being checked, with the path that leads to it (`""` or ending in a dot).
#[derive(Clone, Copy)]
pub(crate) struct Object<'v, 'p> {
    members: &'v Map<String, Value>,
    path: &'p str,
}

impl<'v, 'p> Object<'v, 'p> {
    /// The document itself, which decoding has already found to be an object.
    pub(crate) fn root(members: &'v Map<String, Value>) -> Self {
        Self { members, path: "" }
    }

    /// The document itself, if it is an object.
    pub(crate) fn of_document(issues: &mut Issues, document: &'v Value) -> Option<Self> {
        if let Value::Object(members) = document {
            return Some(Self::root(members));
        }
        issues.add_type("", "", "object", Some(document));
        None
    }

    /// A member that must be an object; `path` is its own path with a dot.
    pub(crate) fn object<'q>(
        &self,
        issues: &mut Issues,
        name: &str,
        path: &'q str,
    ) -> Option<Object<'v, 'q>> {
        match self.members.get(name) {
            Some(Value::Object(members)) => Some(Object { members, path }),
            other => {
                issues.add_type(self.path, name, "object", other);
                None
            }
        }
    }

    /// A member that must be a string; empty when it is not.
    pub(crate) fn string(&self, issues: &mut Issues, name: &str) -> &'v str {
        match self.members.get(name) {
            Some(Value::String(text)) => text,
            other => {
                issues.add_type(self.path, name, "string", other);
                ""
            }
        }
    }

    /// A member that must be an absolute URI; a DID is one.
    pub(crate) fn url(&self, issues: &mut Issues, name: &str) -> &'v str {
        let text = self.string(issues, name);
        if self.members.get(name).is_some_and(Value::is_string) && !is_url(text) {
            issues.add(self.path, name, "Invalid url");
        }
        text
    }

    /// A member that must be a number; zero when it is not.
    pub(crate) fn number(&self, issues: &mut Issues, name: &str) -> f64 {
        match self.members.get(name).map(|value| (value, value.as_f64())) {
            Some((_, Some(number))) => number,
            other => {
                issues.add_type(self.path, name, "number", other.map(|(value, _)| value));
                0.0
            }
        }
    }

    /// A member that must be this very string.
    pub(crate) fn literal(&self, issues: &mut Issues, name: &str, expected: &str) {
        if self.members.get(name).and_then(Value::as_str) != Some(expected) {
            issues.add(
                self.path,
                name,
                &format!("Invalid literal value, expected \"{expected}\""),
            );
        }
    }

    /// A member that must be a credential format, the default one when it is absent.
    pub(crate) fn format(&self, issues: &mut Issues, name: &str) -> Format {
        let Some(value) = self.members.get(name) else {
            return Format::default();
        };
        let format = value.as_str().and_then(Format::from_name);
        if format.is_none() {
            add_enumeration(
                issues,
                self.path,
                name,
                Format::ALL.into_iter().map(Format::name),
                value,
            );
        }
        format.unwrap_or_default()
    }

    /// A member that must be an array of known credential types, the two required ones among them.
    pub(crate) fn types(&self, issues: &mut Issues, name: &str) -> Vec<&'static str> {
        let Some(items) = self.array(issues, name) else {
            return Vec::new();
        };
        let mut types = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str().and_then(known_name) {
                Some(known) => types.push(known),
                None => {
                    add_enumeration(issues, self.path, &format!("{name}.{index}"), names(), item)
                }
            }
        }
        if types.len() == items.len() && !REQUIRED.iter().all(|required| types.contains(required)) {
            issues.add(
                self.path,
                name,
                &format!("Array must include {}", REQUIRED.join(", ")),
            );
        }
        types
    }

    /// A member that must be a URI or an array of URIs.
    pub(crate) fn audience(&self, issues: &mut Issues, name: &str) -> Vec<&'v str> {
        match self.members.get(name) {
            Some(Value::String(_)) => vec![self.url(issues, name)],
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                self.urls(issues, name, items)
            }
            _ => {
                issues.add(self.path, name, "Invalid input");
                Vec::new()
            }
        }
    }

    /// `authorization_details`: at least one, each valid. Yields the types of the first, the only one that counts.
    pub(crate) fn authorization_details(
        &self,
        issues: &mut Issues,
        name: &str,
    ) -> Vec<&'static str> {
        let Some(items) = self.array(issues, name) else {
            return Vec::new();
        };
        if items.is_empty() {
            issues.add(self.path, name, "Array must contain at least 1 element(s)");
        }
        let mut first = None;
        for (index, item) in items.iter().enumerate() {
            let name = format!("{name}.{index}");
            let path = format!("{}{name}.", self.path);
            let types = match item {
                Value::Object(members) => Object {
                    members,
                    path: &path,
                }
                .authorization_detail(issues),
                other => {
                    issues.add_type(self.path, &name, "object", Some(other));
                    Vec::new()
                }
            };
            first.get_or_insert(types);
        }
        first.unwrap_or_default()
    }

    fn authorization_detail(&self, issues: &mut Issues) -> Vec<&'static str> {
        self.literal(issues, "type", "openid_credential");
        if self.members.contains_key("format") {
            self.format(issues, "format");
        } else {
            issues.add(self.path, "format", "Required");
        }
        if self.members.contains_key("locations")
            && let Some(locations) = self.array(issues, "locations")
        {
            if locations.is_empty() {
                issues.add(
                    self.path,
                    "locations",
                    "Array must contain at least 1 element(s)",
                );
            }
            self.urls(issues, "locations", locations);
        }
        self.types(issues, "types")
    }

    fn array(&self, issues: &mut Issues, name: &str) -> Option<&'v [Value]> {
        match self.members.get(name) {
            Some(Value::Array(items)) => Some(items),
            other => {
                issues.add_type(self.path, name, "array", other);
                None
            }
        }
    }

    fn urls(&self, issues: &mut Issues, name: &str, items: &'v [Value]) -> Vec<&'v str> {
        let mut urls = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(text) if is_url(text) => urls.push(text),
                Some(_) => issues.add(self.path, &format!("{name}.{index}"), "Invalid url"),
                None => {
                    issues.add_type(self.path, &format!("{name}.{index}"), "string", Some(item))
                }
            }
        }
        urls
    }
}

/// A value outside an enumeration; `names` is written out only then.
fn add_enumeration(
    issues: &mut Issues,
    path: &str,
    name: &str,
    names: impl Iterator<Item = &'static str>,
    value: &Value,
) {
    let expected = names
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(" | ");
    match value.as_str() {
        Some(text) => issues.add(
            path,
            name,
            &format!("Invalid enum value. Expected {expected}, received '{text}'"),
        ),
        None => issues.add_type(path, name, &expected, Some(value)),
    }
}

fn is_url(text: &str) -> bool {
    // The parser would percent-encode a DID into a copy of its own; ASCII after a scheme is always a URL with an opaque path.
    let is_did = text.starts_with("did:") && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_did || Url::parse(text).is_ok()
}
