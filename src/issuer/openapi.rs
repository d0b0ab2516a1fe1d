//! `GET /openapi.json`: the description of this API (OpenAPI 3.1).
//!
//! The document itself stands in `schemas/ebsi-v3/openapi.json`; only the two places where everything stands are filled in here.

use http::StatusCode;
use serde_json::Value;

use super::reply::{self, Refusal, Reply};
use super::service::Issuer;

pub(crate) fn answer(issuer: &Issuer) -> Reply {
    let Ok(mut document) = serde_json::from_str::<Value>(DOCUMENT) else {
        return Refusal::Internal.into_reply();
    };
    let base = format!("{}{}", issuer.origin(), issuer.prefix);
    replace(&mut document, &base, &issuer.registries);
    reply::with_type(StatusCode::OK, TYPE, document.to_string())
}

/// The server of the whole document is the issuer; paths with a server of their own stand at the registries.
fn replace(document: &mut Value, base: &str, registries: &str) {
    if let Some(server) = document.pointer_mut("/servers/0/url") {
        *server = base.into();
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        if let Some(server) = item.pointer_mut("/servers/0/url") {
            *server = registries.into();
        }
    }
}

const DOCUMENT: &str = include_str!("../../schemas/ebsi-v3/openapi.json");

const TYPE: &str = "application/json; charset=utf-8";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::Method;
    use serde_json::Value;

    use super::DOCUMENT;
    use crate::issuer::route::{Route, every_route};

    fn document() -> Value {
        serde_json::from_str(DOCUMENT).expect("it is JSON")
    }

    /// The method and path of every operation that the document describes, and whether it stands at the registries.
    fn described() -> BTreeSet<(String, String, bool)> {
        let document = document();
        let paths = document["paths"].as_object().expect("there are paths");
        let operations = paths.iter().flat_map(|(path, item)| {
            let item = item.as_object().expect("a path is an object");
            let methods = item
                .keys()
                .filter(|key| ["get", "post"].contains(&key.as_str()));
            methods.map(|method| {
                (
                    method.to_uppercase(),
                    path.clone(),
                    item.contains_key("servers"),
                )
            })
        });
        operations.collect()
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let routed: BTreeSet<_> = every_route()
            .iter()
            .map(|route| {
                let method = if route.allows(&Method::POST) {
                    "POST"
                } else {
                    "GET"
                };
                let is_record = matches!(route, Route::Registry(_));
                (method.to_owned(), route.template().to_owned(), is_record)
            })
            .collect();
        assert_eq!(described(), routed);
    }

    #[test]
    fn every_path_that_is_described_leads_to_its_route() {
        for (method, template, is_record) in described() {
            let filled = template.replace(['{', '}'], "x");
            let base = if is_record { "/registries" } else { "/prefix" };
            let path = format!("{base}{filled}");
            let route = Route::find("/prefix", Some("/registries"), &path).expect("it is routed");
            assert_eq!(route.template(), template);
            let method = method.parse().expect("it is a method");
            assert!(route.allows(&method), "{method} {template}");
        }
    }
}
