//! A target that may die under test: started again, so that what comes after is tested too. That it died is a finding of its
//! own, since the request that it died of has no answer.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use tokio::sync::Mutex;

use super::file::LivenessKeys;
use crate::target::{SendError, Target};

/// The target, and how it is started again, if that is said.
pub(super) fn around(
    target: Arc<dyn Target>,
    keys: &LivenessKeys,
    issuer: Option<&str>,
) -> Result<Arc<dyn Target>, String> {
    let Some(restart) = keys.restart.clone() else {
        return match keys.health {
            Some(_) => Err("[liveness] health is of no use without the key \"restart\"".to_owned()),
            None => Ok(target),
        };
    };
    let health = match (&keys.health, issuer) {
        (Some(url), _) => url.clone(),
        (None, Some(issuer)) => format!("{issuer}/.well-known/openid-credential-issuer"),
        (None, None) => return Err("[liveness] needs the key \"health\", a URL".to_owned()),
    };
    let health: http::Uri = health
        .parse()
        .map_err(|_| format!("[liveness] health \"{health}\" is no URL"))?;
    Ok(Arc::new(Revived {
        target,
        health,
        restart,
        limit: keys.limit,
        restarts: AtomicU32::new(0),
        reviving: Mutex::new(()),
    }))
}

/// For how long a target may take to start.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

struct Revived {
    target: Arc<dyn Target>,
    health: http::Uri,
    restart: String,
    limit: u32,
    restarts: AtomicU32,
    /// One at a time.
    reviving: Mutex<()>,
}

impl Revived {
    async fn is_alive(&self) -> bool {
        let request = Request::builder()
            .uri(self.health.clone())
            .body(Bytes::new());
        match request {
            Ok(request) => self.target.send(request).await.is_ok(),
            Err(_) => false,
        }
    }

    /// Starts the target again if it does not answer. Whether it answers in the end.
    async fn revive(&self) -> bool {
        let _one = self.reviving.lock().await;
        if self.is_alive().await {
            return true;
        }
        if self.restarts.fetch_add(1, Ordering::Relaxed) >= self.limit {
            return false;
        }
        // It goes on running behind us.
        let started = Command::new("sh")
            .args(["-c", &self.restart])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        if started.is_err() {
            return false;
        }
        for _ in 0..PATIENCE.as_millis() / BETWEEN_LOOKS.as_millis() {
            if self.is_alive().await {
                return true;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        false
    }
}

impl Target for Revived {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        async move {
            let answer = self.target.send(request.clone()).await;
            match answer {
                // It never got there: the target died of another request.
                Err(SendError::Connect(_)) if self.revive().await => {
                    self.target.send(request).await
                }
                Err(SendError::Broken(reason)) => {
                    self.revive().await;
                    Err(SendError::Broken(reason))
                }
                other => other,
            }
        }
        .boxed()
    }
}
