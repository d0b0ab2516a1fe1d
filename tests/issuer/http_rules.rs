//! What holds for every resource: methods, paths, sizes, CORS.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, ORIGIN,
};
use http::{Method, Request};
use vcispec::issuer::{BODY_LIMIT, Issuer, RefusedAt};

use super::support::{Holder, PRE_AUTHORISED, get, issuer, json_of, post, send, valid_request};

const READ: [&str; 4] = [
    "/issuer-mock/.well-known/openid-credential-issuer",
    "/issuer-mock/jwks",
    "/auth-mock/.well-known/openid-configuration",
    "/auth-mock/jwks",
];
const WRITTEN: [&str; 3] = [
    "/issuer-mock/credential",
    "/issuer-mock/credential_deferred",
    "/auth-mock/token",
];

#[test]
fn a_wrong_method_is_405_with_allow() {
    let (issuer, _) = issuer();
    let of_reads = READ.map(|path| (path, Method::POST, "GET, HEAD, OPTIONS"));
    let of_writes = WRITTEN.map(|path| (path, Method::GET, "POST, OPTIONS"));
    for (path, method, allow) in of_reads.into_iter().chain(of_writes) {
        let answer = send(&issuer, method, path);
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["allow"]),
            (405, &http::HeaderValue::from_static(allow))
        );
        assert_eq!(
            answer.headers()["content-type"],
            "application/problem+json; charset=utf-8"
        );
        assert_eq!(json_of(&answer)["status"], 405);
    }
    let refused = send(&issuer, Method::GET, "/issuer-mock/credential");
    assert_eq!(refused.extensions().get(), Some(&RefusedAt("http")));
}

#[test]
fn an_unknown_path_is_404_and_an_encoded_one_is_decoded() {
    let (issuer, _) = issuer();
    for path in [
        "",
        "/",
        "/issuer-mock",
        "/issuer-mock/jwks/",
        "/Issuer-mock/jwks",
        "/issuer-mock/%ff",
        "/issuer-mock/offers/",
    ] {
        let answer = get(&issuer, path);
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(json_of(&answer)["title"], "Not Found");
    }
    assert_eq!(get(&issuer, "/issuer-mock/j%77ks?x").status(), 200);
}

#[test]
fn head_has_the_header_of_get_and_no_body() {
    let (issuer, _) = issuer();
    for path in READ {
        let (head, get) = (send(&issuer, Method::HEAD, path), get(&issuer, path));
        assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));
        assert_eq!(
            head.headers()["content-length"],
            get.body().len().to_string()
        );
        assert_eq!(
            head.headers()["content-type"],
            get.headers()["content-type"]
        );
    }
}

#[test]
fn browsers_may_ask_and_read() {
    let (issuer, _) = issuer();
    for path in READ.into_iter().chain(WRITTEN) {
        let preflight = Request::options(format!("/conformance/v3{path}"))
            .header(ORIGIN, "https://wallet.example")
            .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(
                ACCESS_CONTROL_REQUEST_HEADERS,
                "authorization,content-type,x-trace",
            )
            .body(Bytes::new())
            .expect("the request is well formed");
        let answer = issuer.handle(preflight);
        assert_eq!(answer.status(), 204);
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        assert_eq!(
            answer.headers()["access-control-allow-headers"],
            "authorization,content-type,x-trace"
        );
        let methods = answer.headers()["access-control-allow-methods"]
            .to_str()
            .expect("it is ASCII");
        assert!(methods.contains(if READ.contains(&path) { "GET" } else { "POST" }));
        assert_eq!(
            get(&issuer, path).headers()["access-control-allow-origin"],
            "*"
        );
    }
}

#[test]
fn the_body_limit_is_exact() {
    let (issuer, _) = issuer();
    let holder = Holder::new(1);
    for (size, status) in [(BODY_LIMIT, 200), (BODY_LIMIT + 1, 413)] {
        let request = valid_request(&issuer, &holder, PRE_AUTHORISED);
        let mut body = request.body().to_vec();
        body.resize(size, b' ');
        let answer = issuer.handle(request.map(|_| body.into()));
        assert_eq!(answer.status().as_u16(), status);
    }
}

#[test]
fn requests_of_all_kinds_are_answered_without_a_5xx() {
    let (issuer, _) = issuer();
    let bodies: [&[u8]; 10] = [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"[[[[",
        b"\"\\",
        b"\"\\u",
        b"{\"a\":1e999}",
        b"\xef\xbb\xbf",
        b"{\"\\ud800\":\"\\udfff\"}",
    ];
    for path in WRITTEN {
        for body in bodies {
            for content_type in [
                None,
                Some("application/json"),
                Some("application/x-www-form-urlencoded"),
                Some(";=;"),
            ] {
                for token in [
                    None,
                    Some("a.b.c"),
                    Some("é.é.é"),
                    Some("..."),
                    Some("e30.e30."),
                ] {
                    let answer = issuer.handle(post(path, token, content_type, body));
                    assert!(
                        answer.status().is_client_error(),
                        "{path} {body:?} {content_type:?} {token:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_field_that_is_not_utf8_is_refused_and_nothing_more() {
    let (issuer, _) = issuer();
    let mut request = valid_request(&issuer, &Holder::new(1), PRE_AUTHORISED);
    let value =
        http::HeaderValue::from_bytes(b"Bearer \xff\xfe.\xc3.x").expect("the bytes are allowed");
    request.headers_mut().insert(AUTHORIZATION, value);
    assert_eq!(issuer.handle(request).status(), 400);
}

#[test]
fn the_prefix_and_the_origin_can_be_set() {
    let issuer = Issuer::builder()
        .origin("https://issuer.example/")
        .prefix("")
        .build()
        .expect("both are valid");
    assert_eq!(issuer.issuer_url(), "https://issuer.example/issuer-mock");
    let request = Request::get("/issuer-mock/jwks")
        .body(Bytes::new())
        .expect("the request is well formed");
    assert_eq!(issuer.handle(request).status(), 200);
    let metadata =
        Request::get("/issuer-mock/.well-known/openid-credential-issuer").body(Bytes::new());
    let metadata = json_of(&issuer.handle(metadata.expect("the request is well formed")));
    assert_eq!(
        metadata["credential_endpoint"],
        "https://issuer.example/issuer-mock/credential"
    );
}
