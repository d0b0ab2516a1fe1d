//! Turning to the wallet: a request for an ID token (SIOP v2 §9) or for a presentation (OpenID4VP §5), signed by the server.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::{Request, holder};
use crate::issuer::authorisation::{LIFETIME, Pending};
use crate::issuer::defect::Defect;
use crate::issuer::jws;
use crate::issuer::presentation::{self, Definition};
use crate::issuer::randomness::uuid;
use crate::issuer::redirect::{Denial, Return, location};
use crate::issuer::reply::{self, Reply};
use crate::issuer::service::Issuer;
use crate::issuer::signatures::SigningError;

/// Remembers the authorisation until the wallet has answered, and redirects to the wallet.
pub(super) fn ask(issuer: &Issuer, mut request: Request, back: Return) -> Reply {
    let definition = presentation::required(&request.wanted.details.types);
    let question = Question::new(issuer, definition.map_or("id_token", |_| "vp_token"));
    if issuer.lies(Defect::RequestGoesToTheDefault) {
        request.authorization_endpoint = holder::DEFAULT_ENDPOINT.to_owned();
    }
    let definition = definition.map(Definition::to_json);
    let Ok(target) = target(issuer, &request, &question, definition.as_ref()) else {
        return back.deny(&Denial::internal("authorize-request"));
    };
    let now = issuer.now();
    let pending = Pending {
        wanted: request.wanted,
        back,
        nonce: question.nonce,
    };
    issuer
        .store()
        .keep_pending(&question.state, pending, now.saturating_add(LIFETIME), now);
    if issuer.lies(Defect::AuthorisationsForgottenAfterThirty)
        && let Some(oldest) = issuer.memory().push_out(&question.state, 30)
    {
        issuer.store().take_pending(&oldest, now);
    }
    reply::found(target)
}

/// What the wallet is asked, in the order of its parameters.
#[derive(Serialize)]
struct Question {
    state: String,
    client_id: String,
    redirect_uri: String,
    response_type: &'static str,
    response_mode: &'static str,
    scope: &'static str,
    nonce: String,
}

impl Question {
    fn new(issuer: &Issuer, response_type: &'static str) -> Self {
        Self {
            // Not the client's: a state that only the server knows ties the wallet's answer to this authorisation.
            state: uuid(issuer.randomness()),
            client_id: issuer.auth_url().to_owned(),
            redirect_uri: format!("{}/direct_post", issuer.auth_url()),
            response_type,
            response_mode: "direct_post",
            scope: "openid",
            nonce: match uuid(issuer.randomness()) {
                nonce if issuer.lies(Defect::ServerNonceReused) => {
                    issuer.memory().first("nonce of the server", &nonce)
                }
                nonce => nonce,
            },
        }
    }

    fn parameters(&self) -> Vec<(&str, &str)> {
        vec![
            ("state", &self.state),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", self.response_type),
            ("response_mode", self.response_mode),
            ("scope", self.scope),
            ("nonce", &self.nonce),
        ]
    }
}

/// The claims of the request object.
#[derive(Serialize)]
struct RequestObject<'a> {
    #[serde(flatten)]
    question: &'a Question,
    #[serde(skip_serializing_if = "Option::is_none")]
    presentation_definition: Option<&'a Value>,
    iss: &'a str,
    aud: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
}

/// The wallet's URI with the request object in it, or with a reference where that would be too long.
///
/// A presentation is always asked for in the URI: wallets read its definition there.
fn target(
    issuer: &Issuer,
    request: &Request,
    question: &Question,
    definition: Option<&Value>,
) -> Result<String, SigningError> {
    let object = RequestObject {
        question,
        presentation_definition: definition,
        iss: issuer.auth_url(),
        aud: &request.wanted.client_id,
        exp: definition.map(|_| issuer.now().saturating_add(PRESENTATION_LIFETIME)),
    };
    let key = issuer.auth_key();
    let signer = match issuer.lies(Defect::RequestSignedByTheIssuer) {
        true => issuer.issuer_key(),
        false => key,
    };
    let jwt = jws::sign(&object, key.kid(), signer, issuer.signatures())?;
    let definition = definition.map(Value::to_string);
    let with = |name: &str, value: &str| {
        let mut parameters = question.parameters();
        let definition = definition.as_deref();
        parameters.extend(definition.map(|text| ("presentation_definition", text)));
        parameters.push((name, value));
        location(&request.authorization_endpoint, &parameters)
    };
    let inline = with("request", &jwt);
    if definition.is_some() || !request.by_reference && inline.len() <= LONGEST_URI {
        return Ok(inline);
    }
    let id = uuid(issuer.randomness());
    let now = issuer.now();
    issuer
        .store()
        .keep_request_object(&id, Bytes::from(jwt), now.saturating_add(LIFETIME), now);
    let reference = format!("{}/request_uri/{id}", issuer.auth_url());
    Ok(with("request_uri", &reference))
}

/// The longest URI that is not shortened by a reference, in bytes.
const LONGEST_URI: usize = 500;

/// How long the request for a presentation is good, in seconds.
const PRESENTATION_LIFETIME: u64 = 3600;
