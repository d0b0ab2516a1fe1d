//! Makes frozen vectors of cases that somebody plays.

use std::collections::BTreeSet;
use std::time::Duration;

use super::plan::TOPICS;
use super::{Draft, File, Request, SCHEMA, Setup, State, Test, answer};
use crate::case::Case;
use crate::corpus::check::of_expectation;
use crate::profile::Profile;
use crate::transcript::Transcript;

/// What was made of the drafts.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// The files with their names, in the order of the names.
    pub files: Vec<(String, File)>,
    /// The drafts that no test was made of.
    pub left_out: Vec<LeftOut>,
}

/// A draft that no test was made of, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The name that the test would have.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// Why cases could not be frozen: each is a bug, in a draft or in the issuer that they were played against.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    /// Two drafts have one name.
    #[error("two tests would be called {0}")]
    Twice(String),
    /// The issuer that the cases were played against does not answer as it must.
    #[error("{id}: expected {expected}, got {got}")]
    Answer {
        /// The test.
        id: String,
        /// What the oracle allows.
        expected: String,
        /// What came.
        got: String,
    },
    /// The last request was not sent at the time of the setup.
    #[error("{id}: the last request was sent at {sent:?} after the epoch, the setup says {time} s")]
    Time {
        /// The test.
        id: String,
        /// When it was sent.
        sent: Duration,
        /// What the setup says.
        time: u64,
    },
    /// The format cannot tell what happened.
    #[error("{id}: {reason}")]
    Untold {
        /// The test.
        id: String,
        /// Why not.
        reason: String,
    },
}

/// Requests that are larger are left out: target and header fields and body together, in bytes.
const LARGEST: usize = 8 << 10;

/// Plays the case of each draft and makes a test of its last request. `play` must carry a case out against an
/// issuer that is configured as `setup` says and knows of nothing before, such that the last request is sent
/// at the time of the setup; equal cases must yield equal bytes.
///
/// # Errors
/// An answer is not as it must be, or two drafts have one name.
pub fn freeze(
    profile: &'static Profile,
    setup: &Setup,
    drafts: &[Draft],
    mut play: impl FnMut(&Case) -> Transcript,
) -> Result<Frozen, FreezeError> {
    let mut names = BTreeSet::new();
    let mut left_out = Vec::new();
    let mut files: Vec<(String, File)> = TOPICS
        .iter()
        .map(|(topic, comment)| (format!("{topic}.json"), empty(profile, setup, comment)))
        .collect();
    for draft in drafts {
        let id = format!("{}/{}", draft.topic, draft.slug);
        if !names.insert(id.clone()) {
            return Err(FreezeError::Twice(id));
        }
        let test = match test(profile, setup, &id, draft, &play(&draft.case))? {
            Ok(test) => test,
            Err(reason) => {
                left_out.push(LeftOut { id, reason });
                continue;
            }
        };
        let at = TOPICS.iter().position(|(topic, _)| *topic == draft.topic);
        if let Some((_, file)) = at.and_then(|at| files.get_mut(at)) {
            file.tests.push(test);
            file.number_of_tests += 1;
        }
    }
    Ok(Frozen { files, left_out })
}

fn empty(profile: &Profile, setup: &Setup, comment: &str) -> File {
    File {
        schema: SCHEMA.to_owned(),
        profile: profile.id.to_owned(),
        generator: "vcispec corpus freeze".to_owned(),
        comment: comment.to_owned(),
        number_of_tests: 0,
        setup: setup.clone(),
        tests: Vec::new(),
    }
}

/// The test that a played draft makes, or why it makes none.
fn test(
    profile: &Profile,
    setup: &Setup,
    id: &str,
    draft: &Draft,
    transcript: &Transcript,
) -> Result<Result<Test, String>, FreezeError> {
    if let Some(reason) = &transcript.stopped {
        return Ok(Err(reason.clone()));
    }
    let last = transcript
        .exchanges
        .iter()
        .rposition(|exchange| exchange.step.is_some());
    let Some((last, at)) = last.and_then(|at| Some((transcript.exchanges.get(at)?, at))) else {
        return Ok(Err("the case sends nothing".into()));
    };
    let request = Request::of(&last.request);
    let size = size(&last.request);
    if size > LARGEST {
        let reason = format!("the request has {size} bytes; {LARGEST} is the most");
        return Ok(Err(reason));
    }
    if !last.is_allowed() || last.expectation.allowed.is_empty() {
        return Err(FreezeError::Answer {
            id: id.to_owned(),
            expected: last.expectation.words(),
            got: last.outcome_words(),
        });
    }
    if last.sent_at != Duration::from_secs(setup.time) {
        return Err(FreezeError::Time {
            id: id.to_owned(),
            sent: last.sent_at,
            time: setup.time,
        });
    }
    let untold = |reason| FreezeError::Untold {
        id: id.to_owned(),
        reason,
    };
    let earlier = &transcript.exchanges[..at];
    let faults = last.expectation.faults.iter().map(|fault| fault.clause.id);
    let clauses: BTreeSet<&str> = faults.chain([draft.clause.id]).collect();
    Ok(Ok(Test {
        id: id.to_owned(),
        comment: draft.comment.clone(),
        flags: draft.flags.iter().map(|flag| (*flag).to_owned()).collect(),
        clauses: clauses.into_iter().map(str::to_owned).collect(),
        case: draft.case.clone(),
        state: State::before(last.endpoint, earlier, last.sent_at, profile).map_err(untold)?,
        endpoint: last.endpoint,
        request,
        result: of_expectation(&last.expectation).0,
        expected: answer::answers(&last.expectation).map_err(untold)?,
    }))
}

fn size(request: &http::Request<bytes::Bytes>) -> usize {
    let fields = request.headers().iter();
    let fields: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    request.uri().path().len() + fields + request.body().len()
}
