//! `GET /auth-mock/request_uri/{id}`: the request object that a wallet was given a reference to (RFC 9101 §5.2).

use http::StatusCode;

use super::randomness::is_uuid;
use super::reply::{self, Refusal, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer, id: &str) -> Reply {
    if !is_uuid(id) {
        let detail = r#"["requestId must be a UUID"]"#;
        return Refusal::problem(StatusCode::BAD_REQUEST, detail)
            .at("request-uri-id")
            .into_reply();
    }
    let mut reply = match issuer.store().request_object(id, issuer.now()) {
        Some(object) => reply::with_type(StatusCode::OK, reply::JWT, object),
        None => Refusal::problem(
            StatusCode::NOT_FOUND,
            format!("No Authorization Request found with the ID {id}"),
        )
        .at("request-uri-known")
        .into_reply(),
    };
    reply::forbid_storing(&mut reply);
    reply
}
