//! One request with its answer, and the exchanges of a case in order.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::Value;

use super::{Allowed, Body, Compact, Expectation, Facts};
use crate::case::{Case, Endpoint, Mutation};

/// One request, its answer, and what was known and expected when it was sent.
#[derive(Debug)]
pub struct Exchange {
    /// Where the request went.
    pub endpoint: Endpoint,
    /// The index of the case's step; `None` for what a session needed before it.
    pub step: Option<usize>,
    /// The session it belongs to.
    pub session: u8,
    /// Whether the requests of its step were sent at the same time.
    pub raced: bool,
    /// What deviates from a request that would be accepted.
    pub mutations: Vec<Mutation>,
    /// The request as it was sent.
    pub request: Request<Bytes>,
    /// The answer, or why there is none.
    pub answer: Result<Response<Bytes>, Failure>,
    /// When it was sent, since the Unix epoch, by the harness's clock.
    pub sent_at: Duration,
    /// When the answer was there.
    pub received_at: Duration,
    /// What the harness knew.
    pub facts: Facts,
    /// What the specification allows.
    pub expectation: Expectation,
    /// How many bytes of the bodies are no longer kept.
    pub cut: Cut,
    json: OnceLock<Option<Value>>,
    redirect: OnceLock<Option<Redirect>>,
}

/// What [`Exchange::lighten`] dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cut {
    /// From the end of the request's body, in bytes.
    pub request: usize,
    /// From the end of the answer's body, in bytes.
    pub answer: usize,
}

/// Where an answer redirects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The URI without its query and fragment.
    pub base: String,
    /// The parameters of the query, decoded, in their order.
    pub parameters: Vec<(String, String)>,
}

impl Redirect {
    /// Takes a URI apart. Schemes without an authority, such as `openid:?x=1`, are fine.
    pub fn parse(uri: &str) -> Self {
        let uri = uri.split('#').next().unwrap_or_default();
        let (base, query) = uri.split_once('?').unwrap_or((uri, ""));
        Self {
            base: base.to_owned(),
            parameters: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        }
    }

    /// The first value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Failure {
    /// No connection could be made.
    #[error("could not connect: {0}")]
    Connect(String),
    /// The answer did not come in time.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// The connection ended or broke before the answer was complete.
    #[error("the connection broke before the answer was complete: {0}")]
    Broken(String),
    /// The answer was larger than the harness reads.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The service under test panicked.
    #[error("the service panicked: {0}")]
    Panicked(String),
    /// The child process under test died, or said what is no answer.
    #[error("the command {0}")]
    Process(String),
    /// The request cannot be put on the wire by this target.
    #[error("the request could not be sent: {0}")]
    Unsendable(String),
}

/// The exchanges of one case, in order.
#[derive(Debug)]
pub struct Transcript {
    /// The case; `None` for the exchanges of discovery.
    pub case: Option<Case>,
    /// What was said.
    pub exchanges: Vec<Exchange>,
    /// Why the case could not be carried out to its end, if so.
    pub stopped: Option<String>,
}

impl Exchange {
    /// An exchange without anything known or expected; set the other fields as they are.
    pub fn new(
        endpoint: Endpoint,
        request: Request<Bytes>,
        answer: Result<Response<Bytes>, Failure>,
    ) -> Self {
        Self {
            endpoint,
            step: None,
            session: 0,
            raced: false,
            mutations: Vec::new(),
            request,
            answer,
            sent_at: Duration::ZERO,
            received_at: Duration::ZERO,
            facts: Facts::default(),
            expectation: Expectation::default(),
            cut: Cut::default(),
            json: OnceLock::new(),
            redirect: OnceLock::new(),
        }
    }

    /// The answer, if there is one.
    pub fn response(&self) -> Option<&Response<Bytes>> {
        self.answer.as_ref().ok()
    }

    /// The HTTP status; 0 if there is no answer.
    pub fn status(&self) -> u16 {
        self.response()
            .map_or(0, |response| response.status().as_u16())
    }

    /// The body of the answer as JSON, whatever the media type says. One with more values than any issuer needs is not
    /// taken for JSON: in memory it would be a hundred times as large.
    pub fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| {
                let body = self.response()?.body();
                (values(body) <= MOST_VALUES)
                    .then(|| serde_json::from_slice(body).ok())
                    .flatten()
            })
            .as_ref()
    }

    /// Keeps no more than so many bytes of each body and of each value, for a run that remembers thousands of exchanges.
    /// What was read from the bodies before is forgotten, where something is dropped.
    pub fn lighten(&mut self, keep: usize) {
        self.cut.request += shorten_to(keep, self.request.body_mut());
        // A secret that is forgotten is not known again; so what is sent of it goes with it.
        for value in self.request.headers_mut().values_mut() {
            if value.len() > keep {
                *value = HeaderValue::from_static("(left out)");
            }
        }
        let facts = &mut self.facts;
        facts.secrets.retain(|(value, _)| value.len() <= keep);
        facts.public.retain(|(value, _)| value.len() <= keep);
        for value in [&mut facts.c_nonce, &mut facts.client_state] {
            value.take_if(|value| value.len() > keep);
        }
        if let Ok(response) = &mut self.answer {
            let dropped = shorten_to(keep, response.body_mut());
            if dropped > 0 {
                self.cut.answer += dropped;
                self.json = OnceLock::new();
            }
        }
    }

    /// About how many bytes it takes to remember it.
    pub fn weight(&self) -> usize {
        let heads = |headers: &http::HeaderMap| -> usize {
            let fields = headers.iter();
            fields
                .map(|(name, value)| name.as_str().len() + value.len())
                .sum()
        };
        let answer = self.answer.as_ref().map_or(0, |response| {
            let read = values(response.body()).min(MOST_VALUES) * VALUE;
            heads(response.headers()) + response.body().len() + read
        });
        let known = self.facts.secrets.iter().chain(&self.facts.public);
        let known: usize = known.map(|(value, _)| value.len()).sum();
        heads(self.request.headers()) + self.request.body().len() + answer + known
    }

    /// A header of the answer as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response()?.headers().get(name)?.to_str().ok()
    }

    /// Where the answer redirects to, if it is a redirection with a Location.
    pub fn redirect(&self) -> Option<&Redirect> {
        self.redirect
            .get_or_init(|| {
                let is_redirection = (300..400).contains(&self.status());
                let location = self.header("location").filter(|_| is_redirection)?;
                Some(Redirect::parse(location))
            })
            .as_ref()
    }

    /// The `error` of the answer: the member of its body, or the parameter of the URI that it
    /// redirects to.
    pub fn any_error(&self) -> Option<&str> {
        self.error().or_else(|| self.redirect()?.parameter("error"))
    }

    /// Whether the answer grants what was asked for: a success, or where the protocol goes on by
    /// redirection, one without an error.
    pub fn is_accepted(&self) -> bool {
        let goes_on = matches!(
            self.endpoint,
            Endpoint::InitiateOffer | Endpoint::Authorize | Endpoint::DirectPost
        );
        let redirected = goes_on
            && (300..400).contains(&self.status())
            && self
                .redirect()
                .is_none_or(|redirect| redirect.parameter("error").is_none());
        self.is_success() || redirected
    }

    /// The media type of the answer in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let text = self.header("content-type")?;
        Some(
            text.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase(),
        )
    }

    /// The `error` member of the answer.
    pub fn error(&self) -> Option<&str> {
        self.json()?.get("error")?.as_str()
    }

    /// The `credential` member of the answer, of whatever type.
    pub fn credential_member(&self) -> Option<&Value> {
        self.json()?.get("credential")
    }

    /// The credential of the answer, taken apart, if it is a compact JWS.
    pub fn credential(&self) -> Option<Compact> {
        Compact::parse(self.credential_member()?.as_str()?)
    }

    /// The `acceptance_token` member of the answer.
    pub fn acceptance_token(&self) -> Option<&str> {
        self.json()?.get("acceptance_token")?.as_str()
    }

    /// What the answer promises a later credential by: `acceptance_token`, or `transaction_id` as later drafts of OpenID4VCI
    /// call it.
    pub fn promise(&self) -> Option<&Value> {
        let json = self.json()?;
        json.get("acceptance_token").or_else(|| {
            json.get("transaction_id")
                .filter(|_| json.get("credential").is_none())
        })
    }

    /// Whether the answer has a 2xx status.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// Whether the answer hands out a credential or the promise of one.
    pub fn hands_out(&self) -> bool {
        self.is_success()
            && self
                .json()
                .is_some_and(|json| json.get("credential").is_some() || self.promise().is_some())
    }

    /// Whether the answer is one of the allowed. An expectation that names none allows any.
    pub fn is_allowed(&self) -> bool {
        self.expectation.allowed.is_empty()
            || self
                .expectation
                .allowed
                .iter()
                .any(|allowed| self.matches(allowed))
    }

    /// Whether the answer is of this kind.
    pub fn matches(&self, allowed: &Allowed) -> bool {
        let Some(response) = self.response() else {
            return false;
        };
        if !allowed.statuses.contains(&response.status().as_u16()) {
            return false;
        }
        let member = |name: &str| self.json().is_some_and(|json| json.get(name).is_some());
        match &allowed.body {
            Body::Credential => member("credential"),
            Body::AcceptanceToken => self.promise().is_some(),
            Body::Success => !member("error"),
            Body::OAuthError(codes) => self.error().is_some_and(|error| codes.contains(&error)),
            Body::Problem => self
                .json()
                .is_some_and(|json| json.get("title").is_some() || json.get("status").is_some()),
            Body::Redirect(names) => self.redirect().is_some_and(|redirect| {
                redirect.parameter("error").is_none()
                    && names.iter().any(|name| redirect.parameter(name).is_some())
            }),
            Body::RedirectError(codes) => self
                .redirect()
                .and_then(|redirect| redirect.parameter("error"))
                .is_some_and(|error| codes.contains(&error)),
            Body::RequestObject => {
                let text = std::str::from_utf8(response.body()).unwrap_or_default();
                Compact::parse(text.trim()).is_some()
            }
            Body::NoCredential => {
                let hands_out_code = self.endpoint == Endpoint::DirectPost
                    && self
                        .redirect()
                        .is_some_and(|redirect| redirect.parameter("code").is_some());
                !member("credential") && !member("acceptance_token") && !hands_out_code
            }
        }
    }

    /// The answer in a few words for the report, without live values.
    pub fn outcome_words(&self) -> String {
        let response = match &self.answer {
            Ok(response) => response,
            Err(failure) => return self.facts.redact(&failure.to_string()),
        };
        let status = response.status().as_u16();
        let what = if self.credential_member().is_some() && self.is_success() {
            "with a credential".to_owned()
        } else if self.acceptance_token().is_some() && self.is_success() {
            "with an acceptance token".to_owned()
        } else if let Some(error) = self.error() {
            let description = self
                .json()
                .and_then(|json| json.get("error_description")?.as_str());
            match description {
                Some(text) => format!("{error}: {}", self.facts.redact(&shorten(text))),
                None => error.to_owned(),
            }
        } else if let Some(title) = self.json().and_then(|json| json.get("title")?.as_str()) {
            format!(
                "problem document \"{}\"",
                self.facts.redact(&shorten(title))
            )
        } else if let Some(redirect) = self.redirect() {
            self.redirect_words(redirect)
        } else if response.body().is_empty() {
            "with an empty body".to_owned()
        } else {
            format!(
                "with {} bytes of {}",
                response.body().len(),
                self.media_type().unwrap_or_else(|| "no media type".into())
            )
        };
        format!("{status} {what}")
    }
}

impl Exchange {
    /// A redirection in words: its error, or the names of its parameters.
    fn redirect_words(&self, redirect: &Redirect) -> String {
        if let Some(error) = redirect.parameter("error") {
            let words = match redirect.parameter("error_description") {
                Some(text) => format!("error={error}: {text}"),
                None => format!("error={error}"),
            };
            return format!("redirecting with {}", self.facts.redact(&shorten(&words)));
        }
        let mut names: Vec<_> = redirect
            .parameters
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return "redirecting without parameters".to_owned();
        }
        format!("redirecting with {}", shorten(&names.join(", ")))
    }
}

impl Transcript {
    /// The exchanges that carry out a step of the case, without those that prepared a session.
    pub fn steps(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges
            .iter()
            .filter(|exchange| exchange.step.is_some())
    }

    /// The first exchange with this endpoint in this session.
    pub fn first(&self, endpoint: Endpoint, session: u8) -> Option<&Exchange> {
        self.exchanges
            .iter()
            .find(|exchange| exchange.endpoint == endpoint && exchange.session == session)
    }
}

/// Drops what lies behind the first `keep` bytes. How many that were.
fn shorten_to(keep: usize, body: &mut Bytes) -> usize {
    let dropped = body.len().saturating_sub(keep);
    if dropped > 0 {
        // A slice would keep all of it in memory.
        *body = Bytes::copy_from_slice(&body[..keep]);
    }
    dropped
}

/// How many values a text has if it is JSON, or a few more.
fn values(json: &[u8]) -> usize {
    let opens = |byte: &&u8| matches!(byte, b'[' | b'{' | b',');
    json.iter().filter(opens).count()
}

/// The most values that JSON from an issuer may have. Metadata with hundreds of credential types has some ten thousand.
const MOST_VALUES: usize = 20_000;

/// About how many bytes a value takes in memory at the worst: an object of its own with one member.
const VALUE: usize = 330;

fn shorten(text: &str) -> String {
    const LIMIT: usize = 200;
    if text.chars().count() <= LIMIT {
        return text.to_owned();
    }
    let head: String = text.chars().take(LIMIT).collect();
    format!("{head}…")
}
