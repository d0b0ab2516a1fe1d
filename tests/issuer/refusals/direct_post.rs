//! `POST /auth-mock/direct_post` with an ID token.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use vcispec::issuer::Issuer;

use super::super::support::{Holder, KeyKind, NOW, issuer, json_of, jwt, post};
use super::super::wallet::{
    Members, begin, code, direct_post, id_token, id_token_answer, id_token_header,
    id_token_payload, redirected, refused_at,
};

const TYPE: &str = "CTWalletSameInTime";

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
