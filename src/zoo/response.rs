//! The shape of a success.

use super::{Class, Entry, ONE_MUTATION, VALID, entry, needs};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Response,
        Defect::CredentialIsTheWordError,
        "response/credential-is-a-compact-jws",
        VALID,
    )
    .from("https://github.com/eu-digital-identity-wallet/eudi-srv-pid-issuer/issues/317"),
    entry(
        Class::Response,
        Defect::CredentialInQuotes,
        "response/credential-is-a-compact-jws",
        VALID,
    ),
    entry(
        Class::Response,
        Defect::CredentialNull,
        "response/credential-is-a-compact-jws",
        VALID,
    )
    .as_jwt_vc_json(),
    entry(
        Class::Response,
        Defect::CredentialAndAcceptanceToken,
        "response/exactly-one-of-credential-and-acceptance-token",
        VALID,
    ),
    entry(
        Class::Response,
        Defect::FormatMissing,
        "response/format-is-known",
        VALID,
    ),
    entry(
        Class::Response,
        Defect::FormatNotEchoed,
        "response/format-echoes-the-request",
        VALID,
    )
    .as_jwt_vc_json(),
    entry(
        Class::Response,
        Defect::SuccessIs201,
        "response/success-has-the-specified-status",
        VALID,
    ),
    entry(
        Class::Response,
        Defect::CredentialAsText,
        "response/media-type-is-json",
        VALID,
    )
    .from("https://github.com/keycloak/keycloak/issues/46750"),
    entry(
        Class::Response,
        Defect::JsonWithBraceMore,
        "response/json-parses",
        VALID,
    ),
    entry(
        Class::Response,
        Defect::RefusalWithCredential,
        "response/a-refusal-hands-out-nothing",
        ONE_MUTATION,
    )
    .from("impierce/ssi-agent"),
    entry(
        Class::Response,
        Defect::AnswerCachedByTypes,
        "credential/subject-is-the-holder",
        needs(0, 2),
    ),
];
