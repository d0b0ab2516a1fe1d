//! Acceptance tokens.

use super::{
    Class, DEFERRED, Entry, ONE_MUTATION, REFUSED_THEN_VALID, SAID_TWICE, VALID, entry, needs,
};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::Deferred,
        Defect::NeverReady,
        "deferred/ready-after-the-delay",
        needs(0, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::ReadyAtOnce,
        "deferred/not-before-the-delay",
        SAID_TWICE,
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::EarlyPollEndsIt,
        "access-token/refused-request-consumes-nothing",
        needs(0, 4),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::EarlyPollStartsAgain,
        "deferred/ready-after-the-delay",
        needs(0, 5),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::UnknownAcceptanceTokenAccepted,
        "deferred/acceptance-token-checked",
        needs(1, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::AcceptanceTokenByPrefix,
        "deferred/acceptance-token-checked",
        needs(1, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::AccessTokenForAcceptanceToken,
        "deferred/acceptance-token-checked",
        needs(1, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::AcceptanceTokenForAccessToken,
        "access-token/only-intact-tokens",
        ONE_MUTATION,
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::AcceptanceTokenOptional,
        "deferred/acceptance-token-required",
        needs(1, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::AcceptanceTokenIsTheSecond,
        "deferred/acceptance-token-is-fresh",
        SAID_TWICE,
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredForTheLastHolder,
        "credential/subject-is-the-holder",
        needs(0, 4),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredSignedAtEachPoll,
        "deferred/the-credential-stays-the-same",
        needs(0, 4),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredOfBaseTypes,
        "credential/types-are-those-requested",
        needs(0, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredWithoutFormat,
        "response/format-is-known",
        needs(0, 3),
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredInTime,
        "deferred/only-deferred-types",
        VALID,
    )
    .shown_by(DEFERRED),
    entry(
        Class::Deferred,
        Defect::DeferredEmptyJson500,
        "robustness/a-client-fault-is-no-server-error",
        REFUSED_THEN_VALID,
    )
    .from("answers recorded from a running server")
    .shown_by(DEFERRED),
];
