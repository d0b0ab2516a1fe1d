//! The entries of all classes in one table, and those that the harness misses apart.

use super::{Entry, OutOfReach};
use super::{
    access_token, authorize, body, credential, deferred, error, leak, nonce_and_replay, offer,
    proof_claims, proof_header, race, response, robustness, session, token_endpoint,
};

/// Every defect, by class.
pub static EVERY: &[Entry] = &TABLE;

/// Every defect that the harness catches, by class.
pub static ALL: &[Entry] = &CAUGHT;

/// The defects that no case of the harness shows, with the reason.
pub static OUT_OF_REACH: &[OutOfReach] = &MISSED;

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

const CAUGHT_COUNT: usize = {
    let (mut count, mut at) = (0, 0);
    while at < COUNT {
        if TABLE[at].missed.is_none() {
            count += 1;
        }
        at += 1;
    }
    count
};

static CAUGHT: [Entry; CAUGHT_COUNT] = {
    let mut table = [TABLE[0]; CAUGHT_COUNT];
    let (mut at, mut next) = (0, 0);
    while at < COUNT {
        if TABLE[at].missed.is_none() {
            table[next] = TABLE[at];
            next += 1;
        }
        at += 1;
    }
    table
};

static MISSED: [OutOfReach; COUNT - CAUGHT_COUNT] = {
    let nothing = OutOfReach {
        defect: TABLE[0].defect,
        reason: "",
    };
    let mut table = [nothing; COUNT - CAUGHT_COUNT];
    let (mut at, mut next) = (0, 0);
    while at < COUNT {
        if let Some(reason) = TABLE[at].missed {
            table[next] = OutOfReach {
                defect: TABLE[at].defect,
                reason,
            };
            next += 1;
        }
        at += 1;
    }
    table
};
