//! `GET /issuer-mock/.well-known/openid-credential-issuer` (OpenID4VCI draft 11 §10.2).

use serde_json::{Value, json};

use super::catalogue::{CATALOGUE, CredentialType, Format};
use super::reading::Reading;
use super::reply::{self, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer) -> Reply {
    let url = issuer.issuer_url();
    let formats = match issuer.reads(Reading::OneFormat) {
        true => &Format::ALL[..1],
        false => &Format::ALL[..],
    };
    let supported: Vec<Value> = CATALOGUE
        .iter()
        .flat_map(|known| formats.iter().map(|format| with_display(known, *format)))
        .collect();
    reply::json(&json!({
        "credential_issuer": url,
        "authorization_server": issuer.auth_url(),
        "credential_endpoint": format!("{url}/credential"),
        "deferred_credential_endpoint": format!("{url}/credential_deferred"),
        "credentials_supported": supported,
    }))
}

fn with_display(known: &CredentialType, format: Format) -> Value {
    let mut entry = known.entry(format);
    entry["display"] =
        json!([{ "name": format!("{} Verifiable Credential", known.name), "locale": "en-GB" }]);
    entry
}
