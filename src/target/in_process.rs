//! A service in this process: no socket. A panic is an answer like any other, and so is none at all.
//!
//! A service may block its thread for as long as it likes, so each request is answered on a thread of its own, from a pool,
//! and given up on after a time. The thread of a service that never answers is lost.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tokio::runtime::Handle;
use tower_service::Service;

use super::{Limits, SendError, Target};

/// Any tower service over `http` requests: an axum router, a hyper service.
#[derive(Debug)]
pub struct InProcess<S> {
    service: Mutex<S>,
    limit: Duration,
}

impl<S> InProcess<S> {
    /// Sends requests to clones of this service.
    pub fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
            limit: Limits::default().timeout,
        }
    }

    /// The same, given up on after so long. Default 10 s.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
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
        let answer = move || {
            Handle::current().block_on(async move {
                std::future::poll_fn(|context| service.poll_ready(context))
                    .await
                    .map_err(broken)?;
                let response = service.call(request.map(Full::new)).await.map_err(broken)?;
                let (head, body) = response.into_parts();
                let body = body.collect().await.map_err(broken)?.to_bytes();
                Ok(Response::from_parts(head, body))
            })
        };
        within(self.limit, answer).boxed()
    }
}

/// A plain function from request to response.
#[derive(Debug)]
pub struct InProcessFn<F> {
    answer: Arc<F>,
    limit: Duration,
}

impl<F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static> InProcessFn<F> {
    /// Sends requests to this function.
    pub fn new(answer: F) -> Self {
        Self {
            answer: Arc::new(answer),
            limit: Limits::default().timeout,
        }
    }

    /// The same, given up on after so long. Default 10 s.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }
}

impl<F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static> Target for InProcessFn<F> {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        let answer = Arc::clone(&self.answer);
        within(self.limit, move || Ok(answer(request))).boxed()
    }
}

/// What `answer` comes to on another thread, if it comes in time.
async fn within(
    limit: Duration,
    answer: impl FnOnce() -> Result<Response<Bytes>, SendError> + Send + 'static,
) -> Result<Response<Bytes>, SendError> {
    let caught = tokio::task::spawn_blocking(|| catch_unwind(AssertUnwindSafe(answer)));
    match tokio::time::timeout(limit, caught).await {
        Ok(Ok(Ok(answer))) => answer,
        Ok(Ok(Err(panic))) => Err(panicked(&*panic)),
        Ok(Err(stopped)) => Err(broken(stopped)),
        Err(_) => Err(SendError::Timeout(limit.as_secs())),
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

    #[tokio::test]
    async fn a_service_that_blocks_is_given_up_on() {
        let (release, blocked) = std::sync::mpsc::channel::<()>();
        let blocked = Mutex::new(blocked);
        let target = InProcessFn::new(move |_| {
            let _ = blocked.lock().expect("one at a time").recv();
            Response::new(Bytes::new())
        })
        .limit(Duration::from_millis(20));
        let answer = target.send(Request::new(Bytes::new())).await;
        assert_eq!(answer.expect_err("too late"), SendError::Timeout(0));
        drop(release);
    }
}
