//! Looks for smaller cases that show the same cause. All causes shrink together, so that waiting is shared.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::carry::{Judged, Shared};
use super::ledger::{Cause, Ledger, Shown, shown};
use super::schedule::{self, Ended};
use crate::case::Case;
use crate::invariants::Memory;
use crate::oracle::Oracle;

/// How many cases are tried for one cause.
const TRIES: usize = 120;

/// How many causes are shrunk after one phase. With more, something is so broken that it takes no smallest case to see it.
const CAUSES: usize = 60;

/// One cause being shrunk.
struct Search {
    cause: Cause,
    best: Shown,
    tried: HashSet<Case>,
}

/// Shrinks every cause that was not yet. `salt` counts cases, so that each gets fresh keys; `started` is told how many
/// cases a round has.
pub(super) async fn all(
    ledger: &mut Ledger,
    shared: &Arc<Shared>,
    oracle: &Arc<Oracle>,
    workers: usize,
    deadline: Option<Instant>,
    salt: &mut u64,
    mut started: impl FnMut(u64),
) -> Ended {
    let mut searches: Vec<Search> = ledger
        .causes
        .iter()
        .filter(|(_, entry)| !entry.is_minimal)
        .take(CAUSES)
        .map(|(cause, entry)| Search::new(cause.clone(), entry.shown_by.clone()))
        .collect();
    let mut active: Vec<usize> = (0..searches.len()).collect();
    let mut ended = Ended::Done;
    while !active.is_empty() && ended == Ended::Done {
        let mut plan: Vec<(usize, Case)> = Vec::new();
        for &search in &active {
            let candidates = searches[search].candidates();
            plan.extend(candidates.into_iter().map(|case| (search, case)));
        }
        if plan.is_empty() {
            break;
        }
        started(plan.len() as u64);
        let first_salt = *salt;
        *salt += plan.len() as u64;
        let cases = plan.iter().zip(first_salt..).map(|((_, case), salt)| {
            shared.start(case.clone(), salt, format!("shrink/{salt}"), oracle)
        });
        let mut smaller: HashMap<usize, Shown> = HashMap::new();
        let mut owners = plan.iter().map(|(search, _)| *search);
        let mut requests = 0;
        ended = schedule::all(shared, cases, workers, deadline, |judged| {
            requests += judged.transcript.exchanges.len() as u64;
            let owner = owners.next().expect("there is an owner for each case");
            if let Some(shown) = searches[owner].still_shown(judged, shared) {
                smaller.entry(owner).or_insert(shown);
            }
            ControlFlow::Continue(())
        })
        .await;
        ledger.requests += requests;
        active.retain(|search| smaller.contains_key(search));
        for (search, shown) in smaller {
            searches[search].best = shown;
        }
    }
    for search in searches {
        if let Some(entry) = ledger.causes.get_mut(&search.cause) {
            entry.shown_by = search.best;
            entry.is_minimal = true;
        }
    }
    ended
}

impl Search {
    fn new(cause: Cause, best: Shown) -> Self {
        Self {
            cause,
            best,
            tried: HashSet::new(),
        }
    }

    /// Smaller cases that were not tried yet.
    fn candidates(&mut self) -> Vec<Case> {
        let Some(case) = &self.best.case else {
            return Vec::new();
        };
        let left = TRIES.saturating_sub(self.tried.len());
        case.smaller()
            .into_iter()
            .filter(|smaller| self.tried.insert(smaller.clone()))
            .take(left)
            .collect()
    }

    /// The same cause in another case, if it shows there.
    fn still_shown(&self, judged: Judged, shared: &Shared) -> Option<Shown> {
        let Judged {
            transcript,
            mut verdicts,
        } = judged;
        verdicts.extend(shared.remember(&mut Memory::default(), &transcript));
        let shown = shown(&transcript, &verdicts, 0).remove(&self.cause)?;
        shown.is_as_bad_as(&self.best).then_some(shown)
    }
}
