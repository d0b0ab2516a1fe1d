//! Many sessions under way at once: what an issuer keeps of a few it may forget, or mix up, over many. A cache of the used tokens,
//! or of what waits for an answer, has a size, and a real day has more sessions than that.
//!
//! Start at [`crowds`].

use crate::case::{Case, Endpoint, Flow, Grant, Step};
use crate::profile::Profile;

/// Many sessions go each step together, then the first uses again what it has used: once for each grant by which sessions come about quickly, on the first of `flows` that has it.
pub fn crowds(profile: &Profile, flows: &[Flow]) -> Vec<Case> {
    let grant_of = |flow: &&Flow| profile.grant_of(&flow.credential_type);
    let of = |grant: Grant| flows.iter().find(|flow| grant_of(flow) == grant);
    [Grant::PreAuthorized, Grant::IdToken]
        .into_iter()
        .filter_map(|grant| {
            let flow = of(grant)?;
            Some(Case::new(flow.clone(), steps(grant)))
        })
        .collect()
}

/// How many sessions there are: more than a hundred, which is the size that a cache has if nobody thinks about it.
const SESSIONS: u8 = 110;

/// By ID token, where a session takes twice the requests.
const SESSIONS_BY_ID_TOKEN: u8 = 40;

fn steps(grant: Grant) -> Vec<Step> {
    let (endpoints, sessions): (&[Endpoint], _) = match grant.has_code() {
        true => (
            &[
                Endpoint::Authorize,
                Endpoint::DirectPost,
                Endpoint::Token,
                Endpoint::Credential,
            ],
            SESSIONS_BY_ID_TOKEN,
        ),
        false => (
            &[Endpoint::Offer, Endpoint::Token, Endpoint::Credential],
            SESSIONS,
        ),
    };
    let all = |endpoint: &Endpoint| {
        let endpoint = *endpoint;
        (0..sessions).map(move |session| Step::of(session, endpoint))
    };
    let mut steps: Vec<_> = endpoints.iter().flat_map(all).collect();
    steps.push(Step::of(0, Endpoint::Credential));
    if grant.has_code() {
        steps.push(Step::of(0, Endpoint::Token));
        steps.push(Step::of(0, Endpoint::DirectPost));
    }
    steps
}
