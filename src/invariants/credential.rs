//! Rules about what an issued credential says: header, signature, identifiers, types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Check, Invariant, Memory, Scene, jws, read};
use crate::case::{Endpoint, Jws, Slot};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Compact, Exchange, Grade, Transcript, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "credential/header-has-typ-and-alg",
        c::VC_HEADER,
        "The credential's header has typ JWT and alg ES256.",
        Check::Exchange(header_has_typ_and_alg),
    ),
    Invariant::new(
        "credential/kid-is-the-issuers",
        c::VC_HEADER,
        "The credential's kid is the issuer's DID and a fragment.",
        Check::Exchange(kid_is_the_issuers),
    ),
    Invariant::new(
        "credential/kid-names-a-published-key",
        c::VC_HEADER,
        "The fragment of the credential's kid names a key of the issuer's JWKS.",
        Check::Exchange(kid_names_a_published_key),
    ),
    Invariant::new(
        "credential/signature-verifies",
        c::VC_SIGNATURE,
        "The credential's signature verifies with the issuer's published key.",
        Check::Exchange(signature_verifies),
    ),
    Invariant::new(
        "credential/identifiers-agree",
        c::VC_IDENTIFIERS,
        "jti is vc.id, and iss is vc.issuer.",
        Check::Exchange(identifiers_agree),
    ),
    Invariant::new(
        "credential/subject-is-the-holder",
        c::VC_SUBJECT,
        "sub is credentialSubject.id, and both are the holder that authenticated.",
        Check::Exchange(subject_is_the_holder),
    ),
    Invariant::new(
        "credential/verifiable-credential-comes-first",
        c::VC_TYPES,
        "The first of the credential's types is VerifiableCredential.",
        Check::Exchange(verifiable_credential_comes_first),
    ),
    Invariant::new(
        "credential/types-are-those-requested",
        c::VC_TYPES,
        "The credential's types, as a set, are those of the request.",
        Check::Transcript(types_are_those_requested),
    ),
    Invariant::new(
        "credential/context-comes-first",
        c::VC_CONTEXT,
        "The first context of the credential is that of the VC Data Model 1.1.",
        Check::Exchange(context_comes_first),
    ),
    Invariant::new(
        "credential/schema-and-terms-are-named",
        c::VC_SCHEMA,
        "The credential names its schema and its terms of use.",
        Check::Exchange(schema_and_terms_are_named),
    ),
    Invariant::new(
        "credential/identifier-is-unique",
        c::VC_UNIQUE,
        "No two credentials of a run share a jti.",
        Check::Run(identifier_is_unique),
    ),
];

const CONTEXT: &str = "https://www.w3.org/2018/credentials/v1";

fn header_has_typ_and_alg(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let member = |name: &str| credential.header.get(name).and_then(Value::as_str);
    Verdict::require(member("typ") == Some("JWT") && member("alg") == Some("ES256"))
        .expected("typ JWT and alg ES256")
        .actual(exchange.facts.redact(&format!(
            "typ {} and alg {}",
            member("typ").unwrap_or("absent"),
            member("alg").unwrap_or("absent")
        )))
}

fn kid_is_the_issuers(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let issuer = credential.text_claim("/iss").unwrap_or_default();
    let kid = credential.header.get("kid");
    let actual = match kid.and_then(Value::as_str) {
        None => format!("kid is {}", read::kind(kid)),
        Some(text) => match text.split_once('#') {
            Some((did, fragment)) if did == issuer && !fragment.is_empty() => {
                return Verdict::Pass;
            }
            Some((_, "")) => "a kid with an empty fragment".into(),
            Some(_) => "a kid of another DID than iss".into(),
            None => "a kid without a fragment".into(),
        },
    };
    Verdict::fail("the DID of iss, # and a fragment", actual)
}

fn kid_names_a_published_key(exchange: &Exchange, scene: &Scene) -> Verdict {
    if kid_is_the_issuers(exchange, scene) != Verdict::Pass || !has_keys(scene) {
        return Verdict::NotApplicable;
    }
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let kid = credential.header.get("kid").and_then(Value::as_str);
    let (did, fragment) = kid.and_then(|kid| kid.split_once('#')).unwrap_or_default();
    // The DID is the key, and its method names the fragment.
    if ["did:key:", "did:jwk:"]
        .iter()
        .any(|method| did.starts_with(method))
    {
        return Verdict::NotApplicable;
    }
    Verdict::require(jws::key(&scene.context.issuer_jwks, fragment).is_some())
        .expected("the kid of a key of the issuer's JWKS")
        .actual("a fragment that is none of them")
}

fn signature_verifies(exchange: &Exchange, scene: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let is_es256 = credential.header.get("alg").and_then(Value::as_str) == Some("ES256");
    if !is_es256 || !has_keys(scene) {
        return Verdict::NotApplicable;
    }
    Verdict::require(jws::verifies(&credential, &scene.context.issuer_jwks))
        .expected("a signature of the issuer's published key")
        .actual("a signature that does not verify")
}

fn has_keys(scene: &Scene) -> bool {
    !jws::keys(&scene.context.issuer_jwks).is_empty()
}

fn identifiers_agree(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let issuer = credential
        .claim("/vc/issuer/id")
        .or_else(|| credential.claim("/vc/issuer"));
    let pairs = [
        (
            "jti",
            credential.claim("/jti"),
            "vc.id",
            credential.claim("/vc/id"),
        ),
        ("iss", credential.claim("/iss"), "vc.issuer", issuer),
    ];
    for (name, claim, twin_name, twin) in pairs {
        let is_text = claim
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty());
        if !is_text || claim != twin {
            let actual = match (claim, twin) {
                (Some(Value::String(_)), Some(Value::String(_))) => "they differ".to_owned(),
                _ => format!(
                    "{name} is {}, {twin_name} is {}",
                    read::kind(claim),
                    read::kind(twin)
                ),
            };
            return Verdict::fail(format!("{name} equals {twin_name}"), actual);
        }
    }
    Verdict::Pass
}

fn subject_is_the_holder(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let (sub, subject) = (
        credential.text_claim("/sub"),
        credential.text_claim("/vc/credentialSubject/id"),
    );
    let holder = Some(exchange.facts.holder.as_str())
        .filter(|holder| !holder.is_empty() && !read::has_faults(exchange))
        .filter(|_| !names_another_subject(exchange));
    let actual = match (sub, subject) {
        (None, _) => "sub is absent or no string",
        (_, None) => "credentialSubject.id is absent or no string",
        (Some(sub), Some(subject)) if sub != subject => "sub and credentialSubject.id differ",
        (Some(sub), _) if holder.is_some_and(|holder| holder != sub) => "another subject",
        _ => return Verdict::Pass,
    };
    Verdict::fail("sub and credentialSubject.id are the holder's DID", actual)
}

/// Whether the access token was minted for another subject, which some requests may be.
fn names_another_subject(exchange: &Exchange) -> bool {
    let subject = Slot::JwsClaim(Jws::Token, "sub");
    let mut mutations = exchange.mutations.iter();
    mutations.any(|mutation| mutation.slots().any(|slot| slot == subject))
}

fn verifiable_credential_comes_first(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let Some(types) = types(&credential) else {
        return Verdict::fail("vc.type is an array of strings", "another value");
    };
    Verdict::require(
        types
            .first()
            .is_some_and(|first| first == "VerifiableCredential"),
    )
    .expected("VerifiableCredential first")
    .actual(if types.iter().any(|name| name == "VerifiableCredential") {
        "it stands elsewhere"
    } else {
        "it is missing"
    })
}

fn types_are_those_requested(transcript: &Transcript, scene: &Scene) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for (at, exchange) in transcript.exchanges.iter().enumerate() {
        let issued = read::issued(exchange).and_then(|credential| types(&credential));
        let requested = read::origin(transcript, at)
            .and_then(|request| read::requested_types(request, &scene.profile.members));
        let (Some(issued), Some(requested)) = (issued, requested) else {
            continue;
        };
        let as_set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        let (mut issued, requested) = (as_set(&issued), as_set(&requested));
        if scene.profile.reading.more_types {
            issued.retain(|name| requested.contains(name));
        }
        if issued != requested {
            let names = |from: &BTreeSet<String>, without: &BTreeSet<String>| {
                from.difference(without)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let actual = format!(
                "beyond the request: {}; missing: {}",
                or_none(&names(&issued, &requested)),
                or_none(&names(&requested, &issued))
            );
            return Verdict::fail("the requested types", exchange.facts.redact(&actual)).at(at);
        }
        verdict = Verdict::Pass;
    }
    verdict
}

const fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn types(credential: &Compact) -> Option<Vec<String>> {
    credential
        .claim("/vc/type")?
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn context_comes_first(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(credential.text_claim("/vc/@context/0") == Some(CONTEXT))
        .expected(format!("an array that begins with {CONTEXT}"))
        .actual(match credential.claim("/vc/@context") {
            Some(Value::Array(_)) => "another first item",
            other => read::kind(other),
        })
}

fn schema_and_terms_are_named(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let names = |member: &str| {
        let member = credential
            .payload
            .pointer("/vc")
            .and_then(|vc| vc.get(member));
        let first = match member {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        first.is_some_and(|value| value.get("id").is_some_and(Value::is_string))
    };
    let missing: Vec<_> = ["credentialSchema", "termsOfUse"]
        .into_iter()
        .filter(|member| !names(member))
        .collect();
    Verdict::require(missing.is_empty())
        .expected("credentialSchema and termsOfUse with an id")
        .actual(format!("no {}", missing.join(", no ")))
        .grade(Grade::Note)
}

fn folded(authorization: &str) -> String {
    let words: Vec<_> = authorization.split_ascii_whitespace().collect();
    words.join(" ").to_ascii_lowercase()
}

fn identifier_is_unique(memory: &mut Memory, exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let Some(id) = credential.text_claim("/jti") else {
        return Verdict::NotApplicable;
    };
    // A deferred credential may be fetched again with the same acceptance token, of which neither the case nor the
    // space before it need matter.
    let source = (exchange.endpoint == Endpoint::Deferred)
        .then(|| read::authorization(exchange).map(folded))
        .flatten();
    match memory.credentials.insert(id.to_owned(), source.clone()) {
        _ if read::has_faults(exchange) => Verdict::NotApplicable,
        Some(before) if before.is_none() || before != source => Verdict::fail(
            "a jti that no other credential has",
            "the jti of an earlier credential",
        ),
        _ => Verdict::Pass,
    }
}
