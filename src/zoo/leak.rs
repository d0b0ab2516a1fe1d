//! What an answer tells that nobody should hear.

use super::{Class, Entry, NO_CASE, ONE_MUTATION, SAID_TWICE, entry};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Leak,
        Defect::StackTraceTold,
        "leak/no-stack-frames",
        ONE_MUTATION,
    ),
    entry(
        Class::Leak,
        Defect::FilePathTold,
        "leak/no-file-paths",
        ONE_MUTATION,
    )
    .from("https://github.com/eu-digital-identity-wallet/eudi-srv-web-issuing-eudiw-py/issues/109"),
    entry(
        Class::Leak,
        Defect::StatementTold,
        "leak/no-internal-text",
        SAID_TWICE,
    ),
    entry(
        Class::Leak,
        Defect::ParserTextTold,
        "leak/no-parser-text",
        ONE_MUTATION,
    )
    .from("https://github.com/eu-digital-identity-wallet/eudi-srv-web-issuing-eudiw-py/issues/94"),
    entry(
        Class::Leak,
        Defect::TokenTold,
        "leak/no-submitted-secrets",
        ONE_MUTATION,
    ),
    entry(
        Class::Leak,
        Defect::PinTold,
        "leak/no-submitted-secrets",
        ONE_MUTATION,
    ),
    entry(
        Class::Leak,
        Defect::PrivateKeyPublished,
        "discovery/jwks-is-public",
        NO_CASE,
    )
    .from("RFC 8725"),
];
