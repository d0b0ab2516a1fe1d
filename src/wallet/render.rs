//! Renders one step into an HTTP request: live values first, signatures last.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

use super::body;
use super::edit;
use super::jws::{Built, Draft, Void};
use super::keys::Key;
use super::live::{Values, path_of};
use super::session::{self, PRE_AUTHORIZED, Session};
use crate::case::{
    BodyEdit, Endpoint, FormEdit, Jws, JwsEdit, Live as _, Member, Mutation, Op, PathEdit, Place,
    Position, Raw,
};
use crate::profile::Profile;
use crate::transcript::{Compact, Context};

/// All that a request is made from.
pub(super) struct Scene<'a> {
    pub(super) profile: &'a Profile,
    pub(super) context: &'a Context,
    pub(super) session: &'a Session,
    pub(super) auth_key: Option<&'a Key>,
    pub(super) credential_type: &'a str,
    pub(super) types: &'a [String],
    pub(super) format: &'a str,
    pub(super) values: Values,
}

/// A request under construction.
struct Parts {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A rendered request and the JWS it carries.
pub(super) struct Rendered {
    pub(super) request: Request<Bytes>,
    /// What was sent as proof, if any.
    pub(super) proof: Option<String>,
    /// What was sent as bearer token, if any.
    pub(super) bearer: Option<String>,
}

/// Renders the request of an endpoint with these mutations.
pub(super) fn render(
    mut scene: Scene<'_>,
    endpoint: Endpoint,
    mutations: &[Mutation],
) -> Result<Rendered, Void> {
    let ops: Vec<&Op> = mutations
        .iter()
        .flat_map(|mutation| &mutation.ops)
        .collect();
    let (mut proof, mut bearer) = (None, None);
    let parts = match endpoint {
        Endpoint::Credential => {
            let built = build_proof(&scene, &ops)?;
            set_proof(&mut scene.values, scene.profile, &built);
            let token = build_token(&mut scene, &ops)?;
            let parts = credential(&scene, &ops, &built, &token)?;
            (proof, bearer) = (Some(built.compact), Some(token));
            parts
        }
        Endpoint::Deferred => {
            let parts = deferred(&scene, &ops)?;
            bearer = scene.values.get("acceptance_token").map(str::to_owned);
            parts
        }
        Endpoint::Token => token(&scene, &ops)?,
        Endpoint::Offer => {
            let url = scene
                .session
                .offer_url
                .clone()
                .ok_or(Void("there is no offer to fetch"))?;
            let url = ops.iter().fold(url, |url, op| match op {
                Op::OfferId(text) => session::last_segment_replaced(&url, text),
                _ => url,
            });
            get(url)
        }
        Endpoint::InitiateOffer => get(initiate(&scene, &ops)?),
        Endpoint::IssuerMetadata
        | Endpoint::IssuerJwks
        | Endpoint::AuthMetadata
        | Endpoint::AuthJwks => {
            return Err(Void("discovery has no mutations"));
        }
    };
    let request = finish(parts, &ops, &scene.values)?;
    Ok(Rendered {
        request,
        proof,
        bearer,
    })
}

fn build_proof(scene: &Scene<'_>, ops: &[&Op]) -> Result<Built, Void> {
    let header = Raw::Object(vec![
        ("typ".into(), Raw::string(scene.profile.proof_typ)),
        ("alg".into(), Raw::string(scene.session.holder.alg())),
        ("kid".into(), Raw::template("{did}#{frag}")),
    ]);
    let payload = Raw::Object(vec![
        ("iss".into(), Raw::template("{did}")),
        ("aud".into(), Raw::template("{issuer}")),
        ("iat".into(), Raw::time(0)),
        ("nonce".into(), Raw::template("{c_nonce}")),
    ]);
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

fn set_proof(values: &mut Values, profile: &Profile, built: &Built) {
    let [header, payload, signature] = &built.segments;
    let object = proof_object(profile, built).to_bytes(values);
    values.set("proof_object", String::from_utf8_lossy(&object));
    values.set("proof", &built.compact);
    values.set("proof_h", header);
    values.set("proof_p", payload);
    values.set("proof_s", signature);
}

/// The access token with its edits; sets `{token}` to it.
fn build_token(scene: &mut Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let token = scene
        .values
        .get("token")
        .ok_or(Void("there is no access token"))?
        .to_owned();
    let edits = edits(ops, Jws::Token);
    if edits.is_empty() {
        return Ok(token);
    }
    let parsed = Compact::parse(&token).ok_or(Void("the access token is no JWS"))?;
    let mut segments = token.split('.');
    let received =
        [segments.next(), segments.next(), segments.next()].map(Option::unwrap_or_default);
    let kid = parsed
        .header
        .get("kid")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let keys = scene
        .context
        .auth_jwks
        .get("keys")
        .and_then(serde_json::Value::as_array);
    let public = keys.and_then(|keys| {
        keys.iter()
            .find(|key| key.get("kid").and_then(serde_json::Value::as_str) == Some(kid))
            .or(keys.first())
    });
    let draft = Draft {
        header: Raw::from(&parsed.header),
        payload: Raw::from(&parsed.payload),
        received: Some(received),
        key: scene.auth_key,
        other: &scene.session.other,
        public: public.unwrap_or(&serde_json::Value::Null),
        kid,
        signature_of_other: scene.values.get("proof_s"),
    };
    let built = draft.build(&edits, &scene.values)?;
    scene.values.set("token", &built.compact);
    Ok(built.compact)
}

fn edits<'a>(ops: &[&'a Op], which: Jws) -> Vec<&'a JwsEdit> {
    ops.iter()
        .filter_map(|op| match op {
            Op::Jws(jws, edit) if *jws == which => Some(edit),
            _ => None,
        })
        .collect()
}

/// The proof object of a request.
fn proof_object(profile: &Profile, proof: &Built) -> Raw {
    let members = profile.members;
    Raw::Object(vec![
        (members.proof_type.into(), Raw::string(profile.proof_type)),
        (members.proof_jwt.into(), Raw::string(&proof.compact)),
    ])
}

fn credential(scene: &Scene<'_>, ops: &[&Op], proof: &Built, token: &str) -> Result<Parts, Void> {
    let members = scene.profile.members;
    let mut inner = proof_object(scene.profile, proof);
    let mut outer = Raw::Object(vec![
        (members.format.into(), Raw::string(scene.format)),
        (
            members.types.into(),
            Raw::Array(scene.types.iter().map(Raw::string).collect()),
        ),
        (members.proof.into(), Raw::Null),
    ]);
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
            _ => {}
        }
    }
    outer.set(members.proof, inner);
    for op in ops {
        match op {
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

/// The changes to the body as a whole.
fn body_edits<'a>(ops: &[&'a Op]) -> Vec<&'a BodyEdit> {
    ops.iter()
        .filter_map(|op| match op {
            Op::Body(edit) => Some(edit),
            _ => None,
        })
        .collect()
}

fn push(object: &mut Raw, name: &str, value: Raw, position: Position) {
    if let Raw::Object(members) = object {
        match position {
            Position::Before => members.insert(0, (name.to_owned(), value)),
            Position::After => members.push((name.to_owned(), value)),
        }
    }
}

fn deferred(scene: &Scene<'_>, ops: &[&Op]) -> Result<Parts, Void> {
    let url = scene
        .context
        .deferred_endpoint
        .clone()
        .ok_or(Void("the issuer has no deferred credential endpoint"))?;
    let token = scene
        .values
        .get("acceptance_token")
        .ok_or(Void("there is no acceptance token"))?;
    let mut headers = HeaderMap::new();
    set_bearer(&mut headers, token)?;
    let nothing = Raw::bytes(Vec::new());
    Ok(Parts {
        method: Method::POST,
        url,
        headers,
        body: body::write(nothing, &body_edits(ops), &scene.values)?,
    })
}

fn token(scene: &Scene<'_>, ops: &[&Op]) -> Result<Parts, Void> {
    let code = scene
        .session
        .code()
        .ok_or(Void("the offer has no pre-authorised code"))?;
    let mut form = vec![
        ("grant_type".to_owned(), PRE_AUTHORIZED.to_owned()),
        ("pre-authorized_code".to_owned(), code.to_owned()),
    ];
    form.extend(
        scene
            .session
            .pin(scene.profile.pin)
            .map(|pin| ("user_pin".to_owned(), pin)),
    );
    for op in ops {
        match op {
            Op::Form(name, change) => edit_pairs(&mut form, name, change, &scene.values)?,
            Op::FormExtra(name, text) => form.push(((*name).to_owned(), scene.values.fill(text))),
            _ => {}
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
        .into_bytes();
    Ok(Parts {
        method: Method::POST,
        url: scene.context.token_endpoint.clone(),
        headers,
        body,
    })
}

fn initiate(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let mut query = vec![
        (
            "credential_type".to_owned(),
            scene.credential_type.to_owned(),
        ),
        ("client_id".to_owned(), scene.session.holder.did()),
        (
            "credential_offer_endpoint".to_owned(),
            "openid-credential-offer://".to_owned(),
        ),
    ];
    for op in ops {
        if let Op::InitiateQuery(name, change) = op {
            edit_pairs(&mut query, name, change, &scene.values)?;
        }
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    Ok(format!("{}?{query}", session::initiate_url(scene.context)))
}

/// Edits a parameter of a form or query.
fn edit_pairs(
    pairs: &mut Vec<(String, String)>,
    name: &str,
    change: &FormEdit,
    values: &Values,
) -> Result<(), Void> {
    let at = pairs
        .iter()
        .position(|(key, _)| key == name)
        .ok_or(Void("the parameter to change is not sent"))?;
    if *change == FormEdit::Twice {
        pairs.push(pairs[at].clone());
        return Ok(());
    }
    match edit_text(&pairs[at].1, change, values)? {
        Some(text) => pairs[at].1 = text,
        None => {
            pairs.remove(at);
        }
    }
    Ok(())
}

/// Edits a text; `None` if it is to be absent.
fn edit_text(old: &str, change: &FormEdit, values: &Values) -> Result<Option<String>, Void> {
    let new = match change {
        FormEdit::Remove => return Ok(None),
        FormEdit::Set(text) => values.fill(text),
        FormEdit::Near(near) => near.text(old).ok_or(Void("the near-miss is no text"))?,
        FormEdit::Twice => return Err(Void("only a parameter can be named twice")),
    };
    if new == old {
        Err(Void("the new value is the right one"))
    } else {
        Ok(Some(new))
    }
}

fn get(url: String) -> Parts {
    Parts {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Vec::new(),
    }
}

fn set_bearer(headers: &mut HeaderMap, token: &str) -> Result<(), Void> {
    headers.insert("authorization", value(&format!("Bearer {token}"))?);
    Ok(())
}

fn value(text: &str) -> Result<HeaderValue, Void> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Void("a header cannot hold the value"))
}

/// Carries out the changes to method, URL and headers.
fn finish(mut parts: Parts, ops: &[&Op], values: &Values) -> Result<Request<Bytes>, Void> {
    for op in ops {
        match op {
            Op::Method(name) => {
                parts.method = Method::from_bytes(name.as_bytes())
                    .map_err(|_| Void("the method is no token"))?
            }
            Op::Path(change) => parts.url = change_path(&parts.url, change)?,
            Op::Query(text) => {
                let separator = if parts.url.contains('?') { '&' } else { '?' };
                parts.url = format!("{}{separator}{}", parts.url, values.fill(text));
            }
            Op::Header(name, text) => {
                parts
                    .headers
                    .insert(HeaderName::from_static(name), value(&values.fill(text))?);
            }
            Op::HeaderBytes(name, bytes) => {
                let bytes = HeaderValue::from_bytes(bytes)
                    .map_err(|_| Void("a header cannot hold the value"))?;
                parts.headers.insert(HeaderName::from_static(name), bytes);
            }
            Op::HeaderBefore(name, text) => {
                let old: Vec<HeaderValue> = parts.headers.get_all(*name).iter().cloned().collect();
                parts
                    .headers
                    .insert(HeaderName::from_static(name), value(&values.fill(text))?);
                for old in old {
                    parts.headers.append(HeaderName::from_static(name), old);
                }
            }
            Op::HeaderAfter(name, text) => {
                parts
                    .headers
                    .append(HeaderName::from_static(name), value(&values.fill(text))?);
            }
            Op::NoHeader(name) => {
                parts.headers.remove(*name);
            }
            Op::Bearer(change) => {
                let old = parts
                    .headers
                    .get("authorization")
                    .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
                let old = old
                    .ok_or(Void("there is no bearer token to change"))?
                    .to_owned();
                match edit_text(&old, change, values)? {
                    Some(text) => set_bearer(&mut parts.headers, &text)?,
                    None => {
                        parts.headers.remove("authorization");
                    }
                }
            }
            _ => {}
        }
    }
    let mut request = Request::builder()
        .method(parts.method)
        .uri(parts.url.as_str());
    if let Some(headers) = request.headers_mut() {
        *headers = parts.headers;
    }
    request
        .body(Bytes::from(parts.body))
        .map_err(|_| Void("the URL cannot be sent"))
}

fn change_path(url: &str, change: &PathEdit) -> Result<String, Void> {
    let path = path_of(url);
    let start = url.find(&path).ok_or(Void("the URL has no path"))?;
    let (before, after) = (&url[..start], &url[start + path.len()..]);
    let (parent, last) = path
        .rsplit_once('/')
        .ok_or(Void("the path has no segment"))?;
    let new = match change {
        PathEdit::Append(text) => format!("{path}{text}"),
        PathEdit::UpperCase => format!("{parent}/{}", last.to_uppercase()),
        PathEdit::PercentEncodedLetter => {
            let at = last
                .find(|letter: char| letter.is_ascii_alphabetic())
                .ok_or(Void("the path has no letter"))?;
            format!(
                "{parent}/{}%{:02X}{}",
                &last[..at],
                last.as_bytes()[at],
                &last[at + 1..]
            )
        }
        PathEdit::PercentEncodedSlash => format!("{parent}%2F{last}"),
        PathEdit::DoubleSlash => format!("{parent}//{last}"),
        PathEdit::DotSegments => format!("{parent}/x/../{last}"),
        PathEdit::LastLetterMissing => path[..path.len() - 1].to_owned(),
        PathEdit::LastSegment(name) => format!("{parent}/{name}"),
    };
    if new == path {
        Err(Void("the path does not change"))
    } else {
        Ok(format!("{before}{new}{after}"))
    }
}
