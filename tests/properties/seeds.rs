//! Seeds: a failure leaves one in `proptest-regressions/`, and one that is there is tried first.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::test_runner::{Config, FailurePersistence, FileFailurePersistence, TestRunner};
use vcispec::case::Case;

use super::{any_case, planted};

/// The file with the property to which the committed seed belongs.
const SOURCE: &str = "tests/properties/requests.rs";

#[test]
fn a_failure_leaves_its_seed_which_is_tried_first_the_next_time() {
    // A copy of what proptest looks for to find the place, so that nothing is written to the sources.
    let copy = tempfile::tempdir().expect("a folder");
    let source = copy.path().join("tests/properties/planted.rs");
    fs::create_dir_all(source.parent().expect("a folder")).expect("a folder");
    fs::write(&source, "").expect("a file");
    fs::write(copy.path().join("tests/lib.rs"), "").expect("a file");
    let seeds = copy
        .path()
        .join("proptest-regressions/properties/planted.txt");

    let first = tried(copy.path());
    let saved = fs::read_to_string(&seeds).expect("a seed was written");
    assert_eq!(count(&saved), 1, "{saved}");

    let again = tried(copy.path());
    assert_eq!(first[0], again[0], "the seed is tried first");
    assert_eq!(
        fs::read_to_string(&seeds).expect("it is still there"),
        saved
    );
}

#[test]
fn the_committed_seeds_are_tried_first() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("proptest-regressions/properties/requests.txt");
    let committed = count(&fs::read_to_string(file).expect("a seed is committed"));
    assert!(committed > 0);
    let seeds = FileFailurePersistence::default().load_persisted_failures2(Some(SOURCE));
    assert_eq!(seeds.len(), committed);

    let from_seeds = drawn(0, Some(SOURCE));
    assert_eq!(from_seeds.len(), committed);
    let all = drawn(3, Some(SOURCE));
    assert_eq!(all.len(), committed + 3);
    assert_eq!(all[..committed], from_seeds);
    assert_eq!(drawn(0, None), []);
}

/// The cases that a property in `source` would be tried with.
fn drawn(cases: u32, source: Option<&'static str>) -> Vec<Case> {
    let mut runner = TestRunner::new(Config {
        cases,
        source_file: source,
        failure_persistence: source.map(|_| Box::<FileFailurePersistence>::default() as _),
        ..Config::default()
    });
    let drawn = RefCell::new(Vec::new());
    runner
        .run(&any_case(), |case| {
            drawn.borrow_mut().push(case);
            Ok(())
        })
        .expect("nothing fails");
    drawn.into_inner()
}

/// Runs the planted property in `folder`; returns the numbers that were tried.
fn tried(folder: &Path) -> Vec<String> {
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "properties::planted::for_all_numbers_each_is_small",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .current_dir(folder)
        .env(planted::ASKED, "1")
        .output()
        .expect("it runs");
    assert!(!output.status.success(), "it fails");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<String> = text
        .split("tried ")
        .skip(1)
        .filter_map(|rest| rest.split_once('.'))
        .map(|(number, _)| number.to_owned())
        .collect();
    assert!(!numbers.is_empty(), "{text}");
    numbers
}

/// The seeds in a file.
fn count(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("cc ")).count()
}

#[test]
fn zz_make_seed() {
    let mut runner = TestRunner::new(Config {
        cases: 5000,
        max_shrink_iters: 0,
        source_file: Some(SOURCE),
        ..Config::default()
    });
    let _ = runner.run(&any_case(), |case| {
        proptest::prop_assert!(
            case.mutations()
                .filter(|m| m.id.starts_with("initiate/"))
                .count()
                < 2
        );
        Ok(())
    });
}
