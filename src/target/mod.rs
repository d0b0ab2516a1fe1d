//! Where requests go: a service in this process, a URL, a child process.
//!
//! A target moves one request and one answer. It decides nothing, follows no redirect and knows nothing of the rest of the
//! crate; time limits and size limits are its own, so that a hostile server cannot hold up or fill the harness.
//! Start at [`Target`].

mod connections;
mod exec;
mod http;
mod in_process;
mod manners;
mod meter;
mod wire;

pub use self::http::{Http, Limits};
pub use connections::{Connections, Proxy, Trust};
pub use exec::{ControlError, Exec, ExecLimits, StartError};
pub use in_process::{InProcess, InProcessFn};
pub use manners::{Mannerly, Manners};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::http::{Request, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;

/// Something that answers requests.
pub trait Target: Send + Sync {
    /// Sends the request, whose URI is absolute, and reads the whole answer.
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>>;

    /// What is worth knowing of how it went, beyond the answers: sentences for the report.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Requests that are to arrive at the same time: an extension of each of them.
#[derive(Debug, Clone, Copy)]
pub struct Together;

/// Requests that build upon each other, as those of a case do: an extension of each of them.
///
/// A child process that was started anew knows nothing of what was said to the one before. Only who is told which requests
/// belong together can tell a request that needs what was forgotten from one that begins.
#[derive(Debug, Clone, Default)]
pub struct Conversation(Arc<AtomicU64>);

impl Conversation {
    /// With whom it began, if it did.
    fn partner(&self) -> Option<u64> {
        let partner = self.0.load(Ordering::SeqCst);
        (partner > 0).then_some(partner)
    }

    /// Whether it takes place with this partner, or begins with it. Partners count from 1.
    fn is_with(&self, partner: u64) -> bool {
        let before = self
            .0
            .compare_exchange(0, partner, Ordering::SeqCst, Ordering::SeqCst);
        before.is_ok() || before == Err(partner)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No connection could be made.
    #[error("could not connect: {0}")]
    Connect(String),
    /// The answer did not come in time; the limit in seconds.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// The connection ended or broke before the answer was complete.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer has more bytes than this.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The service panicked.
    #[error("the service panicked: {0}")]
    Panicked(String),
    /// The child process died, or said what is no answer.
    #[error("the command {0}")]
    Process(String),
    /// The request cannot be put on the wire.
    #[error("the request could not be sent: {0}")]
    Unsendable(String),
}

/// An error with its causes, each said once.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}
