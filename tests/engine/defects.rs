//! The table of deliberate bugs.

use vcispec::invariants;
use vcispec::issuer::Defect;
use vcispec::zoo::{self, Capability};

#[test]
fn every_bug_is_listed_once_with_a_rule_that_there_is() {
    let mut listed: Vec<_> = zoo::ALL.iter().map(|entry| entry.defect).collect();
    listed.sort_unstable();
    assert_eq!(listed, Defect::ALL);
    for entry in zoo::ALL {
        let invariant = entry.invariant;
        assert!(invariants::find(invariant).is_some(), "{invariant}");
    }
}

#[test]
fn most_bugs_take_nothing_but_requests() {
    let minted = zoo::ALL
        .iter()
        .filter(|entry| matches!(entry.capability, Capability::AuthKey | Capability::Clock));
    assert!(minted.count() * 4 <= zoo::ALL.len());
}
