//! Issuers that are honest but for metadata that points elsewhere.

use super::run;
use super::server::TwoFaced;

/// A run against an issuer whose metadata names another credential endpoint, given the right one.
fn run_with(endpoint: impl Fn(&str) -> String + Send + Sync + 'static) -> run::Ended {
    let issuer = TwoFaced::pointing("credential_endpoint", endpoint);
    run::run(&issuer.issuer, &["--deferred-delay", "1"])
}

#[test]
fn a_file_is_not_read() {
    let ended = run_with(|_| "file:///etc/passwd".to_owned());
    assert_eq!(ended.is_out_of_bounds(), None);
    assert!(
        matches!(ended.code, 1 | 3),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    assert!(!ended.stdout.contains("root:"), "{}", ended.stdout);
    assert!(ended.findings.len() <= 3, "{:?}", ended.findings);
}

#[test]
fn a_port_where_nobody_listens_is_one_finding() {
    let ended = run_with(|_| "http://127.0.0.1:9/credential".to_owned());
    assert_eq!(ended.is_out_of_bounds(), None);
    assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
    let unanswered = "robustness/every-request-is-answered";
    let others = ended.findings.iter().filter(|found| *found != unanswered);
    assert!(others.count() <= 1, "{:?}", ended.findings);
    assert!(ended.findings.iter().any(|found| found == unanswered));
}

#[test]
fn what_is_no_url_is_told() {
    for endpoint in [
        "",
        "credential",
        "http://",
        "http://[::1/credential",
        "http:// /x",
        "gopher://127.0.0.1/",
    ] {
        let ended = run_with(move |_| endpoint.to_owned());
        assert_eq!(ended.is_out_of_bounds(), None, "{endpoint}");
        assert!(
            matches!(ended.code, 1 | 3),
            "{endpoint}: {}{}",
            ended.stdout,
            ended.stderr
        );
        assert!(
            ended.findings.len() <= 3,
            "{endpoint}: {:?}",
            ended.findings
        );
    }
}

#[test]
fn another_name_of_the_host_and_a_user_in_the_url_are_no_obstacle() {
    let names: [fn(&str) -> String; 2] = [
        |right| right.replace("127.0.0.1", "localhost"),
        |right| right.replace("http://", "http://user:secret@"),
    ];
    for name in names {
        let ended = run_with(name);
        assert_eq!(ended.is_out_of_bounds(), None);
        assert!(
            ended.findings.len() <= 1,
            "{}{}",
            ended.stdout,
            ended.stderr
        );
        assert!(
            ended.stdout.contains("requests"),
            "{}{}",
            ended.stdout,
            ended.stderr
        );
    }
}
