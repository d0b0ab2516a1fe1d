//! How fast the reference issuer issues, beside the cryptography that one issuance cannot do without.
//!
//! `bare_cryptography` verifies an access token, verifies a proof and signs a credential with `jsonwebtoken` alone, in the same run
//! and on texts of the same size, so that the ratio to `in_process` can be read.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use divan::Bencher;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use uuid::Uuid;
use vcispec::issuer::{Issuer, serve};

fn main() {
    divan::main();
}

/// A whole issuance through `Issuer::handle`.
#[divan::bench]
fn in_process(bencher: Bencher) {
    let party = Party::new();
    bencher
        .with_inputs(|| party.request(None))
        .bench_values(|request| {
            let answer = party.issuer.handle(request);
            assert_eq!(answer.status(), 200);
            answer
        });
}

/// The same with the server behind a socket, on one connection that is kept alive.
#[divan::bench]
fn http_over_loopback(bencher: Bencher) {
    let party = Party::new();
    let mut stream = start_server(Arc::clone(&party.issuer));
    bencher
        .with_inputs(|| wire_form(&party.request(None)))
        .bench_local_values(|request| {
            stream.write_all(&request).expect("the connection is open");
            let answer = read_answer(&mut stream);
            assert!(answer.starts_with(b"HTTP/1.1 200"));
            answer
        });
}

/// Verify an access token, verify a proof, sign a credential: nothing else.
#[divan::bench]
fn bare_cryptography(bencher: Bencher) {
    let party = Party::new();
    // Fresh texts each time, as in_process has them: verifying one signature again and again is faster than life.
    bencher.with_inputs(|| party.texts()).bench_values(|texts| {
        assert!(verify(&texts.token, &party.server.public));
        assert!(verify(&texts.proof, &party.holder.public));
        crypto::sign(
            texts.message.as_bytes(),
            &party.server.private,
            Algorithm::ES256,
        )
        .expect("the key signs")
    });
}

/// Refused at step 2: no access token.
#[divan::bench]
fn refused_without_token(bencher: Bencher) {
    let party = Party::new();
    let mut request = party.request(None);
    request.headers_mut().remove(AUTHORIZATION);
    refused(bencher, &party, &request);
}

/// Refused at step 4: the token is no JWS.
#[divan::bench]
fn refused_garbage_token(bencher: Bencher) {
    let party = Party::new();
    let mut request = party.request(None);
    request.headers_mut().insert(
        AUTHORIZATION,
        "Bearer garbage".parse().expect("it is a value"),
    );
    refused(bencher, &party, &request);
}

/// Refused at step 10, after the token's signature was verified.
#[divan::bench]
fn refused_body(bencher: Bencher) {
    let party = Party::new();
    let request = party.request(None).map(|_| Bytes::from_static(b"{}"));
    refused(bencher, &party, &request);
}

/// Refused at step 14: the nonce of another session.
#[divan::bench]
fn refused_nonce(bencher: Bencher) {
    let party = Party::new();
    let request = party.request(Some("another"));
    refused(bencher, &party, &request);
}

fn refused(bencher: Bencher, party: &Party, request: &Request<Bytes>) {
    bencher
        .with_inputs(|| request.clone())
        .bench_values(|request| {
            let answer = party.issuer.handle(request);
            assert_eq!(answer.status(), 400);
            answer
        });
}

/// An issuer, and a holder who can mint access tokens for it.
struct Party {
    issuer: Arc<Issuer>,
    server: Key,
    holder: Key,
}

impl Party {
    fn new() -> Self {
        let issuer = Arc::new(Issuer::builder().build().expect("the defaults are valid"));
        let jwk = issuer.auth_key_jwk();
        let scalar = URL_SAFE_NO_PAD
            .decode(jwk["d"].as_str().expect("the key is private"))
            .expect("d is base64url");
        Self {
            server: Key::new(&scalar),
            holder: Key::new(&[7; 32]),
            issuer,
        }
    }

    /// A request with a token of its own; the proof holds the token's nonce or the one given.
    fn request(&self, nonce: Option<&str>) -> Request<Bytes> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let c_nonce = Uuid::new_v4().to_string();
        let (did, types) = (
            &self.holder.did,
            json!([
                "VerifiableCredential",
                "VerifiableAttestation",
                "CTWalletSamePreAuthorised"
            ]),
        );
        let detail = json!({ "type": "openid_credential", "format": "jwt_vc", "locations": [self.issuer.issuer_url()], "types": types });
        let token = self.server.jwt(
            &json!({ "typ": "JWT", "alg": "ES256", "kid": self.issuer.auth_key_jwk()["kid"] }),
            &json!({
                "nonce": Uuid::new_v4().to_string(),
                "claims": { "authorization_details": [detail], "c_nonce": c_nonce, "c_nonce_expires_in": 86400, "client_id": did },
                "iss": self.issuer.auth_url(), "aud": [self.issuer.issuer_url()], "sub": did, "iat": now, "exp": now + 86400,
            }),
        );
        let proof = self.holder.jwt(
            &json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "kid": self.holder.kid }),
            &json!({ "iss": did, "aud": self.issuer.issuer_url(), "iat": now, "nonce": nonce.unwrap_or(&c_nonce) }),
        );
        let body = json!({ "format": "jwt_vc", "types": types, "proof": { "proof_type": "jwt", "jwt": proof } });
        Request::post("/conformance/v3/issuer-mock/credential")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .expect("the request is well formed")
    }
}

/// What is verified and signed in one issuance.
struct Texts {
    token: String,
    proof: String,
    /// The header and claims of a credential.
    message: String,
}

impl Party {
    fn texts(&self) -> Texts {
        let request = self.request(None);
        let authorization = request.headers()[AUTHORIZATION]
            .to_str()
            .expect("a token is ASCII");
        let token = authorization["Bearer ".len()..].to_owned();
        let body: Value = serde_json::from_slice(request.body()).expect("the body is JSON");
        let proof = body["proof"]["jwt"]
            .as_str()
            .expect("there is a proof")
            .to_owned();
        let answer: Value =
            serde_json::from_slice(self.issuer.handle(request).body()).expect("the answer is JSON");
        let credential = answer["credential"]
            .as_str()
            .expect("there is a credential");
        let (message, _) = credential.rsplit_once('.').expect("a credential is a JWS");
        Texts {
            token,
            proof,
            message: message.to_owned(),
        }
    }
}

/// A P-256 key with its did:key.
struct Key {
    private: EncodingKey,
    public: DecodingKey,
    did: String,
    kid: String,
}

impl Key {
    fn new(scalar: &[u8]) -> Self {
        let secret = p256::SecretKey::from_slice(scalar).expect("the scalar is in range");
        let der = secret.to_pkcs8_der().expect("it has a DER form");
        let point = secret.public_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let canonical = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            URL_SAFE_NO_PAD.encode(x),
            URL_SAFE_NO_PAD.encode(y)
        );
        let multibase =
            bs58::encode([&[0xd1, 0xd6, 0x03], canonical.as_bytes()].concat()).into_string();
        Self {
            private: EncodingKey::from_ec_der(der.as_bytes()),
            public: DecodingKey::from_ec_der(point.as_bytes()),
            did: format!("did:key:z{multibase}"),
            kid: format!("did:key:z{multibase}#z{multibase}"),
        }
    }

    fn jwt(&self, header: &Value, payload: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature = crypto::sign(message.as_bytes(), &self.private, Algorithm::ES256)
            .expect("the key signs");
        format!("{message}.{signature}")
    }
}

fn verify(jwt: &str, key: &DecodingKey) -> bool {
    let (message, signature) = jwt.rsplit_once('.').expect("it is a JWS");
    crypto::verify(signature, message.as_bytes(), key, Algorithm::ES256).unwrap_or(false)
}

/// Starts the server on a free port, in a thread that lasts as long as the process, and connects to it.
fn start_server(issuer: Arc<Issuer>) -> TcpStream {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the socket is bound");
    listener
        .set_nonblocking(true)
        .expect("sockets can be non-blocking");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("threads can be started");
        runtime.block_on(async {
            let listener =
                tokio::net::TcpListener::from_std(listener).expect("the socket is usable");
            serve(issuer, listener, None, std::future::pending::<()>()).await
        })
    });
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("it is a TCP socket");
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("the time is not zero");
    stream
}

fn wire_form(request: &Request<Bytes>) -> Vec<u8> {
    let mut bytes = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\n",
        request.uri().path()
    )
    .into_bytes();
    for (name, value) in request.headers() {
        bytes.extend_from_slice(
            &[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat(),
        );
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body().len()).as_bytes());
    bytes.extend_from_slice(request.body());
    bytes
}

/// Reads one answer, whose end its `content-length` tells.
fn read_answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::with_capacity(4096);
    let mut buffer = [0; 8192];
    loop {
        let count = stream.read(&mut buffer).expect("the server answers");
        answer.extend_from_slice(&buffer[..count]);
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&answer[..end])
            .expect("a header is ASCII")
            .to_lowercase();
        let length = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let length: usize = length
            .and_then(|digits| digits.parse().ok())
            .expect("the length is told");
        if answer.len() >= end + 4 + length {
            return answer;
        }
    }
}
