//! The live values that stand behind the placeholders of a case.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use crate::case::Live;
use crate::profile::Profile;
use crate::transcript::Context;

/// Live values by placeholder name, and the clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    values: BTreeMap<&'static str, String>,
    now: i64,
}

impl Values {
    /// Values at this moment.
    pub(super) fn at(now: Duration) -> Self {
        Self {
            values: BTreeMap::new(),
            now: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// Gives a placeholder its value.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.insert(name, value.into());
    }

    /// The value of a placeholder.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// What the dialect calls things.
    pub(super) fn describe_profile(&mut self, profile: &Profile) {
        let nth = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
        self.set("base_type", nth(profile.required_types, 0));
        self.set("attestation_type", nth(profile.required_types, 1));
        self.set("unauthorised_type", nth(profile.unauthorised_types, 0));
        self.set("onboarding_type", nth(profile.unauthorised_types, 1));
        self.set("default_format", nth(profile.formats, 0));
        self.set("other_format", nth(profile.formats, 1));
        self.set("proof_typ", profile.proof_typ);
        let bare = profile.proof_typ.split('+').next();
        self.set("proof_typ_bare", bare.unwrap_or_default());
    }

    /// The types that stand before the name of a credential type that has types of its own.
    pub(super) fn describe_types(&mut self, types: &[&'static str]) {
        let [base, .., _] = types else { return };
        self.set("base_type", *base);
        let second = types.get(1).filter(|_| types.len() > 2);
        self.set("attestation_type", *second.unwrap_or(base));
    }

    /// What follows from the issuer's own documents.
    pub(super) fn describe_issuer(&mut self, context: &Context) {
        let issuer = context.issuer.as_str();
        self.set("issuer", issuer);
        self.set("as", context.auth_server.as_str());
        self.set("credential_endpoint", context.credential_endpoint.as_str());
        let (scheme, rest) = issuer.split_once("://").unwrap_or(("https", issuer));
        let (authority, path) = rest
            .split_once('/')
            .map_or((rest, ""), |(authority, path)| (authority, path));
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        self.set("origin", format!("{scheme}://{authority}"));
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.set("issuer_parent", format!("{scheme}://{authority}{parent}"));
        let other_scheme = if scheme == "https" { "http" } else { "https" };
        self.set("issuer_other_scheme", format!("{other_scheme}://{rest}"));
        let other_port = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{host}:0{port}")
            }
            _ => format!("{authority}:{}", if scheme == "https" { 443 } else { 80 }),
        };
        self.set(
            "issuer_other_port",
            format!("{scheme}://{other_port}{path}"),
        );
        self.set("issuer_with_user", format!("{scheme}://user@{rest}"));
        let upper = authority.to_uppercase();
        // A numeric host has no other case; a dot at its end is another spelling too.
        let spelled = if upper == authority {
            format!("{authority}.")
        } else {
            upper
        };
        self.set("issuer_host_upper", format!("{scheme}://{spelled}{path}"));
    }
}

impl Live for Values {
    fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let name_end = rest[1..]
                .find(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'))
                .map(|at| at + 1);
            let value = name_end
                .filter(|end| rest.as_bytes().get(*end) == Some(&b'}'))
                .and_then(|end| Some((end, self.values.get(&rest[1..end])?)));
            match value {
                Some((end, value)) => {
                    out.push_str(value);
                    rest = &rest[end + 1..];
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn now(&self) -> i64 {
        self.now
    }
}

/// The path of a URL, or the whole text if it is none.
pub(super) fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_known_names_and_leaves_the_rest() {
        let mut values = Values::at(Duration::from_secs(5));
        values.set("did", "D");
        assert_eq!(values.fill("{did}#{{did}}{unknown}{"), "D#{D}{unknown}{");
    }

    #[test]
    fn near_issuers_always_differ_from_the_issuer() {
        for issuer in [
            "https://issuer.example",
            "http://127.0.0.1:3000/conformance/v3/issuer-mock",
            "https://a.example/x",
        ] {
            let mut values = Values::at(Duration::ZERO);
            values.describe_issuer(&Context {
                issuer: issuer.into(),
                ..Context::default()
            });
            for name in [
                "issuer_other_scheme",
                "issuer_other_port",
                "issuer_with_user",
                "issuer_host_upper",
            ] {
                assert_ne!(values.get(name), Some(issuer), "{name}");
            }
        }
    }
}
