//! Each deliberate bug draws the finding it should, shrunk to one mutation, or to two steps where it takes a sequence.

use vcispec::engine::Filter;
use vcispec::zoo::{self, Entry};
use vcispec::{Phase, invariants};

use super::support::check;

#[test]
fn each_bug_draws_its_finding_shrunk() {
    for Entry {
        defect,
        invariant,
        needs,
        shown_by,
    } in zoo::ALL
    {
        let rule = Filter::new(vec![(*invariant).to_owned()], Vec::new());
        let report = check(&[*defect])
            .phases([Phase::Systematic])
            .configure(|config| {
                config.flows = vec![format!("{shown_by}/jwt_vc")];
                config.invariants = rule.expect("there is such a rule");
                // The rest of the phase would tell nothing more: `tests/judged.rs` hears the other rules too.
                config.max_findings = Some(1);
            })
            .run_blocking();
        let found: Vec<_> = report
            .findings()
            .iter()
            .filter_map(|finding| Some((finding.invariant.as_str(), finding.case.as_ref()?.size())))
            .collect();
        let size = (needs.mutations, needs.steps);
        assert!(found.contains(&(invariant, size)), "{defect}: {found:?}");
    }
}

#[test]
fn every_bug_is_listed_once_with_a_rule_that_there_is() {
    let caught = zoo::ALL.iter().map(|entry| entry.defect);
    let mut listed: Vec<_> = caught
        .chain(zoo::OUT_OF_REACH.iter().map(|entry| entry.defect))
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, vcispec::issuer::Defect::ALL);
    for Entry { invariant, .. } in zoo::ALL {
        assert!(invariants::find(invariant).is_some(), "{invariant}");
    }
}
