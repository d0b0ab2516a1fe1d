//! Holds answers against vectors, and vectors against the oracle.

use std::collections::BTreeSet;

use super::{Expected, Vector, Verdict};
use crate::transcript::{Body, Exchange, Expectation, Transcript};

/// Compares what an issuer answered to the last request of a vector's case with what the vector
/// expects, and the vector's expectation with the oracle's.
///
/// # Errors
/// What differs, in words.
pub fn check(vector: &Vector, transcript: &Transcript) -> Result<(), String> {
    if let Some(reason) = &transcript.stopped {
        return Err(format!("the case could not be carried out: {reason}"));
    }
    let last = transcript.steps().last().ok_or("the case sent nothing")?;
    let (result, expected) = of_expectation(&last.expectation);
    if (vector.result, &vector.expected) != (result, &expected) {
        return Err(format!(
            "the vector expects {}, the oracle {}; `vcispec corpus fmt --expectations` writes what the oracle does",
            words(vector.result, &vector.expected),
            words(result, &expected)
        ));
    }
    if last.is_allowed() {
        Ok(())
    } else {
        Err(format!(
            "expected {}, got {}",
            last.expectation.words(),
            last.outcome_words()
        ))
    }
}

impl Vector {
    /// The same vector with the expectation that the oracle has of its last request.
    #[must_use]
    pub fn expecting(mut self, expectation: &Expectation) -> Self {
        (self.result, self.expected) = of_expectation(expectation);
        self
    }

    /// Compares an answer to the last request of the case with what this vector expects, whatever the
    /// oracle says.
    ///
    /// # Errors
    /// What differs, in words.
    pub fn judge(&self, answer: &Exchange) -> Result<(), String> {
        let accepted = answer.is_accepted();
        let has_status = self.expected.status.contains(&answer.status());
        let has_error = match answer.any_error() {
            Some(error) if !self.expected.error.is_empty() => {
                self.expected.error.iter().any(|code| code == error)
            }
            _ => true,
        };
        let has_result = match self.result {
            Verdict::Valid => accepted,
            // OPTIONS may be answered with a success that hands nothing out.
            Verdict::Invalid => !accepted || answer.is_success() && !answer.hands_out(),
            Verdict::Acceptable => true,
        };
        if has_status && has_error && has_result {
            return Ok(());
        }
        Err(format!(
            "expected {}, got {}",
            words(self.result, &self.expected),
            answer.outcome_words()
        ))
    }
}

/// What a vector expects, in words.
fn words(result: Verdict, expected: &Expected) -> String {
    let result = match result {
        Verdict::Valid => "success",
        Verdict::Invalid => "refusal",
        Verdict::Acceptable => "success or refusal",
    };
    let statuses: Vec<_> = expected.status.iter().map(u16::to_string).collect();
    let mut words = format!("{result} with {}", statuses.join("/"));
    if !expected.error.is_empty() {
        words.push_str(&format!(" ({})", expected.error.join("/")));
    }
    words
}

/// What a vector says of an expectation.
pub(super) fn of_expectation(expectation: &Expectation) -> (Verdict, Expected) {
    let result = match (expectation.is_valid(), expectation.allows_success()) {
        (true, _) => Verdict::Valid,
        (false, true) => Verdict::Acceptable,
        (false, false) => Verdict::Invalid,
    };
    let statuses: BTreeSet<u16> = expectation
        .allowed
        .iter()
        .flat_map(|allowed| allowed.statuses.iter().copied())
        .collect();
    let codes: BTreeSet<&str> = expectation
        .allowed
        .iter()
        .filter_map(|allowed| match &allowed.body {
            Body::OAuthError(codes) | Body::RedirectError(codes) => Some(codes),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let expected = Expected {
        status: statuses.into_iter().collect(),
        error: codes.into_iter().map(str::to_owned).collect(),
    };
    (result, expected)
}
