//! Exit codes.

use std::process::{ExitCode, Termination};

use crate::engine::Unusable;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// No rule is broken.
    Clean,
    /// There are findings.
    Findings,
    /// The arguments make no sense.
    Usage,
    /// The target cannot be tested.
    Unusable,
    /// Nothing was run.
    Nothing,
    /// Our own fault.
    Bug,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unusable => 3,
            Self::Nothing => 4,
            Self::Bug => 70,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

impl From<&Unusable> for Exit {
    fn from(reason: &Unusable) -> Self {
        match reason {
            Unusable::NoAnswer { .. } | Unusable::NoMetadata(_) | Unusable::NoSession(_) => {
                Self::Unusable
            }
            Unusable::AuthKey(_) => Self::Usage,
            Unusable::NothingToRun => Self::Nothing,
        }
    }
}
