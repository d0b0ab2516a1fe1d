//! Header fields that every request has.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

use crate::target::{SendError, Target};

/// The target, with these header fields in every request that has none of the name.
pub(super) fn around(
    target: Arc<dyn Target>,
    fields: &BTreeMap<String, String>,
) -> Result<Arc<dyn Target>, String> {
    if fields.is_empty() {
        return Ok(target);
    }
    let headers = parsed(fields)?;
    Ok(Arc::new(WithHeaders { target, headers }))
}

/// Header fields from their text.
pub(super) fn parsed(fields: &BTreeMap<String, String>) -> Result<HeaderMap, String> {
    let field = |(name, value): (&String, &String)| {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("\"{name}\" is no name of a header field"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            format!("the value of the header field {name} has letters that no header can hold")
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    };
    fields.iter().map(field).collect()
}

struct WithHeaders {
    target: Arc<dyn Target>,
    headers: HeaderMap,
}

impl Target for WithHeaders {
    fn send(
        &self,
        mut request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        for (name, value) in &self.headers {
            let fields = request.headers_mut();
            fields.entry(name).or_insert_with(|| value.clone());
        }
        self.target.send(request)
    }
}
