//! A service in this process: no socket, no waiting. A panic is an answer like any other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tower_service::Service;

use super::{SendError, Target};

/// Any tower service over `http` requests: an axum router, a hyper service.
#[derive(Debug)]
pub struct InProcess<S> {
    service: Mutex<S>,
}

impl<S> InProcess<S> {
    /// Sends requests to clones of this service.
    pub const fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
        }
    }
}

impl<S, B> Target for InProcess<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: std::fmt::Display,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::fmt::Display,
{
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        let mut service = self
            .service
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let answer = async move {
            std::future::poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(broken)?;
            let response = service.call(request.map(Full::new)).await.map_err(broken)?;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(broken)?.to_bytes();
            Ok(Response::from_parts(head, body))
        };
        AssertUnwindSafe(answer)
            .catch_unwind()
            .map(|caught| caught.unwrap_or_else(|panic| Err(panicked(&*panic))))
            .boxed()
    }
}

/// A plain function from request to response.
#[derive(Debug)]
pub struct InProcessFn<F>(F);

impl<F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync> InProcessFn<F> {
    /// Sends requests to this function.
    pub const fn new(answer: F) -> Self {
        Self(answer)
    }
}

impl<F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync> Target for InProcessFn<F> {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        let answer = || {
            catch_unwind(AssertUnwindSafe(|| (self.0)(request))).map_err(|panic| panicked(&*panic))
        };
        std::future::ready(answer()).boxed()
    }
}

fn broken(error: impl std::fmt::Display) -> SendError {
    SendError::Broken(error.to_string())
}

fn panicked(panic: &(dyn Any + Send)) -> SendError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    SendError::Panicked(text.unwrap_or_else(|| "without a message".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let target = InProcessFn::new(|_| panic!("no such row"));
        let answer = target.send(Request::new(Bytes::new())).await;
        assert_eq!(
            answer.expect_err("panicked"),
            SendError::Panicked("no such row".into())
        );
    }
}
