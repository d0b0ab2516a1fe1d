//! A request as a curl line, with shell variables in place of live values.

use std::collections::BTreeMap;

use crate::transcript::Exchange;

/// The request as a curl line, after one comment for each variable.
pub(crate) fn line(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let mut text = Text::new(exchange);
    let mut line = format!(
        "curl -i -X {} {}",
        quoted(request.method().as_str()),
        text.quoted(&request.uri().to_string())
    );
    for (name, value) in request.headers() {
        let header = format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()));
        line.push_str(&format!(" \\\n  -H {}", text.quoted(&header)));
    }
    let body = request.body();
    if !body.is_empty() {
        let shown = &body[..body.len().min(SHOWN_BODY)];
        let body_text = String::from_utf8_lossy(shown);
        line.push_str(&format!(" \\\n  --data-raw {}", text.quoted(&body_text)));
        if shown.len() < body.len() {
            text.notes.insert(
                "the body".into(),
                "shortened here; the replay sends all of it".into(),
            );
        }
    }
    let notes = text
        .notes
        .iter()
        .map(|(name, note)| format!("# {name}: {note}\n"));
    notes.collect::<String>() + &line
}

/// A word for a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Values that are the same in every session: they stand as they are.
const LITERAL: [&str; 3] = ["issuer", "as", "origin"];

/// How much of a body is shown.
const SHOWN_BODY: usize = 4 << 10;

/// Text of a request, whose live values are known.
struct Text {
    /// Value and variable, the longest value first.
    values: Vec<(String, &'static str)>,
    /// The PIN, which is too short to be looked for anywhere but behind its name.
    pin: Option<String>,
    notes: BTreeMap<String, String>,
}

impl Text {
    fn new(exchange: &Exchange) -> Self {
        let facts = &exchange.facts;
        let mut values: Vec<_> = facts
            .secrets
            .iter()
            .chain(&facts.public)
            .filter(|(value, name)| value.len() > 3 && !LITERAL.contains(name))
            .cloned()
            .collect();
        values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self {
            values,
            pin: facts.pin.clone(),
            notes: BTreeMap::new(),
        }
    }

    /// A word for a POSIX shell, in which variables stand for live values.
    fn quoted(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((at, length, name)) = self.first_live(rest) {
            out.push_str(&escaped(&rest[..at]));
            let variable = name.to_ascii_uppercase().replace(['-', ' '], "_");
            out.push_str(&format!("${{{variable}}}"));
            self.notes
                .entry(format!("${variable}"))
                .or_insert_with(|| meaning(name));
            rest = &rest[at + length..];
        }
        out.push_str(&escaped(rest));
        if out.contains("${") {
            format!("\"{out}\"")
        } else {
            quoted(text)
        }
    }

    /// Where the next live value begins, how long it is, and what it is called.
    fn first_live(&self, text: &str) -> Option<(usize, usize, &'static str)> {
        let known = self
            .values
            .iter()
            .filter_map(|(value, name)| Some((text.find(value.as_str())?, value.len(), *name)));
        known
            .chain(first_jws(text))
            .chain(self.first_pin(text))
            .min_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)))
    }
}

impl Text {
    /// Where the PIN stands as the value of a parameter, and how long it is.
    fn first_pin(&self, text: &str) -> Option<(usize, usize, &'static str)> {
        let pin = self.pin.as_deref().filter(|pin| !pin.is_empty())?;
        let places = ["user_pin=", "tx_code="].into_iter().flat_map(|name| {
            let found = text.match_indices(name);
            found.map(|(at, name)| at + name.len())
        });
        let is_whole = |at: &usize| {
            let behind = text[*at..].strip_prefix(pin);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('&'))
        };
        let at = places.filter(is_whole).min()?;
        Some((at, pin.len(), "pin"))
    }
}

/// Where something that looks like a JWS begins, and how long it is.
fn first_jws(text: &str) -> Option<(usize, usize, &'static str)> {
    let at = text.match_indices("eyJ").map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_ascii_alphanumeric())
    })?;
    let length = text[at..]
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter))
        .unwrap_or(text.len() - at);
    (length > 20).then_some((at, length, "jwt"))
}

/// What a variable stands for.
fn meaning(name: &str) -> String {
    if let Some(name) = name.strip_prefix("other_") {
        return format!("of another session: {}", meaning(name));
    }
    match name {
        "jwt" => "a JWS that is made for this request; the replay makes a fresh one",
        "bearer_token" => "the token as this case sends it; the replay makes a fresh one",
        "access_token" => "the access token of a fresh session, from the token endpoint",
        "id_token" => "the ID token of a fresh session, from the token endpoint",
        "proof" => "the key proof as this case sends it; the replay makes a fresh one",
        "did" => "the holder's DID, from a fresh key",
        "frag" => "the fragment of the holder's kid: the DID without did:key:",
        "c_nonce" => "the c_nonce of the token response",
        "acceptance_token" => "the acceptance token of a deferred credential response",
        "pin" => "the PIN of a fresh session",
        "pre-authorized_code" => "the pre-authorised code of a fresh offer",
        other => return format!("the {} of a fresh session", other.replace(['-', '_'], " ")),
    }
    .to_owned()
}

/// Text between double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Request, Response};

    use super::*;
    use crate::case::Endpoint;

    #[test]
    fn a_pin_is_a_variable_where_it_is_the_value_of_its_parameter() {
        let request = Request::post("https://issuer.example/token")
            .body(Bytes::from_static(
                b"code=471100&user_pin=4711&tx_code=47112",
            ))
            .expect("a request");
        let mut exchange = Exchange::new(Endpoint::Token, request, Ok(Response::new(Bytes::new())));
        exchange.facts.pin = Some("4711".into());
        assert_eq!(
            line(&exchange),
            "# $PIN: the PIN of a fresh session\n\
             curl -i -X 'POST' 'https://issuer.example/token' \\\n  \
             --data-raw \"code=471100&user_pin=${PIN}&tx_code=47112\""
        );
    }

    #[test]
    fn live_values_are_variables_that_are_explained() {
        let request = Request::post("https://issuer.example/credential")
            .header("authorization", "Bearer t0ken$value")
            .body(Bytes::from_static(br#"{"it's":"$HOME"}"#))
            .expect("a request");
        let mut exchange = Exchange::new(
            Endpoint::Credential,
            request,
            Ok(Response::new(Bytes::new())),
        );
        exchange.facts.secrets = vec![("t0ken$value".into(), "access_token")];
        assert_eq!(
            line(&exchange),
            "# $ACCESS_TOKEN: the access token of a fresh session, from the token endpoint\n\
             curl -i -X 'POST' 'https://issuer.example/credential' \\\n  \
             -H \"authorization: Bearer ${ACCESS_TOKEN}\" \\\n  \
             --data-raw '{\"it'\\''s\":\"$HOME\"}'"
        );
    }
}
