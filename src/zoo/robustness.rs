//! Crashes and server errors.

use super::{Class, Entry, ONE_MUTATION, VALID, entry};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Robustness,
        Defect::TextNotAscii500,
        "robustness/a-client-fault-is-no-server-error",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::BadPercent500,
        "robustness/a-client-fault-is-no-server-error",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::ProofWithoutPayloadPanics,
        "robustness/every-request-is-answered",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::PayloadNoObjectPanics,
        "robustness/every-request-is-answered",
        ONE_MUTATION,
    )
    .from("https://github.com/clockworklabs/SpacetimeDB/issues/4590"),
    entry(
        Class::Robustness,
        Defect::BodyNotUtf8Panics,
        "robustness/every-request-is-answered",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::Preflight500,
        "robustness/a-client-fault-is-no-server-error",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::HeadPanics,
        "robustness/every-request-is-answered",
        ONE_MUTATION,
    ),
    entry(
        Class::Robustness,
        Defect::LongKidTakesAMinute,
        "robustness/every-request-is-answered",
        VALID,
    ),
];
