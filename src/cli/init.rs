//! `vcispec init`: looks at an issuer, and writes what a run should be told of it.
//!
//! What is asked: the issuer's documents, and which interface makes it offer a credential. The file says what was found, and has
//! the other keys as comments.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response};
use serde_json::Value;
use url::Url;

use super::connection::Reach;
use super::target::identifier;
use super::{Exit, Stop, block_on};
use crate::profile::{EBSI_V3, OPENID4VCI_DRAFT11, Profile};
use crate::target::{Http, Limits, Target as _};
use crate::transcript::{Context, Exchange, Failure};
use crate::wallet::Discovery;

/// Look at an issuer and write a commented vcispec.toml for it.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The credential issuer identifier.
    #[arg(
        value_name = "TARGET",
        default_value = "http://127.0.0.1:3000/conformance/v3/issuer-mock"
    )]
    target: String,
    /// Where the file goes.
    #[arg(long, value_name = "FILE", default_value = "vcispec.toml")]
    output: PathBuf,
    /// Replace the file if there is one.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reach: Reach,
}

/// How an issuer is made to offer a credential.
#[derive(Debug, PartialEq, Eq)]
enum Offers {
    /// EBSI's `initiate-credential-offer`.
    Initiate,
    /// `POST /webapp/credential-offers`, as the issuer server of the npm package @sphereon/oid4vci-issuer-server has it.
    WebApp { url: String, tells_pin: bool },
    /// None that is known.
    Unknown,
}

/// What was found.
#[derive(Debug)]
struct Found {
    issuer: String,
    profile: &'static Profile,
    types: Vec<String>,
    offers: Offers,
    holder: &'static str,
}

impl Init {
    /// Looks and writes.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let issuer = identifier("TARGET", &self.target)?.to_owned();
        if self.output.exists() && !self.force {
            return Err(Stop::usage(format!(
                "{} is there already; give another name with --output, or replace it with --force",
                self.output.display()
            )));
        }
        let url = Url::parse(&issuer).map_err(Stop::usage)?;
        let limits = Limits {
            timeout: Duration::from_secs(10),
            body: 4 << 20,
        };
        let http = self.reach.http(&url, limits)?;
        let found = block_on(look(http, issuer))?;
        std::fs::write(&self.output, found.file(&self.reach.keys())).map_err(|error| {
            Stop::usage(format!(
                "could not write {}: {error}",
                self.output.display()
            ))
        })?;
        anstream::println!(
            "{}: {} with {} credential types",
            self.output.display(),
            found.profile.title,
            found.types.len()
        );
        if found.offers == Offers::Unknown {
            anstream::println!(
                "nothing that makes the issuer offer a credential was found: fill in [session]"
            );
        }
        Ok(Exit::Clean)
    }
}

async fn look(http: Http, issuer: String) -> Result<Found, Stop> {
    let context = discover(&http, &issuer).await?;
    let profile = if is_ebsi(&context.issuer_metadata) {
        &EBSI_V3
    } else {
        &OPENID4VCI_DRAFT11
    };
    let made = profile.for_issuer(&context.issuer_metadata);
    let types: Vec<String> = made
        .types
        .iter()
        .map(|known| known.name.to_owned())
        .collect();
    let asked = types.first().map_or("VerifiableCredential", String::as_str);
    let offers = offers(&http, &issuer, asked).await;
    Ok(Found {
        holder: holder(&context.issuer_metadata),
        issuer,
        profile,
        types,
        offers,
    })
}

async fn discover(http: &Http, issuer: &str) -> Result<Context, Stop> {
    // The places are the same in every dialect; of this one, key sets are not asked for.
    let mut discovery = Discovery::new(&OPENID4VCI_DRAFT11, issuer);
    while let Some(outgoing) = discovery.next_request() {
        let answer = http.send(outgoing.request.clone()).await;
        let answer = answer.map_err(|error| Failure::Broken(error.to_string()));
        discovery.receive(&Exchange::new(outgoing.endpoint, outgoing.request, answer));
    }
    discovery.finish().map_err(|error| Stop {
        exit: Exit::Unusable,
        message: error.to_string(),
    })
}

/// Whether a credential says that it stands in EBSI's framework of trust.
fn is_ebsi(metadata: &Value) -> bool {
    let entries = metadata
        .get("credentials_supported")
        .and_then(Value::as_array);
    let names = |entry: &Value| {
        entry
            .pointer("/trust_framework/name")
            .and_then(Value::as_str)
            .is_some_and(|name| name == "ebsi")
    };
    entries.into_iter().flatten().any(names)
}

/// The holder that the issuer says it binds credentials to.
fn holder(metadata: &Value) -> &'static str {
    let text = metadata.to_string();
    let names = |method: &str| text.contains(&format!("\"{method}\""));
    match () {
        () if names("did:jwk") => "did:jwk",
        () if names("jwk") => "jwk",
        () if names("did:key") => "did:key:p256",
        () => "did:jwk",
    }
}

async fn offers(http: &Http, issuer: &str, credential_type: &str) -> Offers {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("credential_type", credential_type),
            ("client_id", "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6"),
            ("credential_offer_endpoint", "openid-credential-offer://"),
        ])
        .finish();
    let initiate = Request::get(format!("{issuer}/initiate-credential-offer?{query}"));
    let answer = send(http, initiate.body(Bytes::new())).await;
    if answer.is_some_and(|answer| holds_offer(&answer)) {
        return Offers::Initiate;
    }
    let origin = Url::parse(issuer).map(|url| url.origin().ascii_serialization());
    let mut places = vec![issuer.to_owned()];
    places.extend(origin.ok().filter(|origin| origin != issuer));
    for place in places {
        let url = format!("{place}/webapp/credential-offers");
        let body = WEB_APP
            .replace("{credential_type}", credential_type)
            .replace("{uuid}", &uuid::Uuid::new_v4().to_string());
        let request = Request::post(&url).header("content-type", "application/json");
        let answer = send(http, request.body(body.into())).await;
        let json: Option<Value> =
            answer.and_then(|answer| serde_json::from_slice(answer.body()).ok());
        let Some(json) = json.filter(|json| json.get("uri").is_some_and(Value::is_string)) else {
            continue;
        };
        let tells_pin = json.get("userPin").is_some_and(Value::is_string);
        return Offers::WebApp { url, tells_pin };
    }
    Offers::Unknown
}

async fn send(http: &Http, request: http::Result<Request<Bytes>>) -> Option<Response<Bytes>> {
    http.send(request.ok()?).await.ok()
}

fn holds_offer(answer: &Response<Bytes>) -> bool {
    let location = answer.headers().get("location");
    let location = location
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let body = String::from_utf8_lossy(answer.body());
    let is_accepted = answer.status().is_success() || answer.status().is_redirection();
    let names_one =
        |text: &str| text.contains("credential_offer=") || text.contains("credential_offer_uri=");
    is_accepted && (names_one(location) || names_one(&body))
}

/// A request for an offer; a pre-authorised code is the caller's to make.
const WEB_APP: &str = r#"{
  "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "{uuid}", "user_pin_required": true}},
  "credentials": [{"format": "jwt_vc_json", "types": ["VerifiableCredential", "{credential_type}"]}]
}"#;

impl Found {
    /// The file.
    fn file(&self, reach: &[String]) -> String {
        let types = match self.types.as_slice() {
            [] => "none that this profile can ask for".to_owned(),
            types => types.join(", "),
        };
        let is_ebsi = self.profile.id == EBSI_V3.id;
        let holder = if is_ebsi {
            "# id = \"did:key:jwk_jcs-pub\"    # or did:key:p256, did:jwk, jwk".to_owned()
        } else {
            format!(
                "id = {:?}    # or did:key:jwk_jcs-pub, did:key:p256, did:jwk, jwk",
                self.holder
            )
        };
        format!(
            r#"# What `vcispec run` is told of this issuer. Flags win over what stands here.
# ${{NAME}} inside a text stands for a variable of the environment; secrets belong there.

issuer = {issuer:?}
# ebsi-v3, ebsi-v3-strict or openid4vci-draft11.
profile = {profile:?}
# Its credential types: {types}
# workers = 4    # how many cases are under way at once

# What counts more than the issuer's own documents.
# [endpoints]
# issuer_metadata = "https://issuer.example/.well-known/openid-credential-issuer"
# auth_metadata = "https://issuer.example/.well-known/oauth-authorization-server"
# credential = "https://issuer.example/credential"
# token = "https://issuer.example/token"

# How a session begins: kind is "ebsi-initiate" (the issuer's endpoint initiate-credential-offer), "offer" (offer = "openid-credential-offer://..."),
# "offer-command" (command = "./offer.sh", which finds VCISPEC_HOLDER and VCISPEC_CREDENTIAL_TYPE), or "offer-http" (method, url, headers, body,
# and offer, a JSON pointer to the offer in the answer). {{holder}}, {{credential_type}} and {{uuid}} are filled in in url and body.
# Without an offer: "static-token" (command = "./token.sh", which finds the same and prints a fresh access token for each session; or
# access_token = "${{ACCESS_TOKEN}}" for all of them, with c_nonce if it is known), or "authorization-code" (command = "./login.sh", which logs in at
# VCISPEC_AUTHORIZATION_URL and prints the URL that it was redirected to; client_id, redirect_uri, and scope in place of authorization_details).
[session]
{session}
# pin = {{ rule = "fixed", value = "1234" }}    # or none, ebsi, or offer with a pointer into the answer to offer-http
# token_parameters = {{ client_id = "wallet" }}
# nonce = "latest"             # or token-response: which c_nonce a proof holds
# fresh_per_case = true        # a session of its own for each change

[holder]
{holder}
# key = "ES256"    # or ES256K, ES384, EdDSA, RS256
# iss = true       # whether proofs of pre-authorised sessions have an iss

# Fields of every request, and how the issuer is reached.
{http}
# headers = {{ X-Api-Key = "${{API_KEY}}" }}
# proxy = "http://proxy.example:3128"    # also from HTTPS_PROXY and HTTP_PROXY of the environment
# ca_cert = "ca.pem"                     # who vouches for the issuer's certificate; or insecure = true
# client_cert = "client.pem"             # what is shown to the issuer, with client_key = "client.key"

# A target that dies is started again; one that issues no longer is let alone.
# [liveness]
# control = 200    # a valid run after so many cases; also --control-every
# health = "{issuer_plain}/.well-known/openid-credential-issuer"
# restart = "./start-issuer.sh &"
# limit = 100

# [invariants]
# disable = ["leak"]
# level = {{ "proof/expiry-honoured" = "note" }}

# What is known and accepted. An expectation that no longer shows fails the run.
# [[expectations]]
# invariant = "token/code-checked"
# reason = "issue 17 of ours"
"#,
            issuer = self.issuer,
            issuer_plain = self.issuer,
            profile = self.profile.id,
            session = self.offers.keys(),
            http = match reach {
                [] => "# [http]".to_owned(),
                keys => format!("[http]\n{}", keys.join("\n")),
            },
        )
    }
}

impl Offers {
    /// The keys of `[session]`.
    fn keys(&self) -> String {
        match self {
            Self::Initiate => "kind = \"ebsi-initiate\"".to_owned(),
            Self::WebApp { url, tells_pin } => {
                let pin = if *tells_pin {
                    "\npin = { rule = \"offer\", pointer = \"/userPin\" }"
                } else {
                    ""
                };
                format!(
                    "kind = \"offer-http\"\nurl = {url:?}\nheaders = {{ Content-Type = \"application/json\" }}\nbody = '''{WEB_APP}'''\noffer = \"/uri\"{pin}"
                )
            }
            Self::Unknown => {
                "# Nothing was found that makes the issuer offer a credential. A command of yours will do:\nkind = \"offer-command\"\ncommand = \"./offer.sh\"".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_is_read_back_whatever_was_found() {
        let web_app = |tells_pin| Offers::WebApp {
            url: "http://h/webapp/credential-offers".into(),
            tells_pin,
        };
        for (profile, offers) in [
            (&EBSI_V3, Offers::Initiate),
            (&OPENID4VCI_DRAFT11, web_app(true)),
            (&OPENID4VCI_DRAFT11, web_app(false)),
            (&OPENID4VCI_DRAFT11, Offers::Unknown),
        ] {
            let found = Found {
                issuer: "http://h".into(),
                profile,
                types: vec!["T".into()],
                offers,
                holder: "did:jwk",
            };
            let text = found.file(&["insecure = true".to_owned()]);
            let read = super::super::config::ConfigFile::parse("vcispec.toml", &text, |_| None);
            let read = read.expect("it is a configuration");
            assert_eq!(read.issuer(), Some("http://h"), "{text}");
        }
    }

    #[test]
    fn ebsi_is_told_by_its_framework_of_trust() {
        let entry = json!({"credentials_supported": [{"trust_framework": {"name": "ebsi"}}]});
        assert!(is_ebsi(&entry));
        assert!(!is_ebsi(&json!({"credentials_supported": [{}]})));
    }
}
