//! Four parts of a run, merged, are the run.

use vcispec::Phase;
use vcispec::engine::Shard;
use vcispec::issuer::Defect;
use vcispec::report::json::Report;
use vcispec::report::{MergeError, merge};

use super::support::{FLOW, check};
use crate::thorough::few_or_all;

fn part(defects: &[Defect], shard: Shard) -> Report {
    // A clean run takes as long as it takes; its screenings are like its other cases.
    let phases = match defects {
        [] => &Phase::ALL[1..],
        _ => Phase::ALL,
    };
    let report = check(defects)
        .cases(few_or_all(24, 60))
        .phases(phases.iter().copied())
        .configure(|config| {
            config.flows = vec![FLOW.to_owned()];
            config.shard = shard;
        })
        .run_blocking();
    Report::new(report.outcome())
}

fn parts(defects: &[Defect], of: usize) -> Vec<Report> {
    let shards = (1..=of).map(|number| format!("{number}/{of}").parse().expect("a part"));
    shards.map(|shard| part(defects, shard)).collect()
}

#[test]
fn the_parts_of_a_clean_run_are_the_run() {
    let whole = part(&[], Shard::WHOLE);
    let merged = merge(parts(&[], 4)).expect("they fit");
    assert_eq!(merged.findings, whole.findings);
    assert_eq!(merged.cases, whole.cases);
    assert_eq!(merged.cases_by_step, whole.cases_by_step);
    assert_eq!(merged.not_applicable, whole.not_applicable);
    assert_eq!(merged.rules, whole.rules);
}

#[test]
fn the_parts_of_a_run_find_what_the_run_finds() {
    let defects = [
        Defect::NonceUnchecked,
        Defect::TokenReplayAccepted,
        Defect::MissingProof500,
    ];
    let whole = part(&defects, Shard::WHOLE);
    let parts = parts(&defects, few_or_all(2, 4));
    let of_parts: Vec<_> = parts.iter().map(|part| part.findings.len()).collect();
    let merged = merge(parts).expect("they fit");
    let shown = |report: &Report| -> Vec<_> {
        let findings = report.findings.iter();
        let shown = findings.map(|finding| (finding.id.clone(), finding.grade));
        shown.collect()
    };
    assert!(whole.findings.len() >= 3, "{:?}", shown(&whole));
    assert_eq!(shown(&merged), shown(&whole), "{of_parts:?}");
    let told: Vec<_> = merged.exchanges.keys().collect();
    let mut ids: Vec<_> = merged.findings.iter().map(|finding| &finding.id).collect();
    ids.sort();
    assert_eq!(told, ids);
}

#[test]
fn what_is_not_one_run_is_not_merged() {
    let report = part(&[], "7/50".parse().expect("a part"));
    let other = Report {
        seed: report.seed + 1,
        ..report.clone()
    };
    let error = merge(vec![report, other]).expect_err("two seeds");
    assert!(matches!(
        error,
        MergeError::Differs {
            what: "the seed",
            ..
        }
    ));
    assert_eq!(merge(Vec::new()), Err(MergeError::Nothing));
}
