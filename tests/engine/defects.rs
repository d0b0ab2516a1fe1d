//! Deliberate bugs of the reference issuer, found and shrunk.

use std::sync::Arc;
use std::time::Duration;

use vcispec::issuer::{Defect, Issuer, ManualClock};
use vcispec::{Phase, Report};

const NOW: Duration = Duration::from_secs(1_750_000_000);

/// The findings about an issuer with these bugs, from the systematic phase on one flow.
fn check(defects: &[Defect], flow: &str) -> Report {
    let clock = Arc::new(ManualClock::new(NOW));
    let builder = Issuer::builder().clock(Arc::clone(&clock) as _);
    let issuer = defects
        .iter()
        .fold(builder, |builder, defect| builder.defect(*defect))
        .build()
        .expect("the defaults make an issuer");
    let url = issuer.issuer_url().to_owned();
    vcispec::check_fn(move |request| issuer.handle(request))
        .issuer(url)
        .virtual_time(NOW, move |now| clock.set(now))
        .phases([Phase::Systematic])
        .configure(|config| config.flows = vec![flow.to_owned()])
        .run_blocking()
}

#[test]
fn explore() {
    for defect in Defect::ALL {
        let started = std::time::Instant::now();
        let report = check(&[*defect], "CTWalletCrossPreAuthorised/jwt_vc");
        println!("=== {defect} {:?}", started.elapsed());
        for f in report.findings() {
            println!(
                "{:?} {} x{} {:?} steps {} | {} | {}",
                f.grade,
                f.id,
                f.count,
                f.mutations,
                f.case.as_ref().map_or(0, |c| c.steps.len()),
                f.expected,
                f.actual
            );
        }
    }
}
