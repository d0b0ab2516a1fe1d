//! Looks for a vector that an issuer with a deliberate bug fails.

use super::clause_of;
use crate::cli::embedded::{self, Embedded};
use crate::cli::{Stop, verdicts};
use crate::corpus::{self, Vector};
use crate::engine::{self, Config, Event, Fate, Recorded, Take};
use crate::zoo::{Caught, Entry};

/// The first vector that fails; those that do what `shown` does, the case that shows the bug, are tried
/// before the others. `discovery` if what the issuer says about itself is enough. A vector fails by a rule that is broken with
/// the grade with which the bug shows, or a worse one.
pub(super) fn failed(seed: u64, entry: &Entry, caught: &Caught) -> Result<Option<String>, Stop> {
    let Some(shown) = &caught.case else {
        return Ok(Some("discovery".to_owned()));
    };
    let Embedded {
        environment,
        issuer,
        auth_key,
        service,
    } = embedded::with_defect(seed, Some(entry.defect))?;
    let mut config = Config::new(issuer);
    config.seed = seed;
    config.auth_key = Some(auth_key);
    config.service = Some(service);
    let files = corpus::embedded().iter();
    let mut vectors: Vec<&Vector> = files.flat_map(|(_, file)| file.vectors()).collect();
    let own = format!("zoo/{}", entry.defect.slug());
    let clause = clause_of(entry);
    vectors.sort_by_key(|vector| {
        let is_about_clause = vector.clauses.iter().any(|id| id == clause);
        let is_of_flow = vector.case.flow.format == entry.format;
        (
            vector.id != own,
            vector.case.steps != shown.steps,
            !is_about_clause,
            !is_of_flow,
        )
    });
    let recorded = vectors.iter().map(|vector| Recorded {
        name: vector.id.clone(),
        case: vector.case.clone(),
        is_of_a_collection: true,
    });
    let mut failed = None;
    let mut take = |index: usize, fate: Fate<'_>| {
        let vector = vectors[index];
        if let Ok(Some(_)) = verdicts::judge(vector, &fate, caught.grade) {
            failed = Some(vector.id.clone());
            return Take::IsEnough;
        }
        Take::Counts
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Stop::internal)?;
    let mut listener = |_: &Event<'_>| {};
    let replay = engine::replay_each(
        &environment,
        &config,
        recorded.collect(),
        &mut listener,
        &mut take,
    );
    // An issuer that cannot be tested at all fails none.
    let _ = runtime.block_on(replay);
    Ok(failed)
}
