//! Readings: other uses of the latitude that conformant issuers have, each switched beside its rule with
//! `issuer.reads(Reading::…)`, or by a question to [`answer`] and [`request`] where it takes more than a word.
//!
//! A reading breaks no rule. What a judge makes of each is no matter of the issuer's. `names.rs` lists them.

pub(crate) mod answer;
mod names;
pub(crate) mod request;
pub(crate) mod success;

use std::fmt;
use std::str::FromStr;

pub use names::Reading;

/// Declares the readings once: variant, slug, and the sentence that documents both.
macro_rules! readings {
    ($($variant:ident $slug:literal: $sentence:literal;)+) => {
        /// Another conformant use of what the profile leaves open. The issuer has none of them unless it is told so.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reading {
            $(#[doc = $sentence] $variant,)+
        }

        impl Reading {
            /// Every reading, by what it is about.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, as written on a command line.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)+
                }
            }

            /// What the issuer does, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)+
                }
            }
        }
    };
}
use readings;

/// The set of readings that an issuer has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings(Vec<Reading>);

impl Readings {
    pub(crate) fn insert(&mut self, reading: Reading) {
        if !self.contains(reading) {
            self.0.push(reading);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, reading: Reading) -> bool {
        self.0.contains(&reading)
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for Reading {
    type Err = UnknownReading;

    fn from_str(slug: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|reading| reading.slug() == slug)
            .ok_or_else(|| UnknownReading(slug.to_owned()))
    }
}

/// A name that no [`Reading`] has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no reading is called {0:?}")]
pub struct UnknownReading(String);
