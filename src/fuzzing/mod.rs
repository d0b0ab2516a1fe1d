//! What the fuzz targets run, one function a target, shared with the tests on stable.
//!
//! A structured input is the JSON of a [`Case`], the same that the corpus holds: a vector is a seed,
//! and a crash is a vector. [`Bench`] carries cases out in this process, and the vectors of the corpus. An
//! input of the other targets is a part of a request, or what others wrote.
//! Start at [`TARGETS`] and [`credential_case`].

mod bench;
mod decode;
mod frozen;
mod generated;
mod jws;
mod memo;
mod on_benches;
mod play;
mod raw;
mod ready;
mod vectors;

pub use bench::{Bench, OpenRegistry, acquainted};
pub use decode::{corpus_file, did_key, metadata, response};
pub use frozen::{freeze, frozen_issuer};
pub use generated::{Kill, generated};
pub use jws::{SecondOpinion, jws};
pub use memo::RememberedSignatures;
pub use on_benches::on_benches;
pub use raw::{
    access_token, authorize_query, credential_body, direct_post_form, http_bytes, proof_jwt,
    token_form,
};
pub use ready::Reached;
pub use vectors::{Played, expect, play_files};

use std::cell::RefCell;
use std::sync::OnceLock;

use arbitrary::Unstructured;

use crate::case::{Case, Flow, KeyTypes};
use crate::generate::{self, Capabilities};
use crate::issuer::{Builder, Defect, Issuer};
use crate::profile::EBSI_V3;
use crate::transcript::Transcript;

/// The body of a target: what it makes of an input.
pub type Body = fn(&[u8]) -> Reached;

/// Every target that needs nothing but an input: the name of its file in `fuzz/fuzz_targets/`, and its body. [`jws`] needs another
/// library too.
pub const TARGETS: &[(&str, Body)] = &[
    ("access_token", access_token),
    ("authorize_query", authorize_query),
    ("corpus_file", corpus_file),
    ("credential_body", credential_body),
    ("credential_case", credential_case),
    ("did_key", did_key),
    ("direct_post_form", direct_post_form),
    ("http_bytes", http_bytes),
    ("metadata", metadata),
    ("proof_jwt", proof_jwt),
    ("response", response),
    ("sequence", sequence),
    ("token_form", token_form),
];

/// Larger inputs say nothing that smaller ones do not.
const MOST_STEPS: usize = 12;
const MOST_MUTATIONS: usize = 8;
/// How many requests an input sends at the same time at most.
const MOST_AT_ONCE: usize = 4;

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

static PLANTED: OnceLock<Defect> = OnceLock::new();

/// Gives the issuer of [`credential_case`] and [`sequence`] this bug, to see whether they find it. To be called before either; the
/// first call counts.
pub fn plant(defect: Defect) {
    PLANTED.get_or_init(|| defect);
}

fn issuer() -> Builder {
    match PLANTED.get() {
        Some(defect) => Issuer::builder().defect(*defect),
        None => Issuer::builder(),
    }
}

/// Carries out the case that `data` holds as JSON against the clean reference issuer. Anything else
/// is passed over.
///
/// # Panics
/// If a rule is broken: the message holds the finding and a command that shows it again.
pub fn credential_case(data: &[u8]) -> Reached {
    let Some(case) = decode(data) else {
        return Reached::Nothing;
    };
    BENCH.with_borrow_mut(|slot| {
        // Equal inputs do equal things, whatever came between: what is found is found again.
        let bench = slot.get_or_insert_with(|| Bench::repeatable(issuer()));
        bench.replayed(&case, |bench, transcript, known| {
            assert_clean(bench, transcript, known);
            let is_accepted = transcript.steps().any(|exchange| exchange.is_accepted());
            if is_accepted {
                Reached::Acceptance
            } else {
                Reached::Refusal
            }
        })
    })
}

/// As [`credential_case`]; the seeds and the mutator make sequences over several sessions.
///
/// # Panics
/// As [`credential_case`].
pub fn sequence(data: &[u8]) -> Reached {
    credential_case(data)
}

/// As [`mutate_case`], but every fourth time a sequence is drawn anew.
pub fn mutate_sequence(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if !seed.is_multiple_of(4) {
        return mutate_case(data, size, max_size, seed);
    }
    let drawn = generate::sequence(&EBSI_V3, &flows(), &CAPABILITIES, u64::from(seed), 0);
    write(&drawn, data, size, max_size)
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
    write(&new, data, size, max_size)
}

/// Writes a case over an input of `size` bytes, if there is room for it. Returns the new size.
fn write(case: &Case, data: &mut [u8], size: usize, max_size: usize) -> usize {
    let room = max_size.min(data.len());
    match serde_json::to_vec(case) {
        Ok(text) if text.len() <= room => {
            data[..text.len()].copy_from_slice(&text);
            text.len()
        }
        _ => size.min(room),
    }
}

/// What a [`Bench`] can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    auth_key: true,
    service: true,
    clock: true,
    registrar: true,
    redirected_keys: true,
    refused_keys: KeyTypes::NONE,
    bare_key: false,
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

/// Judges all but what is `known` of the exchanges one by one, and then all together.
fn assert_clean(bench: &Bench, transcript: &Transcript, known: usize) {
    if let Some(finding) = vectors::broken(bench, transcript, known) {
        let case = serde_json::to_string(&transcript.case).unwrap_or_default();
        panic!("{finding}\nvcispec replay '{case}'");
    }
}
