//! What the fuzz targets do with their seeds and with what they once found, on stable.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use vcispec::case::Case;
use vcispec::fuzzing::{self, Bench, Body, Reached, SecondOpinion, TARGETS, on_benches};
use vcispec::issuer::Issuer;
use vcispec::transcript::Transcript;

use crate::thorough::every_nth;

#[expect(unreachable_pub, reason = "it is public in its own crate")]
#[path = "../fuzz/src/second_jose.rs"]
mod second_jose;

/// Every target, by the name of its file.
fn targets() -> Vec<(&'static str, Body)> {
    let jws: (_, Body) = ("jws", |data| fuzzing::jws(data, second_jose::verify));
    TARGETS.iter().copied().chain([jws]).collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    entries.map(name).collect()
}

/// The inputs of a target, by name.
fn inputs(kind: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder(kind).join(target);
    let files = names(&folder).into_iter();
    let inputs = files.filter(|name| !name.starts_with('.'));
    inputs
        .map(|name| {
            let data = fs::read(folder.join(&name)).expect("an input");
            (name, data)
        })
        .collect()
}

#[test]
fn targets_seeds_regressions_and_the_table_agree() {
    let known: BTreeSet<String> = targets()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    for kind in ["fuzz_targets", "seeds", "minimised", "regressions"] {
        assert_eq!(names(&folder(kind)), known, "{kind}");
    }
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("fuzz/Cargo.toml");
    let table = fs::read_to_string(folder("README.md")).expect("fuzz/README.md");
    for name in &known {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(table.contains(&format!("| `{name}` |")), "{name}");
        let target = folder("fuzz_targets").join(name).with_extension("rs");
        let target = fs::read_to_string(target).expect("a target");
        let body = |end: char| target.contains(&format!("fuzzing::{name}{end}"));
        assert!(body(')') || body(',') || body('('), "{name}");
    }
}

#[test]
fn seeds_and_regressions_pass() {
    for (target, body) in targets() {
        for kind in ["seeds", "minimised", "regressions"] {
            let inputs = inputs(kind, target);
            // Those that were found are many and alike.
            let n = if kind == "minimised" { 4 } else { 1 };
            for (_, data) in every_nth(n, inputs) {
                body(&data);
            }
        }
    }
}

#[test]
fn valid_seeds_are_accepted_time_and_again() {
    for (target, body) in targets() {
        let valid = inputs("seeds", target)
            .into_iter()
            .find(|(name, _)| name == "valid");
        let Some((_, data)) = valid else { continue };
        for round in 0..3 {
            assert_eq!(body(&data), Reached::Acceptance, "{target}, round {round}");
        }
    }
}

#[test]
fn what_is_no_input_is_passed_over() {
    for (target, body) in targets() {
        for data in [&b""[..], b"\0", b"{", b"\xff\xfe", &[b'a'; 5000]] {
            assert_ne!(body(data), Reached::Acceptance, "{target}");
        }
    }
}

/// A small generator of changes, as a fuzzer makes them: bits, cuts, repetitions, pieces of others.
fn changed(data: &[u8], others: &[Vec<u8>], round: usize) -> Vec<u8> {
    let mut state = (round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut out = data.to_vec();
    for _ in 0..=draw(3) {
        let at = draw(out.len() + 1);
        match draw(5) {
            0 if at < out.len() => out[at] ^= 1 << draw(8),
            1 => out.truncate(at),
            2 => out.insert(at, b"\0\"{}[],:.=&%-0aA\xff"[draw(16)]),
            3 => {
                let other = &others[draw(others.len())];
                let from = draw(other.len() + 1);
                out.splice(at..at, other[from..].iter().copied());
            }
            _ => {
                let end = at + draw(out.len() - at + 1);
                out.drain(at..end);
            }
        }
    }
    out
}

#[test]
fn changed_seeds_pass() {
    for (target, body) in targets() {
        let seeds: Vec<Vec<u8>> = inputs("seeds", target)
            .into_iter()
            .map(|(_, data)| data)
            .collect();
        for round in 0..200 {
            body(&changed(&seeds[round % seeds.len()], &seeds, round));
        }
    }
}

#[test]
fn nearly_every_mutated_input_of_a_structured_target_is_a_case() {
    type Mutator = fn(&mut [u8], usize, usize, u32) -> usize;
    let structured: [(&str, Mutator); 2] = [
        ("credential_case", fuzzing::mutate_case),
        ("sequence", fuzzing::mutate_sequence),
    ];
    for (target, mutate) in structured {
        let (mut decoded, mut tried) = (0, 0);
        for (index, (_, mut data)) in inputs("seeds", target).into_iter().enumerate() {
            for round in 0..5_u32 {
                let size = data.len();
                data.resize(8192, 0);
                let size = mutate(&mut data, size, 8192, round * 1000 + index as u32);
                data.truncate(size);
                tried += 1;
                decoded += usize::from(fuzzing::credential_case(&data) != Reached::Nothing);
            }
        }
        assert!(decoded * 10 >= tried * 9, "{target}: {decoded} of {tried}");
    }
}

/// How each request of a case was answered, without what is new each time. Which of several at once is first is chance, and
/// what the others are told.
fn outcomes(transcript: &Transcript) -> Vec<String> {
    let answered = transcript.exchanges.iter().map(|exchange| {
        let error = exchange.any_error().filter(|_| !exchange.raced);
        let allowed = exchange.is_allowed();
        format!("{} {error:?} {allowed}", exchange.status())
    });
    let mut outcomes: Vec<_> = answered.chain(transcript.stopped.clone()).collect();
    if transcript.exchanges.iter().any(|exchange| exchange.raced) {
        outcomes.sort();
    }
    outcomes
}

#[test]
fn what_is_remembered_changes_no_verdict() {
    let files = vcispec::corpus::embedded();
    let vectors = files.iter().flat_map(|(_, file)| file.vectors());
    let cases: Vec<&Case> = every_nth(6, vectors.map(|vector| &vector.case)).collect();
    assert!(cases.len() > 300, "{}", cases.len());
    let afresh = on_benches(
        || Bench::new(Issuer::builder()),
        &cases,
        |bench, case, salt| outcomes(&bench.play(case, salt)),
    );
    let mut bench = Bench::repeatable(Issuer::builder());
    for (case, afresh) in cases.into_iter().zip(afresh) {
        let outcomes = bench.replayed(case, |_, transcript, _| outcomes(transcript));
        assert_eq!(outcomes, afresh, "{case:?}");
    }
}

#[test]
fn a_rewound_bench_does_the_same_again() {
    let sent = |transcript: &Transcript| -> Vec<String> {
        let exchanges = transcript.exchanges.iter();
        exchanges
            .map(|exchange| format!("{:?} {:?}", exchange.request, exchange.response()))
            .collect()
    };
    let mut bench = Bench::repeatable(Issuer::builder());
    for (name, data) in inputs("seeds", "credential_case").into_iter().take(40) {
        let case: Case = serde_json::from_slice(&data).expect("a seed is a case");
        let mut other = Bench::repeatable(Issuer::builder());
        other.rewind();
        let transcript = other.play(&case, 0);
        let (first, mut prologue) = (sent(&transcript), transcript.exchanges.iter());
        other.rewind();
        assert_eq!(sent(&other.play(&case, 0)), first, "{name}");
        let again = |bench: &mut Bench| {
            bench.replayed(&case, |_, transcript, known| (sent(transcript), known))
        };
        assert_eq!(again(&mut bench).0, first, "{name}");
        let (gone_on, known) = again(&mut bench);
        assert_eq!(gone_on, first, "{name}");
        if !case.steps[0].sends().is_empty() {
            let before = prologue.position(|exchange| exchange.step.is_some());
            assert_eq!(
                known,
                before.unwrap_or(transcript.exchanges.len()),
                "{name}"
            );
        }
    }
}

#[test]
fn another_library_verifies_the_keys_of_the_target() {
    let verified: Vec<String> = inputs("seeds", "jws")
        .into_iter()
        .filter(|(_, data)| {
            let mut opinion = SecondOpinion::None;
            fuzzing::jws(data, |jwk, jws| {
                opinion = second_jose::verify(jwk, jws);
                opinion
            });
            opinion == SecondOpinion::Verified
        })
        .map(|(name, _)| name)
        .collect();
    // It has no ES384; of critical headers and of times it is not asked.
    let all = [
        "compact",
        "crit-b64",
        "times",
        "valid",
        "valid-ES256K",
        "valid-EdDSA",
        "valid-RS256",
    ];
    assert_eq!(verified, all);
}

#[test]
#[should_panic = "verified, but another library refuses it"]
fn what_one_library_refuses_and_the_issuer_does_not_is_found() {
    fuzzing::jws(b"ES256\n{\"alg\":\"ES256\"}\n{}\n{signature}", |_, _| {
        SecondOpinion::Refused
    });
}

#[test]
#[should_panic = "but another library verifies it"]
fn what_the_issuer_refuses_and_another_library_does_not_is_found() {
    fuzzing::jws(b"ES256\n{\"alg\":\"none\"}\n{}\n", |_, _| {
        SecondOpinion::Verified
    });
}

#[test]
fn another_library_verifies_what_the_issuer_signs() {
    let bench = Bench::new(Issuer::builder());
    let context = bench.context();
    let keys = [&context.auth_jwks, &context.issuer_jwks].map(|set| set["keys"][0].clone());
    let case = json!({
        "version": 1, "flow": {"type": "CTWalletSamePreAuthorisedInTime", "format": "jwt_vc"},
        "steps": [{"send": {"to": "credential"}}],
    });
    let transcript = bench.play(&serde_json::from_value(case).expect("a case"), 0);
    let answers: Vec<Value> = transcript
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.json().cloned())
        .collect();
    let told = |member: &str| {
        let found = answers.iter().find_map(|answer| answer[member].as_str());
        found.unwrap_or_else(|| panic!("an answer with {member}"))
    };
    let (token, credential) = (told("access_token"), told("credential"));
    for (jws, verdicts) in [
        (token, [SecondOpinion::Verified, SecondOpinion::Refused]),
        (
            credential,
            [SecondOpinion::Refused, SecondOpinion::Verified],
        ),
    ] {
        let by_key = keys.each_ref().map(|key| second_jose::verify(key, jws));
        assert_eq!(by_key, verdicts, "{jws}");
    }
}
