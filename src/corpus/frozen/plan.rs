//! Which cases are frozen: each mutation of the catalogue that needs no client registration, and the requests of
//! `plain.rs`. [`drafts`] lists them.

use super::plain;
use crate::case::{Case, Effect, Endpoint, Flow, Mutation, Need, Stage, Step};
use crate::clauses::Clause;
use crate::profile::Profile;

/// A test to be made of the last request of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The file that it belongs to.
    pub topic: &'static str,
    /// Its name in there.
    pub slug: String,
    /// The story, in a sentence.
    pub comment: String,
    /// What it takes beyond one session, or the point of latitude that leaves the answer open.
    pub flags: Vec<&'static str>,
    /// The clause that it tries, beside those that the request breaks.
    pub clause: &'static Clause,
    /// The case.
    pub case: Case,
}

/// The topics with what their tests have in common, in the order of their files' names.
pub(super) const TOPICS: &[(&str, &str)] = &[
    (
        ACCEPTED,
        "Credential requests that must be accepted: every way to one, and changes that must not matter.",
    ),
    (
        ACCESS_TOKEN,
        "The access token is missing, sent in a wrong way, broken, or signed by somebody else.",
    ),
    (DEFERRED, "Requests to the deferred credential endpoint."),
    (
        LATITUDE,
        "Credential requests that conformant issuers answer differently.",
    ),
    (
        MINTED,
        "The authorization server signed the access token, but not one that is good here.",
    ),
    (
        PROOF_CLAIMS,
        "The claims of the key proof are not what they must be; its signature verifies.",
    ),
    (
        PROOF_HEADER,
        "The header of the key proof is not what it must be.",
    ),
    (
        PROOF_SIGNATURE,
        "The signature of the key proof does not verify with the holder's key.",
    ),
    (
        REQUEST,
        "Method, path, media type or body of the credential request are not what they must be.",
    ),
    (
        STATE,
        "Values that were used before or belong to another session.",
    ),
    (TOKEN, "Requests to the token endpoint."),
];

pub(super) const ACCEPTED: &str = "accepted";
const ACCESS_TOKEN: &str = "access-token";
pub(super) const DEFERRED: &str = "deferred";
const LATITUDE: &str = "latitude";
const MINTED: &str = "minted";
const PROOF_CLAIMS: &str = "proof-claims";
const PROOF_HEADER: &str = "proof-header";
const PROOF_SIGNATURE: &str = "proof-signature";
const REQUEST: &str = "request";
pub(super) const STATE: &str = "state";
pub(super) const TOKEN: &str = "token";

/// The flow on which every mutation of the credential request is tried.
pub(super) const USUAL: (&str, &str) = ("CTWalletSamePreAuthorisedInTime", "jwt_vc");

/// Further flows, of which the mutations of the credential request take turns, and how each is called.
pub(super) const OTHERS: [(&str, &str, &str); 2] = [
    (
        "CTWalletSamePreAuthorisedInTime",
        "jwt_vc_json",
        "json-format",
    ),
    ("CTWalletSamePreAuthorisedDeferred", "jwt_vc", "deferred"),
];

/// Of every so many mutations of the credential request one is tried on a further flow too.
const TURNS: usize = 12;

/// The flow whose code an authorization endpoint hands out.
pub(super) const BY_CODE: (&str, &str) = ("CTWalletSameAuthorisedInTime", "jwt_vc");

/// The near-misses that stand for all of a compared value: those that implementations are known for.
const NEAR: [&str; 5] = [
    "near-last-missing",
    "near-appended",
    "near-other-case",
    "near-trailing-slash",
    "near-null",
];

/// Every test that is to be frozen.
pub fn drafts(profile: &Profile) -> Vec<Draft> {
    let mut drafts = plain::valid(profile);
    drafts.extend(plain::used());
    let mutations = Mutation::all()
        .iter()
        .copied()
        .filter(|one| is_wanted(*one));
    for (index, mutation) in mutations.enumerate() {
        match mutation.endpoint {
            Endpoint::Credential => drafts.extend(of_credential(profile, mutation, index)),
            Endpoint::Deferred => drafts.push(of_deferred(mutation)),
            Endpoint::Token => drafts.extend(of_token(profile, mutation)),
            _ => {}
        }
    }
    drafts
}

/// Whether a mutation is frozen: every one by itself, and the best known near-misses.
fn is_wanted(mutation: Mutation) -> bool {
    !mutation.expansion || NEAR.iter().any(|near| mutation.id.ends_with(near))
}

pub(super) fn flow((name, format): (&str, &str)) -> Flow {
    Flow::new(name, format)
}

fn of_credential(profile: &Profile, mutation: Mutation, index: usize) -> Vec<Draft> {
    let deferred = OTHERS[1];
    let changed = || Step::send(Endpoint::Credential, vec![mutation]);
    let draft = |flow: Flow, suffix: &str| {
        let case = Case::new(flow, vec![changed()]);
        of_mutation(mutation, suffix, case)
    };
    if mutation.needs(Need::AcceptanceToken) {
        return vec![draft(flow((deferred.0, deferred.1)), "")];
    }
    let mut drafts = Vec::new();
    if profile.has_request_for(USUAL.0, mutation) {
        drafts.push(draft(flow(USUAL), ""));
    }
    // Which flow it is shows in the name, so that a new mutation renames no other test.
    let turn = index % (TURNS * OTHERS.len());
    let is_plain = !mutation.expansion && mutation.needs.is_empty();
    if let Some((name, format, called)) = OTHERS
        .get(turn / TURNS)
        .filter(|_| turn.is_multiple_of(TURNS))
        && is_plain
        && !matches!(mutation.effect, Effect::Either(_))
    {
        drafts.push(draft(Flow::new(*name, *format), &format!("-{called}")));
    }
    drafts
}

fn of_deferred(mutation: Mutation) -> Draft {
    let (name, format, _) = OTHERS[1];
    let steps = vec![
        Step::send(Endpoint::Credential, Vec::new()),
        Step::WaitUntilReady,
        Step::send(Endpoint::Deferred, vec![mutation]),
    ];
    of_mutation(mutation, "", Case::new(Flow::new(name, format), steps))
}

/// On the first of both grants whose request can be changed so.
fn of_token(profile: &Profile, mutation: Mutation) -> Option<Draft> {
    let mut flows = [USUAL, BY_CODE].into_iter();
    let names = flows.find(|(name, _)| profile.has_request_for(name, mutation))?;
    let steps = vec![Step::send(Endpoint::Token, vec![mutation])];
    Some(of_mutation(mutation, "", Case::new(flow(names), steps)))
}

fn of_mutation(mutation: Mutation, suffix: &str, case: Case) -> Draft {
    let needs = mutation.needs.iter().map(|need| need.slug());
    let point = match mutation.effect {
        Effect::Either(point) => Some(point),
        Effect::Malformed | Effect::Benign => None,
    };
    Draft {
        topic: topic(mutation),
        slug: format!("{}{suffix}", mutation.id.replace('/', "-")),
        comment: mutation.doc.clone(),
        flags: needs.chain(point).collect(),
        clause: mutation.clause,
        case,
    }
}

fn topic(mutation: Mutation) -> &'static str {
    match mutation.endpoint {
        Endpoint::Deferred => return DEFERRED,
        Endpoint::Token => return TOKEN,
        _ => {}
    }
    if mutation.needs(Need::AuthKey) {
        return MINTED;
    }
    match mutation.effect {
        Effect::Benign => return ACCEPTED,
        Effect::Either(_) => return LATITUDE,
        Effect::Malformed if !mutation.needs.is_empty() => return STATE,
        Effect::Malformed => {}
    }
    match mutation.stage {
        Some(stage) if (Stage::AuthorizationPresent..=Stage::TokenSignature).contains(&stage) => {
            ACCESS_TOKEN
        }
        Some(Stage::ProofSignature) => PROOF_SIGNATURE,
        Some(stage) if (Stage::ProofDecodes..=Stage::ProofIssuer).contains(&stage) => PROOF_CLAIMS,
        Some(stage) if (Stage::ProofHeaderDecodes..=Stage::ProofSignature).contains(&stage) => {
            PROOF_HEADER
        }
        _ => REQUEST,
    }
}
