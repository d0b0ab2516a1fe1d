//! `GET /auth-mock/authorize` and the request objects that come of it.

use bytes::Bytes;
use serde_json::{Value, json};
use vcispec::issuer::Issuer;

use super::super::support::{Holder, get, issuer, json_of, types};
use super::super::wallet::{
    Members, authorisation_request, authorise, details, direct_post, id_token_answer, location,
    redirected, refused_at,
};

const TYPE: &str = "CTWalletSameInTime";

/// Changes a request that is right in every way.
type Change = fn(&Issuer, Members) -> Members;

#[test]
fn authorisation_requests_are_refused_by_redirect() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let faults: &[(&str, &str, Change)] = &[
        (
            "authorize-scope",
            "scope must be one of the following values: openid, openid ver_test:id_token, openid ver_test:vp_token",
            |_, request| request.with("scope", "profile"),
        ),
        ("authorize-scope", "scope must be one of", |_, request| {
            request.without("scope")
        }),
        ("authorize-scope", "scope must be one of", |_, request| {
            request.twice("scope")
        }),
        (
            "authorize-request",
            "response_type must be equal to code",
            |_, request| request.with("response_type", "token"),
        ),
        (
            "authorize-request",
            "client_id must either be a URL or a DID using the key DID method",
            |_, request| request.without("client_id"),
        ),
        (
            "authorize-request",
            "client_id must either",
            |_, request| request.with("client_id", "did:web:a.example"),
        ),
        (
            "authorize-request",
            "client_id must either",
            |_, request| request.with("client_id", "ftp://a.example"),
        ),
        (
            "authorize-request",
            "client_id must either",
            |_, request| request.twice("client_id"),
        ),
        (
            "authorize-request",
            "nonce must be a string",
            |_, request| request.twice("nonce"),
        ),
        (
            "authorize-request",
            "request_object must be one of the following values: value, reference",
            |_, request| request.with("request_object", "zzz"),
        ),
        (
            "authorize-client-metadata",
            "invalid client_metadata: can't be parsed as JSON",
            |_, request| request.with("client_metadata", "{"),
        ),
        (
            "authorize-client-metadata",
            "invalid client metadata: [invalid_type] in '': Expected object, received array",
            |_, request| request.with("client_metadata", "[]"),
        ),
        (
            "authorize-client-metadata",
            "invalid client metadata: [invalid_string] in 'jwks_uri': Invalid url",
            |_, request| request.with("client_metadata", r#"{"jwks_uri":"x"}"#),
        ),
        (
            "authorize-client-metadata",
            "invalid client metadata: [custom] in 'authorization_endpoint': Invalid url",
            |_, request| request.with("client_metadata", r#"{"authorization_endpoint":"nowhere"}"#),
        ),
        (
            "authorize-details",
            "authorization_details must be a string",
            |_, request| request.without("authorization_details"),
        ),
        (
            "authorize-details",
            "invalid authorization_details: can't be parsed as JSON",
            |_, request| request.with("authorization_details", "{"),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [invalid_type] in '': Expected array, received object",
            |_, request| request.with("authorization_details", "{}"),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [too_small] in '': Array must contain at least 1 element(s)",
            |_, request| request.with("authorization_details", "[]"),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [invalid_literal] in '0.type': Invalid literal value, expected 'openid_credential'",
            |issuer, request| with_detail(issuer, request, "type", json!("x")),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [invalid_enum_value] in '0.format': Invalid enum value. Expected 'jwt_vc' | 'jwt_vc_json', received 'ldp_vc'",
            |issuer, request| with_detail(issuer, request, "format", json!("ldp_vc")),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [too_small] in '0.locations'",
            |issuer, request| with_detail(issuer, request, "locations", json!([])),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [invalid_string] in '0.locations.0': Invalid url",
            |issuer, request| with_detail(issuer, request, "locations", json!(["x"])),
        ),
        (
            "authorize-details",
            "invalid authorization_details: [custom] in '0.types': Array must include VerifiableCredential, VerifiableAttestation",
            |issuer, request| with_detail(issuer, request, "types", json!([TYPE])),
        ),
        (
            "authorize-issuer-state",
            "issuer_state is required for this request",
            |_, request| request.without("issuer_state"),
        ),
        (
            "authorize-issuer-state",
            "invalid issuer state: can't decode JWT",
            |_, request| request.with("issuer_state", "abc"),
        ),
        (
            "authorize-issuer-state",
            "invalid issuer state: the requested types don't match the types offered by the Credential Issuer",
            |issuer, request| {
                with_detail(
                    issuer,
                    request,
                    "types",
                    json!(["VerifiableAttestation", "VerifiableCredential", TYPE]),
                )
            },
        ),
        (
            "authorize-pkce",
            "code_challenge_method and code_challenge are required for this request",
            |_, request| request.without("code_challenge"),
        ),
        (
            "authorize-pkce",
            "code_challenge_method and code_challenge are required for this request",
            |_, request| request.without("code_challenge_method"),
        ),
        (
            "authorize-pkce",
            "code_challenge_method must be equal to S256",
            |_, request| request.with("code_challenge_method", "plain"),
        ),
    ];
    for (step, text, change) in faults {
        let request = change(&issuer, authorisation_request(&issuer, &holder, TYPE));
        let answer = authorise(&issuer, &request);
        let told = redirected(&answer);
        assert_eq!(refused_at(&answer), *step, "{text}: {}", told.encoded());
        assert!(location(&answer).starts_with("openid://callback?error="));
        assert!(
            told.get("error_description").starts_with(text),
            "{}",
            told.get("error_description")
        );
        let error = if *step == "authorize-scope" {
            "invalid_scope"
        } else {
            "invalid_request"
        };
        assert_eq!(told.get("error"), error);
        assert_eq!(told.get("state"), "client-state");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}

fn with_detail(issuer: &Issuer, request: Members, name: &str, value: Value) -> Members {
    let mut details = details(issuer, TYPE);
    details[0][name] = value;
    request.with("authorization_details", details.to_string())
}

#[test]
fn without_an_address_to_redirect_to_the_answer_is_problem_details() {
    let (issuer, _) = issuer();
    let request = authorisation_request(&issuer, &Holder::new(1), TYPE);
    for (request, fault) in [
        (
            request.clone().without("redirect_uri"),
            "redirect_uri should not be empty",
        ),
        (
            request.clone().with("redirect_uri", ""),
            "redirect_uri should not be empty",
        ),
        (
            request.clone().twice("redirect_uri"),
            "redirect_uri must be a string",
        ),
        (
            request.clone().with("redirect_uri", "/callback"),
            "redirect_uri must be a URL address",
        ),
        (
            request.clone().with("redirect_uri", "openid://a b"),
            "redirect_uri must be a URL address",
        ),
        (
            request.clone().with("redirect_uri", "openid://a\r\nx: y"),
            "redirect_uri must be a URL address",
        ),
        (
            request.clone().with("redirect_uri", "https://a.example/#x"),
            "redirect_uri must be a URL address",
        ),
    ] {
        let answer = authorise(&issuer, &request);
        assert_eq!(
            (answer.status().as_u16(), refused_at(&answer)),
            (400, "authorize-redirect-uri")
        );
        assert!(answer.headers().get("location").is_none());
        assert_eq!(json_of(&answer)["detail"], format!("[\"{fault}\"]"));
    }
}

#[test]
fn the_client_s_query_and_endpoint_are_kept() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = authorisation_request(&issuer, &holder, TYPE)
        .with("redirect_uri", "https://a.example/callback?x=1")
        .with(
            "client_metadata",
            r#"{"authorization_endpoint":"https://a.example/wallet?y=2"}"#,
        );
    let asked = authorise(&issuer, &request);
    assert!(location(&asked).starts_with("https://a.example/wallet?y=2&state="));
    let answer = direct_post(
        &issuer,
        &id_token_answer(&issuer, &holder, &redirected(&asked)),
    );
    assert!(location(&answer).starts_with("https://a.example/callback?x=1&code="));
    let wrong = authorise(&issuer, &request.without("scope"));
    assert!(location(&wrong).starts_with("https://a.example/callback?x=1&error=invalid_scope&"));
}

#[test]
fn a_client_without_a_state_hears_none_and_a_long_reason_is_cut() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = authorisation_request(&issuer, &holder, TYPE)
        .without("state")
        .with("redirect_uri", "openid:")
        .with(
            "authorization_details",
            json!([{ "types": vec!["x"; 100] }]).to_string(),
        );
    let answer = authorise(&issuer, &request);
    assert!(location(&answer).starts_with("openid://?error=invalid_request&error_description="));
    assert_eq!(redirected(&answer).names(), ["error", "error_description"]);
    assert_eq!(redirected(&answer).get("error_description").len(), 2000);
}

#[test]
fn a_request_object_may_be_asked_for_by_value() {
    // Short identifiers make room in the URI.
    let issuer = Issuer::builder().origin("http://a").prefix("").build();
    let issuer = issuer.expect("the settings are valid");
    let request = Members::of(&[
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", &Holder::new(1).did),
        ("redirect_uri", "openid:"),
        ("code_challenge", "x"),
        ("code_challenge_method", "S256"),
        ("request_object", "value"),
        (
            "authorization_details",
            &details(&issuer, "CTRevocable").to_string(),
        ),
    ]);
    let path = format!("/auth-mock/authorize?{}", request.encoded());
    let request = http::Request::get(path)
        .body(Bytes::new())
        .expect("well formed");
    let asked = redirected(&issuer.handle(request));
    // A request object is longer than the limit by itself, so it goes by reference all the same.
    assert_eq!(asked.find("request"), None);
    assert!(asked.find("request_uri").is_some());
}

#[test]
fn request_objects_have_known_ids() {
    let (issuer, _) = issuer();
    for (id, status, step) in [
        ("abc", 400, "request-uri-id"),
        (
            "0b1f3b2c-64a1-1a3e-9d2a-0c7f0b6b1d11",
            400,
            "request-uri-id",
        ),
        (
            "0b1f3b2c-64a1-4a3e-9d2a-0c7f0b6b1d11",
            404,
            "request-uri-known",
        ),
    ] {
        let answer = get(&issuer, &format!("/auth-mock/request_uri/{id}"));
        assert_eq!(
            (answer.status().as_u16(), refused_at(&answer)),
            (status, step)
        );
    }
}

#[test]
fn a_type_without_an_offer_needs_no_issuer_state() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = authorisation_request(&issuer, &holder, TYPE).without("issuer_state");
    let request = with_detail(&issuer, request, "types", types("CTRevocable"));
    assert_eq!(refused_at(&authorise(&issuer, &request)), "");
}
