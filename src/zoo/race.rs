//! Two requests at once.

use super::{BY_ID_TOKEN, Class, Entry, entry, needs};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Race,
        Defect::TokenCheckedThenStored,
        "access-token/single-use",
        needs(0, 2),
    )
    .from("https://github.com/keycloak/keycloak/issues/48902"),
    entry(
        Class::Race,
        Defect::CodeCheckedThenStored,
        "token/code-checked",
        needs(0, 2),
    )
    .from("https://github.com/keycloak/keycloak/issues/48902")
    .shown_by(BY_ID_TOKEN),
    entry(
        Class::Race,
        Defect::StateCheckedThenStored,
        "direct-post/state-checked",
        needs(0, 2),
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Class::Race,
        Defect::SubjectSharedBetweenRequests,
        "credential/subject-is-the-holder",
        needs(0, 2),
    ),
    entry(
        Class::Race,
        Defect::FormatSharedBetweenRequests,
        "response/format-echoes-the-request",
        needs(0, 2),
    ),
];
