//! Servers that come and go, and those that ask for patience.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::run;
use super::server::TwoFaced;

const ANSWERED: &str = "robustness/every-request-is-answered";

#[test]
fn one_that_dies_is_one_finding_and_ends_the_run() {
    // From then on each connection is closed at once: that is how a port behind a proxy looks whose process is gone.
    let issuer = TwoFaced::start(|asked| asked.before > 150, |_| {});
    let ended = run::run(&issuer.issuer, &["--deferred-delay", "1"]);
    assert_eq!(ended.is_out_of_bounds(), None, "{}", ended.stdout);
    assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.findings, [ANSWERED], "{}", ended.stdout);
}

#[test]
fn one_that_closes_each_connection_after_its_answer_is_no_finding() {
    let issuer = TwoFaced::closing();
    let ended = run::run(&issuer.issuer, &["--deferred-delay", "1"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.is_out_of_bounds(), None);
}

#[test]
fn one_that_asks_for_patience_gets_it_and_is_no_finding() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let issuer = TwoFaced::start(
        move |asked| asked.before % 40 == 39 && count.fetch_add(1, Ordering::SeqCst) < 3,
        |peer| {
            peer.answer("429 Too Many Requests\nretry-after: 1", "");
        },
    );
    let begun = Instant::now();
    let ended = run::run(&issuer.issuer, &["--deferred-delay", "1"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(begun.elapsed() > Duration::from_secs(1));
    assert!(
        ended.stdout.contains("asked 3 times to be sent less"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.is_out_of_bounds(), None);
}

#[test]
fn one_that_always_asks_for_patience_cannot_be_tested() {
    let issuer = TwoFaced::start(
        |asked| asked.path.ends_with("/credential"),
        |peer| {
            peer.answer("429 Too Many Requests\nretry-after: 3600", "");
        },
    );
    let ended = run::run(&issuer.issuer, &[]);
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("429"), "{}", ended.stderr);
    assert_eq!(ended.is_out_of_bounds(), None);
}

#[test]
fn one_that_is_restarted_is_tested_to_the_end() {
    let mut issuer = TwoFaced::start(|_| false, |_| {});
    let url = issuer.issuer.clone();
    let run = std::thread::spawn(move || run::run(&url, &["--deferred-delay", "1"]));
    issuer.restart_after(120, Duration::from_millis(400));
    let ended = run.join().expect("the run ends");
    assert_eq!(ended.is_out_of_bounds(), None);
    assert_eq!(ended.report["stopped"].as_str(), None, "{}", ended.stdout);
    assert!(ended.stdout.contains("and came back"), "{}", ended.stdout);
}
