use serde_json::Value;
use vcispec::case::{Endpoint, Grant};
use vcispec::transcript::Exchange;

use super::world::{
    HOLDER, answer, exchange, other_key, redirection, request_object, server_key, server_request,
};
use super::{Sample, broken_by};

pub(super) fn samples() -> Vec<Sample> {
    let good = || server_request(|_| {});
    let without = |name: &'static str| {
        server_request(move |query| {
            query.as_object_mut().expect("an object").remove(name);
        })
    };
    let mut samples: Vec<_> = [
        without("state"),
        without("nonce"),
        without("redirect_uri"),
        without("scope"),
        server_request(|query| query["response_type"] = "vp_token".into()),
        server_request(|query| query["response_mode"] = "query".into()),
        server_request(|query| query["client_id"] = HOLDER.into()),
    ]
    .into_iter()
    .map(|broken| Sample::new("authorize/answers-with-a-request", good(), broken))
    .collect();
    samples.extend([
        Sample::of_cases(
            "authorize/answers-with-a-request",
            vec![by_reference(), served(|_| {})],
            vec![
                by_reference(),
                served(|claims| {
                    claims.as_object_mut().expect("an object").remove("nonce");
                }),
            ],
        ),
        Sample::new(
            "authorize/request-goes-to-the-wallet",
            of_wallet("openid:", good()),
            of_wallet("https://wallet.example/authorize", good()),
        ),
        Sample::new(
            "authorize/request-is-signed-by-the-server",
            served(|_| {}),
            object(&request_object(|_| {}, &other_key())),
        ),
        Sample::new(
            "authorize/request-is-signed-by-the-server",
            served(|_| {}),
            served(|claims| claims["aud"] = "did:key:zOther".into()),
        ),
        Sample::of_cases(
            "authorize/values-are-fresh",
            vec![
                good(),
                server_request(|query| {
                    query["state"] = "another".into();
                    query["nonce"] = "yet another".into();
                }),
            ],
            vec![
                good(),
                server_request(|query| query["state"] = "another".into()),
            ],
        ),
        Sample::new(
            "authorize/errors-go-to-the-client",
            refused("openid://?error=invalid_request&state=of-the-client"),
            refused("https://elsewhere.example/?error=invalid_request&state=of-the-client"),
        ),
        Sample::new(
            "authorize/errors-carry-the-clients-state",
            refused("openid:?error=invalid_request&state=of-the-client"),
            refused("openid:?error=invalid_request"),
        ),
        Sample::new(
            "authorize/errors-carry-the-clients-state",
            refused("openid:?error=invalid_request&state=of-the-client"),
            refused("openid:?error=invalid_request&state=of-the-server"),
        ),
        Sample::of_cases(
            "authorize/errors-carry-the-clients-state",
            vec![good(), posted("openid://?code=1&state=of-the-client")],
            vec![good(), posted("openid://?code=1&state=of-the-server")],
        ),
        Sample::new(
            "request-uri/serves-a-jwt",
            served(|_| {}),
            exchange(
                Endpoint::RequestUri,
                answer(
                    200,
                    &[("content-type", "text/html")],
                    request_object(|_| {}, &server_key()),
                ),
            ),
        ),
        Sample::of_cases(
            "direct-post/codes-are-fresh",
            vec![
                posted("openid://?code=1&state=of-the-client"),
                posted("openid://?code=2&state=of-the-client"),
            ],
            vec![
                posted("openid://?code=1&state=of-the-client"),
                posted("openid://?code=1&state=of-the-client"),
            ],
        ),
    ]);
    samples
}

/// A request of the server by reference.
fn by_reference() -> Exchange {
    server_request(|query| {
        *query = serde_json::json!({
            "client_id": query["client_id"],
            "request_uri": "https://issuer.example/auth-mock/request_uri/1",
        });
    })
}

/// The same for a wallet whose metadata name this endpoint.
fn of_wallet(endpoint: &str, mut asked: Exchange) -> Exchange {
    let metadata = serde_json::json!({ "authorization_endpoint": endpoint }).to_string();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_metadata", &metadata)
        .finish();
    let uri = format!("{}&{query}", asked.request.uri());
    *asked.request.uri_mut() = uri.parse().expect("a URI");
    asked
}

fn served(bend: impl FnOnce(&mut Value)) -> Exchange {
    object(&request_object(bend, &server_key()))
}

fn object(jwt: &str) -> Exchange {
    let headers = [("content-type", "application/jwt")];
    exchange(Endpoint::RequestUri, answer(200, &headers, jwt.to_owned()))
}

/// An authorization request that was refused; nothing was expected of it.
fn refused(uri: &str) -> Exchange {
    let mut exchange = exchange(Endpoint::Authorize, redirection(uri));
    exchange.facts.grant = Grant::IdToken;
    exchange.expectation.allowed.clear();
    exchange
}

fn posted(uri: &str) -> Exchange {
    let mut exchange = exchange(Endpoint::DirectPost, redirection(uri));
    exchange.facts.grant = Grant::IdToken;
    exchange
}

#[test]
fn a_request_by_reference_that_was_not_fetched_is_no_finding() {
    assert_eq!(broken_by(by_reference()), [""; 0]);
}

#[test]
fn an_error_page_of_the_authorization_endpoint_is_no_failure() {
    let mut page = exchange(
        Endpoint::Authorize,
        answer(400, &[("content-type", "text/html")], "<p>no</p>"),
    );
    page.expectation.allowed.clear();
    let judgement = super::judge(&super::world::context(), vec![page]);
    let failures = judgement
        .failed
        .values()
        .filter(|violation| violation.grade == vcispec::transcript::Grade::Failure);
    assert_eq!(failures.count(), 0, "{:?}", judgement.failed);
}
