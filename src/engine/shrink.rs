//! Looks for smaller cases that show the same cause. All causes shrink together, so that waiting is shared.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::carry::{Judged, Shared};
use super::cause::{Cause, Shown, shown};
use super::halt::Until;
use super::ledger::Ledger;
use super::schedule::{self, Ended};
use crate::case::Case;
use crate::generate;
use crate::invariants::Memory;
use crate::oracle::Oracle;
use crate::profile::Profile;

/// How many cases are tried for one cause.
const TRIES: usize = 120;

/// The same, where each may take as long as an answer may.
const SLOW_TRIES: usize = 30;

/// How many causes are shrunk after one phase. With more, something is so broken that it takes no smallest case to see it.
const CAUSES: usize = 60;

/// One cause being shrunk.
struct Search {
    cause: Cause,
    /// Where to begin again, one after the other, when what was found does not show it by itself.
    origins: Vec<Shown>,
    /// How many of them were begun with.
    begun: usize,
    best: Shown,
    /// What is left of the one before when all is left out that was found to be needless, each by itself.
    together: Option<Case>,
    tried: HashSet<Case>,
}

/// Which candidates are tried: those that wait take longer than all others together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    AtOnce,
    Waiting,
}

/// Shrinks every cause that was not yet. `salt` counts cases, so that each gets fresh keys; `started` is told how many
/// cases a round has.
pub(super) async fn all(
    ledger: &mut Ledger,
    shared: &Arc<Shared>,
    oracle: &Arc<Oracle>,
    workers: usize,
    until: &Until,
    salt: &mut u64,
    started: impl FnMut(u64),
) -> Ended {
    let mut searches: Vec<Search> = ledger
        .causes
        .iter()
        .filter(|(_, entry)| !entry.is_minimal)
        .take(CAUSES)
        .map(|(cause, entry)| {
            let origins = match &entry.raced[..] {
                [] => std::slice::from_ref(&entry.shown_by),
                raced => raced,
            };
            Search {
                cause: cause.clone(),
                origins: origins.to_vec(),
                begun: 0,
                best: entry.shown_by.clone(),
                together: None,
                tried: HashSet::new(),
            }
        })
        .collect();
    let mut rounds = Rounds {
        shared,
        oracle,
        until,
        salt,
        started,
        requests: 0,
        ended: Ended::Done,
    };
    // Requests of other cases take part in a race, and may be what a bug takes; so races shrink one at a time, and so does
    // what a smaller case shows no longer when it is by itself.
    let races = |search: &Search| search.best.races();
    let (raced, plain): (Vec<_>, Vec<_>) =
        (0..searches.len()).partition(|at| races(&searches[*at]));
    rounds.shrink(&mut searches, plain.clone(), workers).await;
    let by_itself = rounds.confirm(&mut searches, &plain).await;
    let mut again = raced;
    again.extend(plain.into_iter().filter(|at| !by_itself.contains(at)));
    let mut by_itself = by_itself;
    let mut shown = Vec::new();
    again.retain(|at| searches[*at].starts_over());
    while !again.is_empty() {
        let begin = rounds.confirm(&mut searches, &again).await;
        shown.extend(again.iter().copied().filter(|at| begin.contains(at)));
        again.retain(|at| !begin.contains(at) && searches[*at].starts_over());
    }
    by_itself.extend(&shown);
    rounds.shrink(&mut searches, shown, 1).await;
    ledger.requests += rounds.requests;
    let ended = rounds.ended;
    for (at, search) in searches.into_iter().enumerate() {
        if let Some(entry) = ledger.causes.get_mut(&search.cause) {
            entry.shown_by = search.best;
            entry.is_minimal = true;
            // When time ran out, nobody knows.
            entry.shows_by_itself = ended != Ended::Done || by_itself.contains(&at);
        }
    }
    ended
}

/// The cases that are tried to shrink others.
struct Rounds<'a, F> {
    shared: &'a Arc<Shared>,
    oracle: &'a Arc<Oracle>,
    until: &'a Until,
    salt: &'a mut u64,
    started: F,
    requests: u64,
    ended: Ended,
}

impl<F: FnMut(u64)> Rounds<'_, F> {
    /// Makes the cases of these searches as small as they get. What waits is tried when nothing else makes any of them smaller.
    async fn shrink(&mut self, searches: &mut [Search], which: Vec<usize>, workers: usize) {
        let mut active = which;
        while !active.is_empty() && self.ended == Ended::Done {
            let mut quick = active.clone();
            while !quick.is_empty() && self.ended == Ended::Done {
                quick = self.round(searches, &quick, Pace::AtOnce, workers).await;
            }
            active = self.round(searches, &active, Pace::Waiting, workers).await;
        }
    }

    /// Tries one smaller case or several for each of these searches. Those whose case became smaller.
    async fn round(
        &mut self,
        searches: &mut [Search],
        which: &[usize],
        pace: Pace,
        workers: usize,
    ) -> Vec<usize> {
        let mut plan: Vec<(usize, Case)> = Vec::new();
        for &search in which {
            let candidates = searches[search].candidates(pace, self.shared.profile);
            plan.extend(candidates.into_iter().map(|case| (search, case)));
        }
        if plan.is_empty() || self.ended != Ended::Done {
            return Vec::new();
        }
        let shown = self.play(searches, plan, workers).await;
        let mut smaller: Vec<usize> = shown.keys().copied().collect();
        smaller.sort_unstable();
        for (search, shown) in shown {
            searches[search].go_on_with(shown);
        }
        smaller
    }

    /// Which of these searches show their cause by the case alone. What discovery shows has no case.
    async fn confirm(&mut self, searches: &mut [Search], which: &[usize]) -> HashSet<usize> {
        let case = |at: &usize| Some((*at, searches[*at].best.case.clone()?));
        let plan: Vec<_> = which.iter().filter_map(case).collect();
        let without = which
            .iter()
            .copied()
            .filter(|at| searches[*at].best.case.is_none());
        let mut confirmed: HashSet<usize> = without.collect();
        if !plan.is_empty() && self.ended == Ended::Done {
            let shown = self.play(searches, plan, 1).await;
            confirmed.extend(shown.into_keys());
        }
        confirmed
    }

    /// Carries out cases of searches: those of each that still show the cause, in their order.
    async fn play(
        &mut self,
        searches: &[Search],
        plan: Vec<(usize, Case)>,
        workers: usize,
    ) -> HashMap<usize, Vec<Shown>> {
        (self.started)(plan.len() as u64);
        let first_salt = *self.salt;
        *self.salt += plan.len() as u64;
        let (shared, oracle) = (self.shared, self.oracle);
        let cases = plan.iter().zip(first_salt..).map(|((_, case), salt)| {
            shared.start(case.clone(), salt, format!("shrink/{salt}"), oracle)
        });
        let mut smaller: HashMap<usize, Vec<Shown>> = HashMap::new();
        let mut owners = plan.iter().map(|(search, _)| *search);
        let requests = &mut self.requests;
        self.ended = schedule::all(shared, cases, workers, self.until, |judged| {
            *requests += judged.transcript.exchanges.len() as u64;
            let owner = owners.next().expect("there is an owner for each case");
            if let Some(shown) = searches[owner].still_shown(judged, shared) {
                smaller.entry(owner).or_default().push(shown);
            }
            ControlFlow::Continue(())
        })
        .await;
        smaller
    }
}

impl Search {
    /// Forgets what was found and begins with the next origin, if there is one; else the first is the best there is.
    fn starts_over(&mut self) -> bool {
        let next = self.origins.get(self.begun);
        self.begun += 1;
        self.best = next.unwrap_or(&self.origins[0]).clone();
        self.together = None;
        self.tried.clear();
        next.is_some()
    }

    /// Goes on with the first of some smaller cases.
    fn go_on_with(&mut self, shown: Vec<Shown>) {
        let cases: Vec<&Case> = shown.iter().filter_map(|one| one.case.as_ref()).collect();
        self.together = match (&self.best.case, &cases[..]) {
            (Some(before), [_, _, ..]) => {
                Some(before.without(&cases)).filter(|case| !case.steps.is_empty())
            }
            _ => None,
        };
        if let Some(first) = shown.into_iter().next() {
            self.best = first;
        }
    }

    /// Smaller cases of this pace that were not tried yet.
    fn candidates(&mut self, pace: Pace, profile: &Profile) -> Vec<Case> {
        let Some(case) = &self.best.case else {
            return Vec::new();
        };
        let tries = if self.cause.is_silence() {
            SLOW_TRIES
        } else {
            TRIES
        };
        let left = tries.saturating_sub(self.tried.len());
        let is_meant =
            |case: &Case| (generate::waits(profile, case) > 0) == (pace == Pace::Waiting);
        let together = self.together.take_if(|case| is_meant(case));
        together
            .into_iter()
            .chain(case.smaller())
            .filter(is_meant)
            .filter(|smaller| self.tried.insert(smaller.clone()))
            .take(left)
            .collect()
    }

    /// The same cause in another case, if it shows there.
    fn still_shown(&self, judged: Judged, shared: &Shared) -> Option<Shown> {
        let Judged {
            transcript,
            mut verdicts,
            ..
        } = judged;
        verdicts.extend(shared.remember(&mut Memory::default(), &transcript));
        let shown = self
            .cause
            .find(shown(&Arc::new(transcript), &verdicts, 0))?;
        shown.is_as_bad_as(&self.best).then_some(shown)
    }
}
