//! An issuer made of ready answers, for tests that judge answers which the reference issuer did not
//! give: offer, token and deferral go by themselves, and the last request of a case is answered by
//! the test. Start at [`Canned::play`].

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use vcispec::case::{Case, Endpoint};
use vcispec::invariants::{self, Scene};
use vcispec::oracle::{History, Oracle, Question};
use vcispec::profile::Profile;
use vcispec::transcript::{Context, Exchange, Facts, Grade, Transcript, Verdict, Violation};
use vcispec::wallet::{Action, AuthKey, Outgoing, ServiceClient, SessionSource, Wallet};

use crate::invariants::world;

/// A dialect, its wallet and its oracle, without an issuer.
pub(crate) struct Canned {
    profile: &'static Profile,
    context: Arc<Context>,
    wallet: Arc<Wallet>,
    oracle: Oracle,
}

impl Canned {
    pub(crate) fn new(profile: &'static Profile, oracle: Oracle, context: Context) -> Self {
        let context = Arc::new(context);
        let mut jwk = world::jwk(&world::server_key());
        jwk["d"] = URL_SAFE_NO_PAD
            .encode(world::server_key().to_bytes())
            .into();
        let wallet = Wallet::new(
            profile,
            Arc::clone(&context),
            1,
            Some(AuthKey::from_jwk(&jwk).expect("a private key")),
            SessionSource::EbsiInitiate,
        )
        .with_service(Some(ServiceClient::derive(1)));
        Self {
            profile,
            context,
            wallet: Arc::new(wallet),
            oracle,
        }
    }

    /// Carries out a case. The request of its last step is answered by `answer`.
    pub(crate) fn play(
        &self,
        case: &Case,
        answer: impl Fn(&Outgoing) -> Response<Bytes>,
    ) -> Transcript {
        let last = case
            .steps
            .iter()
            .rposition(|step| !step.sends().is_empty())
            .expect("a case sends something");
        let mut run = self.wallet.start(case.clone(), 0);
        let mut history = History::default();
        let mut transcript = Transcript {
            case: Some(case.clone()),
            exchanges: Vec::new(),
            stopped: None,
        };
        let mut now = Duration::from_secs(world::NOW);
        loop {
            let all = match run.next(now) {
                Action::Send(outgoing) => vec![*outgoing],
                Action::Race(all) => all,
                Action::WaitUntil(time) => {
                    now = time;
                    continue;
                }
                Action::Register { did, .. } => {
                    run.registered(&did);
                    continue;
                }
                Action::Done => return transcript,
                Action::Stop(reason) => {
                    transcript.stopped = Some(reason);
                    return transcript;
                }
                Action::Fetch { .. } => unreachable!("offers come from the initiate endpoint"),
            };
            let questions: Vec<_> = all
                .iter()
                .map(|outgoing| Question {
                    flow: &case.flow,
                    endpoint: outgoing.endpoint,
                    session: outgoing.session,
                    mutations: &outgoing.mutations,
                    facts: &outgoing.facts,
                    now,
                })
                .collect();
            let raced = all.len() > 1;
            let expectations = self.oracle.expect_race(&history, &questions);
            for (outgoing, expectation) in all.into_iter().zip(expectations) {
                let response = if outgoing.step == Some(last) {
                    answer(&outgoing)
                } else {
                    ready(&outgoing)
                };
                let mut exchange = Exchange::new(outgoing.endpoint, outgoing.request, Ok(response));
                exchange.step = outgoing.step;
                exchange.session = outgoing.session;
                exchange.raced = raced;
                exchange.mutations = outgoing.mutations;
                exchange.facts = outgoing.facts;
                exchange.expectation = expectation;
                exchange.sent_at = now;
                exchange.received_at = now;
                history.record(&exchange);
                run.receive(&exchange);
                transcript.exchanges.push(exchange);
            }
        }
    }

    /// Asks for one of the documents that describe an issuer.
    pub(crate) fn discover(
        &self,
        endpoint: Endpoint,
        answer: impl Fn(&Outgoing) -> Response<Bytes>,
    ) -> Transcript {
        let outgoing = Outgoing {
            endpoint,
            step: None,
            session: 0,
            mutations: Vec::new(),
            request: Request::new(Bytes::new()),
            facts: Facts::default(),
        };
        let response = answer(&outgoing);
        Transcript {
            case: None,
            exchanges: vec![Exchange::new(endpoint, outgoing.request, Ok(response))],
            stopped: None,
        }
    }

    /// What the rules find in the last exchange, notes apart.
    pub(crate) fn findings(&self, transcript: &Transcript) -> Vec<(&'static str, Violation)> {
        let scene = Scene {
            context: &self.context,
            profile: self.profile,
        };
        let last = transcript.exchanges.len() - 1;
        let of_transcript = invariants::judge_transcript(transcript, &scene)
            .into_iter()
            .filter(|(_, verdict)| {
                matches!(verdict, Verdict::Fail(violation) if violation.exchange == Some(last))
            });
        invariants::judge_exchange(&transcript.exchanges[last], &scene)
            .into_iter()
            .chain(of_transcript)
            .filter_map(|(invariant, verdict)| match verdict {
                Verdict::Fail(violation) if violation.grade != Grade::Note => {
                    Some((invariant.id, *violation))
                }
                _ => None,
            })
            .collect()
    }
}

/// What a conformant issuer answers to a request that is in order.
fn ready(outgoing: &Outgoing) -> Response<Bytes> {
    match outgoing.endpoint {
        Endpoint::InitiateOffer => {
            let uri: String = form_urlencoded::byte_serialize(
                format!("{}/offers/{UUID}", world::ISSUER).as_bytes(),
            )
            .collect();
            let location = format!("openid-credential-offer://?credential_offer_uri={uri}");
            world::answer(302, &[("location", &location)], "")
        }
        Endpoint::Offer => {
            let mut offer = world::offer_of(&world::grant(|_| {}, &world::issuer_key()));
            offer["credentials"][0]["types"] = outgoing.facts.requested_types.clone().into();
            if outgoing.facts.grant.has_code() {
                let state = world::grant(|_| {}, &world::issuer_key());
                offer["grants"] = json!({ "authorization_code": { "issuer_state": state } });
            }
            world::json_answer(200, &offer)
        }
        Endpoint::Authorize => {
            let object = format!("{}/request_uri/{UUID}", world::SERVER);
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("client_id", world::SERVER), ("request_uri", &object)])
                .finish();
            world::redirection(&format!("openid://?{query}"))
        }
        Endpoint::RequestUri => {
            let holder = outgoing.facts.holder.as_str();
            let object =
                world::request_object(|claims| claims["aud"] = holder.into(), &world::server_key());
            world::answer(200, &[("content-type", "application/jwt")], object)
        }
        Endpoint::DirectPost => {
            let state = outgoing.facts.client_state.as_deref().unwrap_or_default();
            world::redirection(&format!("openid://callback?code={UUID}&state={state}"))
        }
        Endpoint::Token => world::json_answer(200, &token_response(outgoing)),
        Endpoint::Credential if outgoing.facts.deferred => {
            world::json_answer(200, &json!({ "acceptance_token": world::ACCEPTANCE_TOKEN }))
        }
        _ => {
            let credential = credential(outgoing);
            let format = &outgoing.facts.requested_format;
            world::json_answer(200, &json!({ "format": format, "credential": credential }))
        }
    }
}

/// The credential that this request is for.
pub(crate) fn credential(outgoing: &Outgoing) -> String {
    world::credential(|_, payload| {
        payload["sub"] = outgoing.facts.holder.clone().into();
        payload["vc"]["credentialSubject"]["id"] = outgoing.facts.holder.clone().into();
        payload["vc"]["type"] = outgoing.facts.requested_types.clone().into();
    })
}

/// A token response with an access token as EBSI's.
pub(crate) fn token_response(outgoing: &Outgoing) -> Value {
    let c_nonce = format!("{}{}", &UUID[..35], outgoing.session % 10);
    let holder = &outgoing.facts.holder;
    let access_token = world::access_token(|payload| {
        payload["sub"] = holder.clone().into();
        payload["nonce"] = "f2a1c9d0-0d52-4a7e-8f6a-2b7d7a1c0e55".into();
        payload["claims"] = json!({
            "authorization_details": [{
                "type": "openid_credential",
                "format": outgoing.facts.requested_format,
                "locations": [world::ISSUER],
                "types": outgoing.facts.requested_types,
            }],
            "c_nonce": c_nonce,
            "c_nonce_expires_in": 86_400,
            "client_id": holder,
        });
    });
    let mut response = world::token_response(&access_token);
    response["c_nonce"] = c_nonce.into();
    response["id_token"] = world::access_token(|payload| {
        payload["sub"] = holder.clone().into();
        payload["aud"] = holder.clone().into();
    })
    .into();
    response
}

pub(crate) const UUID: &str = "0b1f3b2c-64a1-4a3e-9d2a-0c7f0b6b1d11";
