//! The credential itself (VCDM 1.1 §6.3.1, EBSI verifiable attestation).

use serde::Serialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::catalogue::{FOR_TRUST_CHAIN, REQUIRED, REVOCABLE};
use super::randomness::uuid;
use super::registry::{attribute_url, schema_url, status_list_url};
use super::reply::Refusal;
use super::service::Issuer;
use super::{credential_subject, jws, lies, status_list};

/// Signs a credential of `types` about `subject` that is valid for a day from now.
///
/// # Errors
/// The key could not sign, or the clock stands beyond the year 9999.
pub(crate) fn sign(issuer: &Issuer, types: &[&str], subject: &str) -> Result<String, Refusal> {
    let draft = Draft {
        id: format!("vc:ebsi:conformance#{}", uuid(issuer.randomness())),
        types,
        subject,
        claims: credential_subject::claims(issuer, types),
        status: types
            .contains(&REVOCABLE)
            .then(|| status_list::entry(issuer)),
    };
    draft.sign(issuer)
}

/// The accreditation on which every credential of the issuer rests: it authorises itself, as a root of trust does.
///
/// # Errors
/// As [`sign`].
pub(crate) fn accreditation(issuer: &Issuer) -> Result<String, Refusal> {
    let claims = json!({ "reservedAttributeId": issuer.attribute_id, "accreditedFor": [] });
    let draft = Draft {
        id: format!("vc:ebsi:conformance#{}", issuer.attribute_id),
        types: &[REQUIRED[0], REQUIRED[1], FOR_TRUST_CHAIN],
        subject: &issuer.issuer_did,
        claims: members(claims),
        status: None,
    };
    draft.sign(issuer)
}

/// The credential that says which revocable credentials still hold (StatusList2021 §4.2).
///
/// # Errors
/// As [`sign`].
pub(crate) fn status_list(issuer: &Issuer, encoded: &str) -> Result<String, Refusal> {
    let url = status_list_url(issuer);
    let claims = json!({
        "type": "StatusList2021",
        "statusPurpose": status_list::PURPOSE,
        "encodedList": encoded,
    });
    let draft = Draft {
        subject: &format!("{url}#list"),
        id: url,
        types: &[REQUIRED[0], REQUIRED[1], "StatusList2021Credential"],
        claims: members(claims),
        status: None,
    };
    draft.sign(issuer)
}

/// What differs from credential to credential.
struct Draft<'a> {
    id: String,
    types: &'a [&'a str],
    /// Whom it is about.
    subject: &'a str,
    /// What it says of the subject, apart from its `id`.
    claims: Map<String, Value>,
    status: Option<Value>,
}

impl Draft<'_> {
    fn sign(&self, issuer: &Issuer) -> Result<String, Refusal> {
        let now = issuer.now();
        let expires = now.saturating_add(VALIDITY);
        let (issued, expiration) = (timestamp(now)?, timestamp(expires)?);
        let did = &issuer.issuer_did;
        let claims = Claims {
            jti: &self.id,
            sub: self.subject,
            iss: did,
            nbf: now,
            exp: expires,
            iat: now,
            vc: Credential {
                context: ["https://www.w3.org/2018/credentials/v1"],
                id: &self.id,
                r#type: self.types,
                issuer: did,
                issuance_date: &issued,
                issued: &issued,
                valid_from: &issued,
                expiration_date: &expiration,
                credential_subject: Subject {
                    id: self.subject,
                    claims: &self.claims,
                },
                credential_schema: Link {
                    id: schema_url(issuer),
                    r#type: "FullJsonSchemaValidator2021",
                },
                credential_status: self.status.as_ref(),
                terms_of_use: Link {
                    id: attribute_url(issuer),
                    r#type: "IssuanceCertificate",
                },
            },
        };
        let key = issuer.issuer_key();
        lies::credential::signed(issuer, &claims)
            .unwrap_or_else(|| jws::sign(&claims, &issuer.issuer_kid, key, issuer.signatures()))
            .map_err(|_| Refusal::Internal)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: &'a str,
    sub: &'a str,
    iss: &'a str,
    nbf: u64,
    exp: u64,
    iat: u64,
    vc: Credential<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    id: &'a str,
    r#type: &'a [&'a str],
    issuer: &'a str,
    issuance_date: &'a str,
    issued: &'a str,
    valid_from: &'a str,
    expiration_date: &'a str,
    credential_subject: Subject<'a>,
    credential_schema: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_status: Option<&'a Value>,
    terms_of_use: Link,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: &'a str,
    #[serde(flatten)]
    claims: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Link {
    id: String,
    r#type: &'static str,
}

/// The members of an object that stands in this file.
fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Seconds since the Unix epoch as `YYYY-MM-DDTHH:MM:SSZ`.
pub(super) fn timestamp(seconds: u64) -> Result<String, Refusal> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let seconds = i64::try_from(seconds).map_err(|_| Refusal::Internal)?;
    let time = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Refusal::Internal)?;
    time.format(format).map_err(|_| Refusal::Internal)
}

/// How long a credential is valid, in seconds.
const VALIDITY: u64 = 86_400;
