//! EBSI Conformance v3 for issuers that also follow what EBSI leaves to them: the same dialect with less latitude.

use super::PROFILE;
use super::stages::STAGES;
use crate::case::{Endpoint, Stage};
use crate::profile::{Demand, Latitude, Profile, StageRule};

/// EBSI Conformance v3 with the statuses of RFC 6750, a window for the `iat` of proofs, and no stored secrets.
pub static EBSI_V3_STRICT: Profile = Profile {
    id: "ebsi-v3-strict",
    title: "EBSI Conformance v3, strict",
    stages: &STRICT,
    latitude: Latitude::Except(&["token-refused-status"]),
    refused: OUT_OF_THE_WINDOW,
    demands: &[Demand::BearerChallenge, Demand::NoStore],
    ..PROFILE
};

/// Proofs that were issued a day or more from now. Where the window ends is the issuer's: "on the order of seconds or minutes"
/// (RFC 9449, 11.1), no more than 60 seconds ahead (FAPI 2.0 Security Profile, 5.3.2.1).
const OUT_OF_THE_WINDOW: &[&str] = &[
    "proof-iat/day-old",
    "proof-iat/year-old",
    "proof-iat/day-ahead",
];

/// The stages of the dialect, with 401 where the access token is refused.
const STRICT: [StageRule; STAGES.len()] = {
    let mut strict = [STAGES[0]; STAGES.len()];
    let mut at = 0;
    while at < STAGES.len() {
        strict[at] = STAGES[at];
        if is_of_the_token(&STAGES[at]) {
            strict[at].statuses = &[401];
        }
        at += 1;
    }
    strict
};

const fn is_of_the_token(rule: &StageRule) -> bool {
    matches!(rule.endpoint, Endpoint::Credential)
        && matches!(
            rule.stage,
            Stage::AuthorizationPresent
                | Stage::BearerScheme
                | Stage::TokenHeaderDecodes
                | Stage::TokenHeader
                | Stage::TokenPayloadDecodes
                | Stage::TokenPayload
                | Stage::TokenAudience
                | Stage::TokenUnused
                | Stage::TokenUnexpired
                | Stage::TokenIssued
                | Stage::TokenKid
                | Stage::TokenSignature
        )
}
