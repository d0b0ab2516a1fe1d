//! The smallest case that shows each deliberate bug, replayed: the rule that the table names must speak. And none may speak of
//! the clean issuer.
//!
//! `tests/data/kills.json` holds the cases; [`renew`] finds them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vcispec::case::Case;
use vcispec::engine::Filter;
use vcispec::issuer::{Defect, Issuer};
use vcispec::zoo::{self, Entry};
use vcispec::{Check, Phase};

use super::support::{check, in_parallel};
use crate::thorough::every_nth;

/// A defect and the case that shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    defect: String,
    invariant: String,
    case: Case,
    /// The other defects that the same rule catches by this case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shows_too: Vec<String>,
}

#[test]
fn each_bug_is_shown_by_its_smallest_case() {
    let unshown = in_parallel(&kills(), |kill| {
        let defect = kill.defect.parse().expect("there is such a defect");
        let found = findings(able(&[defect]), &kill.case);
        (!found.contains(&kill.invariant)).then(|| format!("{defect}: {found:?}"))
    });
    assert!(unshown.is_empty(), "{unshown:#?}");
}

#[test]
fn the_clean_issuer_draws_no_finding_by_these_cases() {
    let kills: Vec<_> = every_nth(2, kills()).collect();
    let found = in_parallel(&kills, |kill| {
        let found = findings(able(&[]), &kill.case);
        (!found.is_empty()).then(|| format!("{}: {found:?}", kill.defect))
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_bug_that_is_caught_has_its_case() {
    let kills = kills();
    for entry in zoo::ALL {
        let slug = entry.defect.slug();
        let kill = kills.iter().find(|kill| kill.defect == slug);
        let kill = kill.unwrap_or_else(|| panic!("{slug} has no case; see `renew`"));
        assert_eq!(kill.invariant, entry.invariant, "{slug}");
        let size = (entry.needs.mutations, entry.needs.steps);
        assert_eq!(kill.case.size(), size, "{slug}");
    }
}

#[test]
fn a_case_shows_those_bugs_of_its_rule_that_it_names() {
    let kills = kills();
    let some: Vec<_> = every_nth(9, kills.iter()).collect();
    let wrong = in_parallel(&some, |kill| {
        let shown = shown_too(kill, &kills);
        (shown != kill.shows_too).then(|| format!("{}: {shown:?}", kill.defect))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The other defects that the rule of this one catches by its case.
fn shown_too(kill: &Kill, kills: &[Kill]) -> Vec<String> {
    let others = kills.iter().filter(|other| {
        let defect = other.defect.parse().expect("there is such a defect");
        other.invariant == kill.invariant
            && other.defect != kill.defect
            && findings(able(&[defect]), &kill.case).contains(&kill.invariant)
    });
    others.map(|other| other.defect.clone()).collect()
}

/// Finds the smallest case of each defect that has none, or none that still shows it, and writes `tests/data/kills.json`. Cases of
/// the others are kept.
#[test]
#[ignore = "takes minutes; run it after a change to the defects, the mutations or the rules"]
fn renew() {
    let mut kills: BTreeMap<String, Kill> = kills()
        .into_iter()
        .map(|kill| (kill.defect.clone(), kill))
        .collect();
    for entry in zoo::ALL {
        let shows = |case: &Case| {
            let found = findings(able(&[entry.defect]), case);
            found.iter().any(|id| id == entry.invariant)
        };
        let size = (entry.needs.mutations, entry.needs.steps);
        let known = kills.get(entry.defect.slug());
        if known.is_some_and(|known| known.case.size() == size && shows(&known.case)) {
            continue;
        }
        // A run may have found it with the help of other cases.
        if let Some(case) = smallest_case(entry).filter(shows) {
            let kill = Kill {
                defect: entry.defect.slug().to_owned(),
                invariant: entry.invariant.to_owned(),
                case,
                shows_too: Vec::new(),
            };
            kills.insert(kill.defect.clone(), kill);
        }
    }
    let kills: Vec<Kill> = kills.into_values().collect();
    let mut lines = in_parallel(&kills, |kill| {
        let kill = Kill {
            shows_too: shown_too(kill, &kills),
            ..kill.clone()
        };
        Some(serde_json::to_string(&kill).expect("cases can be written"))
    });
    lines.sort();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    fs::write(path(), text).expect("the file can be written");
}

/// The case that a run of the flow shrinks the first finding to.
fn smallest_case(entry: &Entry) -> Option<Case> {
    let rule = Filter::new(vec![entry.invariant.to_owned()], Vec::new());
    let report = able(&[entry.defect])
        .phases(Phase::ALL.iter().copied())
        .cases(300)
        .configure(|config| {
            config.flows = vec![format!("{}/{}", entry.shown_by, entry.format)];
            config.invariants = rule.expect("there is such a rule");
            config.max_findings = Some(1);
        })
        .run_blocking();
    let found = report.findings().iter();
    let mut cases = found.filter_map(|finding| finding.case.clone());
    cases.next()
}

/// What breaks as the case is carried out.
fn findings(check: Check, case: &Case) -> Vec<String> {
    let case = serde_json::to_string(case).expect("a case can be written");
    let report = check.replay(&case);
    let found = report.findings().iter();
    found.map(|finding| finding.invariant.clone()).collect()
}

/// Begins to check an issuer of which everything is known that a run can know.
fn able(defects: &[Defect]) -> Check {
    let issuer = Issuer::builder().build().expect("the defaults make one");
    check(defects).auth_key(issuer.auth_key_jwk())
}

fn kills() -> Vec<Kill> {
    let text = fs::read_to_string(path()).expect("the file is there");
    serde_json::from_str(&text).expect("the file holds cases")
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/kills.json")
}

/// The page was written by a whole run; what it says about each bug must be what the table asks for.
#[test]
fn the_page_of_the_matrix_has_every_bug_with_its_rule() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kill-matrix.md");
    let page = fs::read_to_string(page).expect("the page can be read");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), zoo::ALL.len());
    for entry in zoo::ALL {
        let begin = format!("| `{}` | `{}`", entry.defect.slug(), entry.invariant);
        let row = page.lines().find(|line| line.starts_with(&begin));
        let row = row.unwrap_or_else(|| panic!("{begin} is not in docs/kill-matrix.md"));
        assert!(!row.contains("not caught"), "{row}");
    }
}
