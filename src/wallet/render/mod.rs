//! Renders one step into an HTTP request: live values first, signatures last.

mod authorize;
mod credential;
mod jwts;
mod offer;
mod pairs;
mod token;
mod wire;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};

use super::body;
use super::jws::Void;
use super::keys::Key;
use super::live::Values;
use super::login::Login;
use super::session::Session;
use crate::case::{BodyEdit, Endpoint, Mutation, Op, Raw};
use crate::profile::Profile;
use crate::transcript::Context;

/// All that a request is made from.
pub(super) struct Scene<'a> {
    pub(super) profile: &'a Profile,
    pub(super) context: &'a Context,
    pub(super) session: &'a Session,
    pub(super) auth_key: Option<&'a Key>,
    /// What authorization requests say, where somebody logs in.
    pub(super) login: Option<&'a Login>,
    /// What every token request has besides its own parameters.
    pub(super) token_parameters: &'a [(String, String)],
    pub(super) credential_type: &'a str,
    pub(super) types: &'a [String],
    pub(super) format: &'a str,
    /// The credentials that a presentation shows, each with the descriptor that asks for it.
    pub(super) presented: Vec<(String, String)>,
    pub(super) values: Values,
}

/// A request under construction.
struct Parts {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A rendered request and the tokens that were made for it, with what each is called.
pub(super) struct Rendered {
    pub(super) request: Request<Bytes>,
    pub(super) made: Vec<(String, &'static str)>,
}

/// The names of tokens that a request carries.
const MADE: [&str; 3] = ["posted_id_token", "vp_token", "assertion"];

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
    let mut made = Vec::new();
    let parts = match endpoint {
        Endpoint::Credential => {
            let built = credential::build_proof(&scene, &ops)?;
            credential::set_proof(&mut scene.values, scene.profile, &built);
            let token = credential::build_token(&mut scene, &ops)?;
            let parts = credential::credential(&scene, &ops, &built, &token)?;
            made.extend([(built.compact, "proof"), (token, "bearer_token")]);
            parts
        }
        Endpoint::Deferred => {
            let token = scene.values.get("acceptance_token").map(str::to_owned);
            made.extend(token.map(|token| (token, "bearer_token")));
            deferred(&scene, &ops)?
        }
        Endpoint::Token => token::token(&mut scene, &ops)?,
        Endpoint::Offer => get(offer::offer(&scene)?),
        Endpoint::InitiateOffer => get(offer::initiate(&scene, &ops)?),
        Endpoint::Authorize => get(authorize::authorize(&scene, &ops)?),
        Endpoint::RequestUri => get(authorize::request_uri(&scene)?),
        Endpoint::DirectPost => authorize::direct_post(&mut scene, &ops)?,
        Endpoint::IssuerMetadata
        | Endpoint::IssuerJwks
        | Endpoint::AuthMetadata
        | Endpoint::AuthJwks => {
            return Err(Void("discovery has no mutations"));
        }
    };
    for name in MADE {
        let token = scene.values.get(name).map(str::to_owned);
        made.extend(token.map(|token| (token, name)));
    }
    let request = wire::finish(parts, &ops, &scene.values)?;
    Ok(Rendered { request, made })
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

fn get(url: String) -> Parts {
    Parts {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Vec::new(),
    }
}

/// A form that is posted.
fn form(url: String, parameters: pairs::Pairs) -> Parts {
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    Parts {
        method: Method::POST,
        url,
        headers,
        body: pairs::encode(parameters).into_bytes(),
    }
}

fn set_bearer(headers: &mut HeaderMap, token: &str) -> Result<(), Void> {
    headers.insert("authorization", value(&format!("Bearer {token}"))?);
    Ok(())
}

fn value(text: &str) -> Result<HeaderValue, Void> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Void("a header cannot hold the value"))
}
