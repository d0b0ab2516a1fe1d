//! Access tokens that are given: a fresh one for each session, or one that all share.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use vcispec::engine::Tokens;
use vcispec::profile::OPENID4VCI_DRAFT11;
use vcispec::wallet::GivenToken;
use vcispec::{Check, Report};

use super::broken;
use super::issuer::{ISSUER, Issuer, Way};
use crate::thorough::{every_nth, few_or_all};

impl Tokens for Issuer {
    fn fetch(
        &self,
        _holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<GivenToken, String>> {
        let response = self.token_response_for(&credential_type);
        async move { GivenToken::parse(&response) }.boxed()
    }
}

fn check(issuer: &Issuer) -> Check {
    let service = issuer.clone();
    vcispec::check_fn(move |request| service.answer(&request))
        .issuer(ISSUER)
        .profile(&OPENID4VCI_DRAFT11)
        .cases(few_or_all(20, 200))
        .configure(|config| config.flows = vec!["Degree".to_owned()])
}

/// With an access token for each session.
fn with_one_each(issuer: &Issuer) -> Report {
    check(issuer).tokens(issuer.clone()).run_blocking()
}

/// With one for all.
fn with_one_for_all(issuer: &Issuer) -> Report {
    let given = GivenToken::parse(&issuer.token_response_for("Degree")).expect("a token");
    check(issuer).access_token(given).run_blocking()
}

#[test]
fn with_a_token_for_each_session_no_conformant_issuer_draws_a_finding() {
    let ways = [
        Way::Plain,
        Way::TokensOnce,
        Way::NoncesInRefusals,
        Way::EndsSessions,
        Way::NoNonces,
        Way::Draft13,
    ];
    for way in every_nth(3, ways) {
        let issuer = Issuer::new(way);
        let report = with_one_each(&issuer);
        assert!(broken(&report).is_empty(), "{way:?}\n{report}");
        assert_eq!(report.outcome().stopped, None, "{way:?}");
        let tried = report.outcome().cases;
        assert!(tried > 250, "{way:?} {tried}\n{report}");
        assert_eq!(issuer.token_requests(), 0, "{way:?}");
    }
}

#[test]
fn one_token_for_all_sessions_does_where_it_yields_several_credentials() {
    for way in every_nth(2, [Way::Plain, Way::NoncesInRefusals, Way::NoNonces]) {
        let issuer = Issuer::new(way);
        let report = with_one_for_all(&issuer);
        assert!(broken(&report).is_empty(), "{way:?}\n{report}");
        assert_eq!(report.outcome().stopped, None, "{way:?}");
        let tried = report.outcome().cases;
        assert!(tried > 250, "{way:?} {tried}\n{report}");
        assert_eq!(issuer.token_requests(), 0, "{way:?}");
    }
}

#[test]
fn one_token_that_is_used_up_ends_the_run_with_a_word_about_it() {
    for way in [Way::TokensOnce, Way::EndsSessions] {
        let report = with_one_for_all(&Issuer::new(way));
        assert!(broken(&report).is_empty(), "{way:?}\n{report}");
        let stopped = report.outcome().stopped.as_deref().unwrap_or_default();
        assert!(stopped.contains("used up"), "{way:?} {stopped}\n{report}");
        let sent = report.outcome().requests;
        assert!(sent < 250, "{way:?} {sent}\n{report}");
    }
}

#[test]
fn a_bug_is_found_whoever_has_the_token() {
    let bugs = [
        (Way::IgnoresAudience, "proof/audience-is-the-issuer"),
        (Way::IgnoresTypes, "request/types-checked"),
    ];
    for (way, rule) in every_nth(2, bugs) {
        for report in [with_one_each, with_one_for_all].map(|run| run(&Issuer::new(way))) {
            assert!(broken(&report).contains(rule), "{way:?}\n{report}");
        }
    }
}

#[test]
fn what_goes_before_a_token_is_listed_as_not_tried() {
    let reason = |report: &Report, id: &str| {
        let mut left = report.outcome().not_applicable.iter();
        let left = left.find(|left| left.id == id);
        left.map(|left| left.reason.clone()).unwrap_or_default()
    };
    let issuer = Issuer::new(Way::Plain);
    let each = with_one_each(&issuer);
    for id in [
        "token-request/grant-absent",
        "token/code-checked",
        "offer/follows-schema",
    ] {
        let reason = reason(&each, id);
        assert!(
            reason.contains("the access token is given"),
            "{id}: {reason}"
        );
    }
    let of_another = "proof-aud/of-another-session";
    assert_eq!(reason(&each, of_another), "");
    let shared = with_one_for_all(&issuer);
    for id in ["token/of-another-session", "sequences"] {
        let reason = reason(&shared, id);
        assert!(
            reason.contains("all share one access token"),
            "{id}: {reason}"
        );
    }
}

#[test]
fn a_token_that_is_none_ends_the_run_before_it_begins() {
    let issuer = Issuer::new(Way::Plain);
    let given = GivenToken::parse("nobody-knows-it").expect("a token");
    let run = check(&issuer).access_token(given).try_run();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let reason = runtime.block_on(run).expect_err("there is no session");
    let reason = reason.to_string();
    assert!(reason.contains("answered 401"), "{reason}");
    assert!(!reason.contains("nobody-knows-it"), "{reason}");
}
