//! The fuzz target that the vectors seed.

use std::collections::BTreeMap;
use std::fs;

use vcispec::fuzzing;

use super::{by_hand, root, updates};

/// The cases that people wrote down, by the names of their seeds. Those of the generators are left out: the mutator finds
/// them by itself.
fn wanted() -> BTreeMap<String, String> {
    let vectors = by_hand().flat_map(|(_, file)| file.vectors());
    let seeds = vectors.map(|vector| {
        let case = serde_json::to_string(&vector.case).expect("a case can be written");
        (vector.id.replace('/', "--"), case)
    });
    seeds.collect()
}

#[test]
fn seeds_are_those_of_the_vectors_that_people_wrote() {
    let folder = root().join("fuzz/seeds/credential_case");
    let wanted = wanted();
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
fn an_input_that_is_too_large_for_its_room_is_left_alone() {
    let mut data = b"{}".to_vec();
    assert!(fuzzing::mutate_case(&mut data, 2, 2, 1) <= 2);
    assert_eq!(fuzzing::mutate_case(&mut [], 0, 0, 1), 0);
}
