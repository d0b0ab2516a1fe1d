//! The credential types and formats that the profile knows (EBSI conformance v3, credential types).

use serde::Serialize;
use serde_json::{Value, json};

/// How a wallet may come to a credential of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// With a pre-authorised code and a PIN.
    PreAuthorised,
    /// Through the authorisation endpoint, starting from an offer.
    AuthorisationCode,
    /// Through the authorisation endpoint, without an offer: the types of legal entities.
    Unoffered,
}

/// A credential type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CredentialType {
    pub(crate) name: &'static str,
    pub(crate) grant: Grant,
    /// Whether the credential is handed out later, against an acceptance token.
    pub(crate) deferred: bool,
    /// The type that stands before it in the type array, beyond the required ones.
    parent: Option<&'static str>,
}

impl CredentialType {
    /// Whether an offer of it is meant for the device that asked for it.
    pub(crate) fn is_same_device(&self) -> bool {
        self.name.starts_with("CTWalletSame")
    }

    /// The full type array of a credential of this type.
    pub(crate) fn types(&self) -> Vec<&'static str> {
        let own = self.parent.into_iter().chain([self.name]);
        REQUIRED.into_iter().chain(own).collect()
    }

    /// Its entry in an offer; in the metadata `display` is added.
    pub(crate) fn entry(&self, format: Format) -> Value {
        json!({
            "format": format,
            "types": self.types(),
            "trust_framework": { "name": "ebsi", "type": "Accreditation", "uri": "TIR link towards accreditation" },
        })
    }
}

/// The types that every request and every authorisation must hold.
pub(crate) const REQUIRED: [&str; 2] = ["VerifiableCredential", "VerifiableAttestation"];

/// The type for whose holder no key is published yet, so that steps 18 to 25 are left out.
pub(crate) const TO_ONBOARD: &str = "VerifiableAuthorisationToOnboard";

/// The type that lets its holder become a root of trust.
pub(crate) const FOR_TRUST_CHAIN: &str = "VerifiableAuthorisationForTrustChain";

/// The type that both accreditations have beside their own; no credential has it alone.
pub(crate) const ACCREDITATION: &str = "VerifiableAccreditation";

/// The accreditation of those who issue credentials.
pub(crate) const TO_ATTEST: &str = "VerifiableAccreditationToAttest";

/// The accreditation of those who accredit others.
pub(crate) const TO_ACCREDIT: &str = "VerifiableAccreditationToAccredit";

/// The type of credentials that have a place in a status list.
pub(crate) const REVOCABLE: &str = "CTRevocable";

/// Portable document A1.
pub(crate) const PORTABLE_DOCUMENT: &str = "VerifiablePortableDocumentA1";

/// The types beyond the two required ones: both generations of holder wallet types, then those of legal entities.
pub(crate) const CATALOGUE: &[CredentialType] = &[
    entry("CTWalletSameInTime", Grant::AuthorisationCode, false),
    entry("CTWalletCrossInTime", Grant::AuthorisationCode, false),
    entry("CTWalletSameDeferred", Grant::AuthorisationCode, true),
    entry("CTWalletCrossDeferred", Grant::AuthorisationCode, true),
    entry("CTWalletSamePreAuthorised", Grant::PreAuthorised, false),
    entry("CTWalletCrossPreAuthorised", Grant::PreAuthorised, false),
    entry(
        "CTWalletSameAuthorisedInTime",
        Grant::AuthorisationCode,
        false,
    ),
    entry(
        "CTWalletCrossAuthorisedInTime",
        Grant::AuthorisationCode,
        false,
    ),
    entry(
        "CTWalletSameAuthorisedDeferred",
        Grant::AuthorisationCode,
        true,
    ),
    entry(
        "CTWalletCrossAuthorisedDeferred",
        Grant::AuthorisationCode,
        true,
    ),
    entry(
        "CTWalletSamePreAuthorisedInTime",
        Grant::PreAuthorised,
        false,
    ),
    entry(
        "CTWalletCrossPreAuthorisedInTime",
        Grant::PreAuthorised,
        false,
    ),
    entry(
        "CTWalletSamePreAuthorisedDeferred",
        Grant::PreAuthorised,
        true,
    ),
    entry(
        "CTWalletCrossPreAuthorisedDeferred",
        Grant::PreAuthorised,
        true,
    ),
    entry(
        "CTWalletQualificationCredential",
        Grant::AuthorisationCode,
        false,
    ),
    entry(TO_ONBOARD, Grant::Unoffered, false),
    entry(FOR_TRUST_CHAIN, Grant::Unoffered, true),
    accreditation(TO_ATTEST),
    accreditation(TO_ACCREDIT),
    entry("CTAAQualificationCredential", Grant::Unoffered, false),
    entry(REVOCABLE, Grant::Unoffered, false),
    entry("CTIssueQualificationCredential", Grant::Unoffered, false),
    entry(PORTABLE_DOCUMENT, Grant::Unoffered, false),
];

const fn entry(name: &'static str, grant: Grant, deferred: bool) -> CredentialType {
    CredentialType {
        name,
        grant,
        deferred,
        parent: None,
    }
}

const fn accreditation(name: &'static str) -> CredentialType {
    CredentialType {
        parent: Some(ACCREDITATION),
        ..entry(name, Grant::Unoffered, false)
    }
}

/// Every type name that a request may hold.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let own = CATALOGUE.iter().map(|known| known.name);
    REQUIRED.into_iter().chain(own).chain([ACCREDITATION])
}

/// The catalogue's own copy of a type name.
pub(crate) fn known_name(name: &str) -> Option<&'static str> {
    names().find(|known| *known == name)
}

/// The types that an offer can be asked for.
pub(crate) fn offered() -> impl Iterator<Item = &'static CredentialType> {
    CATALOGUE
        .iter()
        .filter(|known| known.grant != Grant::Unoffered)
}

/// A credential type that a holder wallet can be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferedType {
    /// Its name.
    pub name: &'static str,
    /// Whether the wallet runs on the device that asks for the offer.
    pub same_device: bool,
    /// Whether the offer carries a pre-authorised code, to be redeemed with a PIN.
    pub pre_authorised: bool,
    /// Whether the credential is handed out later.
    pub deferred: bool,
}

impl OfferedType {
    /// Every type that can be offered, in the order of the metadata.
    pub fn all() -> impl Iterator<Item = Self> {
        offered().map(|known| Self {
            name: known.name,
            same_device: known.is_same_device(),
            pre_authorised: known.grant == Grant::PreAuthorised,
            deferred: known.deferred,
        })
    }
}

/// The types of legal entities, which no offer can be had for.
pub fn unoffered_types() -> impl Iterator<Item = &'static str> {
    let unoffered = CATALOGUE
        .iter()
        .filter(|known| known.grant == Grant::Unoffered);
    unoffered.map(|known| known.name)
}

/// How a wallet may come to a credential of the type of this name.
pub(crate) fn grant_of(name: &str) -> Option<Grant> {
    let known = CATALOGUE.iter().find(|known| known.name == name)?;
    Some(known.grant)
}

/// Whether a request for these types is answered with an acceptance token.
pub(crate) fn is_deferred(types: &[&str]) -> bool {
    CATALOGUE
        .iter()
        .any(|known| known.deferred && types.contains(&known.name))
}

/// A credential format: both names mean the same JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// The name of draft 11, and the default.
    #[default]
    JwtVc,
    /// The later name.
    JwtVcJson,
}

impl Format {
    /// Both formats, the default first.
    pub(crate) const ALL: [Self; 2] = [Self::JwtVc, Self::JwtVcJson];

    /// The name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::JwtVc => "jwt_vc",
            Self::JwtVcJson => "jwt_vc_json",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}
