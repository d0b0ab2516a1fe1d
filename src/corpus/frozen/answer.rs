//! Which answers are allowed: told from the oracle's expectation, and compared with an answer.

use serde_json::Value;

use super::{Answer, Test};
use crate::transcript::{Allowed, Body, Expectation};

impl Test {
    /// Holds an answer against what is expected.
    ///
    /// # Errors
    /// What is expected and what came, in words.
    pub fn judge(&self, status: u16, body: &[u8]) -> Result<(), String> {
        if self.expected.iter().any(|one| one.allows(status, body)) {
            return Ok(());
        }
        let expected: Vec<String> = self.expected.iter().map(Answer::words).collect();
        let body = String::from_utf8_lossy(body);
        Err(format!(
            "{}: expected {}, got {status} {body}",
            self.id,
            expected.join(", or ")
        ))
    }
}

impl Answer {
    /// Whether an answer is of this kind.
    pub fn allows(&self, status: u16, body: &[u8]) -> bool {
        if !self.status.contains(&status) {
            return false;
        }
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = json.get("error").and_then(Value::as_str);
        let names_error = self.error.is_empty()
            || error.is_some_and(|found| self.error.iter().any(|one| one == found));
        let holds_member =
            self.holds.is_empty() || self.holds.iter().any(|name| json.get(name).is_some());
        let lacks_members = !self.lacks.iter().any(|name| json.get(name).is_some());
        names_error && holds_member && lacks_members
    }

    /// Whether it hands out what was asked for.
    pub(super) fn is_success(&self) -> bool {
        !self.holds.is_empty() && self.status.iter().any(|status| is_success(*status))
    }

    /// In words: `400/401 with error invalid_token`.
    fn words(&self) -> String {
        let statuses: Vec<String> = self.status.iter().map(u16::to_string).collect();
        let mut words = statuses.join("/");
        for (what, names) in [
            ("with error", &self.error),
            ("with a member", &self.holds),
            ("without a member", &self.lacks),
        ] {
            if !names.is_empty() {
                words += &format!(" {what} {}", names.join(" or "));
            }
        }
        words
    }
}

/// The answers that an expectation allows, no kind of body twice.
///
/// # Errors
/// One of them is none that this format can tell.
pub(super) fn answers(expectation: &Expectation) -> Result<Vec<Answer>, String> {
    let mut answers: Vec<Answer> = Vec::new();
    for allowed in &expectation.allowed {
        let answer = answer(allowed)?;
        let alike = |one: &&mut Answer| (&one.error, &one.holds) == (&answer.error, &answer.holds);
        match answers.iter_mut().find(alike) {
            Some(known) => known.status.extend(answer.status),
            None => answers.push(answer),
        }
    }
    for answer in &mut answers {
        answer.status.sort_unstable();
        answer.status.dedup();
    }
    // Codes of the same statuses are one kind.
    let mut merged: Vec<Answer> = Vec::new();
    for answer in answers {
        let alike = |one: &&mut Answer| {
            one.status == answer.status && !one.error.is_empty() && !answer.error.is_empty()
        };
        match merged.iter_mut().find(alike) {
            Some(known) => known.error.extend(answer.error),
            None => merged.push(answer),
        }
    }
    for answer in &mut merged {
        answer.error.sort_unstable();
        answer.error.dedup();
        let asks_nothing = answer.error.is_empty() && answer.holds.is_empty();
        if asks_nothing && answer.status.iter().any(|status| is_success(*status)) {
            answer.lacks = HANDED_OUT.map(str::to_owned).to_vec();
        }
    }
    merged.sort_unstable();
    Ok(merged)
}

/// What the credential endpoints hand out.
const HANDED_OUT: [&str; 2] = ["acceptance_token", "credential"];

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn answer(allowed: &Allowed) -> Result<Answer, String> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (error, holds) = match &allowed.body {
        Body::Credential => (Vec::new(), names(&["credential"])),
        Body::AcceptanceToken => (Vec::new(), names(&["acceptance_token"])),
        Body::Success => (Vec::new(), names(&["access_token"])),
        Body::OAuthError(codes) => (names(codes), Vec::new()),
        Body::Problem => (Vec::new(), names(&["status", "title"])),
        Body::NoCredential => (Vec::new(), Vec::new()),
        Body::Redirect(_) | Body::RedirectError(_) | Body::RequestObject => {
            return Err(format!(
                "no frozen answer is like this: {}",
                allowed.words()
            ));
        }
    };
    Ok(Answer {
        status: allowed.statuses.clone(),
        error,
        holds,
        lacks: Vec::new(),
    })
}
