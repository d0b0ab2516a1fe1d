//! The probes of the authorization server's defects.

use bytes::Bytes;
use http::Response;
use serde_json::json;
use vcispec::issuer::{Defect, Issuer};

use super::{Probe, is_granted};
use crate::issuer::presentations::{credentials, post, submission, vp_header, vp_payload};
use crate::issuer::service;
use crate::issuer::support::{Holder, PRE_AUTHORISED, jwt, pre_authorised_code, redeem};
use crate::issuer::wallet::{
    Members, authorise, begin, challenge, code, direct_post, id_token_answer, id_token_header,
    id_token_payload, redirected, refused_at, token, token_request,
};

const TYPE: &str = "CTWalletSameInTime";

pub(super) const PROBES: &[Probe] = &[
    Probe {
        defect: Defect::IdTokenNonceUnchecked,
        run: |issuer| with_id_token(issuer, |payload| payload["nonce"] = json!("x")),
        shows: has_code,
    },
    Probe {
        defect: Defect::IdTokenAudienceUnchecked,
        run: |issuer| {
            with_id_token(issuer, |payload| {
                payload["aud"] = json!("https://a.example")
            })
        },
        shows: has_code,
    },
    Probe {
        defect: Defect::IdTokenOfAnotherHolder,
        run: |issuer| {
            let asked = begin(issuer, &Holder::new(1), TYPE);
            direct_post(issuer, &id_token_answer(issuer, &Holder::new(2), &asked))
        },
        shows: has_code,
    },
    Probe {
        defect: Defect::IdTokenSignatureUnchecked,
        run: forged_id_token,
        shows: has_code,
    },
    Probe {
        defect: Defect::PresentationOfAnotherSubject,
        run: borrowed_credentials,
        shows: has_code,
    },
    Probe {
        defect: Defect::StateReusable,
        run: |issuer| {
            let asked = begin(issuer, &Holder::new(1), TYPE);
            let form = id_token_answer(issuer, &Holder::new(1), &asked);
            direct_post(issuer, &form);
            direct_post(issuer, &form)
        },
        shows: has_code,
    },
    Probe {
        defect: Defect::CodeReusable,
        run: |issuer| {
            let request = good_token_request(issuer);
            token(issuer, &request);
            token(issuer, &request)
        },
        shows: is_granted,
    },
    Probe {
        defect: Defect::CodeOfAnotherClient,
        run: |issuer| {
            let request = good_token_request(issuer);
            token(issuer, &request.with("client_id", Holder::new(2).did))
        },
        shows: is_granted,
    },
    Probe {
        defect: Defect::PkceUnchecked,
        run: |issuer| {
            let request = good_token_request(issuer);
            token(issuer, &request.with("code_verifier", "anything"))
        },
        shows: is_granted,
    },
    Probe {
        defect: Defect::PkcePlainAccepted,
        run: |issuer| {
            let request = good_token_request(issuer);
            // Whoever takes anything has used up the code by the second request.
            token(issuer, &request.clone().with("code_verifier", "anything"));
            token(issuer, &request.with("code_verifier", challenge()))
        },
        shows: is_granted,
    },
    Probe {
        defect: Defect::ClientAssertionSignatureUnchecked,
        run: |issuer| {
            let code = service::code(issuer, service::TYPE);
            let payload = service::assertion_payload(issuer, "1");
            let forged = jwt(&service::assertion_header(), &payload, |message| {
                Holder::new(3).sign(message)
            });
            let request = service::token_request(issuer, &code, "1");
            token(issuer, &request.with("client_assertion", forged))
        },
        shows: is_granted,
    },
    Probe {
        defect: Defect::JwksFetchedThroughRedirect,
        run: moved_keys,
        shows: |answer| answer.status() == 302 && refused_at(answer).is_empty(),
    },
    Probe {
        defect: Defect::PinUnchecked,
        run: |issuer| {
            let code = pre_authorised_code(issuer, &Holder::new(1).did, PRE_AUTHORISED);
            redeem(issuer, &code, "no PIN")
        },
        shows: is_granted,
    },
];

fn has_code(answer: &Response<Bytes>) -> bool {
    answer.status() == 302 && redirected(answer).find("code").is_some()
}

fn good_token_request(issuer: &Issuer) -> Members {
    let holder = Holder::new(1);
    token_request(&holder, &code(issuer, &holder, TYPE))
}

fn with_id_token(issuer: &Issuer, change: impl Fn(&mut serde_json::Value)) -> Response<Bytes> {
    let holder = Holder::new(1);
    let asked = begin(issuer, &holder, TYPE);
    let mut payload = id_token_payload(issuer, &holder, asked.get("nonce"));
    change(&mut payload);
    let id_token = jwt(&id_token_header(&holder), &payload, |message| {
        holder.sign(message)
    });
    let form = id_token_answer(issuer, &holder, &asked);
    direct_post(issuer, &form.with("id_token", id_token))
}

fn forged_id_token(issuer: &Issuer) -> Response<Bytes> {
    let holder = Holder::new(1);
    let asked = begin(issuer, &holder, TYPE);
    let payload = id_token_payload(issuer, &holder, asked.get("nonce"));
    let forged = jwt(&id_token_header(&holder), &payload, |message| {
        Holder::new(3).sign(message)
    });
    let form = id_token_answer(issuer, &holder, &asked);
    direct_post(issuer, &form.with("id_token", forged))
}

/// Whoever is asked to show an authorisation to be onboarded shows that of another.
fn borrowed_credentials(issuer: &Issuer) -> Response<Bytes> {
    let holder = Holder::new(1);
    let request = crate::issuer::wallet::authorisation_request(issuer, &holder, TYPE)
        .without("issuer_state")
        .with(
            "authorization_details",
            crate::issuer::wallet::details(issuer, "VerifiableAuthorisationForTrustChain")
                .to_string(),
        );
    let asked = redirected(&authorise(issuer, &request));
    let descriptors = [(
        "verifiable-authorisation-to-onboard",
        "VerifiableAuthorisationToOnboard",
    )];
    let borrowed = credentials(issuer, &Holder::new(2), &descriptors);
    let payload = vp_payload(issuer, &holder, asked.get("nonce"), &borrowed);
    let vp_token = jwt(&vp_header(&holder), &payload, |message| {
        holder.sign(message)
    });
    let submission = submission("va-to-onboard-presentation", &descriptors);
    post(issuer, &asked, &vp_token, &submission)
}

fn moved_keys(issuer: &Issuer) -> Response<Bytes> {
    let mut payload = service::request_object_payload(issuer, service::TYPE);
    payload["client_metadata"]["jwks_uri"] = json!(service::MOVED_URI);
    let object = service::signed(&service::request_object_header(), &payload);
    let request = service::authorisation_request(issuer, service::TYPE);
    authorise(issuer, &request.with("request", object))
}
