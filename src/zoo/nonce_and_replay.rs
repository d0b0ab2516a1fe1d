//! Which nonce a proof carries, and how often an access token is good.

use super::{
    Capability, Class, DEFERRED, Entry, ONE_MUTATION, REFUSED_THEN_VALID, SAID_TWICE, entry, needs,
};
use crate::issuer::Defect;

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        Class::NonceReplay,
        Defect::TokenReplayAccepted,
        "access-token/single-use",
        SAID_TWICE,
    )
    .from("https://github.com/keycloak/keycloak/issues/50519"),
    entry(
        Class::NonceReplay,
        Defect::NonceUnchecked,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    )
    .from("spruceid/oid4vci-rs"),
    entry(
        Class::NonceReplay,
        Defect::NonceByFirst16Characters,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    ),
    entry(
        Class::NonceReplay,
        Defect::NonceIgnoresCase,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    ),
    entry(
        Class::NonceReplay,
        Defect::NonceTrimmed,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    ),
    entry(
        Class::NonceReplay,
        Defect::EmptyNonceAccepted,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    )
    .from("https://github.com/trustknots/vcknots/pull/230"),
    entry(
        Class::NonceReplay,
        Defect::NonceCheckedOnlyIfString,
        "proof/claims-checked",
        ONE_MUTATION,
    )
    .from("https://github.com/trustknots/vcknots/pull/230"),
    entry(
        Class::NonceReplay,
        Defect::NullNonce500,
        "robustness/a-client-fault-is-no-server-error",
        ONE_MUTATION,
    )
    .from("https://github.com/swiyu-admin-ch/eidch-ios-wallet/issues/52"),
    entry(
        Class::NonceReplay,
        Defect::NonceOfAnySession,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    ),
    entry(
        Class::NonceReplay,
        Defect::NonceOfTheLastToken,
        "acceptance/valid-requests-accepted",
        needs(0, 3),
    ),
    entry(
        Class::NonceReplay,
        Defect::NonceCheckedOncePerKey,
        "proof/nonce-is-the-c-nonce-of-this-token",
        REFUSED_THEN_VALID,
    )
    .missed(
        "no generator sends a good request of one session and a faulty one of \
            another of the same holder; a case by hand does",
    ),
    entry(
        Class::NonceReplay,
        Defect::TokenUsedOncePerTypes,
        "access-token/single-use",
        REFUSED_THEN_VALID,
    ),
    entry(
        Class::NonceReplay,
        Defect::TokenUsedOncePerProof,
        "access-token/single-use",
        REFUSED_THEN_VALID,
    )
    .from("https://github.com/keycloak/keycloak/issues/50519"),
    entry(
        Class::NonceReplay,
        Defect::UsedTokensForgottenAfterEight,
        "access-token/single-use",
        needs(0, 10),
    )
    .missed(
        "no generator uses eight other tokens before a token is used again; a \
            case by hand does",
    ),
    entry(
        Class::NonceReplay,
        Defect::UsedTokensForgottenAfterAnHour,
        "access-token/single-use",
        needs(0, 3),
    )
    .with(Capability::Clock)
    .missed(
        "no generator lets an hour pass before a token is used again; a case by \
            hand does",
    ),
    entry(
        Class::NonceReplay,
        Defect::DeferredIssuanceSparesToken,
        "access-token/single-use",
        SAID_TWICE,
    )
    .shown_by(DEFERRED),
    entry(
        Class::NonceReplay,
        Defect::TokensOfOneSecondCollide,
        "acceptance/valid-requests-accepted",
        SAID_TWICE,
    )
    .missed(
        "no generator gives a holder two sessions in one second; a case by hand \
            does",
    ),
];
