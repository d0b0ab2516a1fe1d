//! What must work: every credential type in every format, with every kind of key that the way to it allows.

use super::{Flag, Idea, Topic, slug_of};
use crate::case::{Case, Endpoint, Flow, KeyType, Step};
use crate::clauses::{Clause, ebsi_v3 as c};
use crate::profile::{CredentialType, Profile};

/// What is asked of every credential.
const OF_A_CREDENTIAL: [&Clause; 14] = [
    c::RESPONSE_JSON,
    c::RESPONSE_ONE_OF,
    c::RESPONSE_FORMAT,
    c::RESPONSE_CREDENTIAL,
    c::VC_HEADER,
    c::VC_SIGNATURE,
    c::VC_IDENTIFIERS,
    c::VC_SUBJECT,
    c::VC_DATES,
    c::VC_VALIDITY,
    c::VC_TYPES,
    c::VC_CONTEXT,
    c::VC_SCHEMA,
    c::METADATA_ISSUABLE,
];

pub(super) fn topic(profile: &Profile) -> Topic {
    let mut ideas = Vec::new();
    for known in profile.types {
        for format in profile.formats_of(known.name) {
            for key in KeyType::ALL {
                // ID tokens and presentations are signed with ES256 alone.
                if *key == KeyType::P256 || !known.grant.has_code() {
                    ideas.push(idea(known, format, *key));
                }
            }
        }
    }
    Topic {
        name: "positive".into(),
        ideas,
    }
}

fn idea(known: &CredentialType, format: &str, key: KeyType) -> Idea {
    let mut steps = vec![Step::send(Endpoint::Credential, Vec::new())];
    let mut clauses = OF_A_CREDENTIAL.to_vec();
    let how = if known.deferred {
        steps.push(Step::WaitUntilReady);
        steps.push(Step::send(Endpoint::Deferred, Vec::new()));
        clauses.extend([c::DEFERRED_TYPES, c::DEFERRED_READY, c::DEFERRED_TOKEN]);
        "is obtained later"
    } else {
        "is obtained at once"
    };
    let flow = Flow {
        key,
        ..Flow::new(known.name, format)
    };
    Idea {
        slug: format!(
            "{}/{}/{}",
            slug_of(known.name),
            slug_of(format),
            slug_of(key.alg())
        ),
        group: format!("Credentials by the grant {}.", known.grant.slug()),
        comment: format!(
            "{} as {format} {how}, by a holder with an {} key.",
            known.name,
            key.alg()
        ),
        flag: Flag::over_strict(),
        clauses,
        case: Case::new(flow, steps),
    }
}
