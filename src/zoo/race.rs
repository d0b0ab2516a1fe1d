//! Two requests at once.

use super::{BY_ID_TOKEN, Class, Entry, SAID_TWICE, entry};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Race,
        Defect::TokenCheckedThenStored,
        "access-token/single-use",
        SAID_TWICE,
    )
    .from("https://github.com/keycloak/keycloak/issues/48902")
    .missed(
        "a case sends one request after the other; the issuer's own tests send \
            ten at once",
    ),
    entry(
        Class::Race,
        Defect::CodeCheckedThenStored,
        "token/code-checked",
        SAID_TWICE,
    )
    .from("https://github.com/keycloak/keycloak/issues/48902")
    .shown_by(BY_ID_TOKEN)
    .missed("a case sends one request after the other"),
    entry(
        Class::Race,
        Defect::StateCheckedThenStored,
        "direct-post/state-checked",
        SAID_TWICE,
    )
    .shown_by(BY_ID_TOKEN)
    .missed(
        "a case sends one request after the other; the issuer's own tests send \
            ten at once",
    ),
    entry(
        Class::Race,
        Defect::SubjectSharedBetweenRequests,
        "credential/subject-is-the-holder",
        SAID_TWICE,
    )
    .missed(
        "a case sends one request after the other, so only two workers of a run \
            can show it, by chance; the issuer's own tests send ten at once",
    ),
    entry(
        Class::Race,
        Defect::FormatSharedBetweenRequests,
        "response/format-echoes-the-request",
        SAID_TWICE,
    )
    .missed("a case sends one request after the other"),
];
