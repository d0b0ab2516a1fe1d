//! Frozen vectors: requests to the byte, for issuers whose developers have neither a client nor a signer.
//!
//! A [`Test`] is one request, what the issuer under test is to remember before it, and the answers that
//! are allowed; the [`Setup`] of its file says with which keys, identifiers and time that issuer runs.
//! They are made from symbolic cases by [`freeze()`], which plays each against an issuer whose keys, clock,
//! randomness and signatures are fixed, so that two runs write equal bytes. The format, member by member,
//! is that of the types below; `corpus/ebsi-v3/frozen/README.md` says the same for people who do not read
//! Rust, `schemas/frozen.schema.json` for machines.
//! Start at [`read_dir`]; `plan.rs` says which cases are frozen.

mod answer;
mod freeze;
mod lint;
mod plain;
mod plan;
mod state;

pub use freeze::{FreezeError, Frozen, LeftOut, freeze};
pub use lint::lint;
pub use plan::{Draft, drafts};
pub use state::{AcceptanceToken, AuthorizationCode, CNonce, PreAuthorizedCode, State};

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::{format_error, read_text};
use super::{CorpusError, Verdict, write};
use crate::case::{Case, Endpoint};

/// A file of frozen vectors: one topic of one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct File {
    /// The schema of the file: [`SCHEMA`].
    pub schema: String,
    /// The profile whose rules the expectations follow.
    pub profile: String,
    /// What wrote the file.
    pub generator: String,
    /// What the tests have in common, in a sentence.
    pub comment: String,
    /// How many tests there are.
    pub number_of_tests: usize,
    /// How the issuer under test is configured; the same for all files of a folder.
    pub setup: Setup,
    /// The tests, independent of each other.
    pub tests: Vec<Test>,
}

/// How the issuer under test is configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Setup {
    /// What its clock shows at every request, in seconds since the Unix epoch.
    pub time: u64,
    /// The credential issuer identifier.
    pub credential_issuer: String,
    /// The identifier of the authorization server.
    pub authorization_server: String,
    /// The DID with which it issues.
    pub issuer_did: String,
    /// Its keys.
    pub keys: Keys,
}

/// The keys of the issuer under test. They are published: use them for nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Keys {
    /// Signs access tokens.
    pub authorization_server: KeyPair,
    /// Signs pre-authorised codes and credentials.
    pub credential_issuer: KeyPair,
}

/// Both halves of a key, as JWKs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    /// The public half.
    pub public: Value,
    /// The private half.
    pub private: Value,
}

/// One request and what may be answered to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Test {
    /// Stable name, `topic/slug`; never given to another test.
    pub id: String,
    /// The story, in a sentence.
    pub comment: String,
    /// What it takes beyond one session, or the point of latitude that leaves the answer open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The clauses it holds an issuer to.
    pub clauses: Vec<String>,
    /// The symbolic case that it was made from: its last request is the one that is frozen.
    pub case: Case,
    /// What the issuer under test remembers before the request, and nothing else.
    pub state: State,
    /// Which endpoint is meant: `credential`, `deferred` or `token`.
    pub endpoint: Endpoint,
    /// The request.
    pub request: Request,
    /// Whether it is valid.
    pub result: Verdict,
    /// The answers that are allowed: one of these.
    pub expected: Vec<Answer>,
}

/// A request, to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The header fields in their order, each as name in lower case and value. A character of a value is
    /// one byte (ISO 8859-1). `host` and `content-length` are left to whoever sends it.
    pub headers: Vec<(String, String)>,
    /// The body, if it is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body in base64, if it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

/// A kind of answer that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP statuses, in ascending order.
    pub status: Vec<u16>,
    /// Where there are some: the body is a JSON object whose `error` is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error: Vec<String>,
    /// Where there are some: the body is a JSON object that holds one of these members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
    /// Where there are some: the body is no JSON object that holds one of these members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
}

/// The schema that files name.
pub const SCHEMA: &str = "vcispec-frozen-1";

/// The folder of a profile that holds its frozen vectors.
pub const FOLDER: &str = "frozen";

/// The files of a folder, in the order of their names.
///
/// # Errors
/// A file cannot be read or does not follow the format.
pub fn read_dir(folder: &Path) -> Result<Vec<(PathBuf, File)>, CorpusError> {
    let error = |source| CorpusError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.extension().is_some_and(|found| found == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: PathBuf| read_file(&path).map(|file| (path, file));
    paths.into_iter().map(read).collect()
}

/// A file.
///
/// # Errors
/// As [`read_dir`].
pub fn read_file(path: &Path) -> Result<File, CorpusError> {
    let text = read_text(path)?;
    serde_json::from_str(&text).map_err(|source| format_error(path, &text, source))
}

/// The text of a file as `vcispec corpus freeze` writes it.
pub fn format(file: &File) -> String {
    write::pretty(file)
}

impl Request {
    /// The request of an exchange.
    pub(super) fn of(request: &http::Request<bytes::Bytes>) -> Self {
        let path = request.uri().path_and_query();
        let headers = request.headers().iter().map(|(name, value)| {
            let value = value.as_bytes().iter().copied().map(char::from);
            (name.as_str().to_owned(), value.collect())
        });
        let (body, body_base64) = match std::str::from_utf8(request.body()) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(STANDARD.encode(request.body()))),
        };
        Self {
            method: request.method().to_string(),
            path: path.map_or("/", http::uri::PathAndQuery::as_str).to_owned(),
            headers: headers.collect(),
            body,
            body_base64,
        }
    }

    /// The bytes of the body.
    ///
    /// # Errors
    /// There is not exactly one form of it, or its base64 is none.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.body, &self.body_base64) {
            (Some(text), None) => Ok(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD
                .decode(text)
                .map_err(|error| format!("bodyBase64 is no base64: {error}")),
            _ => Err("a request has either body or bodyBase64".into()),
        }
    }

    /// The request as a value that services take, with path and query as its URI.
    ///
    /// # Errors
    /// It is none: the method, the path, a header field or the body.
    pub fn to_http(&self) -> Result<http::Request<bytes::Bytes>, String> {
        let mut builder = http::Request::builder()
            .method(self.method.as_str())
            .uri(self.path.as_str());
        for (name, value) in &self.headers {
            let bytes: Option<Vec<u8>> = value
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).ok())
                .collect();
            let bytes = bytes.ok_or_else(|| format!("the value of {name} is not ISO 8859-1"))?;
            builder = builder.header(name.as_str(), bytes);
        }
        builder
            .body(self.bytes()?.into())
            .map_err(|error| format!("the request cannot be made: {error}"))
    }
}
