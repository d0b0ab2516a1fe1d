//! Deliberate bugs, each switched beside the rule it breaks: with `issuer.lies(Defect::…)`, or by a question to
//! [`lies`](super::lies) where one word would not say what the bug does. `names.rs` lists them.

use std::fmt;
use std::str::FromStr;

mod names;

pub use names::Defect;

/// Declares the defects once: variant, slug, and the sentence that documents both.
macro_rules! defects {
    ($($variant:ident $slug:literal: $sentence:literal;)+) => {
        /// A deliberate bug of the reference issuer. The clean issuer has none of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Defect {
            $(#[doc = $sentence] $variant,)+
        }

        impl Defect {
            /// Every defect, by class.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, as written on a command line.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)+
                }
            }

            /// What the issuer does wrong, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)+
                }
            }
        }
    };
}
use defects;

/// The set of defects that an issuer has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defects(Vec<Defect>);

impl Defects {
    pub(crate) fn insert(&mut self, defect: Defect) {
        if !self.contains(defect) {
            self.0.push(defect);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, defect: Defect) -> bool {
        self.0.contains(&defect)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(slug: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|defect| defect.slug() == slug)
            .ok_or_else(|| UnknownDefect(slug.to_owned()))
    }
}

/// A name that no [`Defect`] has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no defect is called {0:?}")]
pub struct UnknownDefect(String);
