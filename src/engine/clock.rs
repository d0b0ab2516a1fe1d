//! Time as an argument.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

/// Tells the time, and lets it pass.
pub trait Clock: Send + Sync {
    /// The time that has passed since the Unix epoch.
    fn now(&self) -> Duration;

    /// Ready when `now` is at least `time`.
    fn sleep_until(&self, time: Duration) -> BoxFuture<'_, ()>;

    /// Whether time passes though nobody sleeps. If not, sleeping is what moves it, and nobody may sleep while another is
    /// still at work.
    fn passes_by_itself(&self) -> bool {
        true
    }
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        // A machine whose clock stands before 1970 gets the epoch rather than a panic.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn sleep_until(&self, time: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(time.saturating_sub(self.now())).boxed()
    }
}

/// A clock that stands still until somebody sleeps, and then jumps: waiting costs nothing.
pub struct VirtualClock {
    nanoseconds: AtomicU64,
    moved: Mutex<Box<dyn FnMut(Duration) + Send>>,
}

impl VirtualClock {
    /// A clock that stands at `start` since the Unix epoch, and tells `moved` each new time: that is how the service under
    /// test gets the same time.
    pub fn new(start: Duration, mut moved: impl FnMut(Duration) + Send + 'static) -> Self {
        moved(start);
        Self {
            nanoseconds: AtomicU64::new(nanoseconds(start)),
            moved: Mutex::new(Box::new(moved)),
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, time: Duration) -> BoxFuture<'_, ()> {
        let mut moved = self
            .moved
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if time > self.now() {
            self.nanoseconds.store(nanoseconds(time), Ordering::SeqCst);
            moved(time);
        }
        std::future::ready(()).boxed()
    }

    fn passes_by_itself(&self) -> bool {
        false
    }
}

impl std::fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VirtualClock").field(&self.now()).finish()
    }
}

/// A clock like [`VirtualClock`], for a service that is told the time and needs a while to hear it.
pub struct RemoteClock {
    nanoseconds: AtomicU64,
    tell: Box<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl RemoteClock {
    /// A clock that stands at `start` since the Unix epoch, which the service knows already, and tells each new time. It
    /// moves by whole seconds.
    pub fn new(
        start: Duration,
        tell: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            nanoseconds: AtomicU64::new(nanoseconds(start)),
            tell: Box::new(tell),
        }
    }
}

impl Clock for RemoteClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, time: Duration) -> BoxFuture<'_, ()> {
        let whole = Duration::from_secs(
            time.as_secs()
                .saturating_add(u64::from(time.subsec_nanos() > 0)),
        );
        async move {
            if whole > self.now() {
                self.nanoseconds.store(nanoseconds(whole), Ordering::SeqCst);
                (self.tell)(whole).await;
            }
        }
        .boxed()
    }

    fn passes_by_itself(&self) -> bool {
        false
    }
}

impl std::fmt::Debug for RemoteClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RemoteClock").field(&self.now()).finish()
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
