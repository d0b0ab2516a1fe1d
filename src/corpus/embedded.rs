//! The vectors that this build brings along.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{Vector, VectorFile, parse};

/// The vectors of `corpus/` as they were when this build was made, file by file, with their paths in the
/// repository.
pub fn embedded() -> &'static [(PathBuf, VectorFile)] {
    &FILES
}

/// The vector with this identifier, and its file.
pub fn find(id: &str) -> Option<(&'static VectorFile, &'static Vector)> {
    let mut files = embedded().iter();
    files.find_map(|(_, file)| {
        let vector = file.vectors().find(|vector| vector.id == id)?;
        Some((file, vector))
    })
}

static FILES: LazyLock<Vec<(PathBuf, VectorFile)>> = LazyLock::new(|| {
    let read = |(path, text): &(&str, &str)| {
        let path = Path::new(path);
        let file = parse(path, text);
        // The tests read every one of them.
        (
            path.to_owned(),
            file.expect("our own files follow the format"),
        )
    };
    TEXTS.iter().map(read).collect()
});

macro_rules! texts {
    ($($path:literal),+ $(,)?) => {
        &[$((concat!("corpus/", $path), include_str!(concat!("../../corpus/", $path)))),+]
    };
}

const TEXTS: &[(&str, &str)] = texts![
    "ebsi-v3/access-token.json",
    "ebsi-v3/alone-access-token.json",
    "ebsi-v3/alone-authorize.json",
    "ebsi-v3/alone-body.json",
    "ebsi-v3/alone-client-assertion.json",
    "ebsi-v3/alone-deferred.json",
    "ebsi-v3/alone-direct-post.json",
    "ebsi-v3/alone-http.json",
    "ebsi-v3/alone-minted.json",
    "ebsi-v3/alone-offer.json",
    "ebsi-v3/alone-proof.json",
    "ebsi-v3/alone-request-object.json",
    "ebsi-v3/alone-token-request.json",
    "ebsi-v3/authorization.json",
    "ebsi-v3/credential.json",
    "ebsi-v3/deferred.json",
    "ebsi-v3/kept.json",
    "ebsi-v3/onboarding.json",
    "ebsi-v3/positive.json",
    "ebsi-v3/precedence.json",
    "ebsi-v3/proof-signature.json",
    "ebsi-v3/proof.json",
    "ebsi-v3/request.json",
    "ebsi-v3/sequence.json",
    "ebsi-v3/token-request.json",
    "ebsi-v3/zoo.json",
];
