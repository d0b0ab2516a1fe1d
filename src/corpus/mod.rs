//! The shared corpus: test vectors as JSON, for issuers in any language.
//!
//! A vector is a [`Case`] with a story and the answer that is expected. It holds no live value: the
//! wallet renders and signs it anew for whatever issuer it is replayed against. The format, field
//! by field, is that of the types below; `corpus/README.md` says the same for people who do not
//! read Rust, `schemas/corpus.schema.json` for machines.
//! Start at [`load`] or [`embedded`]; [`lint`] holds vectors against the rules, [`check`] answers
//! against vectors. [`frozen`] holds vectors of another kind: requests to the byte.

mod add;
mod check;
mod embedded;
mod expectations;
pub mod frozen;
mod gaps;
pub mod generate;
mod har;
mod lint;
mod read;
mod stats;
mod write;

pub use add::{Addition, add};
pub use check::check;
pub use embedded::{embedded, find};
pub use expectations::{EXPECTATIONS, Expectations};
pub use gaps::{GAPS, Gap, Side};
pub use har::Archive;
pub use lint::lint;
pub use read::{Source, load, parse, read_dir, read_file};
pub use stats::{ClauseRow, Coverage, Stats};
pub use write::{format, pretty};

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::case::{Case, Need, Step};
use crate::profile::Profile;

/// The version of the vectors, apart from that of the tool: see `corpus/CHANGELOG.md`.
pub const VERSION: &str = include_str!("../../corpus/VERSION").trim_ascii_end();

/// The schema that files name.
pub const SCHEMA: &str = "vcispec-corpus-1";

/// How many requests a case of a vector sends at most.
pub const MOST_REQUESTS: usize = 128;

/// The `generator` of files that people write.
pub const BY_HAND: &str = "hand";

/// A file of vectors: one topic of one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VectorFile {
    /// The schema of the file: `vcispec-corpus-1`.
    pub schema: String,
    /// The profile whose rules the expectations follow.
    pub profile: String,
    /// What wrote the file: `hand`, or the name of a program.
    pub generator: String,
    /// How many tests the groups hold together.
    pub number_of_tests: usize,
    /// What each flag stands for.
    pub notes: BTreeMap<String, Note>,
    /// The tests, grouped.
    pub test_groups: Vec<Group>,
}

/// What a flag stands for: a kind of bug.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Note {
    /// What kind of bug.
    pub bug_type: BugType,
    /// What an issuer with the bug does.
    pub description: String,
    /// What somebody can do with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub effect: String,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// CVE numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<String>,
}

/// What kind of bug a flag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BugType {
    /// Somebody's issuer had it.
    KnownBug,
    /// A sentence of the specification is not kept.
    Specification,
    /// Conformant issuers differ.
    Latitude,
    /// Wallets that do as they should get nothing.
    Interoperability,
}

/// Tests that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they have in common, in a sentence.
    pub comment: String,
    /// The tests.
    pub tests: Vec<Vector>,
}

/// One test vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Stable name, `topic/slug`; never given to another vector.
    pub id: String,
    /// The story, in a sentence.
    pub comment: String,
    /// The bugs it hunts; each is explained in the file's notes.
    pub flags: Vec<String>,
    /// The clauses it holds an issuer to.
    pub clauses: Vec<String>,
    /// What it takes beyond a session with the issuer, sorted. Whoever lacks it leaves the vector out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Requirement>,
    /// What is sent.
    pub case: Case,
    /// Whether the last request of the case is valid.
    pub result: Verdict,
    /// What the last request of the case may be answered with.
    pub expected: Expected,
}

/// What a vector takes beyond a session with the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The private key of the authorization server, to mint access tokens with (`--as-key`).
    AsKey,
    /// A service wallet that the issuer knows (`--service-wallet`).
    ServiceWallet,
    /// A way to register a DID where the issuer looks it up (`--register-command`).
    Registrar,
    /// Hours that pass: an issuer whose clock can be moved, as one in the same process.
    Clock,
    /// A service wallet whose keys are found through a redirect only (`redirected` in the file of `--service-wallet`).
    RedirectedKeys,
}

/// Whether a request is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It must be accepted.
    Valid,
    /// It must be refused.
    Invalid,
    /// Conformant issuers differ.
    Acceptable,
}

/// The answers that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The HTTP statuses, in ascending order.
    pub status: Vec<u16>,
    /// The `error` codes, sorted; empty if none is prescribed.
    pub error: Vec<String>,
}

/// What is wrong with a corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no vector file and no case.
    #[error("{}{}: {source}", path.display(), near(.behind.as_deref()))]
    Format {
        /// Which.
        path: PathBuf,
        /// The vector that begins last before the place.
        behind: Option<String>,
        /// What and where; serde tells the line.
        source: serde_json::Error,
    },
    /// A vector breaks a rule of the corpus.
    #[error("{}{}: {id}: {problem}", path.display(), at(*line))]
    Vector {
        /// In which file.
        path: PathBuf,
        /// The line where the vector or the member begins, from 1, where it is known.
        line: Option<usize>,
        /// Which vector, or `file`.
        id: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

impl VectorFile {
    /// The vectors of all groups.
    pub fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.test_groups.iter().flat_map(|group| &group.tests)
    }

    /// The vectors of all groups, to be changed.
    pub fn vectors_mut(&mut self) -> impl Iterator<Item = &mut Vector> {
        self.test_groups
            .iter_mut()
            .flat_map(|group| &mut group.tests)
    }

    /// The same file with what follows from its vectors written anew: how many there are and what
    /// each needs.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        self.number_of_tests = self.vectors().count();
        if let Some(profile) = Profile::find(&self.profile) {
            for vector in self.vectors_mut() {
                vector.needs = Requirement::of(profile, &vector.case);
            }
        }
        self
    }
}

impl Requirement {
    /// What a case takes, sorted.
    pub fn of(profile: &Profile, case: &Case) -> Vec<Self> {
        let known = profile.find_type(&case.flow.credential_type);
        let mints = case
            .mutations()
            .any(|mutation| mutation.needs(Need::AuthKey));
        let redirected = case
            .mutations()
            .any(|mutation| mutation.needs(Need::RedirectedKeys));
        [
            (Self::AsKey, mints),
            (
                Self::ServiceWallet,
                known.is_some_and(|known| known.grant.is_service()),
            ),
            (
                Self::Registrar,
                known.is_some_and(|known| known.registers()),
            ),
            (Self::Clock, waits(case) > MOST_SECONDS),
            (Self::RedirectedKeys, redirected),
        ]
        .into_iter()
        .filter_map(|(need, is_needed)| is_needed.then_some(need))
        .collect()
    }
}

/// For how many seconds a case may wait without needing a clock.
const MOST_SECONDS: u64 = 60;

/// For how many seconds a case waits, but for what a deferred credential takes.
fn waits(case: &Case) -> u64 {
    let waits = case.steps.iter().map(|step| match step {
        Step::Wait(seconds) => *seconds,
        _ => 0,
    });
    waits.fold(0, u64::saturating_add)
}

fn near(behind: Option<&str>) -> String {
    behind.map_or_else(String::new, |id| format!(": in or behind {id}"))
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}
