//! The registries, and what a verifier finds there about a credential of the issuer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Value, json};
use vcispec::issuer::{
    BuildError, Builder, DidDocumentError, DidRegistry, Issuer, ManualClock, RefusedAt,
};

use super::support::{
    Holder, NOW, PRE_AUTHORISED, body, credential_request, decoded, error_of, get, json_of,
    minted_token, text_of, types, valid_request,
};

const LEGAL_ENTITY: &str = "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E";
const ISSUER: &str = "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD";
const SCHEMAS: [&str; 2] = [
    "z3MgUFUkb722uq4x3dv5yAJmnNmzDFeK5UC8x83QoeLJM",
    "zDpWGUBenmqXzurskry9Nsk6vq2R8thh9VSeoRqguoyMD",
];

fn built(shape: impl FnOnce(Builder) -> Builder) -> Issuer {
    let clock = Arc::new(ManualClock::new(Duration::from_secs(NOW)));
    shape(Issuer::builder().clock(clock))
        .build()
        .expect("it can be built")
}

/// GET of a path or URL at the origin.
fn read(issuer: &Issuer, url: &str) -> Response<Bytes> {
    let path = url.strip_prefix(issuer.origin()).unwrap_or(url);
    let request = Request::get(path).body(Bytes::new());
    issuer.handle(request.expect("it is a request"))
}

fn credential(issuer: &Issuer, holder: &Holder, last_type: &str) -> String {
    let answer = json_of(&issuer.handle(valid_request(issuer, holder, last_type)));
    let credential = answer["credential"].as_str();
    credential.expect("it is issued in time").to_owned()
}

fn is_signed_by(jwt: &str, jwk: &Value) -> bool {
    let (x, y) = (jwk["x"].as_str(), jwk["y"].as_str());
    let key = DecodingKey::from_ec_components(x.expect("x"), y.expect("y")).expect("it is a key");
    let (message, signature) = jwt.rsplit_once('.').expect("it is a JWS");
    crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256).expect("it can be tried")
}

fn legal_entity() -> (Holder, Value) {
    let mut holder = Holder::new(7);
    holder.did = LEGAL_ENTITY.to_owned();
    holder.fragment = "keys-1".to_owned();
    let document = json!({
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": LEGAL_ENTITY,
        "verificationMethod": [{
            "id": holder.kid(),
            "type": "JsonWebKey2020",
            "controller": LEGAL_ENTITY,
            "publicKeyJwk": holder.public_jwk,
        }],
        "authentication": [holder.kid()],
    });
    (holder, document)
}

#[test]
fn the_document_of_the_issuer_holds_the_key_that_signs() {
    let issuer = built(|builder| builder);
    let answer = read(&issuer, &format!("/did-registry/v5/identifiers/{ISSUER}"));
    assert_eq!(
        answer.headers()["content-type"],
        "application/did+ld+json; charset=utf-8"
    );
    let document = json_of(&answer);
    assert_eq!(document["id"], ISSUER);
    let contexts = document["@context"].as_array().expect("there are some");
    assert!(contexts.contains(&json!("https://w3id.org/security/suites/jws-2020/v1")));
    let jwt = credential(&issuer, &Holder::new(1), PRE_AUTHORISED);
    let kid = &decoded(&jwt, 0)["kid"];
    for relationship in ["authentication", "assertionMethod", "capabilityInvocation"] {
        assert_eq!(&document[relationship][0], kid, "{relationship}");
    }
    let method = &document["verificationMethod"][0];
    assert_eq!(
        (&method["id"], &method["type"]),
        (kid, &json!("JsonWebKey2020"))
    );
    assert!(is_signed_by(&jwt, &method["publicKeyJwk"]));
    assert!(!text_of(&answer).contains("\"d\""));
}

#[test]
fn an_issuer_with_a_did_key_signs_with_the_key_in_it() {
    let issuer = built(|builder| builder.issuer_did("did:key"));
    let jwk = &json_of(&get(&issuer, "/issuer-mock/jwks"))["keys"][0];
    let did = super::support::did_key(jwk);
    assert_eq!(issuer.issuer_did(), did);
    let jwt = credential(&issuer, &Holder::new(1), PRE_AUTHORISED);
    let multibase = did.strip_prefix("did:key:").expect("it is a did:key");
    assert_eq!(decoded(&jwt, 0)["kid"], format!("{did}#{multibase}"));
    assert_eq!(decoded(&jwt, 1)["iss"], did.as_str());
    assert!(is_signed_by(&jwt, jwk));
    // It carries its own document; the registry of did:ebsi has none.
    let path = format!("/did-registry/v5/identifiers/{did}");
    assert_eq!(read(&issuer, &path).status(), 400);
    assert_eq!(
        built(|builder| builder.issuer_did(did.clone())).issuer_did(),
        did
    );
}

#[test]
fn a_legal_entity_is_known_once_its_document_is_registered() {
    let (holder, document) = legal_entity();
    let path = format!("/did-registry/v5/identifiers/{LEGAL_ENTITY}");
    let request = |issuer: &Issuer| {
        let (token, nonce) = minted_token(issuer, &holder.did, &types("CTRevocable"));
        credential_request(&token, &body("CTRevocable", &holder.proof(issuer, &nonce)))
    };

    let without = built(|builder| builder);
    assert_eq!(read(&without, &path).status(), 404);
    let refused = without.handle(request(&without));
    assert_eq!(
        error_of(&refused),
        (400, "invalid_or_missing_proof".to_owned())
    );
    assert_eq!(refused.extensions().get(), Some(&RefusedAt("22")));

    let mut registry = DidRegistry::default();
    registry
        .register(document.clone())
        .expect("it is a DID document");
    let with = built(|builder| builder.did_registry(registry));
    assert_eq!(json_of(&read(&with, &path)), document);
    assert_eq!(with.handle(request(&with)).status(), 200);
    assert_eq!(
        read(&with, &format!("/did-registry/v5/identifiers/{ISSUER}")).status(),
        200
    );
}

#[test]
fn the_links_of_a_credential_lead_to_its_schema_and_accreditation() {
    for did in [ISSUER, "did:key"] {
        let issuer = built(|builder| builder.issuer_did(did));
        let vc = &decoded(&credential(&issuer, &Holder::new(1), PRE_AUTHORISED), 1)["vc"];
        let link = |name: &str| vc[name]["id"].as_str().expect("it is a link").to_owned();
        assert_eq!(read(&issuer, &link("credentialSchema")).status(), 200);
        let attribute = json_of(&read(&issuer, &link("termsOfUse")));
        assert_eq!(attribute["did"], issuer.issuer_did());
        let body = attribute["attribute"]["body"]
            .as_str()
            .expect("it is a JWT");
        let accreditation = &decoded(body, 1)["vc"];
        assert_eq!(
            accreditation["type"],
            types("VerifiableAuthorisationForTrustChain")
        );
        assert_eq!(
            accreditation["credentialSubject"]["id"],
            issuer.issuer_did()
        );
        let jwk = &json_of(&get(&issuer, "/issuer-mock/jwks"))["keys"][0];
        assert!(is_signed_by(body, jwk));

        let base = format!(
            "/trusted-issuers-registry/v5/issuers/{}",
            issuer.issuer_did()
        );
        let entry = json_of(&read(&issuer, &base));
        assert_eq!(entry["hasAttributes"], true);
        let list = json_of(&read(&issuer, entry["attributes"].as_str().expect("a URL")));
        assert_eq!(list["items"][0]["href"], link("termsOfUse").as_str());
        assert_eq!(list["total"], 1);
    }
}

#[test]
fn every_credential_satisfies_both_schemas() {
    let issuer = built(|builder| builder);
    let holder = Holder::new(1);
    for id in SCHEMAS {
        let answer = read(
            &issuer,
            &format!("/trusted-schemas-registry/v3/schemas/{id}"),
        );
        let schema = json_of(&answer);
        jsonschema::meta::validate(&schema).expect("it is a schema");
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("it compiles");
        for last in [
            PRE_AUTHORISED,
            "CTRevocable",
            "VerifiablePortableDocumentA1",
        ] {
            let mut vc = decoded(&credential(&issuer, &holder, last), 1)["vc"].take();
            assert!(validator.validate(&vc).is_ok(), "{last}");
            vc["credentialSchema"]["id"] = json!(7);
            assert!(!validator.is_valid(&vc), "{last}");
        }
    }
}

#[test]
fn what_no_registry_holds_is_answered_404_and_what_is_no_identifier_400() {
    let issuer = built(|builder| builder);
    let issuers = "/trusted-issuers-registry/v5/issuers";
    for (path, status) in [
        (format!("/did-registry/v5/identifiers/{LEGAL_ENTITY}"), 404),
        ("/did-registry/v5/identifiers/did:ebsi:zzz".to_owned(), 400),
        ("/did-registry/v5/identifiers/nonsense".to_owned(), 400),
        ("/did-registry/v5/identifiers".to_owned(), 404),
        ("/did-registry/v5/identifiers/".to_owned(), 404),
        (format!("/did-registry/v4/identifiers/{ISSUER}"), 404),
        (format!("{issuers}/{LEGAL_ENTITY}"), 404),
        (format!("{issuers}/{LEGAL_ENTITY}/attributes"), 404),
        (format!("{issuers}/{ISSUER}/attributes/00"), 404),
        (
            format!("{issuers}/{ISSUER}/proxies/0x00/credentials/status/1"),
            404,
        ),
        (format!("{issuers}/{ISSUER}/rights"), 404),
        ("/trusted-schemas-registry/v3/schemas/z1".to_owned(), 404),
    ] {
        let answer = read(&issuer, &path);
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(
            answer.headers()["content-type"],
            "application/problem+json; charset=utf-8"
        );
        assert_eq!(json_of(&answer)["status"], status);
    }
}

#[test]
fn the_registries_stand_where_the_credentials_say() {
    let schema = format!("/trusted-schemas-registry/v3/schemas/{}", SCHEMAS[0]);
    let below = built(|builder| builder.registries("http://localhost:3000/registries/"));
    assert_eq!(read(&below, &format!("/registries{schema}")).status(), 200);
    assert_eq!(read(&below, &schema).status(), 404);
    // Somebody else's are not ours to serve.
    let elsewhere = built(|builder| builder.registries("https://api-conformance.ebsi.eu"));
    assert_eq!(read(&elsewhere, &schema).status(), 404);
    let jwt = credential(&elsewhere, &Holder::new(1), PRE_AUTHORISED);
    let link = &decoded(&jwt, 1)["vc"]["credentialSchema"]["id"];
    assert_eq!(*link, format!("https://api-conformance.ebsi.eu{schema}"));
}

#[test]
fn a_document_that_others_could_not_rely_on_is_refused() {
    let (_, good) = legal_entity();
    let with = |pointer: &str, value: Value| {
        let mut document = good.clone();
        *document.pointer_mut(pointer).expect("it is there") = value;
        document
    };
    let private = json!({ "kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c" });
    let stranger = json!(["did:ebsi:zOther#1"]);
    for (document, expected) in [
        (json!([]), DidDocumentError::NoId),
        (
            with("/id", json!("did:key:z1")),
            DidDocumentError::Id("did:key:z1".to_owned()),
        ),
        (
            with("/verificationMethod", json!([])),
            DidDocumentError::NoMethods,
        ),
        (
            with("/verificationMethod/0/id", json!("#keys-1")),
            DidDocumentError::MethodId(0),
        ),
        (
            with("/verificationMethod/0/publicKeyJwk", json!("x")),
            DidDocumentError::Jwk(0),
        ),
        (
            with("/verificationMethod/0/publicKeyJwk", private),
            DidDocumentError::PrivateKey(0),
        ),
        (
            with("/authentication", stranger),
            DidDocumentError::Relationship("authentication", "did:ebsi:zOther#1".to_owned()),
        ),
    ] {
        assert_eq!(DidRegistry::default().register(document), Err(expected));
    }
    let mut registry = DidRegistry::default();
    assert_eq!(registry.register(good.clone()), Ok(()));
    let twice = DidDocumentError::Twice(LEGAL_ENTITY.to_owned());
    assert_eq!(registry.register(good), Err(twice));
    assert_eq!(registry.dids().collect::<Vec<_>>(), [LEGAL_ENTITY]);
}

#[test]
fn an_issuer_whose_did_is_not_that_of_its_key_is_not_built() {
    let foreign = Holder::new(9).did;
    let built = Issuer::builder().issuer_did(foreign.clone()).build();
    assert!(matches!(built, Err(BuildError::ForeignDidKey { given, .. }) if given == foreign));

    let (_, mut document) = legal_entity();
    document["assertionMethod"] = document["authentication"].clone();
    let mut registry = DidRegistry::default();
    registry.register(document).expect("it is a DID document");
    let built = Issuer::builder()
        .issuer_did(LEGAL_ENTITY)
        .did_registry(registry)
        .build();
    assert!(matches!(built, Err(BuildError::IssuerDocument { .. })));
}
