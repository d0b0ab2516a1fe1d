//! The pages around the issuer, and the list of what it was asked.
//!
//! Paths of the issuer go to the issuer; what it answers is entered into the log and passed on as it is.

use bytes::Bytes;
use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use super::log::{Asked, Log};
use super::page::{self, answer};
use super::views::{self, Form, Offer, SHOWN};
use crate::issuer::{Issuer, OfferedType, Service, user_pin};

/// The issuer with its pages.
#[derive(Debug)]
pub(super) struct Site {
    issuer: Issuer,
    log: Log,
}

impl Site {
    pub(super) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            log: Log::default(),
        }
    }

    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Scheme, host and port of the pages.
    pub(super) fn origin(&self) -> &str {
        self.issuer.origin()
    }

    fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        if !PAGES.contains(&request.uri().path()) {
            return self.ask(request);
        }
        if request.method() != Method::GET && request.method() != Method::HEAD {
            let mut refusal =
                page::with_type("text/plain; charset=utf-8", "only GET is allowed here");
            *refusal.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            refusal
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refusal;
        }
        let query = Query::of(&request);
        match request.uri().path() {
            "/style.css" => page::style(),
            "/live.js" => page::script(),
            "/icon.svg" => page::icon(),
            "/offer" => self.offer(&query),
            "/requests" => {
                let list = views::requests(&self.log.entries());
                answer(
                    StatusCode::OK,
                    page::page("Requests – vcispec", true, &list),
                )
            }
            "/requests/latest" => self.latest(&query),
            _ => self.home(StatusCode::OK, &query.form(), &[]),
        }
    }

    /// Has the issuer answer, and enters it into the log.
    fn ask(&self, request: Request<Bytes>) -> Response<Bytes> {
        let asked = Asked::of(&request);
        let response = self.issuer.handle(request);
        self.log.enter(&asked, &response);
        response
    }

    fn home(&self, status: StatusCode, form: &Form, faults: &[String]) -> Response<Bytes> {
        let main = views::home(&self.issuer, form, faults, &self.log.entries());
        let title = "vcispec – EBSI v3 reference issuer";
        answer(status, page::page(title, false, &main))
    }

    /// The list if it has changed since the client looked, else nothing.
    fn latest(&self, query: &Query) -> Response<Bytes> {
        let number = |name: &str| query.get(name).and_then(|value| value.parse::<u64>().ok());
        if number("newest") == Some(self.log.newest()) {
            return answer(StatusCode::NO_CONTENT, maud::Markup::default());
        }
        let shown = number("shown").map_or(SHOWN, |shown| usize::try_from(shown).unwrap_or(SHOWN));
        let entries = self.log.entries();
        let mut response = answer(
            StatusCode::OK,
            views::list(&entries[..entries.len().min(shown)]),
        );
        let newest = entries.first().map_or(0, |entry| entry.number);
        response
            .headers_mut()
            .insert("x-newest", HeaderValue::from(newest));
        response
    }

    /// Asks the issuer for an offer as a wallet would, and shows it.
    fn offer(&self, query: &Query) -> Response<Bytes> {
        let (form, name) = (query.form(), query.text("credential_type"));
        let Some(kind) = OfferedType::all().find(|kind| kind.name == name) else {
            let fault = "Choose one of the credentials below.".to_owned();
            return self.home(StatusCode::BAD_REQUEST, &form, &[fault]);
        };
        match self.initiate(kind, &form) {
            Ok(uri) => {
                let offer = Offer {
                    kind,
                    form: &form,
                    uri: &uri,
                    pin: kind.pre_authorised.then(|| user_pin(&form.client_id)),
                };
                let title = format!("{} – vcispec", kind.name);
                answer(
                    StatusCode::OK,
                    page::page(&title, false, &views::offer(&offer)),
                )
            }
            Err(faults) => self.home(StatusCode::BAD_REQUEST, &form, &faults),
        }
    }

    /// The URI of a fresh offer.
    fn initiate(&self, kind: OfferedType, form: &Form) -> Result<String, Vec<String>> {
        // A browser would run such a link instead of calling a wallet.
        let runs = ["javascript:", "data:", "vbscript:"];
        if runs.iter().any(|scheme| form.endpoint.starts_with(scheme)) {
            return Err(vec!["This scheme calls no wallet.".to_owned()]);
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("credential_type", kind.name)
            .append_pair("client_id", &form.client_id);
        if !form.endpoint.is_empty() {
            query.append_pair("credential_offer_endpoint", &form.endpoint);
        }
        let target = self.issuer.initiate_offer_path() + "?" + &query.finish();
        let request = Request::get(target).body(Bytes::new());
        let request = request.map_err(|_| vec!["The DID is too long.".to_owned()])?;
        let response = self.ask(request);
        let location = response.headers().get(LOCATION);
        if let Some(uri) = location.and_then(|uri| uri.to_str().ok()) {
            return Ok(uri.to_owned());
        }
        let body = String::from_utf8_lossy(response.body());
        if response.status() == StatusCode::OK {
            return Ok(body.into_owned());
        }
        Err(faults(&body))
    }
}

impl Service for Site {
    fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.answer(request)
    }

    fn may_wait(&self, request: &Request<Bytes>) -> bool {
        self.issuer.may_wait(request)
    }
}

/// The sentences of a problem document whose `detail` is a JSON array of them.
fn faults(body: &str) -> Vec<String> {
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let detail = problem["detail"]
        .as_str()
        .unwrap_or("The issuer made no offer.");
    serde_json::from_str(detail).unwrap_or_else(|_| vec![detail.to_owned()])
}

/// The query of a request; of a parameter that stands twice the first counts.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(request: &Request<Bytes>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        values.next().map(|(_, value)| value.as_str())
    }

    /// The value without white space around it, which comes along when something is pasted.
    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().trim().to_owned()
    }

    /// What was entered into the form.
    fn form(&self) -> Form {
        Form {
            client_id: self.text("client_id"),
            endpoint: self.text("credential_offer_endpoint"),
        }
    }
}

/// The paths of the pages; every other is the issuer's.
const PAGES: &[&str] = &[
    "/",
    "/offer",
    "/requests",
    "/requests/latest",
    "/style.css",
    "/live.js",
    "/icon.svg",
];

#[cfg(test)]
mod tests;
