//! `POST /auth-mock/token`, deferred requests, and what HTTP forbids.

use bytes::Bytes;
use http::Method;
use vcispec::issuer::user_pin;

use super::super::support::{
    Holder, PRE_AUTHORISED, PRE_AUTHORISED_GRANT, error_of, issuer, json_of, post,
    pre_authorised_code, send, valid_request,
};
use super::super::wallet::{Members, code, refused_at, token, token_request};

const TYPE: &str = "CTWalletSameInTime";

#[test]
fn token_requests_are_refused_with_an_oauth_error() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = token_request(&holder, &code(&issuer, &holder, TYPE));
    for (request, error, step) in [
        (
            request.clone().with("grant_type", "password"),
            "invalid_request",
            "token-grant",
        ),
        (
            request.clone().without("grant_type"),
            "invalid_request",
            "token-grant",
        ),
        (
            request.clone().twice("grant_type"),
            "invalid_request",
            "token-grant",
        ),
        (
            request.clone().without("code"),
            "invalid_request",
            "token-parameters",
        ),
        (
            request.clone().twice("code"),
            "invalid_request",
            "token-parameters",
        ),
        (
            request.clone().without("client_id"),
            "invalid_request",
            "token-parameters",
        ),
        (
            request.clone().without("code_verifier"),
            "invalid_request",
            "token-parameters",
        ),
        (
            request.clone().with("client_id", "https://a.example"),
            "invalid_request",
            "token-parameters",
        ),
        (
            request.clone().with("code", "unknown"),
            "invalid_grant",
            "token-code",
        ),
        (
            request.clone().with("client_id", Holder::new(2).did),
            "invalid_grant",
            "token-client",
        ),
        (
            request.clone().with("code_verifier", "wrong"),
            "invalid_grant",
            "token-verifier",
        ),
        (
            request.clone().with("code_verifier", ""),
            "invalid_grant",
            "token-verifier",
        ),
    ] {
        let answer = token(&issuer, &request);
        assert_eq!(error_of(&answer), (400, error.to_owned()), "{step}");
        assert_eq!(refused_at(&answer), step);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    assert_eq!(token(&issuer, &request).status(), 200);
}

#[test]
fn pre_authorised_token_requests_are_refused_at_their_steps() {
    let (issuer, _) = issuer();
    let did = Holder::new(1).did;
    let request = Members::of(&[
        ("grant_type", PRE_AUTHORISED_GRANT),
        (
            "pre-authorized_code",
            &pre_authorised_code(&issuer, &did, PRE_AUTHORISED),
        ),
        ("user_pin", &user_pin(&did)),
    ]);
    for (request, step) in [
        (
            request.clone().without("pre-authorized_code"),
            "token-parameters",
        ),
        (request.clone().without("user_pin"), "token-parameters"),
        (
            request.clone().with("pre-authorized_code", "abc"),
            "token-code",
        ),
        (request.clone().with("user_pin", "no"), "token-pin"),
        (request.clone(), ""),
        (request, "token-code"),
    ] {
        assert_eq!(refused_at(&token(&issuer, &request)), step);
    }
    let answer = issuer.handle(post(
        "/auth-mock/token",
        None,
        Some("application/json"),
        "{}",
    ));
    assert_eq!(refused_at(&answer), "token-media-type");
}

#[test]
fn deferred_requests_are_refused_at_their_steps() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let path = "/issuer-mock/credential_deferred";
    let request = valid_request(&issuer, &holder, "CTWalletSameDeferred");
    let answer = json_of(&issuer.handle(request));
    let acceptance_token = answer["acceptance_token"].as_str();
    for (acceptance_token, step) in [
        (None, "deferred-authorization"),
        (Some("unknown"), "deferred-token"),
        (acceptance_token, "deferred-ready"),
    ] {
        let answer = issuer.handle(post(path, acceptance_token, None, Bytes::new()));
        assert_eq!(refused_at(&answer), step);
    }
}

#[test]
fn what_http_forbids_and_what_is_not_there() {
    let (issuer, _) = issuer();
    for (method, path) in [
        (Method::POST, "/auth-mock/authorize"),
        (Method::GET, "/auth-mock/direct_post"),
        (Method::GET, "/auth-mock/token"),
        (Method::DELETE, "/auth-mock/request_uri/abc"),
    ] {
        let answer = send(&issuer, method, path);
        assert_eq!(
            (answer.status().as_u16(), refused_at(&answer)),
            (405, "http")
        );
    }
    // Where other versions of the specification put the metadata.
    for path in [
        "/.well-known/oauth-authorization-server/conformance/v3/auth-mock",
        "/.well-known/openid-credential-issuer/conformance/v3/issuer-mock",
        "/conformance/v3/auth-mock/.well-known/oauth-authorization-server",
        "/conformance/v3/auth-mock/request_uri",
        "/conformance/v3/auth-mock/request_uri/",
        "/conformance/v3/auth-mock/authorize/",
    ] {
        let request = http::Request::get(path).body(Bytes::new());
        let answer = issuer.handle(request.expect("well formed"));
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(
            answer.headers()["content-type"],
            "application/problem+json; charset=utf-8"
        );
    }
}
