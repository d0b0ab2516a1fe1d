//! What the specifications say. One file a specification, one constant a clause.
//!
//! A mutation and an invariant each cite a clause, so that a finding can say which sentence of
//! which document it rests on. Pure data: nothing here judges anything.
//! Start at [`Clause`]; [`all`] lists every clause.

pub mod ebsi_v3;
pub mod oauth;
pub mod openid4vci_draft11;
pub mod rfc;

/// How binding a clause is, in the sense of RFC 2119.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Breaking it makes an issuer non-conformant.
    Must,
    /// There may be reasons to depart from it; a departure is reported as a note.
    Should,
}

impl Level {
    /// The RFC 2119 keyword in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

/// One rule of a specification.
#[derive(Debug, PartialEq, Eq)]
pub struct Clause {
    /// Stable identifier, `specification/slug`.
    pub id: &'static str,
    /// The document, as people call it.
    pub spec: &'static str,
    /// Section number or title inside the document.
    pub section: &'static str,
    /// How binding it is.
    pub level: Level,
    /// The rule in one sentence.
    pub text: &'static str,
    /// Where to read it: a URL, or a path inside this repository for facts that have no public page.
    pub link: &'static str,
}

/// Every clause, in the order of the documents.
pub fn all() -> impl Iterator<Item = &'static Clause> {
    let documents = [ebsi_v3::ALL, openid4vci_draft11::ALL, rfc::ALL, oauth::ALL];
    documents.into_iter().flatten().copied()
}

/// The clause with this identifier.
pub fn find(id: &str) -> Option<&'static Clause> {
    all().find(|clause| clause.id == id)
}

/// Declares the clauses of one document and the list of them.
macro_rules! clauses {
    ($spec:literal, $prefix:literal; $($name:ident = $slug:literal, $section:literal, $level:ident, $link:expr, $text:literal;)+) => {
        $(
            #[doc = $text]
            pub const $name: &$crate::clauses::Clause = &$crate::clauses::Clause {
                id: concat!($prefix, "/", $slug),
                spec: $spec,
                section: $section,
                level: $crate::clauses::Level::$level,
                text: $text,
                link: $link,
            };
        )+
        /// Every clause of this document.
        pub const ALL: &[&$crate::clauses::Clause] = &[$($name),+];
    };
}
pub(crate) use clauses;
