//! What the harness knew when it sent a request.

use crate::case::Grant;

/// The values behind a request, which no answer may contradict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The holder's DID: subject of the access token and of the credential.
    pub holder: String,
    /// The client id of the session; the holder's DID for a natural person.
    pub client_id: String,
    /// The `c_nonce` of the session's token response.
    pub c_nonce: Option<String>,
    /// The types that the request asks for, before any mutation.
    pub requested_types: Vec<String>,
    /// The format that the request asks for, before any mutation.
    pub requested_format: String,
    /// Whether the credential type is one that the profile defers.
    pub deferred: bool,
    /// The PIN of the session, if the offer asks for one.
    pub pin: Option<String>,
    /// The grant by which the session gets its access token.
    pub grant: Grant,
    /// The `state` that the client sent to the authorization endpoint.
    pub client_state: Option<String>,
    /// Whether the authorization request that the server took asked in other words than the offer: its access token may be good
    /// somewhere else.
    pub asked_otherwise: bool,
    /// Secrets that were sent or received in this session, with what each is called. No error may
    /// repeat one, and no report shows one.
    pub secrets: Vec<(String, &'static str)>,
    /// Live values that are no secret, with their placeholders, for reports that are alike from run
    /// to run.
    pub public: Vec<(String, &'static str)>,
}

impl Facts {
    /// `text` with live values replaced by placeholders in braces: those that are known first, then
    /// whatever looks like a JWS or a UUID.
    pub fn redact(&self, text: &str) -> String {
        let mut known: Vec<_> = self
            .secrets
            .iter()
            .chain(&self.public)
            .filter(|(value, _)| value.len() > 3)
            .collect();
        known.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let mut out = text.to_owned();
        for (value, name) in known {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), &format!("{{{name}}}"));
            }
        }
        redact_shapes(&out)
    }
}

/// Replaces what looks like a JWS or a UUID.
fn redact_shapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.') {
            word.push(letter);
            continue;
        }
        if is_uuid(&word) {
            out.push_str("{uuid}");
        } else if out.ends_with('%') && word.len() > 2 && is_uuid(&word[2..]) {
            // Behind an escape, as in a URI inside another.
            out.push_str(&word[..2]);
            out.push_str("{uuid}");
        } else if word.starts_with("eyJ") && word.len() > 20 {
            out.push_str("{jwt}");
        } else {
            out.push_str(&word);
        }
        word.clear();
        if letter != '\0' {
            out.push(letter);
        }
    }
    out
}

fn is_uuid(word: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    word.len() == 36
        && word.bytes().enumerate().all(|(at, byte)| {
            if DASHES.contains(&at) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_known_values_then_shapes() {
        let facts = Facts {
            secrets: vec![("s3cr3t-token".into(), "token")],
            public: vec![("did:key:z2dm".into(), "did")],
            ..Facts::default()
        };
        assert_eq!(
            facts.redact("did:key:z2dm sent s3cr3t-token, a0b579c3-d3c1-4982-aac8-a51ba7f0ca71 and eyJhbGciOiJFUzI1NiJ9.e30.c2ln"),
            "{did} sent {token}, {uuid} and {jwt}"
        );
    }
}
