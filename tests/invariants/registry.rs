//! What holds for every rule in the registry.

use std::collections::{BTreeMap, BTreeSet};

use vcispec::case::Stage;
use vcispec::clauses;
use vcispec::invariants::{self, ALL};

use super::refusal_stages;

#[test]
fn there_are_enough() {
    assert!(ALL.len() >= 40, "{}", ALL.len());
}

#[test]
fn identifiers_are_unique_and_found() {
    let ids: BTreeSet<_> = ALL.iter().map(|invariant| invariant.id).collect();
    assert_eq!(ids.len(), ALL.len());
    for id in ids {
        assert_eq!(invariants::find(id).map(|found| found.id), Some(id));
    }
    assert!(invariants::find("no/such-rule").is_none());
}

#[test]
fn identifiers_are_a_topic_and_a_slug_in_kebab_case() {
    for invariant in ALL {
        let parts: Vec<_> = invariant.id.split('/').collect();
        assert_eq!(parts.len(), 2, "{}", invariant.id);
        assert_eq!(parts[0], invariant.topic());
        for word in parts.iter().flat_map(|part| part.split('-')) {
            assert!(
                !word.is_empty()
                    && word
                        .chars()
                        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()),
                "{}",
                invariant.id
            );
        }
    }
}

#[test]
fn docs_are_sentences() {
    for invariant in ALL {
        assert!(invariant.doc.ends_with('.'), "{}", invariant.id);
        assert!(
            invariant
                .doc
                .starts_with(|letter: char| letter.is_ascii_alphabetic()),
            "{}",
            invariant.id
        );
        assert!(!invariant.doc.contains(". "), "{}", invariant.id);
    }
}

#[test]
fn every_rule_cites_a_clause_that_is_listed() {
    for invariant in ALL {
        assert!(
            clauses::find(invariant.clause.id).is_some_and(|found| found == invariant.clause),
            "{}",
            invariant.id
        );
    }
}

#[test]
fn every_stage_belongs_to_exactly_one_rule() {
    let mut owners: BTreeMap<Stage, Vec<&str>> = Stage::ALL
        .iter()
        .map(|stage| (*stage, Vec::new()))
        .collect();
    for invariant in ALL {
        for stage in refusal_stages(&invariant.check).unwrap_or_default() {
            owners.entry(*stage).or_default().push(invariant.id);
        }
    }
    for (stage, owners) in owners {
        assert_eq!(owners.len(), 1, "{}: {owners:?}", stage.slug());
    }
}
