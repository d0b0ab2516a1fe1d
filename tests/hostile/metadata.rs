//! Servers that are hostile from the first request on.

use std::io::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Expect::Error;
use super::server::{Peer, Server, metadata};
use super::{Hostile, complaints, run};

const JSON: &str = "200 OK\ncontent-type: application/json";

pub(super) const ALL: &[Hostile] = &[
    Hostile {
        name: "an endless body",
        play: endless_body,
        expect: Error("larger than 1048576 bytes"),
    },
    Hostile {
        name: "an endless body of unknown length",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[");
            peer.say_for_ever("0,", Duration::ZERO);
        },
        expect: Error("larger than 1048576 bytes"),
    },
    Hostile {
        name: "endless headers",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\n");
            peer.say_for_ever("x-more: and more\r\n", Duration::ZERO);
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a header without an end",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\nx-long: ");
            peer.say_for_ever("long", Duration::ZERO);
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a status line without an end",
        play: |peer| {
            peer.say("HTTP/1.1 200 ");
            peer.say_for_ever("OK", Duration::ZERO);
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a slow drip of headers",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\n");
            peer.say_for_ever("x: y\r\n", Duration::from_millis(100));
        },
        expect: Error("no answer within 1 s"),
    },
    Hostile {
        name: "a slow drip of a body",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
            peer.say_for_ever(" ", Duration::from_millis(100));
        },
        expect: Error("no answer within 1 s"),
    },
    Hostile {
        name: "no answer",
        play: Peer::be_silent,
        expect: Error("no answer within 1 s"),
    },
    Hostile {
        name: "an empty reply",
        play: |_| {},
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "half a connection",
        play: Peer::close_half,
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a reset before any answer",
        play: |peer| peer.reset_after(b""),
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a reset in the middle of the body",
        play: |peer| peer.reset_after(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"cred"),
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a body shorter than its Content-Length",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a body longer than its Content-Length",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{\"credential_endpoint\":1}");
        },
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "a Content-Length beyond all memory",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551614\r\n\r\n{");
            peer.be_silent();
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a negative Content-Length",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "two Content-Lengths",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "chunks of no size",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a chunk larger than any number",
        play: |peer| {
            peer.say(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
            );
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "chunks without an end",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a transfer encoding that nobody has",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: rot13\r\n\r\n{}");
        },
        expect: Error("metadata"),
    },
    Hostile {
        name: "invalid UTF-8",
        play: |peer| {
            peer.answer(JSON, b"{\"credential_endpoint\":\"\xff\xfe\"}");
        },
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "JSON as deep as it goes",
        play: |peer| {
            peer.answer(JSON, "[".repeat(500_000));
        },
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "JSON of very many small objects",
        play: |peer| {
            peer.answer(JSON, format!("[{{}}{}]", ",{\"\":0}".repeat(145_000)));
        },
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "a bomb in gzip that nobody asked for",
        play: gzip_bomb,
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "a redirect to itself",
        play: |peer| {
            let path = peer.request.uri().to_string();
            peer.answer(&format!("302 Found\nlocation: {path}"), "");
        },
        expect: Error("302"),
    },
    Hostile {
        name: "a redirect to another host",
        play: |peer| {
            peer.answer("307 Temporary Redirect\nlocation: http://127.0.0.2:9/", "");
        },
        expect: Error("307"),
    },
    Hostile {
        name: "a storm of 1xx",
        play: |peer| {
            peer.say_for_ever(
                "HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n",
                Duration::ZERO,
            )
        },
        expect: Error("no answer from"),
    },
    Hostile {
        name: "another protocol",
        play: |peer| {
            peer.say(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
            );
            peer.be_silent();
        },
        expect: Error("metadata"),
    },
    Hostile {
        name: "the preface of HTTP/2",
        play: |peer| {
            peer.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "frames of HTTP/2",
        play: |peer| {
            peer.say([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "binary garbage",
        play: |peer| {
            let garbage: Vec<u8> = (0..100_000_u32)
                .map(|at| ((at * 7919) >> 3) as u8)
                .collect();
            peer.say(garbage);
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a NUL in a header",
        play: |peer| {
            peer.say("HTTP/1.1 200 OK\r\nx-odd: a\0b\r\ncontent-length: 2\r\n\r\n{}");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "a status without a meaning",
        play: |peer| {
            peer.say("HTTP/1.1 999 What\r\ncontent-length: 2\r\n\r\n{}");
        },
        expect: Error("999"),
    },
    Hostile {
        name: "HTTP/1.0 with an error page",
        play: |peer| {
            peer.say("HTTP/1.0 500 Oops\r\ncontent-type: text/html\r\n\r\n<h1>Oops</h1>");
        },
        expect: Error("500"),
    },
    Hostile {
        name: "another service",
        play: |peer| {
            peer.say("220 mail.example ESMTP\r\n");
        },
        expect: Error("the connection broke"),
    },
    Hostile {
        name: "metadata without end of types",
        play: |peer| {
            let url = host(peer);
            let types = vec![serde_json::json!({ "format": "jwt_vc", "types": ["A"] }); 15_000];
            let text = metadata(&url, "credentials_supported", types.into());
            peer.answer(JSON, text);
        },
        expect: Error("not issuer metadata"),
    },
    Hostile {
        name: "an endpoint that is a file",
        play: |peer| elsewhere(peer, "credential_endpoint", "file:///etc/passwd"),
        expect: Error("token_endpoint"),
    },
    Hostile {
        name: "an authorization server that is no URL",
        play: |peer| elsewhere(peer, "authorization_server", "http://[::1"),
        expect: Error("it is no URL"),
    },
    Hostile {
        name: "an authorization server that is a file",
        play: |peer| elsewhere(peer, "authorization_server", "file:///etc/passwd"),
        expect: Error("it is no URL"),
    },
    Hostile {
        name: "an authorization server where nobody listens",
        play: |peer| elsewhere(peer, "authorization_server", "http://127.0.0.1:9"),
        expect: Error("token_endpoint"),
    },
    Hostile {
        name: "500 on everything",
        play: |peer| {
            peer.answer(
                "500 Internal Server Error\ncontent-type: text/html",
                "<h1>no</h1>",
            );
        },
        expect: Error("500"),
    },
];

fn host(peer: &Peer) -> String {
    let host = peer.request.headers().get("host");
    let host = host.and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or_default())
}

/// Metadata with one member that points elsewhere; nothing else is there.
fn elsewhere(peer: &mut Peer, member: &str, url: &str) {
    if !peer
        .request
        .uri()
        .path()
        .ends_with("openid-credential-issuer")
    {
        peer.answer("404 Not Found", "");
        return;
    }
    let text = metadata(&host(peer), member, url.into());
    peer.answer(JSON, text);
}

fn endless_body(peer: &mut Peer) {
    peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = "a".repeat(0x1000);
    peer.say_for_ever(format!("1000\r\n{chunk}\r\n"), Duration::ZERO);
}

fn gzip_bomb(peer: &mut Peer) {
    peer.answer(&format!("{JSON}\ncontent-encoding: gzip"), &*BOMB);
}

/// A few kilobytes that would be many megabytes.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 16 << 20]).expect("it fits");
    bomb.finish().expect("it is made")
});

#[test]
fn whoever_answers_like_this_is_told_so() {
    LazyLock::force(&BOMB);
    let said = complaints(&ALL.iter().collect::<Vec<_>>(), |hostile| {
        let server = Server::hostile(None, hostile.play);
        run::run_for(hostile.patience(), &server.url(), &[])
    });
    assert!(said.is_empty(), "{}", said.join("\n"));
}
