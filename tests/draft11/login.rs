//! Authorization codes for whoever logs in: the part of the small issuer that gives and takes them, and runs that begin so.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vcispec::engine::Logins;
use vcispec::profile::OPENID4VCI_DRAFT11;
use vcispec::{Check, Phase, Report, wallet};

use super::broken;
use super::issuer::{ISSUER, Issuer, Refusal, Way};
use crate::thorough::{every_nth, few_or_all};

/// What an authorization code was given for.
#[derive(Debug, Clone)]
pub(super) struct Login {
    credential_type: String,
    client: String,
    redirect_uri: String,
    challenge: String,
}

type Form = HashMap<String, String>;

impl Issuer {
    /// What somebody's browser is redirected to who opens the URL and logs in.
    pub(super) fn authorize(&self, url: &str) -> Option<String> {
        url.to_owned().clone_into(&mut self.state().asked);
        let (_, query) = url.split_once('?')?;
        let query: Form = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let get = |name: &str| query.get(name).filter(|value| !value.is_empty()).cloned();
        if get("response_type")? != "code" || get("code_challenge_method")? != "S256" {
            return None;
        }
        let login = Login {
            credential_type: get("scope").or_else(|| wanted(&get("authorization_details")?))?,
            client: get("client_id")?,
            redirect_uri: get("redirect_uri")?,
            challenge: get("code_challenge")?,
        };
        let code = self.fresh("code");
        let answer = form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &get("state")?)
            .finish();
        let redirect = format!("{}?{answer}", login.redirect_uri);
        self.state().logins.insert(code, login);
        Some(redirect)
    }

    /// The token response for a code.
    pub(super) fn redeem(&self, form: &Form) -> Result<Value, Refusal> {
        let get = |name: &str| form.get(name).ok_or((400, "invalid_request"));
        let (code, client) = (get("code")?, get("client_id")?);
        let redirect_uri = form.get("redirect_uri");
        let verifier = match self.way {
            Way::IgnoresVerifier | Way::NoPkce => "",
            _ => get("code_verifier")?,
        };
        let mut state = self.state();
        let Some(login) = state.logins.get(code).cloned() else {
            if let Some(token) = state
                .redeemed
                .get(code)
                .filter(|_| self.way == Way::RevokesTokens)
                .cloned()
            {
                state.tokens.remove(&token);
            }
            return Err((400, "invalid_grant").into());
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let is_verified = verifier.is_empty()
            && matches!(self.way, Way::IgnoresVerifier | Way::NoPkce)
            || challenge == login.challenge;
        let is_own = self.way == Way::IgnoresClient || *client == login.client;
        let is_back =
            self.way == Way::IgnoresRedirectUri || redirect_uri == Some(&login.redirect_uri);
        if !(is_verified && is_own && is_back) {
            return Err((400, "invalid_grant").into());
        }
        if self.way != Way::CodesReusable {
            state.logins.remove(code);
        }
        drop(state);
        let (token, nonce) = (self.fresh("token"), self.fresh("nonce"));
        let mut state = self.state();
        state.redeemed.insert(code.clone(), token.clone());
        let session = (login.credential_type, nonce.clone());
        state.tokens.insert(token.clone(), session);
        let mut answer = json!({ "access_token": token, "token_type": "bearer" });
        if !matches!(self.way, Way::NoncesInRefusals | Way::NoNonces) {
            answer["c_nonce"] = nonce.into();
        }
        Ok(answer)
    }
}

/// The type that authorization details name.
fn wanted(details: &str) -> Option<String> {
    let details: Value = serde_json::from_str(details).ok()?;
    let pointers = ["/0/types/1", "/0/credential_definition/type/1"];
    let found = pointers
        .into_iter()
        .find_map(|pointer| details.pointer(pointer));
    Some(found?.as_str()?.to_owned())
}

impl Logins for Issuer {
    fn log_in(
        &self,
        url: String,
        _holder: String,
        _credential_type: String,
    ) -> BoxFuture<'_, Result<String, String>> {
        let redirect = self.authorize(&url);
        async move { redirect.ok_or_else(|| format!("no page at {url}")) }.boxed()
    }
}

fn check(issuer: &Issuer, login: wallet::Login, logins: impl Logins + 'static) -> Check {
    let service = issuer.clone();
    vcispec::check_fn(move |request| service.answer(&request))
        .issuer(ISSUER)
        .profile(&OPENID4VCI_DRAFT11)
        .cases(few_or_all(20, 200))
        .logins(login, logins)
        .configure(|config| config.flows = vec!["Degree".to_owned()])
}

fn run(issuer: &Issuer) -> Report {
    check(issuer, wallet::Login::default(), issuer.clone()).run_blocking()
}

#[test]
fn no_conformant_issuer_draws_a_finding() {
    let ways = [
        Way::Plain,
        Way::RevokesTokens,
        Way::NoPkce,
        Way::NoncesInRefusals,
        Way::TokensOnce,
        Way::NoNonces,
        Way::Draft13,
        Way::EndsSessions,
    ];
    for way in every_nth(3, ways) {
        let report = run(&Issuer::new(way));
        assert!(broken(&report).is_empty(), "{way:?}\n{report}");
        assert_eq!(report.outcome().stopped, None, "{way:?}");
        let tried = report.outcome().cases;
        assert!(tried > 300, "{way:?} {tried}\n{report}");
    }
}

#[test]
fn each_bug_of_the_token_endpoint_is_found_and_rests_on_its_rfc() {
    let bugs = [
        (
            Way::IgnoresVerifier,
            "token/verifier-checked",
            "rfc/7636-verifier",
        ),
        (
            Way::CodesReusable,
            "token/code-checked",
            "rfc/6749-code-single-use",
        ),
        (
            Way::IgnoresRedirectUri,
            "token/code-checked",
            "rfc/6749-code-redirect-uri",
        ),
        (
            Way::IgnoresClient,
            "token/client-checked",
            "rfc/6749-code-client",
        ),
    ];
    for (way, rule, clause) in every_nth(2, bugs) {
        let issuer = Issuer::new(way);
        let report = check(&issuer, wallet::Login::default(), issuer.clone())
            .phases([Phase::Systematic])
            .run_blocking();
        let mut findings = report.findings().iter();
        let found = findings.any(|found| found.invariant == rule && found.clause == clause);
        assert!(found, "{way:?}\n{report}");
    }
}

/// Logs in at an issuer, and comes back with the state of somebody else.
struct Confused(Issuer);

impl Logins for Confused {
    fn log_in(
        &self,
        url: String,
        _holder: String,
        _credential_type: String,
    ) -> BoxFuture<'_, Result<String, String>> {
        let redirect = self.0.authorize(&url).unwrap_or_default();
        let (code, _) = redirect.split_once("&state=").unwrap_or_default();
        let other = format!("{code}&state=of-somebody-else");
        async move { Ok(other) }.boxed()
    }
}

#[test]
fn a_redirect_with_another_state_is_not_taken() {
    let issuer = Issuer::new(Way::Plain);
    let run = check(&issuer, wallet::Login::default(), Confused(issuer.clone())).try_run();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let reason = runtime.block_on(run).expect_err("there is no session");
    assert!(reason.to_string().contains("another state"), "{reason}");
    assert_eq!(issuer.token_requests(), 0);
}

#[test]
fn the_authorization_request_says_what_the_run_was_told() {
    let asked = |login| {
        let issuer = Issuer::new(Way::Plain);
        let report = check(&issuer, login, issuer.clone())
            .phases([Phase::Systematic])
            .run_blocking();
        assert!(broken(&report).is_empty(), "{report}");
        let asked = issuer.state().asked.clone();
        let (_, query) = asked.split_once('?').expect("a query");
        let query: Form = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        query
    };
    let plain = asked(wallet::Login::default());
    assert!(plain["client_id"].starts_with("did:jwk:"), "{plain:?}");
    assert_eq!(plain["redirect_uri"], "openid://callback");
    assert!(
        plain["authorization_details"].contains("Degree"),
        "{plain:?}"
    );
    assert!(
        !plain.contains_key("scope") && !plain.contains_key("issuer_state"),
        "{plain:?}"
    );
    let offer = json!({"credential_issuer": ISSUER, "credentials": ["Degree"], "grants": {"authorization_code": {"issuer_state": "s-1"}}});
    let offer = form_urlencoded::Serializer::new(String::new())
        .append_pair("credential_offer", &offer.to_string())
        .finish();
    let told = asked(wallet::Login {
        client_id: Some("wallet-7".into()),
        redirect_uri: Some("https://wallet.example/cb".into()),
        scope: Some("Degree".into()),
        offer: Some(format!("openid-credential-offer://?{offer}")),
    });
    let expected = [
        ("client_id", "wallet-7"),
        ("redirect_uri", "https://wallet.example/cb"),
        ("scope", "Degree"),
        ("issuer_state", "s-1"),
    ];
    for (name, value) in expected {
        assert_eq!(told[name], value);
    }
    assert!(!told.contains_key("authorization_details"), "{told:?}");
}
