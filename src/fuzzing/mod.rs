//! What the fuzz targets run, one function a target, shared with the tests on stable.
//!
//! A structured input is the JSON of a [`Case`], the same that the corpus holds: a vector is a seed,
//! and a crash is a vector. [`Bench`] carries cases out in this process, and the vectors of the corpus.
//! Start at [`credential_case`].

mod bench;
mod frozen;
mod generated;
mod vectors;

pub use bench::{Bench, OpenRegistry, acquainted};
pub use frozen::{freeze, frozen_issuer};
pub use generated::{Kill, generated};
pub use vectors::{Played, expect, play_files};

use std::cell::RefCell;

use arbitrary::Unstructured;

use crate::case::{Case, Flow};
use crate::generate::{self, Capabilities};
use crate::invariants::{self, Scene};
use crate::issuer::Issuer;
use crate::profile::EBSI_V3;
use crate::transcript::{Grade, Transcript, Verdict};

/// Larger inputs say nothing that smaller ones do not.
const MOST_STEPS: usize = 12;
const MOST_MUTATIONS: usize = 8;
/// How many requests an input sends at the same time at most.
const MOST_AT_ONCE: usize = 4;

/// After so many cases the issuer is built anew, so that what it remembers does not grow without end.
const CASES_PER_BENCH: u64 = 2000;

thread_local! {
    static BENCH: RefCell<Option<(Bench, u64)>> = const { RefCell::new(None) };
}

/// Carries out the case that `data` holds as JSON against the clean reference issuer. Anything else
/// is passed over.
///
/// # Panics
/// If a rule is broken: the message holds the finding and a command that shows it again.
pub fn credential_case(data: &[u8]) {
    let Some(case) = decode(data) else { return };
    BENCH.with_borrow_mut(|slot| {
        let (bench, played) = slot.get_or_insert_with(|| (Bench::new(Issuer::builder()), 0));
        let transcript = bench.play(&case, *played);
        assert_clean(bench, &transcript);
        *played += 1;
        if *played == CASES_PER_BENCH {
            *slot = None;
        }
    });
}

/// Edits the case in the first `size` bytes of `data` and writes it back; the choices come from
/// `seed`. Returns the new size, which is never more than `max_size` and never more than `data` holds.
pub fn mutate_case(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let flows = flows();
    let mut bytes = [0; 64];
    for (block, chunk) in bytes.chunks_mut(4).enumerate() {
        chunk.copy_from_slice(
            &seed
                .wrapping_mul(0x9e37_79b9)
                .wrapping_add(0x85eb_ca6b_u32.wrapping_mul(block as u32))
                .to_le_bytes(),
        );
    }
    let mut choices = Unstructured::new(&bytes);
    let old = decode(data.get(..size).unwrap_or_default());
    let new = match old {
        Some(case) => generate::edit(&EBSI_V3, &flows, &CAPABILITIES, &case, &mut choices),
        None => generate::case(&EBSI_V3, &flows, &CAPABILITIES, &mut choices),
    };
    let Ok(text) = serde_json::to_vec(&new) else {
        return size;
    };
    let room = max_size.min(data.len());
    if text.len() > room {
        return size.min(room);
    }
    data[..text.len()].copy_from_slice(&text);
    text.len()
}

/// What a [`Bench`] can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    auth_key: true,
    service: true,
    clock: true,
    registrar: true,
};

/// The case in an input, if it is one of a reasonable size.
fn decode(data: &[u8]) -> Option<Case> {
    let case: Case = serde_json::from_slice(data).ok()?;
    let is_small = case.steps.len() <= MOST_STEPS
        && case.steps.iter().all(|step| {
            let sends = step.sends();
            sends.len() <= MOST_AT_ONCE
                && sends
                    .iter()
                    .all(|send| send.mutations.len() <= MOST_MUTATIONS)
        });
    let is_known = flows().iter().any(|flow| {
        flow.credential_type == case.flow.credential_type && flow.format == case.flow.format
    });
    (is_small && is_known).then_some(case)
}

fn flows() -> Vec<Flow> {
    let of = |name| {
        EBSI_V3
            .formats_of(name)
            .map(move |format| Flow::new(name, format))
    };
    EBSI_V3
        .types
        .iter()
        .flat_map(|offered| of(offered.name))
        .collect()
}

fn assert_clean(bench: &Bench, transcript: &Transcript) {
    let scene = Scene {
        context: bench.context(),
        profile: bench.profile(),
    };
    let of_exchanges = transcript
        .exchanges
        .iter()
        .flat_map(|exchange| invariants::judge_exchange(exchange, &scene));
    for (invariant, verdict) in of_exchanges.chain(invariants::judge_transcript(transcript, &scene))
    {
        let Verdict::Fail(violation) = verdict else {
            continue;
        };
        if violation.grade == Grade::Note {
            continue;
        }
        let case = serde_json::to_string(&transcript.case).unwrap_or_default();
        panic!(
            "{}: expected {}, got {}\nvcispec replay '{case}'",
            invariant.id, violation.expected, violation.actual
        );
    }
}
