//! Requests without any change: what must be accepted, and values that come too early or a second time.

use super::Draft;
use super::plan::{ACCEPTED, BY_CODE, DEFERRED, OTHERS, STATE, TOKEN, USUAL, flow};
use crate::case::{Case, Endpoint, Flow, KeyType, Step};
use crate::clauses::ebsi_v3 as c;
use crate::profile::Profile;

/// The plain requests of every flow whose client needs no registration, and of every kind of key.
pub(super) fn valid(profile: &Profile) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let draft = |topic, slug: String, comment: String, clause, flow: Flow, steps| Draft {
        topic,
        slug,
        comment,
        flags: Vec::new(),
        clause,
        case: Case::new(flow, steps),
    };
    let credential = || Step::send(Endpoint::Credential, Vec::new());
    let types = profile
        .types
        .iter()
        .filter(|one| !one.grant.presents() && !one.grant.is_service());
    for (one, format) in types.flat_map(|one| {
        profile
            .formats_of(one.name)
            .map(move |format| (one, format))
    }) {
        let slug = format!("{}-{}", one.name, format.replace('_', "-"));
        let comment = format!("The plain request for {} as {format}.", one.name);
        let flow = Flow::new(one.name, format);
        drafts.push(draft(
            ACCEPTED,
            slug,
            comment,
            c::RESPONSE_ONE_OF,
            flow,
            vec![credential()],
        ));
    }
    for key in KeyType::ALL.iter().skip(1) {
        let flow = Flow {
            key: *key,
            ..flow(USUAL)
        };
        let slug = format!("key-{}", key.alg().to_lowercase());
        let comment = format!(
            "The plain request of a holder whose key signs with {}.",
            key.alg()
        );
        drafts.push(draft(
            ACCEPTED,
            slug,
            comment,
            c::RESPONSE_ONE_OF,
            flow,
            vec![credential()],
        ));
    }
    let token = || vec![Step::send(Endpoint::Token, Vec::new())];
    for (names, slug, comment) in [
        (
            USUAL,
            "pre-authorized-code",
            "The plain token request with a pre-authorised code and its PIN.",
        ),
        (
            BY_CODE,
            "authorization-code",
            "The plain token request with an authorization code and its verifier.",
        ),
    ] {
        drafts.push(draft(
            TOKEN,
            slug.into(),
            comment.into(),
            c::TOKEN_RESPONSE,
            flow(names),
            token(),
        ));
    }
    for format in profile.formats {
        let steps = vec![
            credential(),
            Step::WaitUntilReady,
            Step::send(Endpoint::Deferred, Vec::new()),
        ];
        let slug = format!("ready-{}", format.replace('_', "-"));
        let comment = format!("The credential is ready, as {format}.");
        drafts.push(draft(
            DEFERRED,
            slug,
            comment,
            c::DEFERRED_READY,
            Flow::new(OTHERS[1].0, *format),
            steps,
        ));
    }
    drafts
}

/// Values that come too early or a second time.
pub(super) fn used() -> Vec<Draft> {
    let deferred = || flow((OTHERS[1].0, OTHERS[1].1));
    let to = |endpoint| Step::send(endpoint, Vec::new());
    let of = Step::of;
    use Endpoint::{Credential, Deferred, Token};
    let draft = |topic, slug: &str, comment: &str, clause, flow, steps| Draft {
        topic,
        slug: slug.into(),
        comment: comment.into(),
        flags: Vec::new(),
        clause,
        case: Case::new(flow, steps),
    };
    vec![
        draft(
            STATE,
            "token-used",
            "The access token has yielded a credential before.",
            c::TOKEN_UNUSED,
            flow(USUAL),
            vec![to(Credential), to(Credential)],
        ),
        draft(
            STATE,
            "token-used-in-the-other-format",
            "The access token has yielded a credential in this format before.",
            c::TOKEN_UNUSED,
            flow((OTHERS[0].0, OTHERS[0].1)),
            vec![to(Credential), to(Credential)],
        ),
        draft(
            STATE,
            "token-used-for-an-acceptance-token",
            "The access token has yielded an acceptance token before.",
            c::TOKEN_UNUSED,
            deferred(),
            vec![to(Credential), to(Credential)],
        ),
        draft(
            STATE,
            "token-used-and-credential-fetched",
            "The deferred credential of the access token was fetched before.",
            c::TOKEN_UNUSED,
            deferred(),
            vec![
                to(Credential),
                Step::WaitUntilReady,
                to(Deferred),
                to(Credential),
            ],
        ),
        draft(
            STATE,
            "token-of-another-session-used",
            "Another access token of this holder was used before, which does not matter.",
            c::TOKEN_UNUSED,
            flow(USUAL),
            vec![of(1, Credential), to(Credential)],
        ),
        draft(
            STATE,
            "token-of-another-holder-used",
            "The access token of another holder was used before, which does not matter.",
            c::TOKEN_UNUSED,
            flow(USUAL),
            vec![of(2, Credential), to(Credential)],
        ),
        draft(
            DEFERRED,
            "too-early",
            "The credential is not ready.",
            c::DEFERRED_READY,
            deferred(),
            vec![to(Credential), to(Deferred)],
        ),
        draft(
            DEFERRED,
            "ready-after-an-early-request",
            "The credential is ready; it was asked for too early before.",
            c::DEFERRED_READY,
            deferred(),
            vec![
                to(Credential),
                to(Deferred),
                Step::WaitUntilReady,
                to(Deferred),
            ],
        ),
        draft(
            DEFERRED,
            "one-of-two-holders",
            "Two holders wait for a credential each; one fetches hers.",
            c::DEFERRED_TOKEN,
            deferred(),
            vec![
                to(Credential),
                of(2, Credential),
                Step::WaitUntilReady,
                to(Deferred),
            ],
        ),
        draft(
            TOKEN,
            "pre-authorized-code-redeemed",
            "The pre-authorised code was redeemed before.",
            c::CODE_SINGLE_USE,
            flow(USUAL),
            vec![to(Credential), to(Token)],
        ),
        draft(
            TOKEN,
            "authorization-code-redeemed",
            "The authorization code was redeemed before.",
            c::CODE_SINGLE_USE,
            flow(BY_CODE),
            vec![to(Credential), to(Token)],
        ),
    ]
}
