//! Who runs when: cases that wait do so together, and the number of workers changes nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;
use vcispec::Phase;
use vcispec::engine::{self, Clock, Config, Environment};
use vcispec::issuer::{Defect, ManualClock};
use vcispec::profile::EBSI_V3;
use vcispec::report::json;
use vcispec::target::InProcessFn;
use vcispec::{case::Flow, generate};

use super::support::{NOW, check, issuer};

const DEFERRED: &str = "CTWalletCrossPreAuthorisedDeferred";

/// A clock that stands still but for sleepers, and knows how often somebody slept.
#[derive(Clone)]
struct Sleepers {
    now: Arc<Mutex<Duration>>,
    slept: Arc<Mutex<Vec<Duration>>>,
    issuers: Arc<ManualClock>,
}

impl Clock for Sleepers {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep_until(&self, time: Duration) -> BoxFuture<'_, ()> {
        *self.now.lock().unwrap() = time;
        self.issuers.set(time);
        self.slept.lock().unwrap().push(time);
        std::future::ready(()).boxed()
    }

    fn passes_by_itself(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn cases_that_wait_do_so_together() {
    let clock = Sleepers {
        now: Arc::new(Mutex::new(NOW)),
        slept: Arc::default(),
        issuers: Arc::new(ManualClock::new(NOW)),
    };
    let issuer = issuer(&[], &clock.issuers);
    let config = Config {
        workers: 2,
        ..Config::new(issuer.issuer_url())
    };
    let environment = Environment {
        target: Arc::new(InProcessFn::new(move |request| issuer.handle(request))),
        clock: Arc::new(clock.clone()),
        offers: None,
        tokens: None,
        logins: None,
        registrar: None,
    };
    let flow = Flow::new(DEFERRED, "jwt_vc");
    let cases = vec![generate::baseline(&EBSI_V3, &flow); 40];
    let outcome = engine::replay(&environment, &config, cases, &mut |_| {})
        .await
        .expect("the issuer can be tested");
    assert!(!outcome.has_failures());
    assert_eq!(outcome.cases, 40);
    assert_eq!(clock.slept.lock().unwrap().len(), 1);
}

/// The report of a run with so many workers, without its times.
fn report(workers: usize) -> Value {
    let defects = [Defect::NonceUnchecked, Defect::RefusedRequestBurnsToken];
    let report = check(&defects)
        .phases([Phase::Random])
        .cases(60)
        .configure(|config| config.workers = workers)
        .run_blocking();
    let report = json::Report::new(report.outcome());
    let mut json = serde_json::to_value(report).expect("a report is JSON");
    json["started"] = Value::Null;
    json["duration_ms"] = Value::Null;
    // What the issuer said stands there, with what it drew at random.
    json["exchanges"] = Value::Null;
    json
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let alone = report(1);
    assert_eq!(alone, report(2));
    assert_eq!(alone, report(16));
    assert_ne!(alone["findings"], Value::Array(Vec::new()));
}

#[test]
fn a_run_ends_when_its_time_is_up() {
    let started = std::time::Instant::now();
    let report = check(&[])
        .phases([Phase::Random])
        .cases(1_000_000)
        .configure(|config| config.max_time = Some(Duration::from_secs(1)))
        .run_blocking();
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(report.outcome().stopped.as_deref(), Some("the time was up"));
    report.assert_clean();
}
