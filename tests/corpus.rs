//! The shared vectors, and what the fuzz target makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use vcispec::corpus::{self, VectorFile};
use vcispec::fuzzing::{self, Bench};
use vcispec::invariants::{self, Scene};
use vcispec::issuer::Issuer;
use vcispec::transcript::Verdict;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<(PathBuf, VectorFile)> {
    corpus::read_dir(&root().join("corpus")).unwrap_or_else(|error| panic!("{error}"))
}

/// Whether this run writes what depends on the vectors instead of comparing it.
fn updates() -> bool {
    std::env::var_os("VCISPEC_UPDATE").is_some()
}

#[test]
fn the_vectors_are_sound() {
    let problems: Vec<String> = corpus::lint(&files())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(
        files()
            .iter()
            .map(|(_, file)| file.vectors().count())
            .sum::<usize>()
            >= 40
    );
}

#[test]
fn the_reference_issuer_passes_every_vector_without_a_finding() {
    let bench = Bench::new(Issuer::builder());
    let mut wrong = Vec::new();
    for (path, file) in files() {
        let mut updated = file.clone();
        for group in &mut updated.test_groups {
            for vector in &mut group.tests {
                let transcript = bench.play(&vector.case, wrong.len() as u64);
                if updates() {
                    let last = transcript.steps().last().expect("a vector sends something");
                    *vector = vector.clone().expecting(&last.expectation);
                }
                if let Err(problem) = corpus::check(vector, &transcript) {
                    wrong.push(format!("{}: {problem}", vector.id));
                }
                let scene = Scene {
                    context: bench.context(),
                    profile: bench.profile(),
                };
                for exchange in &transcript.exchanges {
                    for (rule, verdict) in invariants::judge_exchange(exchange, &scene) {
                        if let Verdict::Fail(violation) = verdict {
                            wrong.push(format!("{}: {}: {}", vector.id, rule.id, violation.actual));
                        }
                    }
                }
            }
        }
        let formatted = corpus::format(&updated);
        if updates() {
            fs::write(&path, formatted).unwrap();
        } else if formatted != fs::read_to_string(&path).unwrap() {
            wrong.push(format!(
                "{} is not formatted; VCISPEC_UPDATE=1 cargo test corpus writes it",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_packages_have_the_version_of_this_one() {
    let read = |name: &str| fs::read_to_string(root().join("corpus").join(name)).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let python = format!("\nversion = \"{version}\"\n");
    assert!(read("pyproject.toml").contains(&python));
    let npm: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
    assert_eq!(npm["version"], version);
}

#[test]
fn seeds_are_those_of_the_vectors() {
    let folder = root().join("fuzz/seeds/credential_case");
    let mut wanted = BTreeMap::new();
    for (_, file) in files() {
        for vector in file.vectors() {
            wanted.insert(
                vector.id.replace('/', "--"),
                serde_json::to_string(&vector.case).unwrap(),
            );
        }
    }
    if updates() {
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &wanted {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let found: BTreeMap<String, String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found, wanted,
        "VCISPEC_UPDATE=1 cargo test corpus writes them"
    );
}

#[test]
fn seeds_and_regressions_pass_the_fuzz_target() {
    for kind in ["seeds", "regressions"] {
        for entry in fs::read_dir(root().join("fuzz").join(kind).join("credential_case")).unwrap() {
            fuzzing::credential_case(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn edited_cases_draw_no_finding() {
    let mut inputs: Vec<Vec<u8>> = files()
        .iter()
        .flat_map(|(_, file)| file.vectors())
        .map(|vector| serde_json::to_vec(&vector.case).unwrap())
        .collect();
    inputs.push(b"no case".to_vec());
    let mut decoded = 0;
    for round in 0..10_u32 {
        for (index, input) in inputs.iter_mut().enumerate() {
            let size = input.len();
            input.resize(8192, 0);
            let size = fuzzing::mutate_case(input, size, 8192, round * 1000 + index as u32);
            input.truncate(size);
            decoded += usize::from(serde_json::from_slice::<vcispec::case::Case>(input).is_ok());
            fuzzing::credential_case(input);
        }
    }
    assert_eq!(decoded, 10 * inputs.len());
}

#[test]
fn an_input_that_is_too_large_for_its_room_is_left_alone() {
    let mut data = b"{}".to_vec();
    assert!(fuzzing::mutate_case(&mut data, 2, 2, 1) <= 2);
    assert_eq!(fuzzing::mutate_case(&mut [], 0, 0, 1), 0);
}

#[test]
fn broken_files_are_told_with_file_and_place() {
    let good = corpus::format(&files()[0].1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access-token.json");
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        corpus::read_file(&path)
            .map(|file| corpus::lint(&[(path.clone(), file)]))
            .map_err(|error| error.to_string())
    };
    assert!(read(&good).unwrap().is_empty());
    let truncated = read(&good[..good.len() / 2]).unwrap_err();
    assert!(
        truncated.contains("access-token.json") && truncated.contains("line"),
        "{truncated}"
    );
    let unknown = read(&good.replacen("\"comment\"", "\"remark\"", 1)).unwrap_err();
    assert!(unknown.contains("unknown field `remark`"), "{unknown}");
    let mutation =
        read(&good.replacen("authorization/absent", "authorization/absnt", 1)).unwrap_err();
    assert!(mutation.contains("unknown mutation"), "{mutation}");
    let problem = |text: &str| read(text).unwrap().first().expect("a problem").to_string();
    assert!(
        problem(&good.replacen("\"numberOfTests\": ", "\"numberOfTests\": 9", 1))
            .contains("numberOfTests")
    );
    assert!(
        problem(&good.replacen("ebsi-v3/authorization-present", "ebsi-v3/authorisation", 1))
            .contains("no clause is called")
    );
    assert!(
        problem(&good.replacen("vcispec-corpus-1", "vcispec-corpus-9", 1))
            .contains("vcispec-corpus-9")
    );
    let twice =
        read(&good.replacen("access-token/tampered-subject", "access-token/absent", 1)).unwrap();
    assert!(
        twice
            .iter()
            .any(|error| error.to_string().contains("another vector"))
    );
}
