//! What defects and readings have in common: an enum whose variants have a name and a sentence each, and the set of those that
//! an issuer has.

/// Declares such an enum once: its own documentation, its name, the error for a name that none has and what that calls it; then
/// each variant with its name and the sentence that documents it.
macro_rules! named {
    (
        $(#[$about:meta])+ $kind:ident, $unknown:ident, $what:literal;
        $($variant:ident $slug:literal: $sentence:literal;)+
    ) => {
        $(#[$about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $kind {
            $(#[doc = $sentence] $variant,)+
        }

        impl $kind {
            /// All of them, in the order of their list.
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

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.slug())
            }
        }

        impl std::str::FromStr for $kind {
            type Err = $unknown;

            fn from_str(slug: &str) -> Result<Self, Self::Err> {
                let mut all = Self::ALL.iter().copied();
                all.find(|one| one.slug() == slug)
                    .ok_or_else(|| $unknown(slug.to_owned()))
            }
        }

        #[doc = concat!("A name that no ", $what, " has.")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("no {what} is called {0:?}", what = $what)]
        pub struct $unknown(String);
    };
}
pub(crate) use named;

/// The defects or readings that an issuer has.
#[derive(Debug, Clone)]
pub(crate) struct Switches<T>(Vec<T>);

impl<T: Copy + PartialEq> Switches<T> {
    pub(crate) fn insert(&mut self, one: T) {
        if !self.contains(one) {
            self.0.push(one);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, one: T) -> bool {
        self.0.contains(&one)
    }
}

impl<T> Default for Switches<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
