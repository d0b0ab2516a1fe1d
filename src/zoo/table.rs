//! The entries of all classes in one table.

use super::Entry;
use super::{
    access_token, authorize, body, credential, deferred, error, leak, nonce_and_replay, offer,
    proof_claims, proof_header, race, response, robustness, session, token_endpoint,
};

/// Every defect, by class.
pub static ALL: &[Entry] = &TABLE;

const CLASSES: &[&[Entry]] = &[
    nonce_and_replay::ENTRIES,
    proof_header::ENTRIES,
    proof_claims::ENTRIES,
    access_token::ENTRIES,
    body::ENTRIES,
    response::ENTRIES,
    error::ENTRIES,
    leak::ENTRIES,
    credential::ENTRIES,
    deferred::ENTRIES,
    token_endpoint::ENTRIES,
    authorize::ENTRIES,
    offer::ENTRIES,
    session::ENTRIES,
    race::ENTRIES,
    robustness::ENTRIES,
];

const COUNT: usize = {
    let (mut count, mut class) = (0, 0);
    while class < CLASSES.len() {
        count += CLASSES[class].len();
        class += 1;
    }
    count
};

static TABLE: [Entry; COUNT] = {
    let mut table = [CLASSES[0][0]; COUNT];
    let (mut at, mut class) = (0, 0);
    while class < CLASSES.len() {
        let mut entry = 0;
        while entry < CLASSES[class].len() {
            table[at] = CLASSES[class][entry];
            at += 1;
            entry += 1;
        }
        class += 1;
    }
    table
};
