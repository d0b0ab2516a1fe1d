use serde_json::{Value, json};
use vcispec::case::Endpoint;
use vcispec::transcript::Exchange;

use super::Sample;
use super::world::{
    auth_metadata, context, exchange, issuer_key, issuer_metadata, json_answer, jwk, jwks, problem,
};

pub(super) fn samples() -> Vec<Sample> {
    let keys = || jwks(&context().issuer_jwks);
    vec![
        Sample::new(
            "discovery/documents-are-served",
            issuer(|_| {}),
            exchange(
                Endpoint::IssuerMetadata,
                problem(404, &json!({ "title": "Not Found", "status": 404 })),
            ),
        ),
        Sample::new(
            "discovery/issuer-metadata-follows-schema",
            issuer(|_| {}),
            issuer(|metadata| metadata["credentials_supported"] = json!({})),
        ),
        Sample::new(
            "discovery/issuer-metadata-follows-schema",
            issuer(|_| {}),
            issuer(|metadata| metadata["credentials_supported"][0]["display"] = json!([])),
        ),
        Sample::new(
            "discovery/issuer-metadata-names-the-issuer",
            issuer(|_| {}),
            issuer(|metadata| {
                metadata["credential_issuer"] = "https://issuer.example".into();
            }),
        ),
        Sample::new(
            "discovery/endpoints-belong-to-the-issuer",
            issuer(|_| {}),
            issuer(|metadata| {
                metadata["credential_endpoint"] = "https://other.example/credential".into();
            }),
        ),
        Sample::new(
            "discovery/credentials-have-format-and-types",
            issuer(|_| {}),
            issuer(|metadata| metadata["credentials_supported"][0]["format"] = "ldp_vc".into()),
        ),
        Sample::new(
            "discovery/credentials-have-format-and-types",
            issuer(|_| {}),
            issuer(|metadata| {
                metadata["credentials_supported"][0]["types"] = json!(["VerifiableCredential"]);
            }),
        ),
        Sample::new(
            "discovery/auth-metadata-follows-schema",
            server(|_| {}),
            server(|metadata| metadata["token_endpoint"] = json!(["https://issuer.example"])),
        ),
        Sample::new(
            "discovery/auth-metadata-names-the-server",
            server(|_| {}),
            server(|metadata| metadata["issuer"] = "https://other.example".into()),
        ),
        Sample::new(
            "discovery/jwks-follows-schema",
            keys(),
            jwks(&json!({ "keys": {} })),
        ),
        Sample::new(
            "discovery/jwks-is-public",
            keys(),
            key(|key| key["d"] = "AQ".into()),
        ),
        Sample::new(
            "discovery/kid-is-the-thumbprint",
            keys(),
            key(|key| key["kid"] = "key-1".into()),
        ),
    ]
}

fn issuer(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut body = issuer_metadata();
    bend(&mut body);
    exchange(Endpoint::IssuerMetadata, json_answer(200, &body))
}

fn server(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut body = auth_metadata();
    bend(&mut body);
    exchange(Endpoint::AuthMetadata, json_answer(200, &body))
}

fn key(bend: impl FnOnce(&mut Value)) -> Exchange {
    let mut key = jwk(&issuer_key());
    bend(&mut key);
    jwks(&json!({ "keys": [key] }))
}
