//! Plays the vectors of the corpus on the reference issuer in this process, on all processors.

use std::path::PathBuf;

use super::{Bench, on_benches};
use crate::case::Case;
use crate::corpus::{self, CorpusError, Vector, VectorFile};
use crate::invariants::{self, Scene};
use crate::issuer::{Builder, Issuer};
use crate::oracle::Oracle;
use crate::profile::{EBSI_V3_STRICT, Profile};
use crate::transcript::{Expectation, Grade, Transcript, Verdict};
use crate::zoo::readings;

/// What became of a vector on the clean reference issuer.
#[derive(Debug)]
pub struct Played {
    /// The vector's identifier.
    pub id: String,
    /// What the oracle expects of the last request; `None` if none was sent.
    pub expectation: Option<Expectation>,
    /// What is wrong, if anything: the vector expects something else than the oracle, or a rule is
    /// broken. With the file and the vector's identifier.
    pub problem: Option<String>,
}

/// Plays every vector of these files, in their order.
pub fn play_files(files: &[(PathBuf, VectorFile)]) -> Vec<Played> {
    let mut all = Vec::new();
    for (path, file) in files {
        // Without a profile there is no oracle; the lint says so.
        let Some(profile) = Profile::find(&file.profile) else {
            continue;
        };
        let vectors: Vec<&Vector> = file.vectors().collect();
        all.extend(on_benches(
            || bench_of(profile),
            &vectors,
            |bench, vector, salt| {
                let transcript = bench.play(&vector.case, salt);
                let last = transcript.steps().last();
                let checked = corpus::check(vector, &transcript);
                let problem = checked.err().or_else(|| broken(bench, &transcript, 0));
                Played {
                    id: vector.id.clone(),
                    expectation: last.map(|exchange| exchange.expectation.clone()),
                    problem: problem
                        .map(|problem| format!("{}: {}: {problem}", path.display(), vector.id)),
                }
            },
        ));
    }
    all
}

/// Writes into every vector what the oracle expects of its last request.
///
/// # Errors
/// A case sends nothing, or cannot be carried out.
pub fn expect(files: &mut [(PathBuf, VectorFile)]) -> Result<(), CorpusError> {
    for (path, file) in files {
        let Some(profile) = Profile::find(&file.profile) else {
            continue;
        };
        let cases: Vec<&Case> = file.vectors().map(|vector| &vector.case).collect();
        let expectations = on_benches(
            || bench_of(profile),
            &cases,
            |bench, case, salt| expectation(bench, case, salt),
        );
        for (vector, expectation) in file.vectors_mut().zip(expectations) {
            match expectation {
                Ok(expectation) => *vector = vector.clone().expecting(&expectation),
                Err(problem) => {
                    return Err(CorpusError::Vector {
                        path: path.clone(),
                        line: None,
                        id: vector.id.clone(),
                        problem,
                    });
                }
            }
        }
    }
    Ok(())
}

/// What the oracle expects of the last request of a case.
fn expectation(bench: &Bench, case: &Case, salt: u64) -> Result<Expectation, String> {
    let requests: usize = case.steps.iter().map(|step| step.sends().len()).sum();
    if requests > corpus::MOST_REQUESTS {
        return Err(format!(
            "the case sends {requests} requests, more than are played"
        ));
    }
    let transcript = bench.play(case, salt);
    if let Some(reason) = transcript.stopped {
        return Err(format!("the case could not be carried out: {reason}"));
    }
    let last = transcript.steps().last();
    last.map(|exchange| exchange.expectation.clone())
        .ok_or_else(|| "the case sends nothing".to_owned())
}

/// A rule that is broken in a transcript, but for notes. The first `known` exchanges keep to the rules about single ones.
pub(super) fn broken(bench: &Bench, transcript: &Transcript, known: usize) -> Option<String> {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let of_exchanges = transcript
        .exchanges
        .iter()
        .skip(known)
        .flat_map(|exchange| invariants::judge_exchange(exchange, &scene));
    let mut verdicts = of_exchanges.chain(invariants::judge_transcript(transcript, &scene));
    verdicts.find_map(|(rule, verdict)| match verdict {
        Verdict::Fail(violation) if violation.grade != Grade::Note => Some(format!(
            "{}: expected {}, got {}",
            rule.id, violation.expected, violation.actual
        )),
        _ => None,
    })
}

/// An issuer that follows the profile.
fn builder(profile: &Profile) -> Builder {
    let strict = readings::STRICT
        .iter()
        .filter(|_| profile.id == EBSI_V3_STRICT.id);
    strict.fold(Issuer::builder(), |builder, reading| {
        builder.reading(*reading)
    })
}

fn bench_of(profile: &'static Profile) -> Bench {
    Bench::with_profile(builder(profile), profile, Oracle::new(profile))
}
