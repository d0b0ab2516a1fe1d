//! `vcispec corpus freeze` from the command line.

use std::fs;

use assert_cmd::Command;

use super::folder;

fn freeze(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("vcispec").expect("the binary is built for tests");
    command.args(["corpus", "freeze"]).args(arguments);
    command
}

/// The command in surroundings that are not those in which the files were made.
fn elsewhere(arguments: &[&str]) -> Command {
    let mut command = freeze(arguments);
    command
        .env("HOME", "/nowhere")
        .env("TZ", "Pacific/Kiritimati")
        .env("LANG", "tr_TR.UTF-8")
        .env("LC_ALL", "tr_TR.UTF-8");
    command
}

#[test]
#[ignore = "the files are compared with what is made anew in this process; `.ci/run` runs this too"]
fn it_writes_equal_bytes_wherever_it_runs() {
    let place = tempfile::tempdir().unwrap();
    let mut command = elsewhere(&["--out", "made/by/it"]);
    command.current_dir(place.path());
    let said = command.assert().success();
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    assert!(said.contains("made/by/it"), "{said}");
    let made = place.path().join("made/by/it");
    let names: Vec<_> = fs::read_dir(&made)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(names.len() > 5);
    for name in names {
        let (one, other) = (fs::read(made.join(&name)), fs::read(folder().join(&name)));
        assert!(one.unwrap() == other.unwrap(), "{} differs", name.display());
    }
}

#[test]
#[ignore = "the files are compared with what is made anew in this process; `.ci/run` runs this too"]
fn a_check_tells_what_differs_and_writes_nothing() {
    let place = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    fs::remove_file(place.path().join("minted.json")).unwrap();
    fs::write(place.path().join("state.json"), "{}").unwrap();
    fs::write(place.path().join("old.json"), "{}").unwrap();
    let done = elsewhere(&["--check", "--out", place.path().to_str().unwrap()])
        .assert()
        .code(1);
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    for problem in [
        "minted.json cannot be read",
        "state.json differs",
        "old.json is not written",
    ] {
        assert!(said.contains(problem), "{said}");
    }
    assert_eq!(said.matches(".json ").count(), 3, "{said}");
    assert_eq!(fs::read(place.path().join("state.json")).unwrap(), b"{}");
}

#[test]
fn a_folder_that_cannot_be_is_told() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), "").unwrap();
    let out = place.path().join("file");
    let done = freeze(&["--out", out.to_str().unwrap()]).assert().code(2);
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(said.contains("file"), "{said}");
}
