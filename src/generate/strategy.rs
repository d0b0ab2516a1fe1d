//! proptest's view of the generators: a `Strategy` whose shrinking is the one shrinker of cases.

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::{Capabilities, random};
use crate::case::{Case, Flow};
use crate::profile::Profile;

/// Cases of the random phase.
#[derive(Debug, Clone)]
pub struct CaseStrategy {
    /// The dialect.
    pub profile: &'static Profile,
    /// The flows to draw from; not empty.
    pub flows: Vec<Flow>,
    /// What can be done.
    pub capabilities: Capabilities,
}

/// A case on its way to a smaller one.
#[derive(Debug, Clone)]
pub struct CaseTree {
    current: Case,
    before: Option<Case>,
    candidates: std::vec::IntoIter<Case>,
}

impl Strategy for CaseStrategy {
    type Tree = CaseTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        // A seed, so that the choices come from the same generator as those of a run.
        let seed = any::<u64>().new_tree(runner)?.current();
        Ok(CaseTree::new(random(
            self.profile,
            &self.flows,
            &self.capabilities,
            seed,
            0,
        )))
    }
}

impl CaseTree {
    /// A tree whose root is `case`.
    pub fn new(case: Case) -> Self {
        let candidates = case.smaller().into_iter();
        Self {
            current: case,
            before: None,
            candidates,
        }
    }
}

impl ValueTree for CaseTree {
    type Value = Case;

    fn current(&self) -> Case {
        self.current.clone()
    }

    /// Goes to the next smaller case. Asked again, the last one has held: go on from there.
    fn simplify(&mut self) -> bool {
        if self.before.is_some() {
            self.before = None;
            self.candidates = self.current.smaller().into_iter();
        }
        self.next_candidate()
    }

    /// The last step was too far: back, and on to the next candidate.
    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else {
            return false;
        };
        self.current = before;
        self.next_candidate()
    }
}

impl CaseTree {
    fn next_candidate(&mut self) -> bool {
        let Some(next) = self.candidates.next() else {
            return false;
        };
        self.before = Some(std::mem::replace(&mut self.current, next));
        true
    }
}
