//! Every rule of the authorization server, broken alone: where it refuses, and in which words.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};
use vcispec::issuer::{Issuer, user_pin};

use super::support::{
    Holder, KeyKind, NOW, PRE_AUTHORISED, PRE_AUTHORISED_GRANT, error_of, get, issuer, json_of,
    jwt, post, pre_authorised_code, send, types,
};
use super::wallet::{
    Members, authorisation_request, authorise, begin, code, details, direct_post, id_token,
    id_token_answer, id_token_header, id_token_payload, location, redirected, refused_at, token,
    token_request,
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

/// Answers the wallet's request with a form that `change` spoils.
fn answered(issuer: &Issuer, change: impl FnOnce(Members, &Members) -> Members) -> Response<Bytes> {
    let holder = Holder::new(1);
    let asked = begin(issuer, &holder, TYPE);
    let form = id_token_answer(issuer, &holder, &asked);
    direct_post(issuer, &change(form, &asked))
}

#[test]
fn forms_without_a_session_are_problem_details() {
    let (issuer, _) = issuer();
    let other = code(&issuer, &Holder::new(1), TYPE);
    for (form, detail) in [
        (Members::default(), "state must be a string".to_owned()),
        (
            Members::of(&[("state", "")]),
            "state must be a string".to_owned(),
        ),
        (
            Members::of(&[("state", "a"), ("state", "b")]),
            "state must be a string".to_owned(),
        ),
        (
            Members::of(&[("state", "nope")]),
            "No Authentication Request bound to state nope found".to_owned(),
        ),
        (
            Members::of(&[("state", &other)]),
            format!("No Authentication Request bound to state {other} found"),
        ),
    ] {
        let answer = direct_post(&issuer, &form);
        assert_eq!(
            (answer.status().as_u16(), refused_at(&answer)),
            (400, "direct-post-state")
        );
        assert_eq!(json_of(&answer)["detail"], detail);
    }
    for content_type in [None, Some("application/json")] {
        let answer = issuer.handle(post(
            "/auth-mock/direct_post",
            None,
            content_type,
            "state=x",
        ));
        assert_eq!(refused_at(&answer), "direct-post-media-type");
    }
}

/// Changes the header and the payload of an ID token.
type TokenChange = fn(&mut Value, &mut Value);

#[test]
fn id_tokens_are_judged_in_order() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let faults: &[(&str, &str, TokenChange)] = &[
        (
            "id-token-form",
            "invalid ID Token header: [invalid_literal] in 'typ': Invalid literal value, expected 'JWT'",
            |header, _| header["typ"] = json!("at+jwt"),
        ),
        (
            "id-token-form",
            "invalid ID Token header: [invalid_type] in 'kid': Required",
            |header, _| {
                header.as_object_mut().expect("an object").remove("kid");
            },
        ),
        (
            "id-token-form",
            "invalid ID Token payload: [invalid_string] in 'iss': Invalid url",
            |_, payload| payload["iss"] = json!("x"),
        ),
        (
            "id-token-form",
            "invalid ID Token payload: [invalid_union] in 'aud': Invalid input",
            |_, payload| payload["aud"] = json!(1),
        ),
        (
            "id-token-form",
            "invalid ID Token payload: [invalid_type] in 'exp': Expected number, received string",
            |_, payload| payload["exp"] = json!("1"),
        ),
        (
            "id-token-form",
            "invalid ID Token payload: [invalid_type] in 'nonce': Expected string, received null",
            |_, payload| payload["nonce"] = Value::Null,
        ),
        (
            "id-token-nonce",
            "invalid ID Token payload: nonce doesn't match the Authentication Request nonce",
            |_, payload| payload["nonce"] = json!("x"),
        ),
        (
            "id-token-audience",
            "invalid ID Token payload: the audience must include",
            |_, payload| payload["aud"] = json!("https://a.example"),
        ),
        (
            "id-token-did",
            "invalid ID Token: the DID is not a valid EBSI DID v1 or Key DID",
            |header, _| header["kid"] = json!("did:web:x#y"),
        ),
        (
            "id-token-did",
            "invalid ID Token: the DID is not a valid EBSI DID v1 or Key DID",
            |header, _| header["kid"] = json!("did:key:zabc#y"),
        ),
        (
            "id-token-issuer",
            "invalid ID Token payload: iss doesn't match the DID from the kid",
            |_, payload| payload["iss"] = json!(Holder::new(2).did),
        ),
        (
            "id-token-subject",
            "invalid ID Token payload: sub doesn't match the DID from the kid",
            |_, payload| payload["sub"] = json!(Holder::new(2).did),
        ),
        (
            "id-token-key",
            "invalid ID Token: no authentication method matching",
            |header, _| header["kid"] = json!(format!("{}#x", Holder::new(1).did)),
        ),
        (
            "id-token-signature",
            "invalid ID Token signature: only ES256 is supported",
            |header, _| header["alg"] = json!("none"),
        ),
        (
            "id-token-signature",
            "invalid ID Token signature: only ES256 is supported",
            |header, _| header["alg"] = json!("ES384"),
        ),
        (
            "id-token-signature",
            "invalid ID Token signature: 'exp' claim timestamp check failed",
            |_, payload| payload["exp"] = json!(NOW),
        ),
    ];
    for (step, text, change) in faults {
        let answer = answered(&issuer, |form, asked| {
            let mut header = id_token_header(&holder);
            let mut payload = id_token_payload(&issuer, &holder, asked.get("nonce"));
            change(&mut header, &mut payload);
            form.with(
                "id_token",
                jwt(&header, &payload, |message| holder.sign(message)),
            )
        });
        let told = redirected(&answer);
        assert_eq!(refused_at(&answer), *step, "{text}");
        assert!(
            told.get("error_description").starts_with(text),
            "{}",
            told.get("error_description")
        );
        assert_eq!(
            (told.get("error"), told.get("state")),
            ("invalid_request", "client-state")
        );
    }
}

#[test]
fn an_id_token_is_there_and_signed_by_its_holder() {
    let (issuer, _) = issuer();
    let absent = answered(&issuer, |form, _| form.without("id_token"));
    assert_eq!(
        redirected(&absent).get("error_description"),
        "invalid_request: 'id_token': Required"
    );
    let garbage = answered(&issuer, |form, _| form.with("id_token", "abc"));
    assert_eq!(refused_at(&garbage), "id-token-form");
    let forged = answered(&issuer, |form, asked| {
        let holder = Holder::new(1);
        let payload = id_token_payload(&issuer, &holder, asked.get("nonce"));
        let forged = jwt(&id_token_header(&holder), &payload, |message| {
            Holder::new(2).sign(message)
        });
        form.with("id_token", forged)
    });
    assert_eq!(
        redirected(&forged).get("error_description"),
        "invalid ID Token signature: signature verification failed"
    );
    let other = answered(&issuer, |form, asked| {
        form.with(
            "id_token",
            id_token(&issuer, &Holder::new(2), asked.get("nonce")),
        )
    });
    assert_eq!(refused_at(&other), "id-token-subject");
    // The audience may be one of several.
    let array = answered(&issuer, |form, asked| {
        let holder = Holder::new(1);
        let mut payload = id_token_payload(&issuer, &holder, asked.get("nonce"));
        payload["aud"] = json!(["https://a.example", issuer.auth_url()]);
        form.with(
            "id_token",
            jwt(&id_token_header(&holder), &payload, |message| {
                holder.sign(message)
            }),
        )
    });
    assert!(redirected(&array).find("code").is_some());
}

#[test]
fn holders_of_other_keys_than_p_256_cannot_authenticate() {
    let (issuer, _) = issuer();
    for kind in [
        KeyKind::Es256K,
        KeyKind::EdDsa,
        KeyKind::Rs256,
        KeyKind::Es384,
    ] {
        let holder = Holder::of_kind(kind, 1);
        let asked = begin(&issuer, &holder, TYPE);
        let answer = direct_post(&issuer, &id_token_answer(&issuer, &holder, &asked));
        assert_eq!(refused_at(&answer), "id-token-signature");
        assert_eq!(
            redirected(&answer).get("error_description"),
            "invalid ID Token signature: only ES256 is supported"
        );
    }
}

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
    let request = super::support::valid_request(&issuer, &holder, "CTWalletSameDeferred");
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

#[test]
fn a_type_without_an_offer_needs_no_issuer_state() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    let request = authorisation_request(&issuer, &holder, TYPE).without("issuer_state");
    let request = with_detail(&issuer, request, "types", types("CTRevocable"));
    assert_eq!(refused_at(&authorise(&issuer, &request)), "");
}
