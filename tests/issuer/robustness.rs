//! The authorization server under requests that nobody would send, and tokens of which one character was changed.

use bytes::Bytes;
use http::Response;
use proptest::prelude::*;
use proptest::sample::select;
use vcispec::issuer::Issuer;

use super::service::{self, TYPE};
use super::support::{Holder, issuer};
use super::wallet::{
    Members, authorisation_request, authorise, begin, code, direct_post, id_token, id_token_answer,
    location, redirected, token, token_request,
};

const NAMES: &[&str] = &[
    "response_type",
    "scope",
    "client_id",
    "redirect_uri",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "authorization_details",
    "issuer_state",
    "client_metadata",
    "request",
    "request_uri",
    "request_object",
    "id_token",
    "vp_token",
    "presentation_submission",
    "grant_type",
    "code",
    "code_verifier",
    "client_assertion",
    "client_assertion_type",
    "pre-authorized_code",
    "user_pin",
];

/// Values that get a request past some of the rules.
fn likely(issuer: &Issuer) -> Vec<String> {
    let holder = Holder::new(1);
    let request = authorisation_request(issuer, &holder, "CTWalletSameInTime");
    let asked = begin(issuer, &holder, "CTWalletSameInTime");
    let mut values: Vec<String> = [
        "response_type",
        "scope",
        "client_id",
        "redirect_uri",
        "authorization_details",
        "issuer_state",
        "code_challenge_method",
    ]
    .iter()
    .map(|name| request.get(name).to_owned())
    .collect();
    values.push(asked.get("state").to_owned());
    values.push(id_token(issuer, &holder, asked.get("nonce")));
    values.push(service::CLIENT_ID.to_owned());
    values.push(
        service::authorisation_request(issuer, TYPE)
            .get("request")
            .to_owned(),
    );
    values.push("authorization_code".to_owned());
    values.push(super::support::PRE_AUTHORISED_GRANT.to_owned());
    values.push(service::ASSERTION_TYPE.to_owned());
    values.push("e30.e30.e30".to_owned());
    values.push("{}".to_owned());
    values
}

fn members(issuer: &Issuer) -> impl Strategy<Value = Members> {
    let value = prop_oneof![
        3 => select(likely(issuer)),
        1 => any::<String>(),
        1 => "[ -~]{0,40}",
    ];
    prop::collection::vec((select(NAMES), value), 0..12).prop_map(|pairs| {
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Members::of(&pairs)
    })
}

/// An answer in a documented shape, which is no fault of the server.
fn is_documented(answer: &Response<Bytes>) -> bool {
    match answer.status().as_u16() {
        302 => url::Url::parse(location(answer)).is_ok(),
        400 => serde_json::from_slice::<serde_json::Value>(answer.body()).is_ok(),
        _ => false,
    }
}

proptest! {
    #[test]
    fn for_all_members_the_answer_is_a_documented_one(members in members(&service::issuer().0)) {
        let (issuer, _) = service::issuer();
        prop_assert!(is_documented(&authorise(&issuer, &members)));
        prop_assert!(is_documented(&direct_post(&issuer, &members)));
        prop_assert!(is_documented(&token(&issuer, &members)));
    }
}

/// The text with another letter in each of its places in turn, dots left alone.
fn each_character_changed(text: &str) -> impl Iterator<Item = String> + '_ {
    text.char_indices()
        .filter(|(_, letter)| *letter != '.')
        .map(move |(at, letter)| {
            let other = if letter == 'A' { 'B' } else { 'A' };
            format!("{}{other}{}", &text[..at], &text[at + 1..])
        })
}

#[test]
fn no_character_of_an_id_token_can_be_changed() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let sample = id_token(
        &issuer,
        &holder,
        begin(&issuer, &holder, "CTWalletSameInTime").get("nonce"),
    );
    for index in 0..sample.len() - 2 {
        let asked = begin(&issuer, &holder, "CTWalletSameInTime");
        let form = id_token_answer(&issuer, &holder, &asked);
        let changed = each_character_changed(form.get("id_token")).nth(index);
        let changed = changed.expect("tokens of one wallet are equally long");
        let answer = direct_post(&issuer, &form.with("id_token", changed));
        assert_eq!(redirected(&answer).find("code"), None, "{index}");
    }
}

#[test]
fn no_character_of_an_issuer_state_or_request_object_can_be_changed() {
    let (issuer, _) = service::issuer();
    let holder = Holder::new(1);
    for (name, request) in [
        (
            "issuer_state",
            authorisation_request(&issuer, &holder, "CTWalletSameInTime"),
        ),
        ("request", service::authorisation_request(&issuer, TYPE)),
    ] {
        let original = request.get(name).to_owned();
        for changed in each_character_changed(&original) {
            let answer = authorise(&issuer, &request.clone().with(name, changed.clone()));
            assert!(redirected(&answer).find("error").is_some(), "{changed}");
        }
    }
}

#[test]
fn no_character_of_a_client_assertion_or_verifier_can_be_changed() {
    let (issuer, _) = service::issuer();
    let holder = Holder::new(1);
    let service_code = service::code(&issuer, TYPE);
    let holder_code = code(&issuer, &holder, "CTWalletSameInTime");
    for (name, request) in [
        (
            "client_assertion",
            service::token_request(&issuer, &service_code, "1"),
        ),
        ("code_verifier", token_request(&holder, &holder_code)),
    ] {
        let original = request.get(name).to_owned();
        for changed in each_character_changed(&original) {
            let answer = token(&issuer, &request.clone().with(name, changed.clone()));
            assert_eq!(answer.status(), 400, "{changed}");
        }
        // None of them has used anything up.
        assert_eq!(token(&issuer, &request).status(), 200);
    }
}
