//! Which answers a frozen vector lets pass.

use vcispec::corpus::frozen::{Answer, Request};

fn answer(json: &str) -> Answer {
    serde_json::from_str(json).unwrap()
}

#[test]
fn status_error_and_members_must_fit() {
    let refusal = answer(r#"{"status": [400, 401], "error": ["invalid_token"]}"#);
    assert!(refusal.allows(401, br#"{"error": "invalid_token", "more": 1}"#));
    assert!(!refusal.allows(403, br#"{"error": "invalid_token"}"#));
    assert!(!refusal.allows(400, br#"{"error": "invalid_request"}"#));
    assert!(!refusal.allows(400, br#"{"error": ["invalid_token"]}"#));
    assert!(!refusal.allows(400, b"invalid_token"));
    let success = answer(r#"{"status": [200], "holds": ["credential", "acceptance_token"]}"#);
    assert!(success.allows(200, br#"{"acceptance_token": "x"}"#));
    assert!(!success.allows(200, br#"{}"#));
    assert!(!success.allows(200, br#"["credential"]"#));
    let pending = answer(r#"{"status": [202], "lacks": ["credential"]}"#);
    assert!(pending.allows(202, b""));
    assert!(!pending.allows(202, br#"{"credential": "x"}"#));
}

fn request(json: &str) -> Request {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_request_is_made_to_the_byte() {
    let made = request(
        r#"{"method": "PUT", "path": "/a?b=%20", "headers": [["x", "1"], ["x", "\u00ff2"]], "bodyBase64": "/wA="}"#,
    );
    let made = made.to_http().unwrap();
    assert_eq!(
        (made.method().as_str(), made.uri().to_string()),
        ("PUT", "/a?b=%20".into())
    );
    let values: Vec<&[u8]> = made
        .headers()
        .get_all("x")
        .iter()
        .map(|value| value.as_bytes())
        .collect();
    assert_eq!(values, [&b"1"[..], b"\xff2"]);
    assert_eq!(made.body().as_ref(), [0xff, 0]);
}

#[test]
fn what_is_no_request_is_refused_with_a_reason() {
    for (json, reason) in [
        (
            r#"{"method": "GET", "path": "/", "headers": []}"#,
            "either body or bodyBase64",
        ),
        (
            r#"{"method": "GET", "path": "/", "headers": [], "bodyBase64": "?"}"#,
            "no base64",
        ),
        (
            r#"{"method": "G T", "path": "/", "headers": [], "body": ""}"#,
            "cannot be made",
        ),
        (
            r#"{"method": "GET", "path": "/", "headers": [["x", "\u0100"]], "body": ""}"#,
            "ISO 8859-1",
        ),
    ] {
        let error = request(json).to_http().unwrap_err();
        assert!(error.contains(reason), "{json}: {error}");
    }
}
