//! What the clean reference issuer makes of the vectors.

use std::collections::BTreeSet;
use std::fs;

use vcispec::{corpus, fuzzing};

use super::{FILES, by_hand, updates};
use crate::thorough::every_nth;

#[test]
fn the_vectors_are_sound() {
    let problems: Vec<String> = corpus::lint(&FILES)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let written: usize = by_hand().map(|(_, file)| file.vectors().count()).sum();
    assert!(written >= 60, "{written}");
}

#[test]
fn the_reference_issuer_passes_every_vector_without_a_finding() {
    if updates() {
        let mut files: Vec<_> = by_hand().cloned().collect();
        fuzzing::expect(&mut files).unwrap_or_else(|error| panic!("{error}"));
        for (path, file) in files {
            fs::write(path, corpus::format(&file.tidied())).expect("the file can be written");
        }
        return;
    }
    let hand_written: BTreeSet<_> = by_hand().map(|(path, _)| path).collect();
    let generated = FILES
        .iter()
        .filter(|(path, _)| !hand_written.contains(path));
    let some = by_hand().chain(every_nth(5, generated));
    let some: Vec<_> = some.cloned().collect();
    let played = fuzzing::play_files(&some);
    let problems: Vec<_> = played
        .into_iter()
        .filter_map(|vector| vector.problem)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_files_are_laid_out_as_the_tool_does() {
    let wrong: Vec<_> = FILES
        .iter()
        .filter(|_| !updates())
        .filter(|(path, file)| {
            let text = fs::read_to_string(path).expect("the file is there");
            corpus::format(&file.clone().tidied()) != text
        })
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "`vcispec corpus fmt` writes {wrong:?}");
}
