//! What one request leaves behind for the next.

use super::{Class, Entry, REFUSED_THEN_VALID, SAID_TWICE, entry, needs};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Session,
        Defect::RefusedRequestBurnsToken,
        "access-token/refused-request-consumes-nothing",
        REFUSED_THEN_VALID,
    )
    .from("https://github.com/keycloak/keycloak/issues/49787"),
    entry(
        Class::Session,
        Defect::ThreeRefusalsLockOut,
        "access-token/refused-request-consumes-nothing",
        needs(3, 4),
    ),
    entry(
        Class::Session,
        Defect::RefusedKidBecomesSubject,
        "credential/subject-is-the-holder",
        REFUSED_THEN_VALID,
    ),
    entry(
        Class::Session,
        Defect::RefusedFormatSticks,
        "response/format-echoes-the-request",
        REFUSED_THEN_VALID,
    )
    .as_jwt_vc_json(),
    entry(
        Class::Session,
        Defect::EverySecondProofRefused,
        "acceptance/valid-requests-accepted",
        SAID_TWICE,
    ),
    entry(
        Class::Session,
        Defect::ThirdRequestOfAToken500,
        "robustness/a-client-fault-is-no-server-error",
        needs(2, 3),
    ),
    entry(
        Class::Session,
        Defect::DidDocumentCachedByMethod,
        "acceptance/valid-requests-accepted",
        SAID_TWICE,
    ),
    entry(
        Class::Session,
        Defect::ConnectionsRunOut,
        "robustness/a-client-fault-is-no-server-error",
        needs(21, 21),
    ),
];
