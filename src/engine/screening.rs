//! Every mutation alone: several in one session first, and those by themselves that were not answered as they should be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::carry::Judged;
use super::cause::{Cause, cause_of};
use super::event::Stage;
use super::run::Run;
use super::stages::{Planned, See};
use crate::case::{Case, Step};
use crate::generate::Screening;
use crate::transcript::{Exchange, Grade};

/// What nobody has to look at more closely.
struct Known {
    /// What the valid runs showed.
    before: BTreeSet<Cause>,
    /// What is wrong with refusals themselves, and in how many sessions it was seen.
    refusals: BTreeMap<Cause, usize>,
}

/// So many sessions, and it is no news: an issuer may have something wrong with every refusal.
const NO_NEWS: usize = 5;

/// What a session of several mutations showed.
enum Showed {
    /// Nothing that was not known of valid requests.
    Nothing,
    /// Something in the answers to these of its mutated requests, and in no other answer.
    Guilty(BTreeSet<usize>),
    /// Something, and each may have a part in it.
    Something,
}

/// A screening of this part of a run.
struct Own {
    /// Its place among all screenings.
    index: usize,
    /// The place of its first case where each is carried out by itself.
    begin: usize,
    screening: Screening,
}

impl Run<'_> {
    /// Every mutation: several in one session first. Where something is not as it should be, those that it showed with are carried
    /// out by themselves, and the others once more in one session; all by themselves where it cannot be told.
    pub(super) async fn systematic(&mut self, screenings: Vec<Screening>) {
        let shard = self.config.shard;
        let mut begin = 0;
        let mut own = Vec::new();
        for (index, screening) in screenings.into_iter().enumerate() {
            let cases = screening.alone.len() + 1;
            if shard.holds(index) {
                own.push(Own {
                    index,
                    begin,
                    screening,
                });
            }
            begin += cases;
        }
        let (mut alone, mut others, mut held) = (Vec::new(), Vec::new(), Vec::new());
        let of = |own: &Own| (own.index, own.screening.together.clone());
        let plan = own.iter().map(of).collect();
        let showed = self.screen(0, plan, &mut held).await;
        for (own, showed) in own.into_iter().zip(showed) {
            let Own {
                index,
                begin,
                screening:
                    Screening {
                        together,
                        alone: cases,
                    },
            } = own;
            let Some(guilty) = showed.guilty(cases.len()) else {
                continue;
            };
            // What only several together show is shown by them together.
            alone.push((begin + cases.len(), together.clone()));
            let mut innocent = Vec::new();
            for (at, case) in cases.into_iter().enumerate() {
                if guilty.contains(&at) {
                    alone.push((begin + at, case));
                } else {
                    innocent.push((begin + at, case));
                }
            }
            if let Some(rest) = without(together, &guilty).filter(|_| !innocent.is_empty()) {
                others.push((index, rest, innocent));
            }
        }
        let plan = others.iter().map(|(index, rest, _)| (*index, rest.clone()));
        let showed = self.screen(1, plan.collect(), &mut held).await;
        for ((_, _, innocent), showed) in others.into_iter().zip(showed) {
            if !matches!(showed, Showed::Nothing) {
                alone.extend(innocent);
            }
        }
        // Where there is no time to look closer, what was seen counts after all.
        if self.stopped.is_some() {
            held.into_iter().for_each(|judged| self.enter_held(judged));
        } else if !alone.is_empty() {
            self.requests_of(&held);
            alone.sort_by_key(|(at, _)| *at);
            let plan = alone.into_iter();
            let plan = plan.map(|(at, case)| Planned::new(Stage::Systematic, at, case));
            let oracle = Arc::clone(&self.oracle);
            let plan = (plan.len(), plan);
            self.stage_with(oracle, (Stage::Systematic, 2), plan, |_| See::Counts)
                .await;
        }
    }

    /// Carries out sessions of several mutations, judged strictly. What each showed, in their order; those that showed something do
    /// not count and are `held`. Those that were not carried out are left out at the end.
    async fn screen(
        &mut self,
        round: u64,
        plan: Vec<(usize, Case)>,
        held: &mut Vec<Judged>,
    ) -> Vec<Showed> {
        if plan.is_empty() {
            return Vec::new();
        }
        let stage = Stage::Systematic;
        let mut known = Known {
            before: self.ledger.causes.keys().cloned().collect(),
            refusals: BTreeMap::new(),
        };
        let until = self.config.until;
        let once = self.config.profile.reading.one_credential_a_token;
        let strict = self.new_oracle().screening().into();
        let total = plan.len();
        let plan = plan
            .into_iter()
            .map(|(index, case)| Planned::new(stage, index, case));
        let mut all = Vec::with_capacity(total);
        let left = self
            .stage_with(strict, (stage, round), (total, plan), |judged| {
                let showed = showed(judged, &known, once);
                let is_enough = matches!(showed, Showed::Nothing) || is_of_one_mutation(judged);
                if !is_enough {
                    known.learn(judged);
                }
                all.push(if is_enough { Showed::Nothing } else { showed });
                match until {
                    _ if is_enough => See::Counts,
                    Some(rule) if judged.breaks(rule) => See::CountsNotAndIsEnough,
                    _ => See::CountsNot,
                }
            })
            .await;
        held.extend(left);
        all
    }

    /// Enters what several mutations in one session showed, but for wrong codes: the token may have
    /// been burnt by a refusal before.
    fn enter_held(&mut self, mut judged: Judged) {
        judged.verdicts.retain(|said| {
            let violation = said.violation.as_ref();
            violation.is_none_or(|violation| violation.grade == Grade::Failure)
        });
        self.enter(judged, Stage::Systematic);
    }
}

impl Known {
    /// Learns from a session that is looked at more closely.
    fn learn(&mut self, judged: &Judged) {
        let refusals = broken(judged).filter(|(_, exchange)| {
            !exchange.mutations.is_empty() && (400..500).contains(&exchange.status())
        });
        let causes: BTreeSet<Cause> = refusals.map(|(cause, _)| cause).collect();
        for cause in causes {
            *self.refusals.entry(cause).or_default() += 1;
        }
    }

    /// Whether it is wrong with so many refusals that one more says nothing new.
    fn is_no_news(&self, cause: &Cause) -> bool {
        self.refusals
            .get(cause)
            .is_some_and(|count| *count >= NO_NEWS)
    }
}

impl Showed {
    /// Which of so many cases are to be carried out by themselves; `None` if nothing has to be looked into.
    fn guilty(self, of: usize) -> Option<BTreeSet<usize>> {
        match self {
            Self::Nothing => None,
            Self::Guilty(guilty) => Some(guilty),
            Self::Something => Some((0..of).collect()),
        }
    }
}

/// What is broken in a session, but for notes, and by which exchange.
fn broken(judged: &Judged) -> impl Iterator<Item = (Cause, &Exchange)> {
    judged.verdicts.iter().filter_map(|said| {
        let violation = said.violation.as_ref()?;
        let exchange = judged.transcript.exchanges.get(said.exchange)?;
        (violation.grade != Grade::Note).then(|| (cause_of(said.invariant, exchange), exchange))
    })
}

/// What a session showed, but for notes. `once` is whether an access token yields one credential, and a refused request does not
/// use it up.
fn showed(judged: &Judged, known: &Known, once: bool) -> Showed {
    let transcript = &judged.transcript;
    if transcript.stopped.is_some() {
        return Showed::Something;
    }
    let first = first_mutated(transcript.case.as_ref());
    let mut guilty = BTreeSet::new();
    for (cause, exchange) in broken(judged) {
        match (exchange.step, first) {
            (Some(step), Some(first)) if !exchange.mutations.is_empty() => {
                if !known.is_no_news(&cause) {
                    guilty.insert(step.saturating_sub(first));
                }
            }
            _ if known.before.contains(&cause) => {}
            _ => return Showed::Something,
        }
    }
    if guilty.is_empty() && (once || is_accepted_at_last(judged)) {
        Showed::Nothing
    } else if guilty.is_empty() {
        Showed::Something
    } else {
        Showed::Guilty(guilty)
    }
}

/// Whether it is the case of one mutation, so that there is nothing to look at more closely.
fn is_of_one_mutation(judged: &Judged) -> bool {
    let case = judged.transcript.case.as_ref();
    case.is_none_or(|case| case.mutations().count() <= 1)
}

/// The index of the first step that has a mutation.
fn first_mutated(case: Option<&Case>) -> Option<usize> {
    case?.steps.iter().position(is_mutated)
}

fn is_mutated(step: &Step) -> bool {
    step.sends().iter().any(|send| !send.mutations.is_empty())
}

/// The case without these of its mutated requests, counted from the first; `None` if none would be left.
fn without(mut case: Case, guilty: &BTreeSet<usize>) -> Option<Case> {
    let first = first_mutated(Some(&case))?;
    let mut at = 0..;
    case.steps.retain(|_| {
        let at = at.next().unwrap_or(usize::MAX);
        at.checked_sub(first)
            .is_none_or(|place| !guilty.contains(&place))
    });
    first_mutated(Some(&case)).map(|_| case)
}

/// Whether the session outlived the refusals before. If not, all that came after the first of them was refused for another
/// reason than its own, where a dialect lets refusals end a session.
fn is_accepted_at_last(judged: &Judged) -> bool {
    let last = judged.transcript.exchanges.last();
    last.is_some_and(Exchange::is_accepted)
}
