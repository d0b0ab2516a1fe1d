//! A reference issuer on a clock that jumps, ready to be checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use vcispec::Check;
use vcispec::fuzzing::acquainted;
use vcispec::issuer::{Defect, Issuer, ManualClock};
use vcispec::target::InProcessFn;
use vcispec::wallet::ServiceClient;

/// When every check begins.
pub(super) const NOW: Duration = Duration::from_secs(1_750_000_000);

/// How long an issuer may take to answer. A machine that does much else must not look like an issuer that hangs.
const PATIENCE: Duration = Duration::from_secs(3);

/// The type and format that most checks ask for.
pub(super) const FLOW: &str = "CTWalletCrossPreAuthorised/jwt_vc";

/// Begins to check an issuer with these bugs.
pub(crate) fn check(defects: &[Defect]) -> Check {
    check_through(defects, |answer, request| answer(request))
}

/// Begins to check an issuer with these bugs, whose requests and answers pass through `between`.
pub(super) fn check_through(
    defects: &[Defect],
    between: impl Fn(&dyn Fn(Request<Bytes>) -> Response<Bytes>, Request<Bytes>) -> Response<Bytes>
    + Send
    + Sync
    + 'static,
) -> Check {
    let clock = Arc::new(ManualClock::new(NOW));
    let issuer = issuer(defects, &clock);
    let url = issuer.issuer_url().to_owned();
    let answer = move |request| between(&|request| issuer.handle(request), request);
    vcispec::check_target(InProcessFn::new(answer).limit(PATIENCE))
        .issuer(url)
        .configure(|config| config.service = Some(ServiceClient::derive(1)))
        .virtual_time(NOW, move |now| clock.set(now))
}

/// An issuer with these bugs.
pub(super) fn issuer(defects: &[Defect], clock: &Arc<ManualClock>) -> Issuer {
    let builder = acquainted(Issuer::builder(), &ServiceClient::derive(1));
    let builder = builder.clock(Arc::clone(clock) as _);
    defects
        .iter()
        .fold(builder, |builder, defect| builder.defect(*defect))
        .build()
        .expect("the defaults make an issuer")
}

/// Counts something that happens on several threads.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(super) fn count(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn total(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// What `complain` says of each item, on all processors.
pub(crate) fn in_parallel<T: Sync>(
    items: &[T],
    complain: impl Fn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut said = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            said.extend(complain(item));
        }
        said
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let said = workers.into_iter().map(|worker| worker.join());
        said.flat_map(|said| said.expect("no worker panics"))
            .collect()
    })
}
