//! What a credential says of its subject, type by type (EBSI conformance v3, credentials and types).
//!
//! A type without an entry here says nothing but who the subject is, as all credentials of holder wallets do.

use serde_json::{Map, Value, json};

use super::catalogue::{
    ACCREDITATION, FOR_TRUST_CHAIN, PORTABLE_DOCUMENT, REQUIRED, REVOCABLE, TO_ACCREDIT, TO_ATTEST,
    TO_ONBOARD,
};
use super::registry::schema_url;
use super::service::Issuer;

/// The members of `credentialSubject` beside `id`.
pub(crate) fn claims(issuer: &Issuer, types: &[&str]) -> Map<String, Value> {
    let has = |name: &str| types.contains(&name);
    let mut claims = Map::new();
    if has(TO_ATTEST) || has(TO_ACCREDIT) || has(FOR_TRUST_CHAIN) {
        claims.insert(
            "reservedAttributeId".to_owned(),
            reserved_attribute(issuer).into(),
        );
    }
    if has(TO_ACCREDIT) {
        let kinds: &[&[&str]] = &[&[ACCREDITATION, TO_ATTEST], &[REVOCABLE]];
        claims.insert("accreditedFor".to_owned(), accredited_for(issuer, kinds));
    } else if has(TO_ATTEST) {
        claims.insert(
            "accreditedFor".to_owned(),
            accredited_for(issuer, &[&[REVOCABLE]]),
        );
    } else if has(TO_ONBOARD) || has(FOR_TRUST_CHAIN) {
        // These open a registry to the holder; what it may issue is for accreditations to say.
        claims.insert("accreditedFor".to_owned(), json!([]));
    }
    if has(PORTABLE_DOCUMENT)
        && let Value::Object(sections) = portable_document()
    {
        claims.extend(sections);
    }
    claims
}

/// The attribute of the trusted issuers registry that is kept for the holder to write its accreditation to: 32 fresh bytes.
fn reserved_attribute(issuer: &Issuer) -> String {
    let mut bytes = [0; 32];
    issuer.randomness().fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The credentials that an accredited issuer may issue, by the types that come after the two required ones.
fn accredited_for(issuer: &Issuer, kinds: &[&[&str]]) -> Value {
    let entry = |kind: &&[&str]| {
        json!({
            "schemaId": schema_url(issuer),
            "types": REQUIRED.iter().chain(*kind).collect::<Vec<_>>(),
            "limitJurisdiction": "https://publications.europa.eu/resource/authority/atu/FIN",
        })
    };
    kinds.iter().map(entry).collect()
}

/// Portable document A1: which country's social security law applies to somebody who works in another (Regulation (EC) 987/2009,
/// article 19(2)). The person and the institutions are invented; sections are numbered as on the paper form.
fn portable_document() -> Value {
    json!({
        "section1": {
            "personalIdentificationNumber": "1",
            "sex": "01",
            "surname": "Mustermann",
            "forenames": "Erika",
            "dateBirth": "1984-08-12",
            "nationalities": ["DE"],
            "stateOfResidenceAddress": {
                "streetNo": "Heidestrasse 17",
                "postCode": "51147",
                "town": "Koeln",
                "countryCode": "DE",
            },
            "stateOfStayAddress": {
                "streetNo": "Rue de la Loi 200",
                "postCode": "1000",
                "town": "Bruxelles",
                "countryCode": "BE",
            },
        },
        "section2": {
            "memberStateWhichLegislationApplies": "DE",
            "startingDate": "2024-01-01",
            "endingDate": "2025-12-31",
            "certificateForDurationActivity": true,
            "determinationProvisional": false,
            "transitionRulesApplyAsEC8832004": false,
        },
        "section3": {
            "postedEmployedPerson": true,
            "employedTwoOrMoreStates": false,
            "postedSelfEmployedPerson": false,
            "selfEmployedTwoOrMoreStates": false,
            "civilServant": false,
            "contractStaff": false,
            "mariner": false,
            "employedAndSelfEmployed": false,
            "civilAndEmployedSelfEmployed": false,
            "flightCrewMember": false,
            "exception": false,
            "exceptionDescription": "",
            "workingInStateUnder21": false,
        },
        "section4": {
            "employee": true,
            "selfEmployedActivity": false,
            "employerSelfEmployedActivityCodes": ["1"],
            "nameBusinessName": "Muster GmbH",
            "registeredAddress": {
                "streetNo": "Domplatz 1",
                "postCode": "50667",
                "town": "Koeln",
                "countryCode": "DE",
            },
        },
        "section5": {
            "workPlaceNames": [{ "seqno": 1, "flagStateHomeBase": "BE", "companyNameVesselName": "Exemple SA" }],
            "workPlaceAddresses": [{
                "seqno": 1,
                "address": {
                    "streetNo": "Rue de la Loi 200",
                    "postCode": "1000",
                    "town": "Bruxelles",
                    "countryCode": "BE",
                },
            }],
            "noFixedAddress": false,
        },
        "section6": {
            "name": "Beispielkasse",
            "address": {
                "streetNo": "Glinkastrasse 40",
                "postCode": "10117",
                "town": "Berlin",
                "countryCode": "DE",
            },
            "institutionID": "DE-EXAMPLE",
            "officePhoneNo": "0800 0000000",
            "email": "a1@kasse.example",
            "date": "2024-01-01",
            "signature": "Official signature",
        },
    })
}
