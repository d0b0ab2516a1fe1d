//! Checking the shape of JSON, with the messages of the validation library that EBSI's server uses.
//!
//! A check puts what it finds among the [`Issues`] and goes on; the members of an object that nobody asks for are ignored.

use serde_json::{Map, Value};
use url::Url;

use super::catalogue::{Format, REQUIRED, known_name, names};
use super::issues::{Issues, Kind};

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

    /// An object under a path, which is empty or ends in a dot.
    pub(crate) fn named(members: &'v Map<String, Value>, path: &'p str) -> Self {
        Self { members, path }
    }

    /// The document itself, if it is an object.
    pub(crate) fn of_document(issues: &mut Issues, document: &'v Value) -> Option<Self> {
        if let Value::Object(members) = document {
            return Some(Self::root(members));
        }
        issues.add_type(String::new(), "object", Some(document));
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
                issues.add_type(self.at(name), "object", other);
                None
            }
        }
    }

    /// A member that must be a string; empty when it is not.
    pub(crate) fn string(&self, issues: &mut Issues, name: &str) -> &'v str {
        match self.members.get(name) {
            Some(Value::String(text)) => text,
            other => {
                issues.add_type(self.at(name), "string", other);
                ""
            }
        }
    }

    /// A member that must be a string if it is there.
    pub(crate) fn optional_string(&self, issues: &mut Issues, name: &str) -> Option<&'v str> {
        self.members.get(name)?;
        Some(self.string(issues, name))
    }

    /// A member that must be an absolute URI if it is there.
    pub(crate) fn optional_url(&self, issues: &mut Issues, name: &str) -> Option<&'v str> {
        self.members.get(name)?;
        Some(self.url(issues, name))
    }

    /// A member that must be one of some names.
    pub(crate) fn one_of(
        &self,
        issues: &mut Issues,
        name: &str,
        names: &[&'static str],
    ) -> &'v str {
        let value = self.members.get(name);
        let text = value.and_then(Value::as_str);
        if !text.is_some_and(|text| names.contains(&text)) {
            issues.add_enumeration(self.at(name), names.iter().copied(), value);
        }
        text.unwrap_or_default()
    }

    /// A member that must be an absolute URI; a DID is one.
    pub(crate) fn url(&self, issues: &mut Issues, name: &str) -> &'v str {
        let text = self.string(issues, name);
        if self.members.get(name).is_some_and(Value::is_string) && !is_url(text) {
            issues.add(Kind::Text, self.at(name), "Invalid url");
        }
        text
    }

    /// A member that must be a number; zero when it is not.
    pub(crate) fn number(&self, issues: &mut Issues, name: &str) -> f64 {
        match self.members.get(name).map(|value| (value, value.as_f64())) {
            Some((_, Some(number))) => number,
            other => {
                issues.add_type(self.at(name), "number", other.map(|(value, _)| value));
                0.0
            }
        }
    }

    /// A member that must be this very string.
    pub(crate) fn literal(&self, issues: &mut Issues, name: &str, expected: &str) {
        if self.members.get(name).and_then(Value::as_str) != Some(expected) {
            issues.add(
                Kind::Literal,
                self.at(name),
                format!("Invalid literal value, expected \"{expected}\""),
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
            let names = Format::ALL.into_iter().map(Format::name);
            issues.add_enumeration(self.at(name), names, Some(value));
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
                    let path = self.at(&format!("{name}.{index}"));
                    issues.add_enumeration(path, names(), Some(item));
                }
            }
        }
        if types.len() == items.len() && !REQUIRED.iter().all(|required| types.contains(required)) {
            issues.add(
                Kind::Custom,
                self.at(name),
                format!("Array must include {}", REQUIRED.join(", ")),
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
                issues.add(Kind::Union, self.at(name), "Invalid input");
                Vec::new()
            }
        }
    }

    /// A member that must be `authorization_details`; see [`authorization_details`].
    pub(crate) fn authorization_details(
        &self,
        issues: &mut Issues,
        name: &str,
    ) -> Vec<&'static str> {
        authorization_details(issues, self.members.get(name), &self.at(name))
    }

    fn authorization_detail(&self, issues: &mut Issues) -> Vec<&'static str> {
        self.literal(issues, "type", "openid_credential");
        if self.members.contains_key("format") {
            self.format(issues, "format");
        } else {
            issues.add(Kind::Type, self.at("format"), "Required");
        }
        if self.members.contains_key("locations")
            && let Some(locations) = self.array(issues, "locations")
        {
            if locations.is_empty() {
                issues.add(Kind::TooSmall, self.at("locations"), TOO_FEW);
            }
            self.urls(issues, "locations", locations);
        }
        self.types(issues, "types")
    }

    fn array(&self, issues: &mut Issues, name: &str) -> Option<&'v [Value]> {
        match self.members.get(name) {
            Some(Value::Array(items)) => Some(items),
            other => {
                issues.add_type(self.at(name), "array", other);
                None
            }
        }
    }

    /// A member that must be an array of JWKs, each with `kty` and `kid` (RFC 7517 §4).
    pub(crate) fn keys(&self, issues: &mut Issues, name: &str) -> Vec<Map<String, Value>> {
        let keys = self.objects(issues, name);
        for (members, place) in &keys {
            let key = Object::named(members, place);
            key.string(issues, "kty");
            key.string(issues, "kid");
        }
        keys.into_iter()
            .map(|(members, _)| members.clone())
            .collect()
    }

    /// A member that must be an array of objects. Yields the members of each, and the path that leads to them.
    pub(crate) fn objects(
        &self,
        issues: &mut Issues,
        name: &str,
    ) -> Vec<(&'v Map<String, Value>, String)> {
        let mut objects = Vec::new();
        for (index, item) in self.array(issues, name).into_iter().flatten().enumerate() {
            let place = self.at(&format!("{name}.{index}"));
            match item {
                Value::Object(members) => objects.push((members, place + ".")),
                other => issues.add_type(place, "object", Some(other)),
            }
        }
        objects
    }

    /// Adds a fault that the other checks do not know.
    pub(crate) fn fault(&self, issues: &mut Issues, name: &str, message: &str) {
        issues.add(Kind::Custom, self.at(name), message);
    }

    fn at(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    fn urls(&self, issues: &mut Issues, name: &str, items: &'v [Value]) -> Vec<&'v str> {
        let mut urls = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(text) if is_url(text) => urls.push(text),
                Some(_) => {
                    issues.add(
                        Kind::Text,
                        self.at(&format!("{name}.{index}")),
                        "Invalid url",
                    );
                }
                None => {
                    let path = self.at(&format!("{name}.{index}"));
                    issues.add_type(path, "string", Some(item));
                }
            }
        }
        urls
    }
}

/// `authorization_details`: at least one, each valid. Yields the types of the first, the only one that counts.
///
/// `path` is where the array stands; empty for a document of its own.
pub(crate) fn authorization_details(
    issues: &mut Issues,
    value: Option<&Value>,
    path: &str,
) -> Vec<&'static str> {
    let Some(Value::Array(items)) = value else {
        issues.add_type(path.to_owned(), "array", value);
        return Vec::new();
    };
    if items.is_empty() {
        issues.add(Kind::TooSmall, path.to_owned(), TOO_FEW);
    }
    let mut first = None;
    for (index, item) in items.iter().enumerate() {
        let place = match path {
            "" => index.to_string(),
            _ => format!("{path}.{index}"),
        };
        let types = match item {
            Value::Object(members) => {
                Object::named(members, &format!("{place}.")).authorization_detail(issues)
            }
            other => {
                issues.add_type(place, "object", Some(other));
                Vec::new()
            }
        };
        first.get_or_insert(types);
    }
    first.unwrap_or_default()
}

pub(crate) fn is_url(text: &str) -> bool {
    // The parser would percent-encode a DID into a copy of its own; ASCII after a scheme is always a URL with an opaque path.
    let is_did = text.starts_with("did:") && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_did || Url::parse(text).is_ok()
}

const TOO_FEW: &str = "Array must contain at least 1 element(s)";
