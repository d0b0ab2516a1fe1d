//! The credential types of an issuer, from its metadata: `credentials_supported` as a list (draft 11) or an object (draft 12), or
//! `credential_configurations_supported` (draft 13).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

use super::FORMATS;
use crate::case::Grant;
use crate::profile::{CredentialType, Members, Profile, Reading};

impl Profile {
    /// The profile for the issuer with this metadata: with its types, where the dialect takes them from there, and with the
    /// members of draft 13 where the metadata is of that draft.
    ///
    /// What is made for an issuer is kept as long as the process lives, once for each metadata document.
    pub fn for_issuer(&'static self, metadata: &Value) -> &'static Self {
        static KNOWN: LazyLock<Mutex<HashMap<(&'static str, String), &'static Profile>>> =
            LazyLock::new(Mutex::default);
        if !self.conduct.types_of_metadata {
            return self;
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry((self.id, metadata.to_string()))
            .or_insert_with(|| Box::leak(Box::new(self.made_for(metadata))))
    }

    fn made_for(&self, metadata: &Value) -> Self {
        let entries = entries(metadata);
        let mut types: Vec<CredentialType> = Vec::new();
        for entry in entries
            .iter()
            .filter(|entry| FORMATS.contains(&entry.format))
        {
            entry.enter(&mut types);
        }
        let member = entries.iter().find_map(|entry| entry.definition);
        let mut reading = self.reading;
        // What is a wrong format elsewhere may be a right one here.
        let others = OTHER_FORMATS
            .iter()
            .filter(|(_, format)| entries.iter().any(|entry| entry.format == *format));
        reading.open = joined(reading.open, others.map(|(mutation, _)| *mutation));
        let mut members = self.members;
        if let Some(member) = member {
            members = Members {
                definition: Some("credential_definition"),
                types: member,
                ..members
            };
        }
        if metadata
            .get("credential_configurations_supported")
            .is_some()
            || member.is_some()
        {
            reading = of_draft_13(reading);
        }
        if types.len() < 2 {
            reading.left_out = joined(reading.left_out, ["types/of-another-offer"]);
        }
        Self {
            types: types.leak(),
            members,
            reading,
            ..*self
        }
    }
}

/// Draft 13 does not name the format in the response, and has the types in an object under the name `type`.
fn of_draft_13(reading: Reading) -> Reading {
    Reading {
        silent: joined(
            reading.silent,
            [
                "response/format-is-known",
                "response/format-echoes-the-request",
                "response/success-follows-schema",
                "discovery/issuer-metadata-follows-schema",
                "offer/follows-schema",
            ],
        ),
        left_out: joined(reading.left_out, ["types/renamed"]),
        ..reading
    }
}

/// The mutations that ask for a format of other credentials.
const OTHER_FORMATS: &[(&str, &str)] = &[
    ("format/ldp-vc", "ldp_vc"),
    ("format/sd-jwt", "vc+sd-jwt"),
    ("format/mdoc", "mso_mdoc"),
];

/// A credential that the metadata describes.
struct Entry<'a> {
    id: Option<&'a str>,
    format: &'a str,
    types: Vec<&'a str>,
    /// What the types are called inside `credential_definition`, if they stand there.
    definition: Option<&'static str>,
}

impl Entry<'_> {
    /// Joins the types of the issuer: one in two formats is one type.
    fn enter(&self, types: &mut Vec<CredentialType>) {
        let Some(name) = self.types.last() else {
            return;
        };
        let format = leaked(self.format);
        if let Some(known) = types.iter_mut().find(|known| known.name == *name) {
            known.formats = joined(known.formats, [format]);
            return;
        }
        types.push(CredentialType {
            types: self
                .types
                .iter()
                .map(|name| leaked(name))
                .collect::<Vec<_>>()
                .leak(),
            formats: vec![format].leak(),
            id: self.id.map(leaked),
            ..CredentialType::offered(leaked(name), Grant::PreAuthorized, false)
        });
    }
}

fn entries(metadata: &Value) -> Vec<Entry<'_>> {
    let supported = [
        "credentials_supported",
        "credential_configurations_supported",
    ]
    .into_iter()
    .find_map(|name| metadata.get(name));
    match supported {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| entry(item.get("id").and_then(Value::as_str), item))
            .collect(),
        Some(Value::Object(members)) => members
            .iter()
            .filter_map(|(id, item)| entry(Some(id), item))
            .collect(),
        _ => Vec::new(),
    }
}

fn entry<'a>(id: Option<&'a str>, item: &'a Value) -> Option<Entry<'a>> {
    let definition = item.get("credential_definition");
    let inside = ["type", "types"]
        .into_iter()
        .find(|name| definition.is_some_and(|definition| definition.get(*name).is_some()));
    let types = match (item.get("types"), inside) {
        (Some(types), _) => Some(types),
        (None, Some(name)) => definition.and_then(|definition| definition.get(name)),
        (None, None) => None,
    };
    let types = types.and_then(Value::as_array).into_iter().flatten();
    Some(Entry {
        id,
        format: item.get("format")?.as_str()?,
        types: types.filter_map(Value::as_str).collect(),
        definition: inside.filter(|_| item.get("types").is_none()),
    })
}

fn leaked(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// A list with more in it.
pub(super) fn joined(
    list: &'static [&'static str],
    more: impl IntoIterator<Item = &'static str>,
) -> &'static [&'static str] {
    let mut all = list.to_vec();
    for item in more {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all.leak()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::profile::{EBSI_V3, OPENID4VCI_DRAFT11 as DRAFT};

    #[test]
    fn types_come_from_the_metadata_of_each_draft() {
        let types = ["VerifiableCredential", "Degree"];
        for metadata in [
            json!({"credentials_supported": [{"format": "jwt_vc_json", "id": "a", "types": types}]}),
            json!({"credentials_supported": {"a": {"format": "jwt_vc_json", "types": types}}}),
            json!({"credential_configurations_supported": {"a": {"format": "jwt_vc_json", "credential_definition": {"type": types}}}}),
        ] {
            let made = DRAFT.for_issuer(&metadata);
            let known = made.find_type("Degree").expect("it stands there");
            assert_eq!((known.id, known.formats), (Some("a"), &["jwt_vc_json"][..]));
            assert_eq!(made.types_of("Degree"), types);
            let is_13 = metadata
                .get("credential_configurations_supported")
                .is_some();
            assert_eq!(made.members.definition.is_some(), is_13);
            assert_eq!(made.members.types, if is_13 { "type" } else { "types" });
            assert!(std::ptr::eq(made, DRAFT.for_issuer(&metadata)));
        }
    }

    #[test]
    fn one_type_in_two_formats_is_one_type() {
        let of = |format| json!({"format": format, "types": ["VerifiableCredential", "Degree"]});
        let made = DRAFT.for_issuer(
            &json!({"credentials_supported": [of("jwt_vc"), of("ldp_vc"), of("jwt_vc_json")]}),
        );
        assert_eq!(made.types.len(), 1);
        let formats: Vec<_> = made.formats_of("Degree").collect();
        assert_eq!(formats, ["jwt_vc", "jwt_vc_json"]);
        let ldp = crate::case::Mutation::find("format/ldp-vc").expect("a mutation");
        assert!(made.leaves_open(ldp) && !DRAFT.leaves_open(ldp));
    }

    #[test]
    fn a_profile_with_types_of_its_own_stays_as_it_is() {
        let metadata = json!({"credentials_supported": [{"format": "jwt_vc", "types": ["A"]}]});
        assert!(std::ptr::eq(
            EBSI_V3.for_issuer(&metadata),
            &raw const EBSI_V3
        ));
    }
}
