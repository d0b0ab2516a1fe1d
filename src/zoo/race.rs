//! Two requests at once.

use super::{BY_ID_TOKEN, Class, Entry, entry, needs};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Race,
        Defect::TokenCheckedThenStored,
        "race/access-token-yields-one-credential",
        needs(0, 4),
    )
    .from("https://github.com/keycloak/keycloak/issues/48902"),
    entry(
        Class::Race,
        Defect::CodeCheckedThenStored,
        "race/code-yields-one-access-token",
        needs(0, 4),
    )
    .from("https://github.com/keycloak/keycloak/issues/48902")
    .shown_by(BY_ID_TOKEN),
    entry(
        Class::Race,
        Defect::StateCheckedThenStored,
        "race/state-yields-one-code",
        needs(0, 4),
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Class::Race,
        Defect::SubjectSharedBetweenRequests,
        "credential/subject-is-the-holder",
        needs(0, 4),
    ),
    entry(
        Class::Race,
        Defect::FormatSharedBetweenRequests,
        "response/format-echoes-the-request",
        needs(1, 2),
    ),
];
