//! An issuer with a bug fails a vector.

use std::collections::BTreeMap;

use vcispec::Check;
use vcispec::case::{Case, Step};
use vcispec::corpus::{Requirement, Vector};
use vcispec::fuzzing::Kill;
use vcispec::issuer::Issuer;
use vcispec::transcript::Grade;

use super::FILES;
use super::generated::kills;
use crate::engine::support::{check, in_parallel};
use crate::thorough::every_nth;

/// The vectors by their steps, without those for which a DID has to be registered.
fn by_steps() -> BTreeMap<String, Vec<&'static Vector>> {
    let mut by_steps: BTreeMap<String, Vec<&Vector>> = BTreeMap::new();
    let vectors = FILES.iter().flat_map(|(_, file)| file.vectors());
    let registers = |vector: &&Vector| vector.needs.contains(&Requirement::Registrar);
    for vector in vectors.filter(|vector| !registers(vector)) {
        let steps = by_steps.entry(key(&vector.case.steps)).or_default();
        steps.push(vector);
    }
    by_steps
}

fn key(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("steps are JSON")
}

/// The bugs that break what is merely recommended: they draw notes, which fail neither a run nor a vector.
const ONLY_NOTED: [&str; 3] = [
    "error-description-unescaped",
    "parser-text-told",
    "schema-missing",
];

/// Whether a rule is broken by the case at an issuer with this bug, or a recommendation by one of those that break no rule.
fn fails(kill: &Kill, case: &Case) -> bool {
    let issuer = Issuer::builder().build().expect("the defaults make one");
    let defect = kill.defect.parse().expect("there is such a bug");
    let check: Check = check(&[defect]).auth_key(issuer.auth_key_jwk());
    let case = serde_json::to_string(case).expect("a case is JSON");
    let report = check.replay(&case);
    let mut findings = report.findings().iter();
    let is_noted = ONLY_NOTED.contains(&&*kill.defect);
    findings.any(|finding| (finding.grade == Grade::Note) == is_noted)
}

/// The bugs that discovery shows need no vector: it goes before every replay.
#[test]
fn each_bug_that_is_caught_fails_a_vector() {
    let by_steps = by_steps();
    let kills: Vec<_> = kills()
        .into_iter()
        .filter(|kill| !kill.case.steps.is_empty())
        .collect();
    let kills: Vec<_> = every_nth(3, kills).collect();
    let unfailed = in_parallel(&kills, |kill| {
        let alike = by_steps.get(&key(&kill.case.steps));
        let mut alike = alike.into_iter().flatten();
        let failed = alike.any(|vector| fails(kill, &vector.case));
        (!failed).then(|| kill.defect.clone())
    });
    assert!(unfailed.is_empty(), "{unfailed:#?}");
}
