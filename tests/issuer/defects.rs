//! Defects show what they name, and the clean issuer does not. `tests/engine/kills.rs` replays the smallest case of every defect; here are
//! those that were there first, each told apart from the others.

mod authorisation;

use bytes::Bytes;
use http::{Request, Response};
use jsonwebtoken::{EncodingKey, crypto};
use serde_json::{Value, json};
use vcispec::issuer::{Defect, Issuer};

use super::service;
use super::support::{
    Holder, PRE_AUTHORISED, body, credential_request, decoded, json_of, jwt, minted_token, types,
    valid_request,
};

/// A sequence of requests in which the defect shows, told from the last answer.
struct Probe {
    defect: Defect,
    run: fn(&Issuer) -> Response<Bytes>,
    shows: fn(&Response<Bytes>) -> bool,
}

const PROBES: &[Probe] = &[
    Probe {
        defect: Defect::TokenReplayAccepted,
        run: replay,
        shows: is_granted,
    },
    Probe {
        defect: Defect::MissingProof500,
        run: missing_proof,
        shows: |answer| answer.status() == 500,
    },
    Probe {
        defect: Defect::NonceUnchecked,
        run: |issuer| with_payload(issuer, |payload| payload["nonce"] = json!("x")),
        shows: is_granted,
    },
    Probe {
        defect: Defect::ProofAudByPrefix,
        run: longer_audience,
        shows: is_granted,
    },
    Probe {
        defect: Defect::ProofTypIgnored,
        run: |issuer| with_header(issuer, |header| header["typ"] = json!("JWT")),
        shows: is_granted,
    },
    Probe {
        defect: Defect::KidByDidPrefix,
        run: other_fragment,
        shows: is_granted,
    },
    Probe {
        defect: Defect::AlgNoneAccepted,
        run: unsigned,
        shows: is_granted,
    },
    Probe {
        defect: Defect::Hs256WithPublicKey,
        run: hmac,
        shows: is_granted,
    },
    Probe {
        defect: Defect::SignatureSkippedForOneType,
        run: |issuer| forged(issuer, "CTWalletCrossPreAuthorised"),
        shows: is_granted,
    },
    Probe {
        defect: Defect::RefusedRequestBurnsToken,
        run: repaired,
        shows: |answer| !is_granted(answer),
    },
    Probe {
        defect: Defect::CredentialIsTheWordError,
        run: good,
        shows: |answer| json_of(answer)["credential"] == "Error",
    },
    Probe {
        defect: Defect::SubjectOfAnotherSession,
        run: second_holder,
        shows: |answer| subject(answer) != Holder::new(2).did,
    },
];

#[test]
fn each_defect_shows_in_its_own_probe_and_no_other() {
    for probe in probes() {
        let clean = issuer(None);
        assert!(
            !(probe.shows)(&(probe.run)(&clean)),
            "{} shows without the defect",
            probe.defect
        );
        for defect in probes().map(|other| other.defect) {
            let issuer = issuer(Some(defect));
            let shows = (probe.shows)(&(probe.run)(&issuer));
            let is_told_apart = !NOT_TOLD_APART.contains(&(defect, probe.defect));
            assert!(
                !is_told_apart || shows == (defect == probe.defect),
                "probe {} on {defect}",
                probe.defect
            );
        }
    }
}

/// A defect, and one whose probe cannot tell the two apart.
const NOT_TOLD_APART: &[(Defect, Defect)] = &[
    // An issuer that answers "Error" has no subject to tell, and no credential to present.
    (
        Defect::CredentialIsTheWordError,
        Defect::SubjectOfAnotherSession,
    ),
    (
        Defect::CredentialIsTheWordError,
        Defect::PresentationOfAnotherSubject,
    ),
];

#[test]
fn a_defect_breaks_nothing_else() {
    for defect in probes().map(|probe| probe.defect) {
        let issuer = issuer(Some(defect));
        assert!(is_granted(&good(&issuer)), "{defect}");
        if defect != Defect::SignatureSkippedForOneType {
            assert!(
                !is_granted(&forged(&issuer, "CTWalletCrossPreAuthorised")),
                "{defect}"
            );
        }
        assert!(!is_granted(&forged(&issuer, PRE_AUTHORISED)), "{defect}");
    }
}

#[test]
fn slugs_lead_back_to_their_defects() {
    for defect in Defect::ALL.iter().copied() {
        assert_eq!(defect.slug().parse(), Ok(defect));
        assert_eq!(defect.to_string(), defect.slug());
        assert!(defect.sentence().ends_with('.'), "{defect}");
    }
    assert!("nonce".parse::<Defect>().is_err());
}

fn probes() -> impl Iterator<Item = &'static Probe> {
    PROBES.iter().chain(authorisation::PROBES)
}

fn issuer(defect: Option<Defect>) -> Issuer {
    let (builder, _) = service::builder();
    let builder = match defect {
        Some(defect) => builder.defect(defect),
        None => builder,
    };
    builder.build().expect("the defaults are valid")
}

fn is_granted(answer: &Response<Bytes>) -> bool {
    answer.status() == 200
}

fn subject(answer: &Response<Bytes>) -> String {
    let body = json_of(answer);
    let credential = body["credential"]
        .as_str()
        .filter(|text| text.contains('.'));
    credential
        .map(|jwt| {
            decoded(jwt, 1)["sub"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .unwrap_or_default()
}

fn good(issuer: &Issuer) -> Response<Bytes> {
    issuer.handle(valid_request(issuer, &Holder::new(1), PRE_AUTHORISED))
}

fn replay(issuer: &Issuer) -> Response<Bytes> {
    let request = valid_request(issuer, &Holder::new(1), PRE_AUTHORISED);
    issuer.handle(request.clone());
    issuer.handle(request)
}

fn missing_proof(issuer: &Issuer) -> Response<Bytes> {
    let (token, _) = minted_token(issuer, &Holder::new(1).did, &types(PRE_AUTHORISED));
    let mut body = body(PRE_AUTHORISED, "");
    body.as_object_mut()
        .expect("it is an object")
        .remove("proof");
    issuer.handle(credential_request(&token, &body))
}

fn with_payload(issuer: &Issuer, change: impl Fn(&mut Value)) -> Response<Bytes> {
    issuer.handle(request(issuer, PRE_AUTHORISED, |holder, c_nonce| {
        let mut payload = holder.proof_payload(issuer, c_nonce);
        change(&mut payload);
        holder.proof_with(&holder.proof_header(), &payload)
    }))
}

fn with_header(issuer: &Issuer, change: impl Fn(&mut Value)) -> Response<Bytes> {
    issuer.handle(request(issuer, PRE_AUTHORISED, |holder, c_nonce| {
        let mut header = holder.proof_header();
        change(&mut header);
        holder.proof_with(&header, &holder.proof_payload(issuer, c_nonce))
    }))
}

fn longer_audience(issuer: &Issuer) -> Response<Bytes> {
    with_payload(issuer, |payload| {
        payload["aud"] = json!(format!("{}/", issuer.issuer_url()))
    })
}

fn other_fragment(issuer: &Issuer) -> Response<Bytes> {
    with_header(issuer, |header| {
        header["kid"] = json!(format!("{}#other", Holder::new(1).did))
    })
}

fn unsigned(issuer: &Issuer) -> Response<Bytes> {
    issuer.handle(request(issuer, PRE_AUTHORISED, |holder, c_nonce| {
        let mut header = holder.proof_header();
        header["alg"] = json!("none");
        jwt(&header, &holder.proof_payload(issuer, c_nonce), |_| {
            String::new()
        })
    }))
}

fn hmac(issuer: &Issuer) -> Response<Bytes> {
    issuer.handle(request(issuer, PRE_AUTHORISED, |holder, c_nonce| {
        let mut header = holder.proof_header();
        header["alg"] = json!("HS256");
        let jwk = &holder.public_jwk;
        let canonical = format!(
            r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
            jwk["crv"], jwk["kty"], jwk["x"], jwk["y"]
        );
        let key = EncodingKey::from_secret(canonical.as_bytes());
        jwt(&header, &holder.proof_payload(issuer, c_nonce), |message| {
            crypto::sign(message, &key, jsonwebtoken::Algorithm::HS256).expect("a secret signs")
        })
    }))
}

/// Signed by somebody else's key.
fn forged(issuer: &Issuer, last_type: &str) -> Response<Bytes> {
    issuer.handle(request(issuer, last_type, |holder, c_nonce| {
        let thief = Holder::new(3);
        jwt(
            &holder.proof_header(),
            &holder.proof_payload(issuer, c_nonce),
            |message| thief.sign(message),
        )
    }))
}

/// A refused request, and the same one set right.
fn repaired(issuer: &Issuer) -> Response<Bytes> {
    let holder = Holder::new(1);
    let (token, c_nonce) = minted_token(issuer, &holder.did, &types(PRE_AUTHORISED));
    issuer.handle(credential_request(&token, &body(PRE_AUTHORISED, "a.b.c")));
    issuer.handle(credential_request(
        &token,
        &body(PRE_AUTHORISED, &holder.proof(issuer, &c_nonce)),
    ))
}

fn second_holder(issuer: &Issuer) -> Response<Bytes> {
    good(issuer);
    issuer.handle(valid_request(issuer, &Holder::new(2), PRE_AUTHORISED))
}

fn request(
    issuer: &Issuer,
    last_type: &str,
    proof: impl Fn(&Holder, &str) -> String,
) -> Request<Bytes> {
    let holder = Holder::new(1);
    let (token, c_nonce) = minted_token(issuer, &holder.did, &types(last_type));
    credential_request(&token, &body(last_type, &proof(&holder, &c_nonce)))
}
