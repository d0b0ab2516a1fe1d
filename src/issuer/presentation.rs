//! The presentations that two types ask for, and whether a submission answers them (DIF Presentation Exchange 2.0).
//!
//! A definition asks for one credential of each of some types. Submissions say where in the presentation each one stands; what the
//! credentials are worth is judged elsewhere.

use serde_json::{Value, json};

use super::issues::Issues;
use super::schema::Object;

/// A presentation definition.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    id: &'static str,
    descriptors: &'static [Descriptor],
}

/// One credential that a definition asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    id: &'static str,
    type_name: &'static str,
}

/// Where a credential of a type is said to stand in the presentation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) type_name: &'static str,
    pub(crate) index: usize,
}

/// The presentation that must come before a credential of these types, if one must.
pub(crate) fn required(types: &[&str]) -> Option<&'static Definition> {
    if types.contains(&"VerifiableAuthorisationForTrustChain") {
        return Some(&TO_ONBOARD);
    }
    types
        .contains(&"CTWalletQualificationCredential")
        .then_some(&QUALIFICATION)
}

impl Definition {
    /// The definition as the wallet gets it.
    pub(crate) fn to_json(&self) -> Value {
        let descriptors: Vec<Value> = self.descriptors.iter().map(Descriptor::to_json).collect();
        json!({
            "id": self.id,
            "format": { "jwt_vc": { "alg": ["ES256"] }, "jwt_vp": { "alg": ["ES256"] } },
            "input_descriptors": descriptors,
        })
    }

    /// Where the credentials stand, one for each descriptor at least.
    ///
    /// The definition of the qualification credential has two generations, as the types have. The wallet is asked for the newer one;
    /// a submission that names the descriptors of the older one is taken too, because wallets were built for it.
    ///
    /// # Errors
    /// The submission does not answer the definition.
    pub(crate) fn places(&self, submission: &Value) -> Result<Vec<Place>, String> {
        let mut issues = Issues::default();
        let entries = read(&mut issues, submission);
        issues.into_coded_result("")?;
        if submission.get("definition_id").and_then(Value::as_str) != Some(self.id) {
            return Err(format!("definition_id must be {}", self.id));
        }
        let is_older = *self == QUALIFICATION
            && entries
                .iter()
                .any(|entry| OLDER_QUALIFICATION.iter().any(|known| known.id == entry.id));
        let descriptors = if is_older {
            OLDER_QUALIFICATION
        } else {
            self.descriptors
        };
        let mut places = Vec::with_capacity(entries.len());
        for entry in &entries {
            let descriptor = descriptors
                .iter()
                .find(|known| known.id == entry.id)
                .ok_or_else(|| {
                    format!(
                        "the presentation definition has no input descriptor {}",
                        entry.id
                    )
                })?;
            places.push(Place {
                type_name: descriptor.type_name,
                index: index(entry.path)
                    .ok_or_else(|| format!("the path of {} leads to no credential", entry.id))?,
            });
        }
        let missing = descriptors
            .iter()
            .find(|known| !entries.iter().any(|entry| entry.id == known.id));
        match missing {
            Some(missing) => Err(format!("the input descriptor {} is missing", missing.id)),
            None => Ok(places),
        }
    }
}

impl Descriptor {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "constraints": {
                "fields": [{
                    "path": ["$.type"],
                    "filter": { "type": "array", "contains": { "const": self.type_name } },
                }],
            },
        })
    }
}

/// An entry of `descriptor_map`.
struct Entry<'s> {
    id: &'s str,
    /// The innermost path.
    path: &'s str,
}

fn read<'s>(issues: &mut Issues, submission: &'s Value) -> Vec<Entry<'s>> {
    let Some(submission) = Object::of_document(issues, submission) else {
        return Vec::new();
    };
    submission.string(issues, "id");
    submission.string(issues, "definition_id");
    submission
        .objects(issues, "descriptor_map")
        .into_iter()
        .map(|(members, path)| {
            let entry = Object::named(members, &path);
            let id = entry.string(issues, "id");
            entry.string(issues, "format");
            let outer = entry.string(issues, "path");
            // A wallet points to the presentation and from there to the credential, or to the credential at once.
            let nested = members
                .get("path_nested")
                .and_then(|nested| nested.get("path"));
            let path = nested.and_then(Value::as_str).unwrap_or(outer);
            Entry { id, path }
        })
        .collect()
}

/// The position of a credential: `$.vp.verifiableCredential[0]`, or without `vp` where the path starts in the presentation.
fn index(path: &str) -> Option<usize> {
    let rest = path
        .strip_prefix("$.vp.verifiableCredential")
        .or_else(|| path.strip_prefix("$.verifiableCredential"))?;
    let digits = rest.strip_prefix('[')?.strip_suffix(']')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

const fn descriptor(id: &'static str, type_name: &'static str) -> Descriptor {
    Descriptor { id, type_name }
}

/// Shows who has been authorised to be onboarded.
const TO_ONBOARD: Definition = Definition {
    id: "va-to-onboard-presentation",
    descriptors: &[descriptor(
        "verifiable-authorisation-to-onboard",
        super::catalogue::TO_ONBOARD,
    )],
};

/// Shows that a holder wallet has got every other credential.
const QUALIFICATION: Definition = Definition {
    id: "holder-wallet-qualification-presentation",
    descriptors: &[
        descriptor(
            "same-device-authorised-in-time-credential",
            "CTWalletSameAuthorisedInTime",
        ),
        descriptor(
            "cross-device-authorised-in-time-credential",
            "CTWalletCrossAuthorisedInTime",
        ),
        descriptor(
            "same-device-authorised-deferred-credential",
            "CTWalletSameAuthorisedDeferred",
        ),
        descriptor(
            "cross-device-authorised-deferred-credential",
            "CTWalletCrossAuthorisedDeferred",
        ),
        descriptor(
            "same-device-pre-authorised-in-time-credential",
            "CTWalletSamePreAuthorisedInTime",
        ),
        descriptor(
            "cross-device-pre-authorised-in-time-credential",
            "CTWalletCrossPreAuthorisedInTime",
        ),
        descriptor(
            "same-device-pre-authorised-deferred-credential",
            "CTWalletSamePreAuthorisedDeferred",
        ),
        descriptor(
            "cross-device-pre-authorised-deferred-credential",
            "CTWalletCrossPreAuthorisedDeferred",
        ),
    ],
};

/// The same in the names of version 3.0.
const OLDER_QUALIFICATION: &[Descriptor] = &[
    descriptor("same-device-in-time-credential", "CTWalletSameInTime"),
    descriptor("cross-device-in-time-credential", "CTWalletCrossInTime"),
    descriptor("same-device-deferred-credential", "CTWalletSameDeferred"),
    descriptor("cross-device-deferred-credential", "CTWalletCrossDeferred"),
    descriptor(
        "same-device-pre_authorised-credential",
        "CTWalletSamePreAuthorised",
    ),
    descriptor(
        "cross-device-pre_authorised-credential",
        "CTWalletCrossPreAuthorised",
    ),
];

#[cfg(test)]
mod tests {
    use super::index;

    #[test]
    fn paths_lead_to_credentials() {
        assert_eq!(index("$.vp.verifiableCredential[0]"), Some(0));
        assert_eq!(index("$.verifiableCredential[12]"), Some(12));
        for path in [
            "$",
            "$.vp.verifiableCredential",
            "$.vp.verifiableCredential[]",
            "$.vp.verifiableCredential[+1]",
            "$.vp.verifiableCredential[1][0]",
            "$.vp.verifiableCredential[99999999999999999999999]",
            "$.vp.holder",
        ] {
            assert_eq!(index(path), None, "{path}");
        }
    }
}
