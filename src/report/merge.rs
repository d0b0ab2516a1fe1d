//! One report of several: of the parts of one run, or of runs of one issuer. Start at [`merge`].

use std::cmp::Reverse;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::json::Report;
use crate::transcript::{Finding, Grade};

/// Why reports cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no report to merge")]
    Nothing,
    /// They are about different things.
    #[error(
        "{what} differs: {one} and {other}; only reports of one run, or of runs that were told the same, make one report"
    )]
    Differs {
        /// What differs.
        what: &'static str,
        /// What the first report says.
        one: String,
        /// What another says.
        other: String,
    },
}

/// Makes one report of several. Findings with one cause become one finding, shown by its smallest case; cases and requests
/// add up; what no part tried is not tried.
///
/// # Errors
/// There is no report, or they are not about the same target, profile and seed.
pub fn merge(reports: Vec<Report>) -> Result<Report, MergeError> {
    let mut reports = reports.into_iter();
    let mut whole = reports.next().ok_or(MergeError::Nothing)?;
    let mut ends = end(&whole);
    for report in reports {
        are_alike(&whole, &report)?;
        ends = ends.max(end(&report));
        add(&mut whole, report);
    }
    if let (Some(from), Some(to)) = (begin(&whole), ends) {
        whole.duration_ms = u64::try_from((to - from).whole_milliseconds()).unwrap_or(0);
    }
    join_compounds(&mut whole.findings);
    whole.findings.sort_by(|a, b| {
        let by_weight = (b.grade, b.count).cmp(&(a.grade, a.count));
        by_weight.then_with(|| a.id.cmp(&b.id))
    });
    let ids: Vec<_> = whole.findings.iter().map(|finding| &finding.id).collect();
    whole.exchanges.retain(|id, _| ids.contains(&id));
    // A rule that spoke in one part was asked.
    let spoke = |id: &str| {
        let mut rules = whole.rules.iter();
        rules.any(|rule| rule.id == id && !rule.flows.is_empty())
    };
    whole.not_applicable.retain(|left| !spoke(&left.id));
    Ok(whole)
}

fn are_alike(one: &Report, other: &Report) -> Result<(), MergeError> {
    let pairs = [
        ("the target", one.target.clone(), other.target.clone()),
        ("the profile", one.profile.clone(), other.profile.clone()),
        ("the seed", one.seed.to_string(), other.seed.to_string()),
        ("the version", one.version.clone(), other.version.clone()),
    ];
    for (what, one, other) in pairs {
        if one != other {
            return Err(MergeError::Differs { what, one, other });
        }
    }
    Ok(())
}

fn add(whole: &mut Report, report: Report) {
    whole.started = whole.started.clone().min(report.started);
    whole.cases += report.cases;
    whole.requests += report.requests;
    for (step, cases) in report.cases_by_step {
        *whole.cases_by_step.entry(step).or_default() += cases;
    }
    for rule in report.rules {
        match whole.rules.iter_mut().find(|known| known.id == rule.id) {
            Some(known) => known.flows.extend(rule.flows),
            None => whole.rules.push(rule),
        }
    }
    let mut exchanges = report.exchanges;
    for finding in report.findings {
        let told = exchanges.remove(&finding.id);
        let known = whole
            .findings
            .iter_mut()
            .find(|known| known.id == finding.id);
        let is_better = known
            .as_ref()
            .is_none_or(|known| rank(&finding) < rank(known));
        if is_better {
            told.map(|told| whole.exchanges.insert(finding.id.clone(), told));
        }
        match known {
            None => whole.findings.push(finding),
            Some(known) => {
                let (count, flows, seen_with) = (
                    known.count + finding.count,
                    union(&known.flows, &finding.flows),
                    union(&known.seen_with, &finding.seen_with),
                );
                if is_better {
                    *known = finding;
                }
                (known.count, known.flows, known.seen_with) = (count, flows, seen_with);
            }
        }
    }
    for left in report.not_applicable {
        if !whole.not_applicable.contains(&left) {
            whole.not_applicable.push(left);
        }
    }
    whole
        .not_applicable
        .sort_by(|a, b| (&a.id, &a.reason).cmp(&(&b.id, &b.reason)));
    whole.stopped = match (whole.stopped.take(), report.stopped) {
        (Some(one), Some(other)) if !one.contains(&other) => Some(format!("{one}; {other}")),
        (one, other) => one.or(other),
    };
    for remark in report.remarks {
        if !whole.remarks.contains(&remark) {
            whole.remarks.push(remark);
        }
    }
}

/// What makes a finding better at showing its cause; less is better.
fn rank(finding: &Finding) -> (Reverse<Grade>, bool, (usize, usize)) {
    let size = finding.case.as_ref().map_or((0, 0), |case| case.size());
    (Reverse(finding.grade), !finding.shows_by_itself, size)
}

fn union(one: &[String], other: &[String]) -> Vec<String> {
    let mut all: Vec<_> = one.iter().chain(other).cloned().collect();
    all.sort();
    all.dedup();
    all
}

/// Joins what takes several faults at once to what a single fault shows of the same rule at the same endpoint, as a run does.
fn join_compounds(findings: &mut Vec<Finding>) {
    let faults = |finding: &Finding| finding.case.as_ref().map_or(0, |case| case.size().0);
    let place = |finding: &Finding| {
        let place = finding.id.rsplit_once(':');
        place.map_or(finding.id.clone(), |(place, _)| place.to_owned())
    };
    let (mut simple, compound): (Vec<_>, Vec<_>) =
        findings.drain(..).partition(|finding| faults(finding) <= 1);
    simple.sort_by(|a, b| a.id.cmp(&b.id));
    for finding in compound {
        let covers =
            |known: &&mut Finding| place(known) == place(&finding) && known.grade >= finding.grade;
        match simple.iter_mut().find(covers) {
            Some(known) => {
                known.count += finding.count;
                known.flows = union(&known.flows, &finding.flows);
                known.seen_with = union(&known.seen_with, &finding.seen_with);
            }
            None => findings.push(finding),
        }
    }
    findings.extend(simple);
}

fn begin(report: &Report) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(&report.started, &Rfc3339).ok()
}

fn end(report: &Report) -> Option<OffsetDateTime> {
    let took = std::time::Duration::from_millis(report.duration_ms);
    Some(begin(report)? + took)
}
