//! Targets that read what others wrote: DIDs, answers, corpus files, metadata.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::ready::{self, Reached};
use crate::case::{Case, Endpoint, Flow, Step};
use crate::corpus;
use crate::invariants::{self, Scene};
use crate::issuer::did_key_jwk;
use crate::profile::{EBSI_V3, Schemas};
use crate::transcript::{Context, Exchange, Verdict};
use crate::wallet::{Action, Discovery, Outgoing, SessionSource, Wallet};

/// A did:key: what the issuer decodes, another decoder decodes alike, and encoding it gives the DID
/// back.
///
/// # Panics
/// The two differ.
pub fn did_key(data: &[u8]) -> Reached {
    let Ok(did) = std::str::from_utf8(data) else {
        return Reached::Nothing;
    };
    let Some(jwk) = did_key_jwk(did) else {
        return Reached::Refusal;
    };
    let other = jwk_of_did_key(did);
    assert_eq!(Some(&jwk), other.as_ref(), "{did}");
    let canonical = serde_jcs::to_vec(&jwk).expect("a JWK is JSON");
    let bytes = [JWK_JCS_PUB, &canonical].concat();
    assert_eq!(
        did,
        format!("did:key:z{}", bs58::encode(bytes).into_string())
    );
    Reached::Acceptance
}

/// An HTTP/1.1 answer to a valid credential request: whatever it is, the rules say the same of it
/// twice and let no body pass that the schema refuses.
///
/// # Panics
/// They do not.
pub fn response(data: &[u8]) -> Reached {
    let Some(response) = parse_response(data) else {
        return Reached::Nothing;
    };
    ready::with(
        Endpoint::Credential,
        "CTWalletCrossPreAuthorisedInTime",
        |ready| {
            let judge = || {
                let request = ready.outgoing.request.clone();
                let mut exchange =
                    Exchange::new(Endpoint::Credential, request, Ok(response.clone()));
                exchange.step = Some(0);
                exchange.facts = ready.facts().clone();
                let scene = Scene {
                    context: ready.bench.context(),
                    profile: ready.bench.profile(),
                };
                let verdicts = invariants::judge_exchange(&exchange, &scene);
                let said = verdicts
                    .into_iter()
                    .map(|(rule, verdict)| (rule.id, verdict));
                said.collect::<Vec<_>>()
            };
            let verdicts = judge();
            assert_eq!(verdicts, judge());
            let json: Option<Value> = serde_json::from_slice(response.body()).ok();
            let schema = EBSI_V3.schema("credential-response");
            if let (StatusCode::OK, Some(json), Some(schema)) = (response.status(), json, schema)
                && !Schemas::is_valid(schema, &json)
            {
                let fails = |(_, verdict): &(_, Verdict)| matches!(verdict, Verdict::Fail(_));
                assert!(verdicts.iter().any(fails), "{json} passes");
            }
            Reached::Refusal
        },
    )
}

/// A corpus file: read or refused; what was read is written and read again unchanged.
///
/// # Panics
/// It is not.
pub fn corpus_file(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else {
        return Reached::Nothing;
    };
    let Ok(file) = serde_json::from_str::<corpus::VectorFile>(text) else {
        return Reached::Refusal;
    };
    let again = serde_json::from_str(&corpus::format(&file));
    assert_eq!(again.ok().as_ref(), Some(&file));
    corpus::lint(&[("fuzz.json".into(), file)]);
    Reached::Acceptance
}

/// What a hostile issuer answers, one answer after the other, a NUL between them: to discovery, then
/// to a wallet that follows what it learnt.
///
/// # Panics
/// The wallet does, or it does not come to an end.
pub fn metadata(data: &[u8]) -> Reached {
    let mut answers = data
        .split(|byte| *byte == 0)
        .map(Bytes::copy_from_slice)
        .cycle();
    let mut answer = |outgoing: &Outgoing| {
        let body = answers.next().unwrap_or_default();
        let mut response = Response::new(body);
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        let request = outgoing.request.clone();
        let mut exchange = Exchange::new(outgoing.endpoint, request, Ok(response));
        exchange.step = outgoing.step;
        exchange.session = outgoing.session;
        exchange
    };
    let mut discovery = Discovery::new(&EBSI_V3, "https://issuer.example/v3");
    let mut asked = 0;
    while let Some(outgoing) = discovery.next_request() {
        discovery.receive(&answer(&outgoing));
        asked += 1;
        assert!(asked < 20, "discovery asks without end");
    }
    let Ok(context) = discovery.finish() else {
        return Reached::Refusal;
    };
    for known in EBSI_V3.types {
        follow(&context, known.name, &mut answer);
    }
    Reached::Acceptance
}

/// The valid run of a credential type against the answers that come.
fn follow(
    context: &Context,
    credential_type: &str,
    answer: &mut impl FnMut(&Outgoing) -> Exchange,
) {
    const MOST_ACTIONS: usize = 400;
    let flow = Flow::new(credential_type, "jwt_vc");
    let steps = [Endpoint::Credential, Endpoint::Deferred];
    let steps = steps.map(|to| Step::send(to, Vec::new())).to_vec();
    let context = std::sync::Arc::new(context.clone());
    let wallet = Wallet::new(&EBSI_V3, context, 1, None, SessionSource::EbsiInitiate);
    let mut run = std::sync::Arc::new(wallet).start(Case::new(flow, steps), 0);
    let mut now = Duration::from_secs(1_704_067_200);
    for _ in 0..MOST_ACTIONS {
        match run.next(now) {
            Action::Send(outgoing) => run.receive(&answer(&outgoing)),
            Action::Race(all) => all.iter().for_each(|one| run.receive(&answer(one))),
            Action::WaitUntil(time) => now = time,
            Action::Register { did, .. } => run.registered(&did),
            Action::Fetch { .. } | Action::Stop(_) | Action::Done => return,
        }
    }
    panic!("the wallet goes on without end");
}

/// The JWK in a did:key of multicodec `jwk_jcs-pub`.
pub(super) fn jwk_of_did_key(did: &str) -> Option<Value> {
    let encoded = did.strip_prefix("did:key:z")?;
    let bytes = bs58::decode(encoded).into_vec().ok()?;
    serde_json::from_slice(bytes.strip_prefix(JWK_JCS_PUB)?).ok()
}

/// 0xeb51 as an unsigned varint.
const JWK_JCS_PUB: &[u8] = &[0xd1, 0xd6, 0x03];

fn parse_response(data: &[u8]) -> Option<Response<Bytes>> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(end) = head.parse(data).ok()? else {
        return None;
    };
    let mut response = Response::new(Bytes::copy_from_slice(&data[end..]));
    *response.status_mut() = StatusCode::from_u16(head.code?).ok()?;
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(field.value).ok()?;
        response.headers_mut().append(name, value);
    }
    Some(response)
}
