//! The credential request: key proof, access token and JSON body.

use http::{HeaderMap, HeaderValue, Method};

use super::jwts::{self, edits};
use super::{Parts, Scene, body_edits, set_bearer};
use crate::case::{Jws, Live as _, Member, Op, Place, Position, Raw};
use crate::profile::{KeyId, Profile};
use crate::wallet::jws::{Built, Draft, Void};
use crate::wallet::live::Values;
use crate::wallet::{body, edit};

pub(super) fn build_proof(scene: &Scene<'_>, ops: &[&Op]) -> Result<Built, Void> {
    let session = scene.session;
    let key = match session.conduct.key_id {
        KeyId::Did(_) => ("kid".into(), Raw::template("{did}#{frag}")),
        KeyId::Jwk => ("jwk".into(), Raw::from(&session.holder.jwk)),
    };
    let header = Raw::Object(vec![
        ("typ".into(), Raw::string(scene.profile.proof_typ)),
        ("alg".into(), Raw::string(session.holder.alg())),
        key,
    ]);
    let mut claims = vec![
        ("aud".into(), Raw::template("{issuer}")),
        ("iat".into(), Raw::time(0)),
    ];
    // Where no nonce came with the access token, the first proof may be what the nonce is asked for with.
    if !(session.grant().asks_for_nonce() && session.has_no_nonce()) {
        claims.push(("nonce".into(), Raw::template("{c_nonce}")));
    }
    if session.conduct.sends_iss || session.grant().has_code() {
        claims.insert(0, ("iss".into(), Raw::template("{client}")));
    }
    let payload = Raw::Object(claims);
    let kid = scene.values.fill("{did}#{frag}");
    let signature_of_token = scene
        .values
        .get("token")
        .and_then(|token| token.rsplit_once('.'))
        .map(|(_, signature)| signature);
    let draft = Draft {
        header,
        payload,
        received: None,
        key: Some(&scene.session.holder),
        other: &scene.session.other,
        public: &scene.session.holder.jwk,
        kid: &kid,
        signature_of_other: signature_of_token,
    };
    draft.build(&edits(ops, Jws::Proof), &scene.values)
}

pub(super) fn set_proof(values: &mut Values, profile: &Profile, built: &Built) {
    let [header, payload, signature] = &built.segments;
    let object = proof_object(profile, built).to_bytes(values);
    values.set("proof_object", String::from_utf8_lossy(&object));
    values.set("proof", &built.compact);
    values.set("proof_h", header);
    values.set("proof_p", payload);
    values.set("proof_s", signature);
}

/// The access token with its edits; sets `{token}` to it.
pub(super) fn build_token(scene: &mut Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let token = scene
        .values
        .get("token")
        .ok_or(Void("there is no access token"))?
        .to_owned();
    let received = jwts::Received {
        text: &token,
        key: scene.auth_key,
        jwks: &scene.context.auth_jwks,
        signature_of_other: scene.values.get("proof_s"),
    };
    let changed = received.with(scene, &edits(ops, Jws::Token))?;
    scene.values.set("token", &changed);
    Ok(changed)
}

/// The proof object of a request.
fn proof_object(profile: &Profile, proof: &Built) -> Raw {
    let members = profile.members;
    Raw::Object(vec![
        (members.proof_type.into(), Raw::string(profile.proof_type)),
        (members.proof_jwt.into(), Raw::string(&proof.compact)),
    ])
}

pub(super) fn credential(
    scene: &Scene<'_>,
    ops: &[&Op],
    proof: &Built,
    token: &str,
) -> Result<Parts, Void> {
    let members = scene.profile.members;
    let mut inner = proof_object(scene.profile, proof);
    let types = Raw::Array(scene.types.iter().map(Raw::string).collect());
    // The object that the types stand in, if they do not stand in the body itself.
    let mut definition = Raw::Object(vec![(members.types.into(), types.clone())]);
    let slot = match members.definition {
        Some(name) => (name.into(), Raw::Null),
        None => (members.types.into(), types),
    };
    let mut outer = Raw::Object(vec![
        (members.format.into(), Raw::string(scene.format)),
        slot,
        (members.proof.into(), Raw::Null),
    ]);
    let is_inside = |member: Member| member == Member::Types && members.definition.is_some();
    // The proof object first: an edit of the proof as a whole replaces what was done inside it.
    for op in ops {
        match op {
            Op::Member(member @ (Member::ProofType | Member::ProofJwt), change) => {
                edit::member(&mut inner, members.name(*member), change, &scene.values)?;
            }
            Op::Extra(Place::Proof, name, value) => {
                push(&mut inner, name, value.clone(), Position::After)
            }
            Op::Duplicate(member @ (Member::ProofType | Member::ProofJwt), position, value) => {
                push(&mut inner, members.name(*member), value.clone(), *position);
            }
            Op::Member(member, change) if is_inside(*member) => {
                edit::member(&mut definition, members.types, change, &scene.values)?;
            }
            Op::Duplicate(member, position, value) if is_inside(*member) => {
                push(&mut definition, members.types, value.clone(), *position);
            }
            _ => {}
        }
    }
    outer.set(members.proof, inner);
    if let Some(name) = members.definition {
        outer.set(name, definition);
    }
    for op in ops {
        match op {
            Op::Member(member, _) | Op::Duplicate(member, ..) if is_inside(*member) => {}
            Op::Member(member @ (Member::Format | Member::Types | Member::Proof), change) => {
                edit::member(&mut outer, members.name(*member), change, &scene.values)?;
            }
            Op::Extra(Place::BodyFront, name, value) => {
                push(&mut outer, name, value.clone(), Position::Before)
            }
            Op::Extra(Place::BodyBack, name, value) => {
                push(&mut outer, name, value.clone(), Position::After)
            }
            Op::Duplicate(
                member @ (Member::Format | Member::Types | Member::Proof),
                position,
                value,
            ) => {
                push(&mut outer, members.name(*member), value.clone(), *position);
            }
            _ => {}
        }
    }
    let body = body::write(outer, &body_edits(ops), &scene.values)?;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    set_bearer(&mut headers, token)?;
    Ok(Parts {
        method: Method::POST,
        url: scene.context.credential_endpoint.clone(),
        headers,
        body,
    })
}

fn push(object: &mut Raw, name: &str, value: Raw, position: Position) {
    if let Raw::Object(members) = object {
        match position {
            Position::Before => members.insert(0, (name.to_owned(), value)),
            Position::After => members.push((name.to_owned(), value)),
        }
    }
}
