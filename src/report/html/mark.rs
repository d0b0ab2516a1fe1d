//! Finds in the text of a message what a mutation changed.

use std::ops::Range;

use maud::{Markup, html};

use crate::report::told::Decoded;

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The first line.
    Line,
    /// A header field, by its name in lower case.
    Header(String),
    /// The whole body.
    Body,
    /// A member of the JSON in the body.
    Member(String),
    /// A member of a token, by the token's name.
    Claim(&'static str, String),
    /// A parameter of a form.
    Parameter(String),
}

impl Part {
    /// What of it stands in a token: the member's name. A token that nobody knows may be any.
    fn within<'a>(&'a self, token: &Decoded) -> Option<&'a str> {
        match self {
            Self::Claim(name, member) if token.name == *name || token.name == "jwt" => Some(member),
            _ => None,
        }
    }

    /// Whether a token holds it.
    pub(super) fn is_in(&self, token: &Decoded) -> bool {
        self.within(token).is_some_and(|name| {
            let found = member(&token.header, name).or(member(&token.claims, name));
            found.is_some()
        })
    }
}

/// Those of these parts that stand in a token, as members of its JSON.
pub(super) fn inside(parts: &[Part], token: &Decoded) -> Vec<Part> {
    let names = parts.iter().filter_map(|part| part.within(token));
    names.map(|name| Part::Member(name.to_owned())).collect()
}

/// The parts that these words name, which are those of a slot, such as `proof claim nonce`.
pub(super) fn parts(changed: &[String]) -> Vec<Part> {
    changed.iter().flat_map(|words| part(words)).collect()
}

fn part(words: &str) -> Vec<Part> {
    let member = |name: &str| Part::Member(name.rsplit('.').next().unwrap_or(name).to_owned());
    if let Some(name) = words.strip_prefix("header ") {
        return vec![Part::Header(name.to_ascii_lowercase())];
    }
    if let Some(name) = words.strip_prefix("body ") {
        let name = name.strip_prefix("proof-jwt").map_or(name, |_| "jwt");
        return vec![member(&name.replace('-', "_"))];
    }
    if let Some(name) = words.strip_prefix("unknown member ") {
        return vec![member(name)];
    }
    if let Some(name) = words.strip_prefix("form parameter ") {
        return vec![Part::Parameter(name.to_owned())];
    }
    if let Some(name) = words.strip_prefix("parameter ") {
        return vec![Part::Line, Part::Parameter(name.to_owned())];
    }
    match words {
        "body" => return vec![Part::Body],
        "method" | "path" | "query" | "id in the URL" => return vec![Part::Line],
        _ => {}
    }
    for kind in [" header ", " claim "] {
        match words.split_once(kind) {
            Some((jws, "*")) => return carrier(jws),
            Some((jws, name)) => {
                let name = name.rsplit('.').next().unwrap_or(name);
                let mut parts = carrier(jws);
                parts.push(Part::Claim(token(jws), name.to_owned()));
                return parts;
            }
            None => {}
        }
    }
    let jws = words
        .strip_suffix(" signature")
        .or(words.strip_suffix(" compact form"));
    jws.map(carrier).unwrap_or_default()
}

/// Where a token stands in a request.
fn carrier(jws: &str) -> Vec<Part> {
    let form = |name: &str| vec![Part::Parameter(name.to_owned())];
    match jws {
        "access token" => vec![Part::Header("authorization".into())],
        "proof" => vec![Part::Member("jwt".into())],
        "issuer state" => vec![Part::Line],
        "request object" => vec![Part::Line],
        "ID token" => form("id_token"),
        "presentation" => form("vp_token"),
        "client assertion" => form("client_assertion"),
        "pre-authorised code" => form("pre-authorized_code"),
        _ => Vec::new(),
    }
}

/// The name by which a token's value is known.
fn token(jws: &str) -> &'static str {
    match jws {
        "access token" => "access_token",
        "proof" => "proof",
        "issuer state" => "issuer_state",
        "request object" => "request",
        "ID token" => "id_token",
        "presentation" => "vp_token",
        "client assertion" => "client_assertion",
        "pre-authorised code" => "pre-authorized_code",
        _ => "jwt",
    }
}

/// The text, with these parts marked where they are found.
pub(super) fn marked(text: &str, parts: &[Part]) -> Markup {
    let mut ranges: Vec<Range<usize>> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Member(name) => member(text, name),
            Part::Parameter(name) => parameter(text, name),
            Part::Line | Part::Header(_) | Part::Body | Part::Claim(..) => None,
        })
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut at = 0;
    html! {
        @for range in ranges {
            @if range.start >= at {
                (&text[at..range.start])
                mark { (&text[range.clone()]) }
                ({ at = range.end; "" })
            }
        }
        (&text[at..])
    }
}

/// Where a member stands in JSON, which may be broken: from its name to the end of its value.
fn member(json: &str, name: &str) -> Option<Range<usize>> {
    let quoted = format!("\"{name}\"");
    let start = json.match_indices(&quoted).map(|(at, _)| at).find(|at| {
        let behind = json[at + quoted.len()..].trim_start();
        behind.starts_with(':')
    })?;
    let mut depth = 0_usize;
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, letter) in json[start + quoted.len()..].char_indices() {
        let at = start + quoted.len() + at;
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if in_string => is_escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' if depth == 0 => return Some(start..at),
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => return Some(start..at),
            _ => {}
        }
    }
    Some(start..json.len())
}

/// Where a parameter stands in a form.
fn parameter(form: &str, name: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for pair in form.split('&') {
        if pair.split('=').next() == Some(name) {
            return Some(at..at + pair.len());
        }
        at += pair.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str, name: &str) -> Option<String> {
        member(json, name).map(|range| json[range].to_owned())
    }

    #[test]
    fn a_member_is_found_with_its_value() {
        let json = r#"{"format":"a,\"b}","types":["x",{"y":1}],"proof":{"jwt":"z"}}"#;
        let found = |name| text(json, name);
        assert_eq!(found("format").as_deref(), Some(r#""format":"a,\"b}""#));
        assert_eq!(found("types").as_deref(), Some(r#""types":["x",{"y":1}]"#));
        assert_eq!(found("jwt").as_deref(), Some(r#""jwt":"z""#));
        assert_eq!(found("y").as_deref(), Some(r#""y":1"#));
        assert_eq!(found("x"), None);
        assert_eq!(text(r#"{"a":[1"#, "a").as_deref(), Some(r#""a":[1"#));
    }

    #[test]
    fn what_is_found_is_marked_and_the_rest_is_escaped() {
        let parts = [Part::Member("b".into()), Part::Member("a".into())];
        let shown = marked(r#"{"a":"<","b":2}"#, &parts).into_string();
        let plain = shown.replace("&quot;", "'");
        assert_eq!(plain, "{<mark>'a':'&lt;'</mark>,<mark>'b':2</mark>}");
        let shown = marked(
            "grant_type=x&user_pin=1",
            &[Part::Parameter("user_pin".into())],
        );
        assert_eq!(
            shown.into_string(),
            "grant_type=x&amp;<mark>user_pin=1</mark>"
        );
    }
}
