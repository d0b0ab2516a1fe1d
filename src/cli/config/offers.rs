//! Offers that an HTTP request is answered with: the interface of an issuer for its own back end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request};
use serde_json::Value;
use uuid::Uuid;

use super::file::Session;
use super::headers;
use crate::engine::Offers;
use crate::target::Target;
use crate::wallet::Offered;

/// The request, and where its answer has the offer.
pub(super) struct OfferRequest {
    target: Arc<dyn Target>,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: String,
    /// JSON pointer to the offer URI or to the offer itself; the answer as a whole, if empty.
    offer: String,
    /// JSON pointer to the PIN.
    pin: Option<String>,
}

impl OfferRequest {
    /// What the keys of `[session]` say.
    pub(super) fn new(session: &Session, target: Arc<dyn Target>) -> Result<Self, String> {
        let method = session.method.as_deref().unwrap_or("POST");
        let url = session
            .url
            .clone()
            .ok_or("[session] of the kind \"offer-http\" needs the key \"url\"")?;
        Ok(Self {
            target,
            method: Method::from_bytes(method.as_bytes())
                .map_err(|_| format!("[session] method \"{method}\" is no HTTP method"))?,
            url,
            headers: headers::parsed(&session.headers)?,
            body: session.body.clone().unwrap_or_default(),
            offer: session.offer.clone().unwrap_or_default(),
            pin: session.pin.as_ref().and_then(|pin| pin.pointer.clone()),
        })
    }

    fn request(&self, holder: &str, credential_type: &str) -> Result<Request<Bytes>, String> {
        // Unlike any other, also of another run: an issuer that goes on running remembers.
        let unique = Uuid::new_v4();
        let fill = |text: &str| {
            text.replace("{holder}", holder)
                .replace("{credential_type}", credential_type)
                .replace("{uuid}", &unique.to_string())
        };
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(fill(&self.url));
        if let Some(fields) = request.headers_mut() {
            fields.clone_from(&self.headers);
        }
        request
            .body(Bytes::from(fill(&self.body)))
            .map_err(|error| format!("the request for an offer cannot be made: {error}"))
    }

    fn offered(&self, body: &[u8]) -> Result<Offered, String> {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let uri = if self.offer.is_empty() && json.is_none() {
            Some(String::from_utf8_lossy(body).trim().to_owned())
        } else {
            json.as_ref()
                .and_then(|json| json.pointer(&self.offer))
                .map(uri_of)
        };
        let uri = uri.ok_or_else(|| format!("the answer has no offer at \"{}\"", self.offer))?;
        let pin = self
            .pin
            .as_deref()
            .and_then(|pointer| json.as_ref()?.pointer(pointer));
        let pin = pin.map(|pin| pin.as_str().map_or_else(|| pin.to_string(), str::to_owned));
        Ok(Offered { uri, pin })
    }
}

/// An offer URI, also where the offer itself stands in its place.
fn uri_of(value: &Value) -> String {
    value.as_str().map_or_else(
        || {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("credential_offer", &value.to_string());
            format!("openid-credential-offer://?{}", query.finish())
        },
        str::to_owned,
    )
}

impl Offers for OfferRequest {
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<Offered, String>> {
        async move {
            let request = self.request(&holder, &credential_type)?;
            let answer = self.target.send(request).await;
            let answer = answer.map_err(|error| format!("asking for an offer: {error}"))?;
            if !answer.status().is_success() {
                return Err(format!(
                    "asking for an offer was answered {}",
                    answer.status()
                ));
            }
            self.offered(answer.body())
        }
        .boxed()
    }
}
