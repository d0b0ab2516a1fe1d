//! The description of the API: whether it is OpenAPI 3.1, and whether the issuer answers as it says.

use std::collections::BTreeSet;

use http::Response;
use http::header::CONTENT_TYPE;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use vcispec::issuer::{Issuer, user_pin};

use super::support::{
    Holder, PRE_AUTHORISED, get, issuer, json_of, offer, post, pre_authorised_code, redeem,
    valid_request,
};

fn document(issuer: &Issuer) -> Value {
    json_of(&get(issuer, "/openapi.json"))
}

fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("it is an object")
}

/// Every operation with its method and path.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut found = Vec::new();
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            if METHODS.contains(&method.as_str()) {
                found.push((method.as_str(), path.as_str(), operation));
            }
        }
    }
    found
}

/// What a reference inside the document leads to; anything else is itself.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let Some(reference) = value["$ref"].as_str() else {
        return value;
    };
    let pointer = reference
        .strip_prefix('#')
        .expect("it stays in the document");
    document
        .pointer(pointer)
        .expect("the reference leads somewhere")
}

/// Calls `look` with every object of the document.
fn walk<'d>(value: &'d Value, look: &mut impl FnMut(&'d Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            look(object);
            object.values().for_each(|inner| walk(inner, look));
        }
        Value::Array(items) => items.iter().for_each(|inner| walk(inner, look)),
        _ => {}
    }
}

/// The names in the braces of a path.
fn placeholders(path: &str) -> BTreeSet<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

#[test]
fn it_has_the_shape_of_openapi_3_1() {
    let (issuer, _) = issuer();
    let document = document(&issuer);
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let known = [
        "openapi",
        "info",
        "jsonSchemaDialect",
        "servers",
        "paths",
        "components",
        "security",
        "tags",
    ];
    for name in members(&document).keys() {
        assert!(known.contains(&name.as_str()), "{name}");
    }
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| &tag["name"])
        .map(Value::to_string)
        .collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(path.starts_with('/') && !path.ends_with('/'), "{place}");
        assert!(ids.insert(operation["operationId"].to_string()), "{place}");
        for tag in operation["tags"].as_array().expect("tags") {
            assert!(tags.contains(&tag.to_string()), "{place}");
        }
        let parameters = operation["parameters"].as_array();
        let parameters: Vec<_> = parameters.into_iter().flatten().collect();
        let in_path: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .inspect(|parameter| assert_eq!(parameter["required"], true, "{place}"))
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(in_path, placeholders(path), "{place}");
        for parameter in parameters {
            assert!(
                ["path", "query"].contains(&parameter["in"].as_str().expect("in")),
                "{place}"
            );
            assert!(parameter["schema"].is_object(), "{place}");
        }
        let responses = members(&operation["responses"]);
        assert!(
            responses
                .keys()
                .any(|status| status.starts_with(['2', '3'])),
            "{place}"
        );
        for (status, response) in responses {
            assert!(
                status
                    .parse::<u16>()
                    .is_ok_and(|status| (200..600).contains(&status)),
                "{place}"
            );
            assert!(
                resolved(&document, response)["description"].is_string(),
                "{place} {status}"
            );
        }
        for requirement in operation["security"].as_array().into_iter().flatten() {
            for scheme in members(requirement).keys() {
                assert!(
                    document["components"]["securitySchemes"][scheme]["type"].is_string(),
                    "{place}"
                );
            }
        }
    }
    assert_eq!(ids.len(), 20);
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let (issuer, _) = issuer();
    let document = document(&issuer);
    let mut used = BTreeSet::new();
    walk(&document, &mut |object| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            let pointer = reference
                .strip_prefix('#')
                .expect("it stays in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            used.insert(pointer.to_owned());
        }
    });
    for kind in ["schemas", "responses"] {
        for name in members(&document["components"][kind]).keys() {
            assert!(
                used.contains(&format!("/components/{kind}/{name}")),
                "{name}"
            );
        }
    }
}

#[test]
fn every_schema_compiles() {
    let (issuer, _) = issuer();
    let document = document(&issuer);
    for name in members(&document["components"]["schemas"]).keys() {
        schema(
            &document,
            &json!({ "$ref": format!("#/components/schemas/{name}") }),
        );
    }
    let mut count = 0;
    walk(&document, &mut |object| {
        if let Some(inline) = object.get("schema") {
            schema(&document, inline);
            count += 1;
        }
    });
    assert!(count > 50, "{count}");
}

#[test]
fn it_says_where_the_issuer_and_the_registries_stand() {
    let issuer = Issuer::builder()
        .origin("https://issuer.example")
        .prefix("/v3")
        .registries("https://issuer.example/registries")
        .build()
        .expect("it can be built");
    let request = http::Request::get("/v3/openapi.json").body(bytes::Bytes::new());
    let document = json_of(&issuer.handle(request.expect("it is a request")));
    assert_eq!(document["servers"][0]["url"], "https://issuer.example/v3");
    let record = &document["paths"]["/trusted-schemas-registry/v3/schemas/{schemaId}"];
    assert_eq!(
        record["servers"][0]["url"],
        "https://issuer.example/registries"
    );
}

#[test]
fn the_issuer_answers_as_described() {
    let (issuer, _) = issuer();
    let described = Described(document(&issuer));
    let holder = Holder::new(1);
    let did = issuer.issuer_did();
    for path in [
        "/issuer-mock/.well-known/openid-credential-issuer",
        "/issuer-mock/jwks",
        "/issuer-mock/credentials/status/1",
        "/auth-mock/.well-known/openid-configuration",
        "/auth-mock/jwks",
        "/openapi.json",
    ] {
        described.accepts("get", path, &get(&issuer, path), 200);
    }
    let record = |path: String| {
        let request = http::Request::get(path).body(bytes::Bytes::new());
        issuer.handle(request.expect("it is a request"))
    };
    let issuers = "/trusted-issuers-registry/v5/issuers";
    for (template, path, status) in [
        (
            "/did-registry/v5/identifiers/{did}",
            format!("/did-registry/v5/identifiers/{did}"),
            200,
        ),
        (
            "/did-registry/v5/identifiers/{did}",
            "/did-registry/v5/identifiers/x".to_owned(),
            400,
        ),
        (
            "/trusted-issuers-registry/v5/issuers/{did}",
            format!("{issuers}/{did}"),
            200,
        ),
        (
            "/trusted-issuers-registry/v5/issuers/{did}",
            format!("{issuers}/x"),
            404,
        ),
        (
            "/trusted-issuers-registry/v5/issuers/{did}/attributes",
            format!("{issuers}/{did}/attributes"),
            200,
        ),
    ] {
        described.accepts("get", template, &record(path), status);
    }
    let offer_path = "/issuer-mock/offers/{credentialOfferId}";
    let offered = offer(&issuer, &holder.did, PRE_AUTHORISED);
    assert!(
        described
            .schema("get", offer_path, "200", "application/json")
            .is_valid(&offered)
    );
    let unknown = get(
        &issuer,
        "/issuer-mock/offers/3f2c1b6e-0f3c-4a51-9d1e-0a4f7d8b9c00",
    );
    described.accepts("get", offer_path, &unknown, 404);
    described.accepts(
        "get",
        offer_path,
        &get(&issuer, "/issuer-mock/offers/1"),
        400,
    );

    let code = pre_authorised_code(&issuer, &holder.did, PRE_AUTHORISED);
    described.accepts(
        "post",
        "/auth-mock/token",
        &redeem(&issuer, &code, "x"),
        400,
    );
    let redeemed = redeem(&issuer, &code, &user_pin(&holder.did));
    described.accepts("post", "/auth-mock/token", &redeemed, 200);
    for (last_type, status) in [(PRE_AUTHORISED, 200), ("CTWalletSameDeferred", 200)] {
        let request = valid_request(&issuer, &holder, last_type);
        let body = serde_json::from_slice(request.body()).expect("it is JSON");
        let asked = described.0["paths"]["/issuer-mock/credential"]["post"]["requestBody"]["content"]["application/json"]["schema"].clone();
        assert!(schema(&described.0, &asked).is_valid(&body));
        described.accepts(
            "post",
            "/issuer-mock/credential",
            &issuer.handle(request),
            status,
        );
    }
    let refused = issuer.handle(post(
        "/issuer-mock/credential",
        None,
        Some("application/json"),
        "{}",
    ));
    described.accepts("post", "/issuer-mock/credential", &refused, 400);
}

/// The document, to hold answers against.
struct Described(Value);

impl Described {
    /// The answer has the status, and its media type and body are among those that are described for it.
    fn accepts(&self, method: &str, path: &str, answer: &Response<bytes::Bytes>, status: u16) {
        assert_eq!(answer.status(), status, "{method} {path}");
        let content_type = answer.headers()[CONTENT_TYPE].to_str().expect("it is text");
        let media_type = content_type.split(';').next().unwrap_or_default();
        let body = serde_json::from_slice(answer.body())
            .unwrap_or_else(|_| String::from_utf8_lossy(answer.body()).into_owned().into());
        let schema = self.schema(method, path, &status.to_string(), media_type);
        assert!(schema.validate(&body).is_ok(), "{method} {path}: {body}");
    }

    fn schema(&self, method: &str, path: &str, status: &str, media_type: &str) -> Validator {
        let response = &self.0["paths"][path][method]["responses"][status];
        let found = &resolved(&self.0, response)["content"][media_type]["schema"];
        assert!(
            found.is_object(),
            "{method} {path} {status} {media_type} is not described"
        );
        schema(&self.0, found)
    }
}

/// A schema of the document, with the components that it may refer to.
fn schema(document: &Value, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = json!({ "schemas": document["components"]["schemas"] });
    jsonschema::draft202012::new(&whole).expect("it is a schema")
}

/// The methods that a path can have operations for (OpenAPI 3.1 §4.8.9).
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
