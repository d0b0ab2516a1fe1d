//! The clauses that no vector holds issuers to on one side, with the reason. A reason that is no longer
//! needed is an error.

/// A kind of vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The last request must be accepted.
    Positive,
    /// The last request must be refused.
    Negative,
}

/// Why clauses have no vector of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Gap {
    /// Which kind is missing.
    pub side: Side,
    /// Why.
    pub reason: &'static str,
    /// The clauses.
    pub clauses: &'static [&'static str],
}

/// Every gap that has a reason.
pub const GAPS: &[Gap] = &[
    Gap {
        side: Side::Positive,
        reason: "the rule is about refusals, and a request that must be accepted has none",
        clauses: &[
            "ebsi-v3/error-object",
            "ebsi-v3/error-codes",
            "ebsi-v3/problem-details",
            "ebsi-v3/no-leak",
            "rfc/9110-allow",
            "rfc/6749-error-chars",
        ],
    },
    Gap {
        side: Side::Positive,
        reason: "it takes two faults to see which is found first",
        clauses: &["ebsi-v3/precedence"],
    },
    Gap {
        side: Side::Positive,
        reason: "there is no extension that every issuer understands",
        clauses: &["rfc/7515-crit"],
    },
    Gap {
        side: Side::Negative,
        reason: "the rule is about what is handed out, and a refusal hands nothing out",
        clauses: &[
            "ebsi-v3/response-one-of",
            "ebsi-v3/response-format",
            "ebsi-v3/response-credential",
            "ebsi-v3/vc-header",
            "ebsi-v3/vc-signature",
            "ebsi-v3/vc-identifiers",
            "ebsi-v3/vc-subject",
            "ebsi-v3/vc-dates",
            "ebsi-v3/vc-validity",
            "ebsi-v3/vc-types",
            "ebsi-v3/vc-context",
            "ebsi-v3/vc-schema",
            "ebsi-v3/vc-unique",
            "ebsi-v3/deferred-types",
            "ebsi-v3/metadata-issuable",
            "ebsi-v3/token-response",
            "ebsi-v3/token-response-no-store",
            "ebsi-v3/authorize-response",
            "ebsi-v3/direct-post-response",
            "rfc/6749-no-store",
        ],
    },
    Gap {
        side: Side::Negative,
        reason: "the rule says what must make no difference, so that no request breaks it",
        clauses: &[
            "ebsi-v3/refused-consumes-nothing",
            "ebsi-v3/unknown-members",
            "ebsi-v3/types-order",
            "ebsi-v3/token-request-unknown",
            "rfc/9110-fields",
            "rfc/9110-answers",
        ],
    },
    Gap {
        side: Side::Negative,
        reason: "conformant issuers differ over what breaks the rule (docs/latitude.md)",
        clauses: &[
            "ebsi-v3/deferred-ready",
            "rfc/8259-unique-names",
            "rfc/7515-base64url",
        ],
    },
    Gap {
        side: Side::Positive,
        reason: "conformant issuers differ over it (docs/latitude.md), and vectors allow both answers",
        clauses: &["rfc/9110-content-coding", "rfc/9110-scheme-case"],
    },
    Gap {
        side: Side::Negative,
        reason: "conformant issuers differ over it (docs/latitude.md), and vectors allow both answers",
        clauses: &["rfc/9110-content-coding", "rfc/9110-scheme-case"],
    },
    Gap {
        side: Side::Positive,
        reason: "discovery is judged before every replay, whatever the vectors are",
        clauses: DISCOVERY,
    },
    Gap {
        side: Side::Negative,
        reason: "discovery is judged before every replay, whatever the vectors are",
        clauses: DISCOVERY,
    },
    Gap {
        side: Side::Positive,
        reason: STRICT,
        clauses: &["rfc/6750-challenge"],
    },
    Gap {
        side: Side::Negative,
        reason: STRICT,
        clauses: &["rfc/6750-challenge"],
    },
];

/// Rules about what an issuer says about itself.
const DISCOVERY: &[&str] = &["ebsi-v3/metadata", "ebsi-v3/as-metadata", "ebsi-v3/jwks"];

const STRICT: &str =
    "only the profile ebsi-v3-strict asks for it, for which there are no vectors yet";

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Positive, Self::Negative];

    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }
}

/// Why this clause has no vector of this kind.
pub(super) fn find(clause: &str, side: Side) -> Option<&'static str> {
    let gap = GAPS
        .iter()
        .find(|gap| gap.side == side && gap.clauses.contains(&clause));
    gap.map(|gap| gap.reason)
}
