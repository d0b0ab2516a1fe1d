//! Every clause of the specifications has vectors, and every vector is in the build.

use vcispec::corpus::{self, Coverage};

use super::{FILES, root};

#[test]
fn every_clause_has_a_positive_and_a_negative_vector_or_a_reason() {
    let coverage = Coverage::of(&FILES);
    assert_eq!(coverage.problems(), Vec::<String>::new());
    let untouched = coverage.untouched().count();
    assert!(untouched * 10 <= coverage.rows.len(), "{untouched}");
}

#[test]
fn the_build_brings_along_the_vectors_of_the_folder() {
    let folder: Vec<_> = FILES
        .iter()
        .map(|(path, file)| {
            (
                path.strip_prefix(root())
                    .expect("below the root")
                    .to_owned(),
                file.clone(),
            )
        })
        .collect();
    let paths = |files: &[(std::path::PathBuf, corpus::VectorFile)]| -> Vec<_> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    let missing = "src/corpus/embedded.rs lists the files";
    assert_eq!(paths(corpus::embedded()), paths(&folder), "{missing}");
    assert!(corpus::embedded() == folder);
    let (file, vector) = corpus::find("proof/nonce-null").expect("there is such a vector");
    assert_eq!(
        (&*file.profile, &*vector.id),
        ("ebsi-v3", "proof/nonce-null")
    );
    assert!(corpus::find("proof/no-such").is_none());
}

#[test]
fn the_version_of_the_vectors_stands_in_their_changelog() {
    let text = std::fs::read_to_string(root().join("corpus/CHANGELOG.md")).expect("it is there");
    let first = text.lines().find_map(|line| line.strip_prefix("## "));
    assert_eq!(first, Some(corpus::VERSION));
}
