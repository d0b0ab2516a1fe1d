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
pub const GAPS: &[Gap] = &[];

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
