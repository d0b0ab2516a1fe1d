//! The generated files are what the generator writes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;

use vcispec::case::Mutation;
use vcispec::corpus::generate::GENERATOR;
use vcispec::corpus::{self, Vector};
use vcispec::fuzzing::{self, Kill};
use vcispec::profile::EBSI_V3;

use super::{FILES, by_hand, root, updates};

/// The cases that show the bugs of the zoo.
pub(super) fn kills() -> Vec<Kill> {
    let text = fs::read_to_string(root().join("tests/data/kills.json")).expect("the file is there");
    serde_json::from_str(&text).expect("the file holds cases")
}

fn vectors() -> impl Iterator<Item = &'static Vector> {
    FILES.iter().flat_map(|(_, file)| file.vectors())
}

/// What the vectors expect is compared where they are played.
#[test]
fn the_files_are_those_that_the_generator_writes() {
    let folder = root().join("corpus/ebsi-v3");
    let files = fuzzing::generated(&EBSI_V3, by_hand().map(|(_, file)| file), &kills());
    let files = files.expect("the cases are of known bugs").into_iter();
    let mut files: Vec<_> = files
        .map(|(name, file)| (folder.join(name), file))
        .collect();
    if updates() {
        fuzzing::expect(&mut files).unwrap_or_else(|error| panic!("{error}"));
        for (path, file) in files {
            fs::write(path, corpus::format(&file)).expect("the file can be written");
        }
        return;
    }
    let known: BTreeMap<&str, &Vector> = vectors().map(|vector| (&*vector.id, vector)).collect();
    let mut there: BTreeSet<_> = FILES
        .iter()
        .filter(|(_, file)| file.generator == GENERATOR)
        .map(|(path, _)| path.clone())
        .collect();
    let mut stale = Vec::new();
    for (path, mut file) in files {
        for vector in file.vectors_mut() {
            if let Some(known) = known.get(&*vector.id) {
                vector.result = known.result;
                vector.expected = known.expected.clone();
            }
        }
        there.remove(&path);
        if fs::read_to_string(&path).unwrap_or_default() != corpus::format(&file) {
            stale.push(path.display().to_string());
        }
    }
    assert!(
        stale.is_empty(),
        "`vcispec corpus generate` writes {stale:?}"
    );
    assert!(there.is_empty(), "no longer generated: {there:?}");
}

#[test]
fn every_mutation_that_is_no_near_miss_stands_alone_in_a_vector() {
    let alone: HashSet<Mutation> = vectors()
        .filter(|vector| vector.case.mutations().count() == 1)
        .filter_map(|vector| vector.case.mutations().next())
        .collect();
    // What belongs to sessions that no type of EBSI's has, no vector of EBSI's can hold.
    let is_sent = |mutation: Mutation| {
        let mut types = EBSI_V3.types.iter();
        types.any(|known| EBSI_V3.has_request_for(known.name, mutation))
    };
    let missing: Vec<_> = Mutation::all()
        .iter()
        .filter(|mutation| !mutation.expansion && !alone.contains(mutation))
        .filter(|mutation| is_sent(**mutation))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn there_are_at_least_600_vectors_and_no_two_are_alike() {
    let cases: BTreeSet<String> = vectors()
        .map(|vector| serde_json::to_string(&vector.case).expect("a case is JSON"))
        .collect();
    let ids: BTreeSet<&str> = vectors().map(|vector| &*vector.id).collect();
    let count = vectors().count();
    assert!(count >= 600, "{count}");
    assert_eq!((cases.len(), ids.len()), (count, count));
}
