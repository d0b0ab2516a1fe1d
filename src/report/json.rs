//! `report.json`: the outcome of a run for other tools. `schemas/report.schema.json` describes it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::engine::{NotApplicable, Outcome};
use crate::transcript::Finding;

/// The name of the file in the report folder.
pub const FILE: &str = "report.json";

/// The outcome as JSON text, the same for the same run but for `started` and `duration_ms`.
pub fn text(outcome: &Outcome) -> String {
    let report = Report {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        target: &outcome.target,
        profile: outcome.profile,
        seed: outcome.seed,
        started: rfc3339(outcome.started),
        duration_ms: u64::try_from(outcome.duration.as_millis()).unwrap_or(u64::MAX),
        cases: outcome.cases,
        requests: outcome.requests,
        cases_by_step: &outcome.cases_by_step,
        findings: &outcome.findings,
        not_applicable: &outcome.not_applicable,
        stopped: outcome.stopped.as_deref(),
    };
    let mut text = serde_json::to_string_pretty(&report).expect("a report is JSON");
    text.push('\n');
    text
}

/// Writes the report into a folder, which is made if need be. Says where.
///
/// # Errors
/// The folder or the file could not be written.
pub fn write(outcome: &Outcome, folder: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(FILE);
    std::fs::write(&path, text(outcome))?;
    Ok(path)
}

#[derive(Serialize)]
struct Report<'a> {
    tool: &'static str,
    version: &'static str,
    target: &'a str,
    profile: &'a str,
    seed: u64,
    started: String,
    duration_ms: u64,
    cases: u64,
    requests: u64,
    cases_by_step: &'a BTreeMap<String, u64>,
    findings: &'a [Finding],
    not_applicable: &'a [NotApplicable],
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'a str>,
}

fn rfc3339(time: SystemTime) -> String {
    OffsetDateTime::from(time)
        .replace_nanosecond(0)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(&Rfc3339)
        .expect("times of our era have an RFC 3339 form")
}
