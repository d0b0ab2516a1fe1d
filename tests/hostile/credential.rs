//! Servers that are honest until a credential is asked for.

use std::time::Duration;

use super::Expect::Finding;
use super::server::{Peer, TwoFaced};
use super::{Expect, Hostile, complaints, in_parallel, run};
use crate::thorough::every_nth;

const ANSWERED: Expect = Finding("robustness/every-request-is-answered");
const NO_SERVER_ERROR: Expect = Finding("robustness/a-client-fault-is-no-server-error");
const ACCEPTED: Expect = Finding("acceptance/valid-requests-accepted");
const PARSES: Expect = Finding("response/json-parses");
const JSON: &str = "200 OK\ncontent-type: application/json";

pub(super) const ALL: &[Hostile] = &[
    Hostile {
        name: "credential: an endless body",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            let chunk = "a".repeat(0x1000);
            peer.say_for_ever(format!("1000\r\n{chunk}\r\n"), Duration::ZERO);
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: endless headers",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\n");
            peer.say_for_ever("x-more: and more\r\n", Duration::ZERO);
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: no answer",
        play: Peer::be_silent,
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: a slow drip",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
            peer.say_for_ever(" ", Duration::from_millis(100));
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: an empty reply",
        play: |_| {},
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: a reset in the middle of the body",
        play: |peer| peer.reset_after(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"cred"),
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: a body shorter than its Content-Length",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}");
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: chunks of no size",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: 500 on everything",
        play: |peer| {
            peer.answer(
                "500 Internal Server Error\ncontent-type: text/html",
                "<h1>no</h1>",
            );
        },
        expect: NO_SERVER_ERROR,
    },
    Hostile {
        name: "credential: another error code each time",
        play: |peer| {
            let letters = peer.request.body().iter().rev().step_by(7);
            let code: String = letters
                .take(12)
                .map(|byte| char::from(b'a' + byte % 26))
                .collect();
            let status = 400
                + u32::from(
                    peer.request
                        .body()
                        .iter()
                        .fold(0_u8, |sum, byte| sum ^ byte),
                ) % 90;
            peer.answer(
                &format!("{status} No\ncontent-type: application/json"),
                format!("{{\"error\":\"{code}\"}}"),
            );
        },
        expect: ACCEPTED,
    },
    Hostile {
        name: "credential: errors in HTML",
        play: |peer| {
            peer.answer("400 Bad Request\ncontent-type: text/html", "<h1>no</h1>");
        },
        expect: ACCEPTED,
    },
    Hostile {
        name: "credential: one of a megabyte",
        play: |peer| {
            let credential = "e".repeat(1_000_000);
            peer.answer(
                JSON,
                format!("{{\"format\":\"jwt_vc\",\"credential\":\"{credential}\"}}"),
            );
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: one of many kilobytes",
        play: |peer| {
            let credential = "e".repeat(200_000);
            peer.answer(
                JSON,
                format!("{{\"format\":\"jwt_vc\",\"credential\":\"{credential}\"}}"),
            );
        },
        expect: Finding("response/credential-is-a-compact-jws"),
    },
    Hostile {
        name: "credential: a hundred megabytes of JSON",
        play: |peer| {
            let chunk = "1,".repeat(500_000);
            peer.say(format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n[",
                100_000_002
            ));
            let _ = (0..100).all(|_| peer.say(&chunk));
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: JSON of very many small objects",
        play: |peer| {
            peer.answer(
                JSON,
                format!("{{\"credential\":[{{}}{}]}}", ",{\"\":0}".repeat(9_500)),
            );
        },
        expect: Finding("response/credential-is-a-compact-jws"),
    },
    Hostile {
        name: "credential: JSON as deep as it goes",
        play: |peer| {
            peer.answer(JSON, format!("{{\"credential\":{}", "[".repeat(100_000)));
        },
        expect: PARSES,
    },
    Hostile {
        name: "credential: invalid UTF-8",
        play: |peer| {
            peer.answer(JSON, b"{\"format\":\"jwt_vc\",\"credential\":\"\xff\xfe\"}");
        },
        expect: PARSES,
    },
    Hostile {
        name: "credential: gzip that nobody asked for",
        play: |peer| {
            peer.answer(
                &format!("{JSON}\ncontent-encoding: gzip"),
                b"\x1f\x8b\x08\x00garbage",
            );
        },
        expect: PARSES,
    },
    Hostile {
        name: "credential: a redirect to another host",
        play: |peer| {
            peer.answer(
                "307 Temporary Redirect\nlocation: http://127.0.0.2:9/credential",
                "",
            );
        },
        expect: ACCEPTED,
    },
    Hostile {
        name: "credential: a storm of 1xx",
        play: |peer| peer.say_for_ever("HTTP/1.1 102 Processing\r\n\r\n", Duration::ZERO),
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: a NUL in a header",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\nx-odd: a\0b\r\ncontent-length: 2\r\n\r\n{}");
        },
        expect: ANSWERED,
    },
    Hostile {
        name: "credential: words for a terminal",
        play: |peer| {
            let json = r#"{"error":"invalid_request","error_description":"\u001b[2J\u001b]0;owned\u0007\u0000"}"#;
            peer.answer("400 Bad Request\ncontent-type: application/json", json);
        },
        expect: ACCEPTED,
    },
];

/// All that is behind honest metadata and tokens.
fn from_the_credential_on(hostile: &Hostile) -> run::Ended {
    let issuer = TwoFaced::start(|asked| asked.path.ends_with("/credential"), hostile.play);
    run::run_for(hostile.patience(), &issuer.issuer, &[])
}

#[test]
fn whoever_answers_like_this_is_told_so() {
    let table: Vec<&Hostile> = every_nth(5, ALL).collect();
    let said = complaints(&table, |hostile| {
        let ended = from_the_credential_on(hostile);
        assert!(!ended.stdout.contains('\u{1b}'), "{}", hostile.name);
        ended
    });
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// The same, but only after a valid run of each flow.
#[test]
fn whoever_answers_like_this_after_an_honest_beginning_is_told_so() {
    let few = [
        "no answer",
        "an endless body",
        "500 on everything",
        "one of many kilobytes",
        "another error code each time",
    ];
    let is_one = |hostile: &&Hostile| few.iter().any(|few| hostile.name.ends_with(few));
    let table: Vec<&Hostile> = ALL.iter().filter(is_one).collect();
    assert_eq!(table.len(), few.len());
    let table: Vec<&Hostile> = every_nth(4, table).collect();
    let said = in_parallel(&table, |hostile| {
        let name = hostile.name;
        let issuer = TwoFaced::start(
            |asked| asked.path.ends_with("/credential") && !asked.case.starts_with("baseline"),
            hostile.play,
        );
        let ended = run::run_for(
            hostile.patience(),
            &issuer.issuer,
            &["--deferred-delay", "1"],
        );
        let problem = ended
            .is_out_of_bounds()
            .or_else(|| (ended.code != 1).then(|| format!("ended with {}", ended.code)));
        // What is malformed is accepted, crashed on or refused in the wrong words, by each kind of fault.
        let problem = problem.or_else(|| {
            let flood = ended.findings.len() > 20;
            flood.then(|| format!("floods with {:?}", ended.findings))
        });
        problem.map(|problem| format!("{name}: {problem}\n{}{}", ended.stdout, ended.stderr))
    });
    assert!(said.is_empty(), "{}", said.join("\n"));
}
