//! Rules about metadata documents and key sets.

use serde_json::Value;

use super::success::follows_schema;
use super::{Check, Invariant, Scene, jws, read};
use crate::case::Endpoint;
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "discovery/documents-are-served",
        c::METADATA,
        "Metadata and key sets are served.",
        Check::Exchange(documents_are_served),
    ),
    Invariant::new(
        "discovery/issuer-metadata-follows-schema",
        c::METADATA,
        "Issuer metadata follows its schema.",
        Check::Exchange(issuer_metadata_follows_schema),
    ),
    Invariant::new(
        "discovery/issuer-metadata-names-the-issuer",
        c::METADATA,
        "The credential_issuer of the metadata is the identifier it was found under.",
        Check::Exchange(issuer_metadata_names_the_issuer),
    ),
    Invariant::new(
        "discovery/endpoints-belong-to-the-issuer",
        c::METADATA,
        "The endpoints of the metadata begin with the credential issuer identifier.",
        Check::Exchange(endpoints_belong_to_the_issuer),
    ),
    Invariant::new(
        "discovery/credentials-have-format-and-types",
        c::METADATA,
        "Every supported credential has a known format and the required types.",
        Check::Exchange(credentials_have_format_and_types),
    ),
    Invariant::new(
        "discovery/auth-metadata-follows-schema",
        c::AS_METADATA,
        "Authorization server metadata follows its schema.",
        Check::Exchange(auth_metadata_follows_schema),
    ),
    Invariant::new(
        "discovery/auth-metadata-names-the-server",
        c::AS_METADATA,
        "The issuer of the authorization server metadata is the identifier it was found under.",
        Check::Exchange(auth_metadata_names_the_server),
    ),
    Invariant::new(
        "discovery/jwks-follows-schema",
        c::JWKS,
        "A key set follows its schema.",
        Check::Exchange(jwks_follows_schema),
    ),
    Invariant::new(
        "discovery/jwks-is-public",
        c::JWKS,
        "A key set holds no private member.",
        Check::Exchange(jwks_is_public),
    ),
    Invariant::new(
        "discovery/kid-is-the-thumbprint",
        c::JWKS,
        "The kid of a published key is its thumbprint.",
        Check::Exchange(kid_is_the_thumbprint),
    ),
];

const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

const fn is_jwks(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::IssuerJwks | Endpoint::AuthJwks)
}

fn documents_are_served(exchange: &Exchange, _: &Scene) -> Verdict {
    if !read::is_discovery(exchange.endpoint)
        || read::crashed(exchange)
        || read::has_faults(exchange)
        || exchange.expectation.either
        || !exchange.mutations.is_empty()
    {
        return Verdict::NotApplicable;
    }
    Verdict::require(exchange.status() == 200 && !read::is_empty(exchange))
        .expected("200 with a document")
        .actual(exchange.outcome_words())
}

/// The document of a successful answer of this endpoint.
fn document(exchange: &Exchange, endpoint: Endpoint) -> Option<&Value> {
    if exchange.endpoint != endpoint || exchange.status() != 200 || read::is_head(exchange) {
        return None;
    }
    exchange.json()
}

fn issuer_metadata_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    match document(exchange, Endpoint::IssuerMetadata) {
        Some(_) => follows_schema("issuer-metadata", exchange, scene),
        None => Verdict::NotApplicable,
    }
}

fn issuer_metadata_names_the_issuer(exchange: &Exchange, scene: &Scene) -> Verdict {
    let issuer = document(exchange, Endpoint::IssuerMetadata)
        .and_then(|metadata| metadata.get("credential_issuer")?.as_str());
    let Some(issuer) = issuer else {
        return Verdict::NotApplicable;
    };
    Verdict::require(issuer == scene.context.issuer)
        .expected("the credential issuer identifier")
        .actual("another credential_issuer")
}

fn endpoints_belong_to_the_issuer(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(metadata) = document(exchange, Endpoint::IssuerMetadata) else {
        return Verdict::NotApplicable;
    };
    let text = |name: &str| metadata.get(name).and_then(Value::as_str);
    let Some(issuer) = text("credential_issuer") else {
        return Verdict::NotApplicable;
    };
    let strays: Vec<_> = ["credential_endpoint", "deferred_credential_endpoint"]
        .into_iter()
        .filter(|name| {
            text(name).is_some_and(|url| {
                !url.strip_prefix(issuer)
                    .is_some_and(|rest| rest.starts_with('/'))
            })
        })
        .collect();
    Verdict::require(strays.is_empty())
        .expected("endpoints below credential_issuer")
        .actual(format!("{} elsewhere", strays.join(" and ")))
}

fn credentials_have_format_and_types(exchange: &Exchange, scene: &Scene) -> Verdict {
    let supported = document(exchange, Endpoint::IssuerMetadata)
        .and_then(|metadata| metadata.get("credentials_supported")?.as_array());
    let Some(supported) = supported.filter(|entries| !entries.is_empty()) else {
        return Verdict::NotApplicable;
    };
    for (index, entry) in supported.iter().enumerate() {
        let format = entry.get("format").and_then(Value::as_str);
        let types = entry.get("types").and_then(Value::as_array);
        // Absent or of another type: the schema says so.
        let (Some(format), Some(types)) = (format, types) else {
            continue;
        };
        let lacks = scene
            .profile
            .required_types
            .iter()
            .find(|required| !types.iter().any(|name| name.as_str() == Some(required)));
        let actual = match lacks {
            Some(required) => format!("entry {index} lacks {required}"),
            None if !scene.profile.formats.contains(&format) => {
                format!("entry {index} has an unknown format")
            }
            None => continue,
        };
        return Verdict::fail(
            format!(
                "format {} and types with {}",
                scene.profile.formats.join(" or "),
                scene.profile.required_types.join(" and ")
            ),
            actual,
        );
    }
    Verdict::Pass
}

fn auth_metadata_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    match document(exchange, Endpoint::AuthMetadata) {
        Some(_) => follows_schema("auth-metadata", exchange, scene),
        None => Verdict::NotApplicable,
    }
}

fn auth_metadata_names_the_server(exchange: &Exchange, scene: &Scene) -> Verdict {
    let server = document(exchange, Endpoint::AuthMetadata)
        .and_then(|metadata| metadata.get("issuer")?.as_str());
    let Some(server) = server else {
        return Verdict::NotApplicable;
    };
    Verdict::require(server == scene.context.auth_server)
        .expected("the authorization server's identifier")
        .actual("another issuer")
}

fn jwks(exchange: &Exchange) -> Option<&Value> {
    document(exchange, exchange.endpoint).filter(|_| is_jwks(exchange.endpoint))
}

fn jwks_follows_schema(exchange: &Exchange, scene: &Scene) -> Verdict {
    if jwks(exchange).is_none() || matches!(jwks_is_public(exchange, scene), Verdict::Fail(_)) {
        return Verdict::NotApplicable;
    }
    follows_schema("jwks", exchange, scene)
}

fn jwks_is_public(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(jwks) = jwks(exchange) else {
        return Verdict::NotApplicable;
    };
    let found = jws::keys(jwks)
        .iter()
        .find_map(|key| PRIVATE.iter().find(|name| key.get(**name).is_some()));
    match found {
        None => Verdict::Pass,
        Some(name) => Verdict::fail(
            "public members only",
            format!("a key with the member {name}"),
        ),
    }
}

fn kid_is_the_thumbprint(exchange: &Exchange, _: &Scene) -> Verdict {
    let keys = jwks(exchange).map(jws::keys).unwrap_or_default();
    let mut verdict = Verdict::NotApplicable;
    for (index, key) in keys.iter().enumerate() {
        let kid = key.get("kid").and_then(Value::as_str);
        let (Some(kid), Some(thumbprint)) = (kid, jws::thumbprint(key)) else {
            continue;
        };
        if kid != thumbprint {
            return Verdict::fail(
                "kid is the SHA-256 thumbprint of the key",
                format!("key {index} has another kid"),
            );
        }
        verdict = Verdict::Pass;
    }
    verdict
}
